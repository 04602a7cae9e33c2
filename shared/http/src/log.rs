//! The log: JSON, one line for each request. Nothing private: no cookie, address, parameter or body.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Instant,
};

use axum::{
    extract::{MatchedPath, Request, State},
    middleware::Next,
    response::Response,
};
use chrono::SecondsFormat;
use lambda_http::RequestExt;
use serde::Serialize;
use tracing::{Level, Metadata};
use tracing_subscriber::{
    Layer,
    filter::{LevelFilter, Targets, filter_fn},
    layer::SubscriberExt,
    util::SubscriberInitExt,
};

use crate::{
    App,
    metrics::{RequestMetrics, write_line},
    problem::Cause,
    statements::{StatementCounter, TARGET, count_statements},
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
    let counter = StatementCounter.with_filter(filter_fn(is_statement));
    // A second start in one process, as in tests, changes nothing.
    let _ = tracing_subscriber::registry()
        .with(lines)
        .with(counter)
        .try_init();
}

/// The events that are logged: this project's, and the warnings of libraries.
fn lines_filter() -> Targets {
    Targets::new()
        .with_default(LevelFilter::INFO)
        .with_target("sqlx", LevelFilter::WARN)
        // `genai` logs a provider's response, which may quote a prompt. Its errors hold the cause of a failure.
        .with_target("genai", LevelFilter::OFF)
        // `cargo lambda watch` sets a concurrency of which the runtime warns at each start.
        .with_target("lambda_runtime", LevelFilter::ERROR)
}

fn is_statement(metadata: &Metadata<'_>) -> bool {
    metadata.target() == TARGET && *metadata.level() <= Level::DEBUG
}

/// The log line of one request, in the form of the formatter's lines, with the request's metrics.
#[derive(Serialize)]
struct RequestLine<'r> {
    timestamp: String,
    level: &'static str,
    message: &'static str,
    function: &'r str,
    method: &'r str,
    /// The path in the table of routes, without the caller's parameters; `unmatched` when there is none.
    route: &'r str,
    status: u16,
    duration_ms: f64,
    statements: u32,
    request_id: &'r str,
    #[serde(skip_serializing_if = "Option::is_none")]
    trace_id: Option<&'r str>,
    /// Whether it is the first request of this process.
    cold_start: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    cause: Option<String>,
    #[serde(flatten)]
    metrics: RequestMetrics<'r>,
}

/// The state of the layer.
#[derive(Clone, Debug)]
pub(crate) struct RequestLog {
    app: App,
    is_cold: Arc<AtomicBool>,
}

impl RequestLog {
    pub(crate) fn new(app: &App) -> Self {
        Self {
            app: app.clone(),
            is_cold: Arc::new(AtomicBool::new(true)),
        }
    }
}

/// The layer that writes one line for each request.
pub(crate) async fn log_request(
    State(log): State<RequestLog>,
    request: Request,
    next: Next,
) -> Response {
    let started = Instant::now();
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().cloned();
    let context = request.lambda_context_ref();
    let request_id = context.map(|c| c.request_id.clone()).unwrap_or_default();
    let trace = context.and_then(|c| c.xray_trace_id.clone());
    let (response, statements) = count_statements(next.run(request)).await;

    let (settings, now) = (&log.app.settings, log.app.clock.now());
    let route = route.as_ref().map_or("unmatched", MatchedPath::as_str);
    let is_error = response.status().is_server_error();
    let duration_ms = (started.elapsed().as_secs_f64() * 1e6).round() / 1e3;
    let cold_start = log.is_cold.swap(false, Ordering::Relaxed);
    write_line(&RequestLine {
        timestamp: now.to_rfc3339_opts(SecondsFormat::Micros, true),
        level: if is_error { "ERROR" } else { "INFO" },
        message: "request",
        function: &settings.function,
        method: method.as_str(),
        route,
        status: response.status().as_u16(),
        duration_ms,
        statements,
        request_id: &request_id,
        trace_id: trace.as_deref().map(trace_root),
        cold_start,
        cause: response.extensions().get().map(Cause::to_string),
        metrics: RequestMetrics::new(
            &settings.metrics_namespace,
            now,
            (&settings.function, route),
            (is_error, cold_start),
            duration_ms,
        ),
    });
    response
}

/// The trace's id in `Root=1-…;Parent=…;Sampled=1`, by which X-Ray finds it.
fn trace_root(header: &str) -> &str {
    let root = header
        .split(';')
        .find_map(|part| part.strip_prefix("Root="));
    root.unwrap_or(header)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_model_providers_response_is_not_logged() {
        let filter = lines_filter();
        for target in ["genai", "genai::adapter::adapters::anthropic::streamer"] {
            assert!(!filter.would_enable(target, &Level::ERROR), "{target}");
        }
        assert!(filter.would_enable("verse_http::log", &Level::INFO));
    }
}
