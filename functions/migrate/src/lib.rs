//! What an operator does to the database, which only functions can reach: brings its schema up to this build's, and
//! grants subscriptions.
//!
//! An event without a command applies the migrations, as a deployment asks for it before new code takes traffic. A
//! second call finds nothing to do and says so. An error fails the invocation, and so the deployment. The commands:
//!
//! An event of CloudFormation for a custom resource applies them, too, and is answered where it says.
//!
//! ```json
//! {"subscription": {"grant": "<anonymous_id>"}}
//! {"subscription": {"revoke": "<anonymous_id>"}}
//! {"subscription": {"status": "<anonymous_id>"}}
//! {"subscription": {"list": {"limit": 50, "before": 1234}}}
//! ```

mod command;
mod delivery;
mod schema;
mod stack;
mod subscription;

use serde::Serialize;
use serde_json::Value;
use verse_http::{App, Invocation, Problem};

use command::Command;

/// What was done.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum Report {
    /// Migrations were applied.
    Schema(schema::Applied),
    /// A deployment asked for them, and was told.
    Stack(stack::Told),
    /// One user's subscription, as it stands now.
    Subscription(subscription::One),
    /// A page of subscriptions.
    Subscriptions(subscription::Page),
}

/// Does what the event asks for.
///
/// # Errors
///
/// When the command cannot be read, or names a user that there is not; when the database does not answer, or refuses a
/// migration.
pub async fn operate(app: App, invocation: Invocation<Value>) -> Result<Report, Problem> {
    match command::read(invocation.event)? {
        Command::Migrate => schema::apply(app.database()?).await.map(Report::Schema),
        Command::Stack(request) => stack::run(&app, *request, invocation.deadline)
            .await
            .map(Report::Stack),
        Command::Subscription(command) => subscription::run(app.database()?, command).await,
    }
}
