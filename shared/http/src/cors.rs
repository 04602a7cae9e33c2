//! CORS: the origins whose pages may call, and the headers that they may read.

use std::time::Duration;

use http::{HeaderName, Method, header};
use tower_http::cors::{AllowOrigin, CorsLayer};

use crate::{Settings, headers::REQUEST_ID};

/// Allows the configured origins, with credentials. A response to any other origin has no CORS headers.
pub(crate) fn layer(settings: &Settings) -> CorsLayer {
    CorsLayer::new()
        .allow_origin(AllowOrigin::list(settings.cors_origins.iter().cloned()))
        .allow_credentials(true)
        .allow_methods([Method::GET, Method::POST, Method::DELETE])
        .allow_headers([header::ACCEPT, header::CONTENT_TYPE, header::IF_NONE_MATCH])
        .expose_headers([
            header::CONTENT_DISPOSITION,
            header::ETAG,
            header::RETRY_AFTER,
            HeaderName::from_static(REQUEST_ID),
        ])
        // Two hours: the most that browsers accept.
        .max_age(Duration::from_hours(2))
}
