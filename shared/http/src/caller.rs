//! The caller of a request: the device that its session cookie names, and its address.

use std::{convert::Infallible, net::IpAddr};

use axum::extract::FromRequestParts;
use http::{header, request::Parts};
use lambda_http::request::RequestContext;
use verse_data::{
    AddressHash, Database, DeviceToken, NewDevice, Session, StoreLimit, TokenHash,
    get_or_create_user,
};

use crate::{
    App, Problem, Settings,
    device_name::name_device,
    session_cookie::{SessionCookie, read_token},
};

/// The characters of a `User-Agent` that are kept.
const USER_AGENT_LENGTH: usize = 500;

/// The caller, as the request describes it.
#[derive(Clone, Debug)]
pub struct Caller {
    /// The token of the session cookie. Only the database shows whether it belongs to a device.
    pub token: Option<DeviceToken>,
    /// The address that API Gateway saw. No header that the client can write has a part in it.
    pub address: Option<IpAddr>,
    /// The `User-Agent` header, cut to 500 characters.
    pub user_agent: Option<String>,
    cookie: SessionCookie,
    store_cost: i32,
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
            cookie: parts.extensions.get().cloned().unwrap_or_default(),
            store_cost: 1,
        })
    }
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
        let day = app.clock.now().date_naive();
        self.address.map(|address| StoreLimit {
            address: AddressHash::of(address, day),
            most: app.settings.store_per_minute,
            cost: self.store_cost,
        })
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
