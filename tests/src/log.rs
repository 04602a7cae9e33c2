//! What a function's processes write to stdout and stderr, which Lambda keeps as its log.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::Value;
use tokio::{
    io::{AsyncBufReadExt, AsyncRead, BufReader},
    task::JoinHandle,
};

use crate::{record, wait::eventually};

/// How many lines a failed test shows.
const TAIL: usize = 20;

/// A function's log, growing while its processes run. Clones are the same log.
#[derive(Clone, Debug, Default)]
pub struct Log(Arc<Mutex<Vec<String>>>);

impl Log {
    /// Every line so far.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        self.lock().clone()
    }

    /// The lines so far that are JSON.
    #[must_use]
    pub fn records(&self) -> Vec<Value> {
        self.lock()
            .iter()
            .filter_map(|line| serde_json::from_str(line).ok())
            .collect()
    }

    /// Waits for a JSON line of which `is_it` holds.
    pub async fn wait_for_record(&self, is_it: impl Fn(&Value) -> bool) -> Value {
        eventually("the line in the log", async || {
            self.records().into_iter().find(&is_it)
        })
        .await
    }

    /// Fails the test if `secret` stands anywhere in the log so far. Does not print it.
    pub fn expect_without(&self, secret: &str) {
        assert!(!secret.is_empty(), "an empty secret is in every log");
        let line = self.lock().iter().position(|line| line.contains(secret));
        assert!(
            line.is_none(),
            "line {line:?} of the function's log gives away a secret"
        );
    }

    /// The last lines, for a message about a failure.
    #[must_use]
    pub fn tail(&self) -> String {
        let lines = self.lock();
        let from = lines.len().saturating_sub(TAIL);
        match lines.get(from..) {
            Some(tail) if !tail.is_empty() => format!("the function's log:\n{}", tail.join("\n")),
            _ => "the function's log is empty".to_owned(),
        }
    }

    /// Takes in what `source` says, until it closes.
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
                log.lock().push(text);
                line.clear();
            }
        })
    }

    fn lock(&self) -> MutexGuard<'_, Vec<String>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
