//! The headers of every response.

use http::{HeaderMap, HeaderName, HeaderValue, header};

use crate::Settings;

/// The header that carries the request's id, which is also in the log.
pub(crate) const REQUEST_ID: &str = "x-request-id";

const ALWAYS: [(HeaderName, HeaderValue); 5] = [
    (
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    ),
    (header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
    (
        header::REFERRER_POLICY,
        HeaderValue::from_static("strict-origin-when-cross-origin"),
    ),
    (
        HeaderName::from_static("permissions-policy"),
        HeaderValue::from_static("geolocation=(), microphone=(), camera=(), payment=()"),
    ),
    (
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'"),
    ),
];

/// Two years, as browsers' preload lists want it at least.
const TRANSPORT_SECURITY: HeaderValue =
    HeaderValue::from_static("max-age=63072000; includeSubDomains");

/// Adds what every response carries. What says nothing of caching depends on the caller, and is not to be kept.
pub(crate) fn complete(headers: &mut HeaderMap, settings: &Settings, request_id: &str) {
    for (name, value) in ALWAYS {
        headers.insert(name, value);
    }
    if !settings.development {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, TRANSPORT_SECURITY);
    }
    if let Ok(id) = HeaderValue::from_str(request_id) {
        headers.insert(HeaderName::from_static(REQUEST_ID), id);
    }
    headers
        .entry(header::CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
}
