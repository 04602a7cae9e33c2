//! A message that is stored and waits for its answer.

use chrono::{DateTime, NaiveDate, Utc};
use verse_ai::InsightTexts;
use verse_data::{PendingAnswer, Place, Said, TokenHash, say};
use verse_http::{App, Deadline, EventStream, Problem, allowance_used_up, event_stream};

use crate::{answer, assistant::Assistant};

/// A message of the caller's.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) token: TokenHash,
    pub(crate) pending: PendingAnswer,
    /// Whose allowance it is counted in.
    pub(crate) day: NaiveDate,
    pub(crate) message: String,
    pub(crate) about: About,
    pub(crate) deadline: Deadline,
}

/// What the reader has before them. In a standalone chat it stands with the chat.
#[derive(Clone, Debug, Default)]
pub(crate) struct About {
    pub(crate) passage_reference: Option<String>,
    pub(crate) passage_text: Option<String>,
    pub(crate) insight: Option<InsightTexts>,
}

/// Where to say what, and until when it must be answered.
pub(crate) struct Message<'m> {
    pub(crate) place: Place<'m>,
    pub(crate) text: String,
    pub(crate) about: About,
    pub(crate) deadline: Deadline,
}

impl Message<'_> {
    /// Stores and counts the message, and begins to answer it.
    pub(crate) async fn ask(
        self,
        app: &App,
        assistant: Assistant,
        token: TokenHash,
        now: DateTime<Utc>,
    ) -> Result<EventStream, Problem> {
        let limit = app.settings.daily_limit;
        let said = say(app.database()?, token, self.place, &self.text, limit, now).await?;
        let pending = match said {
            Said::Stored(pending) => pending,
            Said::Refused(usage) => return Err(allowance_used_up(usage, limit, now)),
        };
        let asked = Asked {
            token,
            pending,
            day: now.date_naive(),
            message: self.text,
            about: self.about,
            deadline: self.deadline,
        };
        let (events, stream) = event_stream(app);
        let is_new = matches!(self.place, Place::NewChat { .. });
        app.tasks
            .spawn(answer::write(app.clone(), assistant, asked, is_new, events));
        Ok(stream)
    }
}

/// `404`: a caller who is unknown has none.
pub(crate) fn no_such(thing: &str) -> Problem {
    Problem::not_found(format!("There is no such {thing}."))
}
