//! Reads the command in an event.

use serde::Deserialize;
use serde_json::{Map, Value};
use uuid::Uuid;
use verse_http::Problem;

use crate::custom_resource::{self, ResourceRequest};

/// The work of an invocation.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Command {
    /// Apply the migrations.
    Migrate,
    /// Apply the migrations for CloudFormation, and send it the result.
    CustomResource(Box<ResourceRequest>),
    /// Show or change subscriptions.
    Subscription(SubscriptionCommand),
}

/// A command on subscriptions. The id is the user's `anonymous_id`.
#[derive(Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub(crate) enum SubscriptionCommand {
    /// Makes a user pro.
    Grant(Uuid),
    /// Ends a user's being pro.
    Revoke(Uuid),
    /// Shows a user's subscription.
    Status(Uuid),
    /// Lists the pro users.
    List(ListCommand),
}

/// A page of the list.
#[derive(Debug, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub(crate) struct ListCommand {
    /// The most items, 1 to 200.
    #[serde(default = "default_limit")]
    pub(crate) limit: u8,
    /// The `next_before` of the previous page.
    pub(crate) before: Option<i64>,
}

const SUBSCRIPTION: &str = "subscription";

fn default_limit() -> u8 {
    50
}

/// Reads an event.
///
/// Deployments and schedules send events of many forms. All of these apply the migrations, except an event whose only member
/// is an object: this is the form of a command, and an unknown one is refused. So a misspelt command is not reported as done.
pub(crate) fn read(event: Value) -> Result<Command, Problem> {
    if let Some(request) = custom_resource::read(&event) {
        return request.map(|request| Command::CustomResource(Box::new(request)));
    }
    let Value::Object(mut members) = event else {
        return Ok(Command::Migrate);
    };
    match members.remove(SUBSCRIPTION) {
        Some(command) => read_subscription(command).map(Command::Subscription),
        None if looks_like_a_command(&members) => Err(Problem::bad_request(
            "There is no such command. An event {\"subscription\": {…}} is one; one without a command, as {}, \
             applies the migrations.",
        )),
        None => Ok(Command::Migrate),
    }
}

fn looks_like_a_command(members: &Map<String, Value>) -> bool {
    members.len() == 1 && members.values().all(Value::is_object)
}

fn read_subscription(command: Value) -> Result<SubscriptionCommand, Problem> {
    let refused = || {
        Problem::bad_request(
            "The subscription command cannot be read. It is one of {\"grant\": id}, {\"revoke\": id}, \
             {\"status\": id} with a user's anonymous_id, and {\"list\": {\"limit\": 1 to 200, \"before\": next_before}}.",
        )
    };
    let command = serde_json::from_value(command).map_err(|_| refused())?;
    match command {
        SubscriptionCommand::List(ListCommand { limit, .. }) if !(1..=200).contains(&limit) => {
            Err(refused())
        }
        command => Ok(command),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_event_without_a_command_applies_the_migrations() {
        for event in [
            json!({}),
            json!(null),
            json!([]),
            json!("now"),
            json!({"any": ["event"]}),
            json!({"RequestType": "Update", "ResourceProperties": {"Version": "7"}}),
        ] {
            assert_eq!(read(event.clone()).unwrap(), Command::Migrate, "{event}");
        }
    }

    #[test]
    fn commands_are_read() {
        let id = Uuid::nil();
        let list = |limit, before| SubscriptionCommand::List(ListCommand { limit, before });
        for (command, expected) in [
            (json!({"grant": id}), SubscriptionCommand::Grant(id)),
            (json!({"revoke": id}), SubscriptionCommand::Revoke(id)),
            (json!({"status": id}), SubscriptionCommand::Status(id)),
            (json!({"list": {}}), list(50, None)),
            (
                json!({"list": {"limit": 200, "before": 7}}),
                list(200, Some(7)),
            ),
        ] {
            let read = read(json!({"subscription": command})).unwrap();
            assert_eq!(read, Command::Subscription(expected));
        }
    }

    #[test]
    fn an_unknown_or_malformed_command_is_refused() {
        let id = Uuid::nil();
        for event in [
            json!({"subscriptions": {"grant": id}}),
            json!({"erase": {}}),
            json!({"subscription": null}),
            json!({"subscription": "grant"}),
            json!({"subscription": {}}),
            json!({"subscription": {"give": id}}),
            json!({"subscription": {"grant": "no id"}}),
            json!({"subscription": {"grant": id, "revoke": id}}),
            json!({"subscription": {"list": {"limit": 0}}}),
            json!({"subscription": {"list": {"limit": 201}}}),
            json!({"subscription": {"list": {"limit": 5, "after": 7}}}),
        ] {
            assert!(read(event.clone()).is_err(), "{event}");
        }
    }
}
