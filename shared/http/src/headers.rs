//! The headers of every response.

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::Response,
};
use http::{HeaderName, HeaderValue, header};
use lambda_http::RequestExt;

use crate::App;

/// The header that carries the request's id, which the log line has, too.
pub(crate) const REQUEST_ID: &str = "x-request-id";

const ALWAYS: [(&str, &str); 4] = [
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("referrer-policy", "strict-origin-when-cross-origin"),
    (
        "permissions-policy",
        "geolocation=(), microphone=(), camera=(), payment=()",
    ),
];

/// The policy of a response that has none of its own: a browser loads nothing for it.
const NO_CONTENT: HeaderValue =
    HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'");

/// Two years: the least that browsers' preload lists accept.
const TRANSPORT_SECURITY: HeaderValue =
    HeaderValue::from_static("max-age=63072000; includeSubDomains");

/// The layer that adds them. Responses without `Cache-Control` get `no-store`.
pub(crate) async fn add(State(app): State<App>, request: Request, next: Next) -> Response {
    let id = request
        .lambda_context_ref()
        .and_then(|context| HeaderValue::from_str(&context.request_id).ok());
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in ALWAYS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers
        .entry(header::CONTENT_SECURITY_POLICY)
        .or_insert(NO_CONTENT);
    if !app.settings.development {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, TRANSPORT_SECURITY);
    }
    if let Some(id) = id {
        headers.insert(HeaderName::from_static(REQUEST_ID), id);
    }
    headers
        .entry(header::CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
    response
}
