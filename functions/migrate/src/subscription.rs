//! Grants, revokes and shows subscriptions.

use serde_json::{Value, json};
use verse_data::{
    Database, Error, Page, get_subscription, list_subscriptions, update_subscription,
};
use verse_http::Problem;

use crate::command::{ListCommand, SubscriptionCommand};

/// Runs a command. One round trip.
pub(crate) async fn run(
    database: &Database,
    command: SubscriptionCommand,
) -> Result<Value, Problem> {
    let subscription = match command {
        SubscriptionCommand::Grant(id) => update_subscription(database, id, true).await,
        SubscriptionCommand::Revoke(id) => update_subscription(database, id, false).await,
        SubscriptionCommand::Status(id) => get_subscription(database, id).await,
        SubscriptionCommand::List(command) => return list(database, command).await,
    };
    match subscription {
        Ok(subscription) => Ok(json!({"subscription": subscription})),
        Err(Error::NotFound(_)) => Err(Problem::not_found(
            "There is no user with this anonymous_id. A merged user has the anonymous_id of the user that it was merged into.",
        )),
        Err(error) => Err(error.into()),
    }
}

/// A page of the pro users, newest first. `next_before` is the `before` of the next page; the last page has none.
async fn list(database: &Database, command: ListCommand) -> Result<Value, Problem> {
    let ListCommand { limit, before } = command;
    let page = Page {
        limit: limit.into(),
        before,
    };
    let subscriptions = list_subscriptions(database, page).await?;
    Ok(match subscriptions.last() {
        Some(last) if subscriptions.len() == usize::from(limit) => {
            json!({"subscriptions": subscriptions, "next_before": last.user_id})
        }
        _ => json!({"subscriptions": subscriptions}),
    })
}
