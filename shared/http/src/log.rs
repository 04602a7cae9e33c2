//! The log: JSON, one line a request. Nothing private: no cookie, no address, no parameter, no body.

use std::time::Duration;

use tracing::{Level, Metadata};
use tracing_subscriber::{
    Layer,
    filter::{LevelFilter, Targets, filter_fn},
    layer::SubscriberExt,
    util::SubscriberInitExt,
};

use crate::{
    problem::Cause,
    statements::{CountStatements, TARGET},
};

/// Starts the log of this process.
pub(crate) fn start() {
    let lines = tracing_subscriber::fmt::layer()
        .json()
        .flatten_event(true)
        .with_target(false)
        .with_current_span(false)
        .with_span_list(false)
        .with_filter(lines_filter());
    let counter = CountStatements.with_filter(filter_fn(is_statement));
    // A second start in one process, as in tests, changes nothing.
    let _ = tracing_subscriber::registry()
        .with(lines)
        .with(counter)
        .try_init();
}

/// What is logged: our lines, and of libraries what somebody should look at.
fn lines_filter() -> Targets {
    Targets::new()
        .with_default(LevelFilter::INFO)
        .with_target("sqlx", LevelFilter::WARN)
        // It logs what a provider said, which may quote a prompt. What went wrong is in its errors.
        .with_target("genai", LevelFilter::OFF)
        // The emulator sets a concurrency that the runtime warns of at each start.
        .with_target("lambda_runtime", LevelFilter::ERROR)
}

fn is_statement(metadata: &Metadata<'_>) -> bool {
    metadata.target() == TARGET && *metadata.level() <= Level::DEBUG
}

/// One answered request.
pub(crate) struct Answered<'r> {
    /// The function's name.
    pub(crate) function: &'r str,
    /// The method.
    pub(crate) method: &'r str,
    /// The route as the table has it, without what the caller put in: `unmatched` when there is none.
    pub(crate) route: &'r str,
    /// The status.
    pub(crate) status: u16,
    /// From the request to its answer.
    pub(crate) duration: Duration,
    /// SQL statements.
    pub(crate) statements: u32,
    /// The request's id.
    pub(crate) request_id: &'r str,
    /// Whether it is the first of this process.
    pub(crate) cold_start: bool,
    /// What went wrong inside.
    pub(crate) cause: Option<&'r Cause>,
}

impl Answered<'_> {
    /// Writes the line.
    pub(crate) fn log(&self) {
        let duration_ms = (self.duration.as_secs_f64() * 1e6).round() / 1e3;
        let cause = self.cause.map(tracing::field::display);
        macro_rules! line {
            ($level:ident) => {
                tracing::$level!(
                    function = self.function,
                    method = self.method,
                    route = self.route,
                    status = self.status,
                    duration_ms,
                    statements = self.statements,
                    request_id = self.request_id,
                    cold_start = self.cold_start,
                    cause,
                    "request"
                )
            };
        }
        if self.status >= 500 {
            line!(error);
        } else {
            line!(info);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_models_provider_said_is_not_logged() {
        let filter = lines_filter();
        for target in ["genai", "genai::adapter::adapters::anthropic::streamer"] {
            assert!(!filter.would_enable(target, &Level::ERROR), "{target}");
        }
        assert!(filter.would_enable("verse_http::log", &Level::INFO));
    }
}
