//! Metrics: counts in lines of the log, which CloudWatch reads as they come in.
//!
//! They are in CloudWatch's embedded metric format. A request's own are members of its one line of the log (`log.rs`);
//! what a job or a model's answer counted has a line of its own, which is no log line with a level and a message.

use std::io::Write;

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::{Value, json};

use crate::App;

impl App {
    /// Counts for what `dimension` (a name and a value) tells apart.
    pub fn put_metrics(&self, dimension: (&str, &str), counts: &[(&str, u64)]) {
        let namespace = &self.settings.metrics_namespace;
        write_line(&embedded(namespace, self.clock.now(), dimension, counts));
    }

    /// Counts one call of this function's model.
    pub fn put_model_call(&self, input_tokens: u64, output_tokens: u64) {
        let counts = [
            ("ModelCalls", 1),
            ("InputTokens", input_tokens),
            ("OutputTokens", output_tokens),
        ];
        self.put_metrics(("Function", &self.settings.function), &counts);
    }

    /// Counts an answer that could not be given, so that its reader has it back.
    pub fn put_refund(&self) {
        self.put_metrics(("Function", &self.settings.function), &[("Refunds", 1)]);
    }
}

/// Writes a line of the log.
pub(crate) fn write_line(line: &impl Serialize) {
    if let Ok(line) = serde_json::to_string(line) {
        // A log that takes no line leaves nobody to tell.
        let _ = writeln!(std::io::stdout().lock(), "{line}");
    }
}

/// What one request counts, by function, and by function and route.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct RequestMetrics<'r> {
    pub(crate) function: &'r str,
    pub(crate) route: &'r str,
    requests: u8,
    /// Answers that say that something went wrong on our side.
    errors: u8,
    cold_starts: u8,
    /// Milliseconds.
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
        let count = |name: &str| json!({"Name": name, "Unit": "Count"});
        let duration_metric = json!({"Name": "Duration", "Unit": "Milliseconds"});
        let directive = |dimensions: &[&str], metrics: &[Value]| json!({"Namespace": namespace, "Dimensions": [dimensions], "Metrics": metrics});
        Self {
            function,
            route,
            requests: 1,
            errors: is_error.into(),
            cold_starts: is_cold.into(),
            duration,
            aws: json!({
                "Timestamp": now.timestamp_millis(),
                "CloudWatchMetrics": [
                    directive(
                        &["Function"],
                        &[count("Requests"), count("Errors"), count("ColdStarts"), duration_metric.clone()],
                    ),
                    directive(&["Function", "Route"], &[count("Requests"), count("Errors"), duration_metric]),
                ],
            }),
        }
    }
}

/// The line. Source: "Specification: Embedded metric format" in the CloudWatch user guide.
fn embedded(
    namespace: &str,
    now: DateTime<Utc>,
    (dimension, value): (&str, &str),
    counts: &[(&str, u64)],
) -> Value {
    let metrics: Vec<_> = counts
        .iter()
        .map(|(name, _)| json!({"Name": name, "Unit": "Count"}))
        .collect();
    let mut line = json!({
        "_aws": {
            "Timestamp": now.timestamp_millis(),
            "CloudWatchMetrics": [
                {"Namespace": namespace, "Dimensions": [[dimension]], "Metrics": metrics},
            ],
        },
        dimension: value,
    });
    if let Some(members) = line.as_object_mut() {
        members.extend(
            counts
                .iter()
                .map(|(name, n)| ((*name).to_owned(), (*n).into())),
        );
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_names_its_metrics_and_holds_their_values() {
        let now = "2026-01-01T00:00:00Z".parse().unwrap();
        let line = embedded(
            "Verse",
            now,
            ("Job", "sweep"),
            &[("Changed", 12), ("Failed", 0)],
        );
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
