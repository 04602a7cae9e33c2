//! Granting, revoking and showing subscriptions.

use chrono::{DateTime, Utc};
use serde::Serialize;
use uuid::Uuid;
use verse_data::{
    Database, Error, Subscription, get_subscription, list_subscriptions, update_subscription,
};
use verse_http::Problem;

use crate::{Report, command::SubscriptionCommand};

/// One user's subscription.
#[derive(Debug, Serialize)]
pub struct One {
    /// As it stands now.
    subscription: Shown,
}

/// Some of the users that are pro, newest first.
#[derive(Debug, Serialize)]
pub struct Page {
    /// The subscriptions.
    subscriptions: Vec<Shown>,
    /// What to give as `before` for the next page; absent when this one is the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_before: Option<i64>,
}

/// A subscription, as operators see it.
#[derive(Debug, Serialize)]
struct Shown {
    anonymous_id: Uuid,
    is_pro: bool,
    created_at: DateTime<Utc>,
    last_active: Option<DateTime<Utc>>,
}

/// Carries a command out.
pub(crate) async fn run(
    database: &Database,
    command: SubscriptionCommand,
) -> Result<Report, Problem> {
    let one = match command {
        SubscriptionCommand::Grant(id) => update_subscription(database, id, true).await,
        SubscriptionCommand::Revoke(id) => update_subscription(database, id, false).await,
        SubscriptionCommand::Status(id) => get_subscription(database, id).await,
        SubscriptionCommand::List(list) => {
            return page(database, list.limit, list.before)
                .await
                .map(Report::Subscriptions);
        }
    };
    match one {
        Ok(one) => Ok(Report::Subscription(One {
            subscription: one.into(),
        })),
        Err(Error::NotFound(_)) => Err(Problem::not_found(
            "There is no user with this anonymous_id. A user that was merged into another is known by that one's.",
        )),
        Err(error) => Err(error.into()),
    }
}

async fn page(database: &Database, limit: u8, before: Option<i64>) -> Result<Page, Problem> {
    let page = verse_data::Page {
        limit: limit.into(),
        before,
    };
    let listed = list_subscriptions(database, page).await?;
    let is_full = listed.len() == usize::from(limit);
    let last = listed.last().map(|last| last.user_id);
    Ok(Page {
        subscriptions: listed.into_iter().map(Shown::from).collect(),
        next_before: last.filter(|_| is_full),
    })
}

impl From<Subscription> for Shown {
    fn from(from: Subscription) -> Self {
        Self {
            anonymous_id: from.anonymous_id,
            is_pro: from.is_pro,
            created_at: from.created_at,
            last_active: from.last_active,
        }
    }
}
