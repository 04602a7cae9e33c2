//! Metrics: counts in a line of the log, which CloudWatch reads as it comes in.
//!
//! The line is in CloudWatch's embedded metric format; it is no log line of ours with a level and a message, so that it
//! does not pass through the log's formatter, but it is written to the same place.

use std::io::Write;

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

/// Under what CloudWatch keeps our metrics.
const NAMESPACE: &str = "Verse";

/// Writes these counts for what `dimension` (a name and a value) tells apart.
pub fn put_metrics(now: DateTime<Utc>, dimension: (&str, &str), counts: &[(&str, u64)]) {
    let line = embedded(now, dimension, counts);
    // A log that takes no line leaves nobody to tell.
    let _ = writeln!(std::io::stdout().lock(), "{line}");
}

/// The line. Source: "Specification: Embedded metric format" in the CloudWatch user guide.
fn embedded(now: DateTime<Utc>, (dimension, value): (&str, &str), counts: &[(&str, u64)]) -> Value {
    let metrics: Vec<_> = counts
        .iter()
        .map(|(name, _)| json!({"Name": name, "Unit": "Count"}))
        .collect();
    let mut line = json!({
        "_aws": {
            "Timestamp": now.timestamp_millis(),
            "CloudWatchMetrics": [
                {"Namespace": NAMESPACE, "Dimensions": [[dimension]], "Metrics": metrics},
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
        let line = embedded(now, ("Job", "sweep"), &[("Changed", 12), ("Failed", 0)]);
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
