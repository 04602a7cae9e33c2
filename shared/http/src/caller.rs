//! The caller of a request: the device that its session cookie names, and its address.

use std::{convert::Infallible, net::IpAddr};

use axum::extract::FromRequestParts;
use http::{header, request::Parts};
use lambda_http::request::RequestContext;
use verse_data::{
    AddressHash, Database, DeviceToken, NewDevice, Session, StoreLimit, TokenHash,
    find_known_token, get_or_create_user,
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
    store_cost: i32,
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
            address: CallerAddress::of(parts),
            user_agent: user_agent.map(|text| text.chars().take(USER_AGENT_LENGTH).collect()),
            cookie: parts.extensions.get().cloned().unwrap_or_default(),
            store_cost: 1,
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

/// The caller's address, for a route that reads no cookie.
#[derive(Clone, Copy, Debug)]
pub struct CallerAddress(Option<IpAddr>);

impl<S: Sync> FromRequestParts<S> for CallerAddress {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self(Self::of(parts)))
    }
}

impl CallerAddress {
    fn of(parts: &Parts) -> Option<IpAddr> {
        let address = match parts.extensions.get()? {
            RequestContext::ApiGatewayV1(context) => context.identity.source_ip.as_deref(),
            RequestContext::ApiGatewayV2(context) => context.http.source_ip.as_deref(),
            _ => None,
        };
        address?.parse().ok()
    }

    /// The limit of what the address stores, for a call that counts `cost`; `None` without an address.
    #[must_use]
    pub fn store_limit(self, app: &App, cost: i32) -> Option<StoreLimit> {
        let day = app.clock.now().date_naive();
        self.0.map(|address| StoreLimit {
            address: AddressHash::of(address, day),
            most: app.settings.store_per_minute,
            cost,
        })
    }
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
    /// A `429` when the address stores too much, and a `503` when the database does not answer.
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
        let limit = self.store_limit(app);
        let session = get_or_create_user(app.database()?, None, &device, limit, now).await?;
        self.cookie.set(&token, &app.settings);
        Ok((device.token_hash, session))
    }

    /// The caller of a request that counts `cost` against the limit of what an address stores, and not one.
    #[must_use]
    pub fn counting(self, cost: i32) -> Self {
        let store_cost = cost;
        Self { store_cost, ..self }
    }

    /// The limit of what the caller's address stores; `None` without an address.
    #[must_use]
    pub fn store_limit(&self, app: &App) -> Option<StoreLimit> {
        CallerAddress(self.address).store_limit(app, self.store_cost)
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
