//! Metrics: counts in log lines, from which CloudWatch makes metrics.
//!
//! The lines have CloudWatch's embedded metric format. A request's metrics are members of its log line (`log.rs`). The
//! metrics of a job or a model call have a line of their own, without level and message. Source: "Specification: Embedded
//! metric format" in the CloudWatch user guide.

use std::io::Write;

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::{Value, json};

use crate::App;

impl App {
    /// Writes counts for `dimension` (its name and value).
    pub fn put_metrics(&self, dimension: (&str, &str), counts: &[(&str, u64)]) {
        let namespace = &self.settings.metrics_namespace;
        write_line(&counts_line(namespace, self.clock.now(), dimension, counts));
    }

    /// Counts one call of this function's model, and what its text cost and had.
    pub fn put_model_call(&self, counts: &[(&str, u64)]) {
        let counts = [&[("ModelCalls", 1)], counts].concat();
        self.put_metrics(("Function", &self.settings.function), &counts);
    }

    /// Counts the refund of one generated answer.
    pub fn put_refund(&self) {
        self.put_metrics(("Function", &self.settings.function), &[("Refunds", 1)]);
    }
}

/// Writes a line to the log.
pub(crate) fn write_line(line: &impl Serialize) {
    if let Ok(line) = serde_json::to_string(line) {
        // There is nowhere to report that the log cannot be written.
        let _ = writeln!(std::io::stdout().lock(), "{line}");
    }
}

/// The metrics of one request, by function, and by function and route.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct RequestMetrics<'r> {
    function: &'r str,
    route: &'r str,
    requests: u8,
    /// Responses of 500 and above.
    errors: u8,
    cold_starts: u8,
    /// In milliseconds.
    duration: f64,
    #[serde(rename = "_aws")]
    aws: Value,
}

impl<'r> RequestMetrics<'r> {
    pub(crate) fn new(
        namespace: &str,
        now: DateTime<Utc>,
        (function, route): (&'r str, &'r str),
        (is_error, is_cold): (bool, bool),
        duration: f64,
    ) -> Self {
        let time = json!({"Name": "Duration", "Unit": "Milliseconds"});
        let by_function = [
            count("Requests"),
            count("Errors"),
            count("ColdStarts"),
            time.clone(),
        ];
        let by_route = [count("Requests"), count("Errors"), time];
        let directives = [
            directive(namespace, &["Function"], &by_function),
            directive(namespace, &["Function", "Route"], &by_route),
        ];
        Self {
            function,
            route,
            requests: 1,
            errors: is_error.into(),
            cold_starts: is_cold.into(),
            duration,
            aws: metadata(now, &directives),
        }
    }
}

fn counts_line(
    namespace: &str,
    now: DateTime<Utc>,
    (dimension, value): (&str, &str),
    counts: &[(&str, u64)],
) -> Value {
    let metrics: Vec<_> = counts.iter().map(|(name, _)| count(name)).collect();
    let directive = directive(namespace, &[dimension], &metrics);
    let mut line = json!({"_aws": metadata(now, &[directive]), dimension: value});
    if let Some(members) = line.as_object_mut() {
        let counts = counts.iter();
        members.extend(counts.map(|(name, n)| ((*name).to_owned(), (*n).into())));
    }
    line
}

fn metadata(now: DateTime<Utc>, directives: &[Value]) -> Value {
    json!({"Timestamp": now.timestamp_millis(), "CloudWatchMetrics": directives})
}

fn directive(namespace: &str, dimensions: &[&str], metrics: &[Value]) -> Value {
    json!({"Namespace": namespace, "Dimensions": [dimensions], "Metrics": metrics})
}

fn count(name: &str) -> Value {
    json!({"Name": name, "Unit": "Count"})
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_names_its_metrics_and_holds_their_values() {
        let now = "2026-01-01T00:00:00Z".parse().unwrap();
        let counts = [("Changed", 12), ("Failed", 0)];
        let line = counts_line("Verse", now, ("Job", "sweep"), &counts);
        assert_eq!(
            line,
            json!({
                "_aws": {
                    "Timestamp": 1_767_225_600_000_i64,
                    "CloudWatchMetrics": [{
                        "Namespace": "Verse",
                        "Dimensions": [["Job"]],
                        "Metrics": [
                            {"Name": "Changed", "Unit": "Count"},
                            {"Name": "Failed", "Unit": "Count"},
                        ],
                    }],
                },
                "Job": "sweep",
                "Changed": 12,
                "Failed": 0,
            })
        );
    }
}
