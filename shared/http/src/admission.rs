//! Who may ask for what costs something: the rates of the user and of the address, and what is told beyond the allowance.

use chrono::{DateTime, Days, NaiveTime, Utc};
use verse_data::{Rate, TokenHash, Usage, get_or_create_user, take_rate};

use crate::{App, Caller, Identity, Metered, Problem};

const TOO_FAST: &str = "Too many requests in a short time. Please wait a moment and try again.";

/// Takes a place in the rates of the caller's user and address. `None`: nobody knows the caller, and the address's place is
/// taken: so that cookies which somebody invents are held as one caller is. One round trip; one more where a cookie is
/// nobody's.
///
/// # Errors
///
/// A `429` when there is no place, and a `503` when the database does not answer.
pub async fn admit(
    app: &App,
    caller: &Caller,
    what: Metered,
    now: DateTime<Utc>,
) -> Result<Option<TokenHash>, Problem> {
    let (database, rates) = (app.database()?, &app.settings.rates);
    if let Some(token) = caller.token_hash() {
        let takes = rates.takes(what, token, caller.address, now);
        match take_rate(database, &takes, now).await {
            Err(verse_data::Error::UnknownCaller) => {}
            rate => {
                judge(rate?, now)?;
                return Ok(Some(token));
            }
        }
    }
    if let Some(address) = caller.address {
        let take = rates.take_of_address(address, now);
        judge(take_rate(database, &[take], now).await?, now)?;
    }
    Ok(None)
}

/// As [`admit`]; an unknown caller becomes a user with its first device. Three round trips then.
///
/// # Errors
///
/// Those of [`admit`].
pub async fn admit_as_user(
    app: &App,
    caller: &Caller,
    what: Metered,
    now: DateTime<Utc>,
) -> Result<(Identity, TokenHash), Problem> {
    if let Some(token) = admit(app, caller, what, now).await? {
        return Ok((Identity::default(), token));
    }
    let token = app.new_token();
    let device = caller.new_device(app, &token);
    let session = get_or_create_user(app.database()?, None, &device, now).await?;
    let identity = Identity::of(&session, caller, &token, &app.settings);
    let take = app.settings.rates.take_of_user(what, device.token_hash);
    let rate = take_rate(app.database()?, &[take], now).await;
    match rate
        .map_err(Problem::from)
        .and_then(|rate| judge(rate, now))
    {
        Ok(()) => Ok((identity, device.token_hash)),
        Err(problem) => Err(identity.told_with(problem)),
    }
}

/// `429`: the day's allowance is used up.
#[must_use]
pub fn allowance_used_up(usage: Usage, limit: i32, now: DateTime<Utc>) -> Problem {
    let midnight = now.date_naive().checked_add_days(Days::new(1));
    let midnight = midnight.map(|day| day.and_time(NaiveTime::MIN).and_utc());
    let detail = format!(
        "Daily limit of {limit} AI requests reached. Please try again tomorrow or upgrade to pro."
    );
    Problem::too_many(detail, midnight.unwrap_or(now) - now)
        .with("current_usage", usage.calls_today)
        .with("limit", limit)
        .with("is_pro", usage.is_pro)
}

fn judge(rate: Rate, now: DateTime<Utc>) -> Result<(), Problem> {
    match rate {
        Rate::Allowed => Ok(()),
        Rate::Exhausted { free_at } => Err(Problem::too_many(TOO_FAST, free_at - now)),
    }
}
