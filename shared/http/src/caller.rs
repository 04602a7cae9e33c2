//! The caller of a request: the device that its session cookie names, and its address.

use std::net::IpAddr;

use axum::extract::FromRequestParts;
use http::{header, request::Parts};
use lambda_http::request::RequestContext;
use verse_data::{
    Database, DeviceToken, NewDevice, Session, TokenHash, find_known_token, get_or_create_user,
};

use crate::{
    App, Problem, Settings,
    device_name::{name_device, visible},
    session_cookie::{SessionCookie, read_tokens},
};

/// The most characters of a `User-Agent` that are kept.
const USER_AGENT_LENGTH: usize = 500;

/// The caller, as the request describes it.
#[derive(Clone, Debug)]
pub struct Caller {
    /// The token of the session cookie. Only the database shows whether it belongs to a device. Of several cookies, the
    /// first that belongs to one.
    pub token: Option<DeviceToken>,
    /// The address that API Gateway saw. No header that the client can write has a part in it.
    pub address: Option<IpAddr>,
    /// The visible characters of the `User-Agent` header, 500 at most.
    pub user_agent: Option<String>,
    cookie: SessionCookie,
}

/// Answers `503` when a request with several tokens cannot be looked up.
impl FromRequestParts<App> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let user_agent = parts.headers.get(header::USER_AGENT);
        let user_agent =
            user_agent.map(|value| visible(&String::from_utf8_lossy(value.as_bytes())));
        Ok(Self {
            token: choose(app, read_tokens(&parts.headers)).await?,
            address: parts.extensions.get().and_then(address),
            user_agent: user_agent.map(|text| text.chars().take(USER_AGENT_LENGTH).collect()),
            cookie: parts.extensions.get().cloned().unwrap_or_default(),
        })
    }
}

/// Of several tokens, the first that belongs to a device: one round trip, which a request with one token does not need.
async fn choose(app: &App, tokens: Vec<DeviceToken>) -> Result<Option<DeviceToken>, Problem> {
    let mut known = None;
    if tokens.len() > 1 {
        let hashes: Vec<_> = tokens.iter().map(DeviceToken::hash).collect();
        known = find_known_token(app.database()?, &hashes).await?;
    }
    let mut tokens = tokens.into_iter();
    Ok(match known {
        Some(known) => tokens.find(|token| token.hash() == known),
        None => tokens.next(),
    })
}

fn address(context: &RequestContext) -> Option<IpAddr> {
    match context {
        RequestContext::ApiGatewayV1(context) => context.identity.source_ip.as_deref(),
        RequestContext::ApiGatewayV2(context) => context.http.source_ip.as_deref(),
        _ => None,
    }
    .and_then(|address| address.parse().ok())
}

impl Caller {
    /// The hash of the token, by which the database finds the device.
    #[must_use]
    pub fn token_hash(&self) -> Option<TokenHash> {
        self.token.as_ref().map(DeviceToken::hash)
    }

    /// Creates a user with its first device, named after the `User-Agent`, and sets the session cookie. One round trip.
    ///
    /// # Errors
    /// A `503` when the database does not answer.
    pub async fn create_user(&self, app: &App) -> Result<(TokenHash, Session), Problem> {
        let token = DeviceToken::generate(&app.random);
        let (name, kind) = name_device(self.user_agent.as_deref().unwrap_or_default());
        let device = NewDevice {
            token_hash: token.hash(),
            anonymous_id: app.random.uuid(),
            name,
            kind,
            user_agent: self.user_agent.clone(),
        };
        let now = app.clock.now();
        let session = get_or_create_user(app.database()?, None, &device, now).await?;
        self.cookie.set(&token, &app.settings);
        Ok((device.token_hash, session))
    }

    /// Sends the session cookie again when it expires in less than 370 days.
    pub fn renew_cookie(&self, session: &Session, settings: &Settings) {
        if let Some(token) = self.token.as_ref().filter(|_| session.cookie_is_due) {
            self.cookie.set(token, settings);
        }
    }

    /// Removes the session cookie from the browser.
    pub fn clear_cookie(&self, settings: &Settings) {
        self.cookie.clear(settings);
    }
}

/// Runs a write as the caller's user. For an unknown caller, it first creates a user with its first device.
///
/// `work` receives the hash of the caller's token. A known caller costs no round trip beyond those of `work`. When `work`
/// returns [`verse_data::Error::UnknownCaller`], it runs again for the new device.
///
/// # Errors
/// Those of `work`, and a `503` when the database does not answer.
pub async fn with_user<T, F>(
    app: &App,
    caller: &Caller,
    work: impl Fn(Database, TokenHash) -> F,
) -> Result<T, Problem>
where
    F: Future<Output = Result<T, verse_data::Error>>,
{
    let database = app.database()?;
    if let Some(known) = caller.token_hash() {
        let mut result = work(database.clone(), known).await;
        if let Err(verse_data::Error::UserGone(_)) = result {
            // Linking moved the device to another user during the statement. A second run finds it there.
            result = work(database.clone(), known).await;
        }
        match result {
            Err(verse_data::Error::UnknownCaller) => {}
            result => return Ok(result?),
        }
    }
    let (token, _) = caller.create_user(app).await?;
    Ok(work(database.clone(), token).await?)
}
