//! The session cookie `verse_user_id`: how it is read, written and sent.
//!
//! A handler never sends the cookie itself. It changes the [`Caller`](crate::Caller), which shares a [`SessionCookie`]
//! with the layer of this module, and the layer adds `Set-Cookie` to the response, an error's included.

use std::sync::{Arc, Mutex, PoisonError};

use axum::{extract::Request, middleware::Next, response::Response};
use http::{HeaderMap, HeaderValue, header};
use verse_data::DeviceToken;

use crate::Settings;

const NAME: &str = "verse_user_id";
/// 400 days: the longest lifetime that browsers allow.
const MAX_AGE: u32 = 34_560_000;

/// The `Set-Cookie` header of one response, if it has one. Clones share it.
#[derive(Clone, Debug, Default)]
pub(crate) struct SessionCookie(Arc<Mutex<Option<HeaderValue>>>);

impl SessionCookie {
    /// Sends `token` with the response.
    pub(crate) fn set(&self, token: &DeviceToken, settings: &Settings) {
        self.replace(header_value(&token.expose(), MAX_AGE, settings));
    }

    /// Sends an expired cookie, which removes the browser's.
    pub(crate) fn clear(&self, settings: &Settings) {
        self.replace(header_value("", 0, settings));
    }

    fn replace(&self, value: Option<HeaderValue>) -> Option<HeaderValue> {
        let mut current = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::replace(&mut *current, value)
    }
}

/// The layer: adds the cookie that the handler set to the response.
pub(crate) async fn send(mut request: Request, next: Next) -> Response {
    let cookie = SessionCookie::default();
    request.extensions_mut().insert(cookie.clone());
    let mut response = next.run(request).await;
    if let Some(value) = cookie.replace(None) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
    response
}

/// The first session cookie that holds a well-formed token.
pub(crate) fn read_token(headers: &HeaderMap) -> Option<DeviceToken> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .filter(|(name, _)| *name == NAME)
        .find_map(|(_, value)| DeviceToken::parse(value))
}

fn header_value(token: &str, max_age: u32, settings: &Settings) -> Option<HeaderValue> {
    // Browsers drop a `Secure` cookie that arrives over plain HTTP.
    let secure = if settings.development { "" } else { "; Secure" };
    let text = format!("{NAME}={token}; Path=/; HttpOnly; SameSite=Lax; Max-Age={max_age}{secure}");
    let mut value = HeaderValue::from_str(&text).ok()?;
    value.set_sensitive(true);
    Some(value)
}

#[cfg(test)]
mod tests {
    use axum::{Extension, Router, body::Body, middleware::from_fn, routing::get};
    use http::StatusCode;
    use tower::ServiceExt;
    use verse_platform::Random;

    use super::*;

    #[tokio::test]
    async fn the_cookie_is_sent_with_a_success_and_with_an_error() {
        let token = DeviceToken::generate(&Random::system());
        let handler = |status| {
            let token = token.clone();
            get(async move |Extension(cookie): Extension<SessionCookie>| {
                cookie.set(&token, &Settings::default());
                status
            })
        };
        let router = Router::new()
            .route("/success", handler(StatusCode::OK))
            .route("/error", handler(StatusCode::SERVICE_UNAVAILABLE))
            .route("/none", get(StatusCode::OK))
            .layer(from_fn(send));
        let sent = format!("verse_user_id={}; ", token.expose());
        for (path, status, cookies) in [("/success", 200, 1), ("/error", 503, 1), ("/none", 200, 0)]
        {
            let request = Request::get(path).body(Body::empty()).unwrap();
            let response = router.clone().oneshot(request).await.unwrap();
            assert_eq!(response.status(), status);
            let headers: Vec<_> = response
                .headers()
                .get_all(header::SET_COOKIE)
                .iter()
                .collect();
            assert_eq!(headers.len(), cookies, "{path}");
            assert!(
                headers
                    .iter()
                    .all(|value| value.to_str().unwrap().starts_with(&sent))
            );
        }
    }

    fn headers(cookies: &[&str]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for cookie in cookies {
            headers.append(header::COOKIE, HeaderValue::from_str(cookie).unwrap());
        }
        headers
    }

    #[test]
    fn the_token_is_found_among_other_cookies() {
        let token = DeviceToken::generate(&Random::system());
        let text = token.expose();
        for cookies in [
            vec![format!("theme=dark; verse_user_id={text}")],
            vec!["a=1".to_owned(), format!("verse_user_id={text}; b=2")],
            vec![format!("verse_user_id=garbage; verse_user_id={text}")],
        ] {
            let cookies: Vec<_> = cookies.iter().map(String::as_str).collect();
            assert!(read_token(&headers(&cookies)) == Some(token.clone()));
        }
    }

    #[test]
    fn a_malformed_cookie_is_no_token() {
        for value in ["", "=", "=\"x\"", "=;;;=;", "=="] {
            let cookie = &format!("verse_user_id{value}");
            assert!(read_token(&headers(&[cookie])).is_none(), "{cookie}");
        }
    }

    #[test]
    fn the_cookie_is_secure_outside_development() {
        let text = |development| {
            let settings = Settings {
                development,
                ..Settings::default()
            };
            let value = header_value("x", MAX_AGE, &settings).unwrap();
            value.to_str().unwrap().to_owned()
        };
        assert_eq!(
            text(true),
            "verse_user_id=x; Path=/; HttpOnly; SameSite=Lax; Max-Age=34560000"
        );
        assert!(text(false).ends_with("; Secure"));
    }
}
