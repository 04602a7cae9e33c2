//! The log of a function: the stdout and stderr of its processes.

use std::sync::{Arc, Mutex};

use serde_json::Value;
use tokio::{
    io::{AsyncBufReadExt, AsyncRead, BufReader},
    task::JoinHandle,
};

use crate::{lock::lock, record, wait::eventually};

/// The number of lines in the message of a failed test.
const TAIL: usize = 20;

/// The log of a function. Clones are the same log.
#[derive(Clone, Debug, Default)]
pub struct Log(Arc<Mutex<Vec<String>>>);

impl Log {
    /// Every line so far.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        lock(&self.0).clone()
    }

    /// The lines so far that are JSON.
    #[must_use]
    pub fn records(&self) -> Vec<Value> {
        lock(&self.0)
            .iter()
            .filter_map(|line| serde_json::from_str(line).ok())
            .collect()
    }

    /// Waits for a JSON line that matches.
    pub async fn wait_for_record(&self, matches: impl Fn(&Value) -> bool) -> Value {
        eventually("a line of the log", async || {
            self.records().into_iter().find(&matches)
        })
        .await
    }

    /// Fails the test if the log has `secret` so far. Does not print it.
    pub fn expect_without(&self, secret: &str) {
        assert!(!secret.is_empty(), "an empty secret");
        let line = lock(&self.0).iter().position(|line| line.contains(secret));
        assert!(
            line.is_none(),
            "line {line:?} of the function's log contains a secret"
        );
    }

    /// The last lines, for the message of a failed test.
    #[must_use]
    pub fn tail(&self) -> String {
        let lines = lock(&self.0);
        let from = lines.len().saturating_sub(TAIL);
        match lines.get(from..) {
            Some(tail) if !tail.is_empty() => format!("the function's log:\n{}", tail.join("\n")),
            _ => "the function's log is empty".to_owned(),
        }
    }

    /// Adds the lines of `source` until it closes.
    pub(crate) fn follow(
        &self,
        function: &str,
        source: impl AsyncRead + Send + Unpin + 'static,
    ) -> JoinHandle<()> {
        let (log, function) = (self.clone(), function.to_owned());
        tokio::spawn(async move {
            let mut source = BufReader::new(source);
            let mut line = Vec::new();
            while let Ok(1..) = source.read_until(b'\n', &mut line).await {
                let text = String::from_utf8_lossy(&line).trim_end().to_owned();
                record::line(&function, &text);
                lock(&log.0).push(text);
                line.clear();
            }
        })
    }
}
