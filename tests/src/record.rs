//! The record of a whole test run: every line of the product's logs and every secret of a test, in which
//! `dev/privacy.py` searches for secrets in logs; and the measured figures, which `dev/suite.py` prints.
//!
//! Nothing is recorded unless `VERSE_TEST_RECORD` names a folder.

use std::{
    fs::{File, OpenOptions},
    io::Write,
    path::PathBuf,
    sync::OnceLock,
};

use serde_json::Value;

use crate::{cookies::Cookie, event::Event};

/// The minimum length of a secret: a shorter text may be in a log by chance. `dev/privacy.py` searches for this prefix.
const MIN_LENGTH: usize = 12;
/// The functions of the harness's own tests. They log their requests, and are not part of the product.
const TEST_FUNCTIONS: [&str; 2] = ["hello", "echo"];

/// Prints a measured figure, and records it: a whole run hides the output of tests and prints the figures at its end.
#[macro_export]
macro_rules! figure {
    ($($text:tt)*) => { $crate::record_figure(&format!($($text)*)) };
}

/// See [`figure!`](crate::figure).
#[expect(clippy::print_stdout, reason = "the macro prints")]
pub fn record_figure(text: &str) {
    println!("{text}");
    append("figures", text);
}

/// Records a line of a function's log.
pub(crate) fn line(function: &str, line: &str) {
    if !TEST_FUNCTIONS.contains(&function) {
        append("log", &format!("{function}\t{line}"));
    }
}

/// Records a text that no log may contain.
pub(crate) fn secret(text: &str) {
    if text.chars().count() >= MIN_LENGTH {
        append("secrets", &Value::from(text).to_string());
    }
}

/// Records the secrets of a request: its cookies, and every text in its body.
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

/// Records the secrets of a response: its cookies, and link codes.
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

/// Records every text at any depth, except the times and anonymous ids of an export.
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

/// Adds a line to this process's file of a kind, in one write, because tests run at the same time.
fn append(kind: &str, line: &str) {
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
        Some(file.expect("VERSE_TEST_RECORD is a writable folder"))
    });
    if let Some(mut file) = file.as_ref() {
        file.write_all(format!("{line}\n").as_bytes())
            .expect("VERSE_TEST_RECORD has space");
    }
}

fn folder() -> Option<&'static PathBuf> {
    static FOLDER: OnceLock<Option<PathBuf>> = OnceLock::new();
    FOLDER
        .get_or_init(|| std::env::var_os("VERSE_TEST_RECORD").map(PathBuf::from))
        .as_ref()
}
