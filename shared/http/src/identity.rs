//! Who is calling: the cookie `verse_user_id`, which says which device it is.

use std::{convert::Infallible, net::IpAddr};

use axum::{
    extract::FromRequestParts,
    response::{IntoResponseParts, ResponseParts},
};
use http::{HeaderMap, HeaderValue, header, request::Parts};
use lambda_http::request::RequestContext;
use verse_data::{Database, DeviceToken, NewDevice, Session, TokenHash, get_or_create_user};

use crate::{App, Problem, Settings, device_name::name_device};

const COOKIE: &str = "verse_user_id";
/// 400 days: the longest that browsers keep a cookie.
const MAX_AGE: u32 = 34_560_000;
/// As much of a `User-Agent` as is kept, in characters.
const USER_AGENT_LENGTH: usize = 500;

/// The caller, as far as the request tells.
#[derive(Clone, Debug)]
pub struct Caller {
    /// The token in the cookie. Whether it is anyone's, the database knows.
    pub token: Option<DeviceToken>,
    /// The address that API Gateway saw; no header that the client can write.
    pub address: Option<IpAddr>,
    /// The `User-Agent` header, cut short.
    pub user_agent: Option<String>,
}

impl<S: Sync> FromRequestParts<S> for Caller {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let user_agent = parts
            .headers
            .get(header::USER_AGENT)
            .and_then(|value| value.to_str().ok());
        Ok(Self {
            token: read_token(&parts.headers),
            address: parts.extensions.get().and_then(address),
            user_agent: user_agent.map(|text| text.chars().take(USER_AGENT_LENGTH).collect()),
        })
    }
}

impl Caller {
    /// What the database knows of the token.
    #[must_use]
    pub fn token_hash(&self) -> Option<TokenHash> {
        self.token.as_ref().map(DeviceToken::hash)
    }

    /// The device to create when the caller is unknown, named after its `User-Agent`.
    #[must_use]
    pub fn new_device(&self, app: &App, token: &DeviceToken) -> NewDevice {
        let (name, kind) = name_device(self.user_agent.as_deref().unwrap_or_default());
        NewDevice {
            token_hash: token.hash(),
            anonymous_id: app.random.uuid(),
            name,
            kind,
            user_agent: self.user_agent.clone(),
        }
    }
}

/// The first cookie of our name that can be a token: garbage is as good as none.
fn read_token(headers: &HeaderMap) -> Option<DeviceToken> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .filter(|(name, _)| *name == COOKIE)
        .find_map(|(_, value)| DeviceToken::parse(value))
}

fn address(context: &RequestContext) -> Option<IpAddr> {
    match context {
        RequestContext::ApiGatewayV1(context) => context.identity.source_ip.as_deref(),
        RequestContext::ApiGatewayV2(context) => context.http.source_ip.as_deref(),
        _ => None,
    }
    .and_then(|address| address.parse().ok())
}

/// The cookie to send with an answer: part of a response. None, unless told.
#[derive(Debug, Default)]
pub struct Identity {
    cookie: Option<HeaderValue>,
}

impl Identity {
    /// The cookie that `session` calls for: the new token of a new device, the one sent when it is due again, or none.
    #[must_use]
    pub fn of(session: &Session, caller: &Caller, new: &DeviceToken, settings: &Settings) -> Self {
        let token = match &caller.token {
            _ if session.is_new => Some(new),
            sent if session.cookie_is_due => sent.as_ref(),
            _ => None,
        };
        Self {
            cookie: token.and_then(|token| cookie(&token.expose(), MAX_AGE, settings)),
        }
    }

    /// Whoever has become a user is told so, whatever came of what was wanted.
    pub(crate) fn told_with(self, problem: Problem) -> Problem {
        match self.cookie {
            Some(cookie) => problem.with_header(header::SET_COOKIE, cookie),
            None => problem,
        }
    }

    /// A cookie that takes the place of the one sent, and ends at once.
    #[must_use]
    pub fn forget(settings: &Settings) -> Self {
        Self {
            cookie: cookie("", 0, settings),
        }
    }
}

/// Does a write in the caller's name; an unknown caller first becomes a user with its first device.
///
/// `work` is given the hash of the caller's token. For a known caller it is run once and nothing else is asked of the
/// database; when it answers [`verse_data::Error::UnknownCaller`], user and device are created and it is run again, in
/// the name of the new device.
///
/// # Errors
///
/// Those of `work`, with the cookie of a new device, and a `503` when the database does not answer.
pub async fn as_caller<T, F>(
    app: &App,
    caller: &Caller,
    work: impl Fn(Database, TokenHash) -> F,
) -> Result<(Identity, T), Problem>
where
    F: Future<Output = Result<T, verse_data::Error>>,
{
    let database = app.database()?;
    if let Some(known) = caller.token_hash() {
        let mut result = work(database.clone(), known).await;
        if let Err(verse_data::Error::UserGone(_)) = result {
            // The device was given to another user in mid-statement, by linking: now it is found there.
            result = work(database.clone(), known).await;
        }
        match result {
            Err(verse_data::Error::UnknownCaller) => {}
            result => return Ok((Identity { cookie: None }, result?)),
        }
    }
    let token = app.new_token();
    let device = caller.new_device(app, &token);
    let session = get_or_create_user(database, None, &device, app.clock.now()).await?;
    let identity = Identity::of(&session, caller, &token, &app.settings);
    match work(database.clone(), device.token_hash).await {
        Ok(done) => Ok((identity, done)),
        Err(error) => Err(identity.told_with(error.into())),
    }
}

fn cookie(value: &str, max_age: u32, settings: &Settings) -> Option<HeaderValue> {
    // A browser keeps no `Secure` cookie that came over plain HTTP.
    let secure = if settings.development { "" } else { "; Secure" };
    let text =
        format!("{COOKIE}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age={max_age}{secure}");
    let mut cookie = HeaderValue::from_str(&text).ok()?;
    cookie.set_sensitive(true);
    Some(cookie)
}

impl IntoResponseParts for Identity {
    type Error = Infallible;

    fn into_response_parts(self, mut response: ResponseParts) -> Result<ResponseParts, Infallible> {
        if let Some(cookie) = self.cookie {
            response.headers_mut().append(header::SET_COOKIE, cookie);
        }
        Ok(response)
    }
}

#[cfg(test)]
mod tests {
    use verse_data::Random;

    use super::*;

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
            assert!(
                read_token(&headers(&cookies)) == Some(token.clone()),
                "{}",
                cookies.len()
            );
        }
    }

    #[test]
    fn garbage_is_nobody() {
        for cookie in [
            "",
            "verse_user_id",
            "verse_user_id=",
            "verse_user_id=\"x\"",
            ";;;=;",
            "verse_user_id==",
        ] {
            assert!(read_token(&headers(&[cookie])).is_none(), "{cookie}");
        }
    }

    #[test]
    fn the_cookie_is_secure_but_in_development() {
        let settings = |development| Settings {
            development,
            ..Settings::default()
        };
        let text = |settings| {
            cookie("x", MAX_AGE, &settings)
                .unwrap()
                .to_str()
                .unwrap()
                .to_owned()
        };
        assert_eq!(
            text(settings(true)),
            "verse_user_id=x; Path=/; HttpOnly; SameSite=Lax; Max-Age=34560000"
        );
        assert!(text(settings(false)).ends_with("; Secure"));
    }
}
