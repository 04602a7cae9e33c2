//! Sends a message: checks the rate limits, recognises distress, stores the message, counts its reply, and starts the reply.

use verse_data::{Error, MessageTarget, PostOutcome, append_free_message, append_message};
use verse_generation::{CallKind, quota_exhausted};
use verse_http::{App, Caller, Deadline, EventStream, Problem, event_stream};

use crate::{
    assistant::Assistant,
    help::find_help,
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
    /// reply, and returns the reply's event stream. A message in distress costs no quota. Creates a user for an unknown caller
    /// that starts a chat. Two round trips; four for an unknown caller; one more for a message that continues a talk.
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
        let help = find_help(database, token, &self).await;
        let (text, most_bytes) = (&self.text, limits.most_bytes);
        let stored = if help.is_some() {
            append_free_message(database, token, self.target, text, most_bytes, now).await?
        } else {
            match append_message(database, token, self.target, text, limits, now).await? {
                PostOutcome::Stored(stored) => stored,
                PostOutcome::QuotaExhausted(usage) => {
                    return Err(quota_exhausted(usage, limits.daily_limit, now));
                }
            }
        };
        let reply = PendingReply {
            database: database.clone(),
            token,
            stored,
            day: help.is_none().then(|| now.date_naive()),
            help,
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
