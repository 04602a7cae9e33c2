//! Sends a message: checks the rate limits, stores the message, counts its reply, and starts the reply.

use verse_data::{Error, MessageTarget, PostOutcome, append_message};
use verse_generation::{CallKind, quota_exhausted};
use verse_http::{App, Caller, Deadline, EventStream, Problem, event_stream};

use crate::{
    assistant::Assistant,
    pending_reply::{PendingReply, ReadingContext},
    reply_writer,
};

/// A message of the caller.
pub(crate) struct NewMessage<'m> {
    pub(crate) target: MessageTarget<'m>,
    pub(crate) text: String,
    pub(crate) context: ReadingContext,
    pub(crate) deadline: Deadline,
}

impl NewMessage<'_> {
    /// Checks the rate limits, stores the message and its pending reply in one statement, spawns the task that writes the
    /// reply, and returns the reply's event stream. Creates a user for an unknown caller that starts a chat. Two round trips;
    /// four for an unknown caller.
    ///
    /// # Errors
    /// A `404` for a conversation or insight that the caller does not have, a `429` when a rate limit is reached or the quota
    /// is used up, a `413` when the user has stored too much, and a `503` when the database does not answer.
    pub(crate) async fn send(
        self,
        app: &App,
        assistant: Assistant,
        caller: &Caller,
    ) -> Result<EventStream, Problem> {
        let (now, kind) = (app.clock.now(), CallKind::Message);
        let limits = assistant.generator.rate_limits;
        let token = match self.target {
            MessageTarget::NewChat { .. } => limits.check_as_user(app, caller, kind, now).await?,
            MessageTarget::Chat(_) => {
                let known = limits.check(app, caller, kind, now).await?;
                known.ok_or(Error::NotFound("chat"))?
            }
            MessageTarget::Insight(_) => {
                let known = limits.check(app, caller, kind, now).await?;
                known.ok_or(Error::NotFound("insight"))?
            }
        };
        let (database, limits) = (app.database()?, app.settings.user_limits());
        let posted = append_message(database, token, self.target, &self.text, limits, now).await?;
        let stored = match posted {
            PostOutcome::Stored(stored) => stored,
            PostOutcome::QuotaExhausted(usage) => {
                return Err(quota_exhausted(usage, limits.daily_limit, now));
            }
        };
        let reply = PendingReply {
            database: database.clone(),
            token,
            stored,
            day: now.date_naive(),
            message: self.text,
            context: self.context,
            deadline: self.deadline,
        };
        let (events, stream) = event_stream(app);
        let is_new_chat = matches!(self.target, MessageTarget::NewChat { .. });
        let writing = reply_writer::write(app.clone(), assistant, reply, is_new_chat, events);
        app.tasks.spawn(writing);
        Ok(stream)
    }
}
