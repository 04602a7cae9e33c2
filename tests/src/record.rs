//! What a whole run of the tests leaves behind: for whoever looks for secrets in its logs, every line that a function of the
//! product wrote, and every secret that a test sent or was given; and figures, for whoever runs it.
//!
//! Nothing is kept unless `VERSE_TEST_RECORD` names a folder; `dev/privacy.py` and `dev/suite.py` read it.

use std::{
    fs::{File, OpenOptions},
    io::Write,
    path::PathBuf,
    sync::OnceLock,
};

use serde_json::Value;

use crate::{cookies::Cookie, event::Event};

/// Whatever is shorter stands in a log by chance; `dev/privacy.py` looks for so much of each.
const SHORTEST: usize = 12;
/// Functions of the harness's own tests: they write down what they are sent, and are no part of the product.
const NOT_OURS: [&str; 2] = ["hello", "echo"];

/// Prints as `println!` does, and once more at the end of a whole run, which shows nothing of what tests print.
#[macro_export]
macro_rules! figure {
    ($($text:tt)*) => { $crate::record_figure(&format!($($text)*)) };
}

/// See [`figure!`](crate::figure).
#[expect(clippy::print_stdout, reason = "this is what it is for")]
pub fn record_figure(text: &str) {
    println!("{text}");
    keep("figures", text);
}

/// Keeps a line of a function's log.
pub(crate) fn line(function: &str, line: &str) {
    if !NOT_OURS.contains(&function) {
        keep("log", &format!("{function}\t{line}"));
    }
}

/// Keeps something that no log may hold.
pub(crate) fn secret(text: &str) {
    if text.chars().count() >= SHORTEST {
        keep("secrets", &Value::from(text).to_string());
    }
}

/// Keeps what is secret of a request: its cookies, and every text in its body.
pub(crate) fn request(event: &Event) {
    if folder().is_none() {
        return;
    }
    for pair in &event.cookies {
        if let Some((_, value)) = pair.split_once('=') {
            secret(value);
        }
    }
    if let Some(body) = &event.body {
        texts(&serde_json::from_slice(body).unwrap_or_default());
    }
}

/// Keeps what is secret of a response: its cookies, and link codes.
pub(crate) fn response(cookies: &[Cookie], body: &[u8]) {
    if folder().is_none() {
        return;
    }
    for cookie in cookies {
        secret(cookie.value());
    }
    if body.starts_with(b"{\"display_code\"") {
        let body: Value = serde_json::from_slice(body).unwrap_or_default();
        let code = body.get("display_code").and_then(Value::as_str);
        let code = code.unwrap_or_default();
        secret(code);
        secret(&code.replace('-', ""));
    }
}

/// Every text, however deep, but for times and names of users, which an export holds.
fn texts(value: &Value) {
    match value {
        Value::String(text) => secret(text),
        Value::Array(items) => items.iter().for_each(texts),
        Value::Object(members) => members
            .iter()
            .filter(|(name, _)| !name.ends_with("_at") && *name != "anonymous_id")
            .for_each(|(_, value)| texts(value)),
        _ => {}
    }
}

/// Adds a line to this process's file of a kind: in one piece, as other tests add theirs.
fn keep(kind: &str, line: &str) {
    static FILES: [OnceLock<Option<File>>; 3] = [const { OnceLock::new() }; 3];
    let [log, secrets, figures] = &FILES;
    let file = match kind {
        "log" => log,
        "secrets" => secrets,
        _ => figures,
    };
    let file = file.get_or_init(|| {
        let path = folder()?.join(format!("{}.{kind}", std::process::id()));
        let file = OpenOptions::new().create(true).append(true).open(path);
        Some(file.expect("VERSE_TEST_RECORD is a folder to write in"))
    });
    if let Some(mut file) = file.as_ref() {
        file.write_all(format!("{line}\n").as_bytes())
            .expect("VERSE_TEST_RECORD has room");
    }
}

fn folder() -> Option<&'static PathBuf> {
    static FOLDER: OnceLock<Option<PathBuf>> = OnceLock::new();
    FOLDER
        .get_or_init(|| std::env::var_os("VERSE_TEST_RECORD").map(PathBuf::from))
        .as_ref()
}
