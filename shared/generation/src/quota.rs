//! The daily quota of generated answers: the answer when it is used up, and refunds.

use chrono::{DateTime, Days, NaiveTime, Utc};
use tokio::time::timeout_at;
use verse_data::{Error, Usage};
use verse_http::{App, Deadline, Problem};

/// `429`: the caller's quota is used up. `Retry-After` names midnight in UTC.
pub fn quota_exhausted(usage: Usage, limit: i32, now: DateTime<Utc>) -> Problem {
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

/// Runs a refund, which returns whether it lowered a count, and counts it in the metrics.
///
/// When the refund fails, the answer stays counted, and a claim stays until its lease ends.
pub(crate) async fn refund(
    app: &App,
    deadline: Deadline,
    work: impl Future<Output = Result<bool, Error>>,
) {
    match timeout_at(deadline.for_last_event(), work).await {
        Ok(Ok(true)) => app.put_refund(),
        Ok(Ok(false)) => {}
        Ok(Err(_)) | Err(_) => tracing::error!("a failed generation could not be refunded"),
    }
}
