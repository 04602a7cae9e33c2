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
/// The most tokens of one request that are looked up. A browser has several when cookies of this name were set for several
/// domains or paths.
const MOST_TOKENS: usize = 5;

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

/// The well-formed tokens of the session cookies, in their order and without repetitions: [`MOST_TOKENS`] at most.
///
/// Cookies are read as bytes, pair by pair. Browsers send the cookies of other applications on the same site, too, which may
/// hold any bytes.
pub(crate) fn read_tokens(headers: &HeaderMap) -> Vec<DeviceToken> {
    let mut tokens = Vec::new();
    let pairs = headers.get_all(header::COOKIE).iter();
    for token in pairs
        .flat_map(|value| value.as_bytes().split(|byte| *byte == b';'))
        .filter_map(read_token)
    {
        if tokens.len() < MOST_TOKENS && !tokens.contains(&token) {
            tokens.push(token);
        }
    }
    tokens
}

/// The token of one pair, if it is a session cookie. Some clients quote a value (RFC 6265, section 4.1.1).
fn read_token(pair: &[u8]) -> Option<DeviceToken> {
    let mut parts = pair.splitn(2, |byte| *byte == b'=').map(<[u8]>::trim_ascii);
    let value = (parts.next()? == NAME.as_bytes()).then(|| parts.next())??;
    let unquoted = value
        .strip_prefix(b"\"")
        .and_then(|value| value.strip_suffix(b"\""));
    DeviceToken::parse(str::from_utf8(unquoted.unwrap_or(value)).ok()?)
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

    fn tokens(cookies: &[&[u8]]) -> Vec<String> {
        let mut headers = HeaderMap::new();
        for cookie in cookies {
            headers.append(header::COOKIE, HeaderValue::from_bytes(cookie).unwrap());
        }
        let tokens = read_tokens(&headers);
        tokens.iter().map(DeviceToken::expose).collect()
    }

    fn token() -> String {
        DeviceToken::generate(&Random::system()).expose()
    }

    #[test]
    fn the_token_is_found_among_other_cookies() {
        let token = token();
        let huge = "x".repeat(100_000);
        for cookie in [
            format!("theme=dark; verse_user_id={token}"),
            format!("verse_user_id={token};b=2"),
            format!("verse_user_id=garbage; verse_user_id={token}"),
            format!("name=Zoë; verse_user_id={token}"),
            format!("=; ;;=x; ; Zoë; verse_user_id={token}; \u{1F980}=1"),
            format!("a={huge}; verse_user_id={token}"),
            format!(" verse_user_id = {token} "),
            format!("verse_user_id=\"{token}\"; verse_user_id={token}"),
        ] {
            assert_eq!(tokens(&[cookie.as_bytes()]), [&*token], "{cookie:.100}");
        }
        let cookie = format!("verse_user_id={token}");
        let latin1 = [b"name=Zo\xeb; ", cookie.as_bytes()].concat();
        assert_eq!(tokens(&[&latin1]), [&*token]);
        assert_eq!(tokens(&[b"\xff", cookie.as_bytes(), b"a=1"]), [&*token]);
    }

    #[test]
    fn of_many_tokens_the_first_five_are_read() {
        let many: Vec<_> = (0..7).map(|_| token()).collect();
        let pairs = many.iter().map(|token| format!("verse_user_id={token}"));
        let cookie = pairs.collect::<Vec<_>>().join("; ");
        assert_eq!(tokens(&[cookie.as_bytes()]), many[..5]);
    }

    #[test]
    fn a_malformed_cookie_is_no_token() {
        for value in ["", "=", "=\"x\"", "=;;;=;", "==", "=\"", "=\"\""] {
            let cookie = format!("verse_user_id{value}");
            assert_eq!(tokens(&[cookie.as_bytes()]), [""; 0], "{cookie}");
        }
        let token = token();
        for cookie in [
            format!("Verse_User_Id={token}"),
            format!("x=verse_user_id={token}"),
            format!("verse_user_id=\"{token}"),
        ] {
            assert_eq!(tokens(&[cookie.as_bytes()]), [""; 0], "{cookie}");
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
