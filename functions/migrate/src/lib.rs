//! Applies the migrations and manages subscriptions. Only functions can reach the database, so operators and deployments
//! invoke this one.
//!
//! An event without a command applies the migrations that the database lacks; a deployment does this before new code takes
//! traffic. So does an event of CloudFormation for a custom resource, which also receives the result. An error fails the
//! invocation, and with it the deployment. The commands:
//!
//! ```json
//! {"subscription": {"grant": "<anonymous_id>"}}
//! {"subscription": {"revoke": "<anonymous_id>"}}
//! {"subscription": {"status": "<anonymous_id>"}}
//! {"subscription": {"list": {"limit": 50, "before": 1234}}}
//! ```

mod command;
mod custom_resource;
mod signed_put;
mod subscription;

use serde_json::{Value, json};
use verse_data::apply_migrations;
use verse_http::{App, Invocation, Problem};

use command::Command;

/// Runs the command in the event. Returns its report: `{"applied": […]}`, `{"subscription": {…}}` or
/// `{"subscriptions": […], "next_before": id}`; for CloudFormation, the status that it received.
///
/// # Errors
/// When the command cannot be read or names an unknown user; when the database does not answer or refuses a migration.
pub async fn operate(app: App, invocation: Invocation<Value>) -> Result<Value, Problem> {
    match command::read(invocation.event)? {
        Command::Migrate => {
            let applied = apply_migrations(app.database()?).await?;
            Ok(json!({"applied": applied}))
        }
        Command::CustomResource(request) => {
            custom_resource::run(&app, *request, invocation.deadline).await
        }
        Command::Subscription(command) => subscription::run(app.database()?, command).await,
    }
}
