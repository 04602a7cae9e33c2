//! Rate limits per user and per IP address for calls that reach a model.
//!
//! Each limit is a fixed window of one minute that begins with its first call. All functions share the windows, which are
//! rows of `rate_buckets`.

use std::net::IpAddr;

use chrono::{DateTime, Duration, Utc};
use verse_data::{
    AddressHash, Bucket, RateDecision, RateKey, RateLimit, TokenHash, consume_rate_limits,
};
use verse_http::{App, Caller, Problem};
use verse_platform::{Environment, SettingError};

const TOO_FAST: &str = "Too many requests in a short time. Please wait a moment and try again.";

/// Calls a minute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RateLimits {
    /// Insights and definitions of one user.
    pub texts: i32,
    /// Chat messages of one user.
    pub messages: i32,
    /// Insights, definitions and chat messages from one address.
    pub address: i32,
}

/// The kind of call that a rate limit counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallKind {
    /// An insight or a definition.
    Text,
    /// A chat message.
    Message,
}

impl Default for RateLimits {
    fn default() -> Self {
        Self {
            texts: 10,
            messages: 20,
            address: 60,
        }
    }
}

impl RateLimits {
    /// Reads `GENERATE_PER_MINUTE`, `CHAT_PER_MINUTE` and `ADDRESS_PER_MINUTE`.
    ///
    /// # Errors
    /// Names the setting that cannot be used.
    pub fn from_environment(environment: &Environment) -> Result<Self, SettingError> {
        let default = Self::default();
        let number = |name, default| environment.parse(name, default, "a whole number");
        Ok(Self {
            texts: number("GENERATE_PER_MINUTE", default.texts)?,
            messages: number("CHAT_PER_MINUTE", default.messages)?,
            address: number("ADDRESS_PER_MINUTE", default.address)?,
        })
    }

    /// Counts a call of the caller's user and address. Returns `None` for an unknown caller, whose call counts for the
    /// address alone: invented cookies share one limit. One round trip; one more for a cookie that belongs to no device.
    ///
    /// # Errors
    /// A `429` when a limit is reached, and a `503` when the database does not answer.
    pub async fn check(
        &self,
        app: &App,
        caller: &Caller,
        kind: CallKind,
        now: DateTime<Utc>,
    ) -> Result<Option<TokenHash>, Problem> {
        let address = caller.address.map(|address| self.of_address(address, now));
        if let Some(token) = caller.token_hash() {
            let limits: Vec<_> = [self.of_user(kind, token)]
                .into_iter()
                .chain(address)
                .collect();
            match consume_rate_limits(app.database()?, &limits, now).await {
                Err(verse_data::Error::UnknownCaller) => {}
                decision => {
                    require_allowed(decision?, now)?;
                    return Ok(Some(token));
                }
            }
        }
        if let Some(limit) = address {
            let decision = consume_rate_limits(app.database()?, &[limit], now).await?;
            require_allowed(decision, now)?;
        }
        Ok(None)
    }

    /// Counts a call like [`check`](Self::check), and creates a user for an unknown caller. Three round trips then.
    ///
    /// # Errors
    /// Those of [`check`](Self::check).
    pub async fn check_as_user(
        &self,
        app: &App,
        caller: &Caller,
        kind: CallKind,
        now: DateTime<Utc>,
    ) -> Result<TokenHash, Problem> {
        if let Some(token) = self.check(app, caller, kind, now).await? {
            return Ok(token);
        }
        let (token, _) = caller.create_user(app).await?;
        let limit = self.of_user(kind, token);
        let decision = consume_rate_limits(app.database()?, &[limit], now).await?;
        require_allowed(decision, now)?;
        Ok(token)
    }

    fn of_user(&self, kind: CallKind, token: TokenHash) -> RateLimit {
        let (bucket, most) = match kind {
            CallKind::Text => (Bucket::Generate, self.texts),
            CallKind::Message => (Bucket::Chat, self.messages),
        };
        per_minute(bucket, most, RateKey::Caller(token))
    }

    fn of_address(&self, address: IpAddr, now: DateTime<Utc>) -> RateLimit {
        let key = RateKey::Address(AddressHash::of(address, now.date_naive()));
        per_minute(Bucket::Address, self.address, key)
    }
}

fn per_minute(bucket: Bucket, most: i32, key: RateKey) -> RateLimit {
    RateLimit {
        bucket,
        key,
        most,
        window: Duration::minutes(1),
    }
}

fn require_allowed(decision: RateDecision, now: DateTime<Utc>) -> Result<(), Problem> {
    match decision {
        RateDecision::Allowed => Ok(()),
        RateDecision::Limited { retry_at } => Err(Problem::too_many(TOO_FAST, retry_at - now)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_limit_can_be_set() {
        let names = [
            "GENERATE_PER_MINUTE",
            "CHAT_PER_MINUTE",
            "ADDRESS_PER_MINUTE",
        ];
        let set = Environment::of(names.map(|name| (name, "7")));
        let seven = RateLimits {
            texts: 7,
            messages: 7,
            address: 7,
        };
        assert_eq!(RateLimits::from_environment(&set).unwrap(), seven);
        for name in names {
            let malformed = Environment::of([(name, "many")]);
            let error = RateLimits::from_environment(&malformed).unwrap_err();
            assert!(error.to_string().starts_with(name), "{error}");
        }
        let unset = RateLimits::from_environment(&Environment::of([("A", "a")])).unwrap();
        assert_eq!(unset, RateLimits::default());
    }
}
