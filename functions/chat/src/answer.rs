//! An answer on its way: from the model to the reader, and into its place.
//!
//! What ends it decides what is stored and counted:
//!
//! | end | stored | counted | the reader is told |
//! |---|---|---|---|
//! | the model has said all | complete | yes | `done` |
//! | the limit of tokens, or of a text's length | truncated | yes | `done`, `max_tokens` |
//! | the reader leaves | interrupted, with what there is | if the model was asked | |
//! | the reader does not take what comes until the deadline | interrupted, with what there is | yes | `error` |
//! | the model fails, or the deadline comes | interrupted, with what there is | no | `error` |
//! | the database cannot store it | what was stored last; cleanup makes it interrupted | yes | `error` |

use std::time::Duration;

use futures_util::{FutureExt, StreamExt};
use serde_json::{Map, Value, json};
use tokio::{
    task::JoinHandle,
    time::{Instant, sleep, timeout_at},
};
use verse_ai::{Answer, AnswerStream, ErrorKind, LONGEST_TEXT, ModelError, StopReason};
use verse_data::{Ending, Error, finish_message, refund_allowance, save_progress};
use verse_http::{App, EventSender, ReaderGone};

use crate::{asked::Asked, assistant::Assistant, memory, prompt};

/// How often what there is of an answer is stored, for the case that this process is killed.
const PROGRESS: Duration = Duration::from_secs(5);
/// Before the answer is stored a second time, when it could not be the first time.
const PAUSE: Duration = Duration::from_millis(300);
const NOT_STORED: &str = "The answer could not be stored. Please try again.";

/// Writes the answer, and ends with its last event.
pub(crate) async fn write(
    app: App,
    assistant: Assistant,
    asked: Asked,
    is_new: bool,
    mut events: EventSender,
) {
    let mut writer = Writer {
        app: &app,
        asked: &asked,
        text: String::new(),
        room: LONGEST_TEXT,
        is_cut: false,
        is_asked: false,
        is_telling: false,
        began: Instant::now(),
        first_token: None,
        progress: Progress::default(),
    };
    let end = match begin(&asked, is_new, &mut events).await {
        Ok(()) => writer.write(&assistant, &mut events).await,
        Err(ReaderGone) => End::ReaderLeft,
    };
    let is_stored = writer.store(&end).await;
    writer.log(&end, is_stored);
    match end {
        End::ReaderLeft => {}
        End::Said(stop_reason) if is_stored => {
            let done = json!({"status": "complete", "stop_reason": stop_reason.as_str()});
            events.end("done", &done).await;
        }
        End::Said(_) => {
            events
                .end("error", &told(NOT_STORED, Some("interrupted")))
                .await;
        }
        End::Failed(failure) => events.end("error", &failure.told()).await,
    }
    if let (Some(meanings), Ok(database)) = (&assistant.meanings, app.database()) {
        // The reader has the answer, and is kept waiting for nothing.
        memory::take_in(
            database,
            meanings,
            asked.token,
            asked.deadline.for_last_word(),
        )
        .await;
    }
}

/// Something leaves at once: API Gateway and its readers wait for the first byte.
async fn begin(asked: &Asked, is_new: bool, events: &mut EventSender) -> Result<(), ReaderGone> {
    if is_new {
        let chat = json!({"chat_id": asked.pending.chat.0});
        events.send("chat_id", &chat).await
    } else {
        events.send_comment().await
    }
}

/// How an answer ended.
enum End {
    Said(StopReason),
    ReaderLeft,
    Failed(Failure),
}

/// Why there is no answer, or no whole one.
#[derive(Debug)]
pub(crate) enum Failure {
    Model(ModelError),
    Data(Error),
}

impl Failure {
    /// For the log: the sentence for readers does not tell all.
    fn cause(&self) -> String {
        match self {
            Self::Model(error) => format!("{error:?}"),
            Self::Data(error) => error.to_string(),
        }
    }

    fn told(&self) -> Value {
        match self {
            Self::Model(error) => told(&error.to_string(), error.kind().map(ErrorKind::as_str)),
            Self::Data(_) => told(
                "The service cannot do this at the moment. Please try again in a few seconds.",
                None,
            ),
        }
    }
}

fn told(error: &str, error_type: Option<&str>) -> Value {
    let mut told = Map::from_iter([("error".to_owned(), error.into())]);
    if let Some(kind) = error_type {
        told.insert("error_type".to_owned(), kind.into());
    }
    told.into()
}

struct Writer<'w> {
    app: &'w App,
    asked: &'w Asked,
    text: String,
    /// How many characters more it may have.
    room: usize,
    /// Whether the model said more than that.
    is_cut: bool,
    /// Whether the model has been asked.
    is_asked: bool,
    /// Whether what it said waits for the reader to take it.
    is_telling: bool,
    began: Instant,
    first_token: Option<Duration>,
    progress: Progress,
}

impl Writer<'_> {
    async fn write(&mut self, assistant: &Assistant, events: &mut EventSender) -> End {
        let until = self.asked.deadline.for_model();
        let writing = self.tell(assistant, events);
        timeout_at(until + PAUSE, writing)
            .await
            .unwrap_or(End::Failed(Failure::Model(ModelError::TimedOut)))
    }

    /// Asks the model, and passes on what it says.
    async fn tell(&mut self, assistant: &Assistant, events: &mut EventSender) -> End {
        let prompt = prompt::of(self.app, assistant, self.asked);
        let request = tokio::select! {
            request = prompt => request,
            () = events.reader_gone() => return End::ReaderLeft,
        };
        let mut answer = match request {
            Ok(request) => assistant
                .model
                .chat(request, self.asked.deadline.for_model()),
            Err(failure) => return End::Failed(failure),
        };
        self.is_asked = true;
        loop {
            // In this order: what has been said is never taken for broken off.
            let piece = tokio::select! {
                biased;
                piece = answer.next() => piece,
                () = events.reader_gone() => return End::ReaderLeft,
            };
            if let Some(end) = self.take(piece) {
                return end;
            }
            let token = self.text.get(self.progress.sent..).unwrap_or_default();
            if !token.is_empty() {
                let event = json!({"token": token});
                self.progress.sent = self.text.len();
                self.is_telling = true;
                let told = events.send("token", &event).await;
                self.is_telling = false;
                if told.is_err() {
                    return self.take_the_rest(answer);
                }
            }
            if self.is_cut {
                return End::Said(StopReason::MaxTokens);
            }
            self.progress.keep(self.app, self.asked, &self.text);
        }
    }

    /// Takes a piece in; tells whether it was the last.
    fn take(&mut self, piece: Option<Result<Answer, ModelError>>) -> Option<End> {
        let failed = |error| Some(End::Failed(Failure::Model(error)));
        match piece {
            Some(Ok(Answer::Token(token))) => {
                self.first_token.get_or_insert(self.began.elapsed());
                self.add(&token);
                None
            }
            Some(Ok(Answer::End { .. })) if self.text.is_empty() => {
                let reason = "an answer without a word";
                failed(ModelError::Unusable { reason })
            }
            Some(Ok(Answer::End { stop_reason, .. })) => Some(End::Said(stop_reason)),
            Some(Err(error)) => failed(error),
            None => failed(ModelError::Interrupted),
        }
    }

    /// As much of the token as there is room for.
    fn add(&mut self, token: &str) {
        let end = token.char_indices().nth(self.room).map(|(end, _)| end);
        self.is_cut = end.is_some();
        let fitting = token.get(..end.unwrap_or(token.len())).unwrap_or_default();
        self.room -= fitting.chars().count();
        self.text.push_str(fitting);
    }

    /// The reader has gone: what the model has said until now is kept, and it is not asked for more.
    fn take_the_rest(&mut self, mut answer: AnswerStream) -> End {
        while let Some(piece) = answer.next().now_or_never() {
            match self.take(piece) {
                Some(End::Said(stop_reason)) => return End::Said(stop_reason),
                None if self.is_cut => return End::Said(StopReason::MaxTokens),
                Some(_) => break,
                None => {}
            }
        }
        End::ReaderLeft
    }

    /// Stores the answer in its place, and gives it back to the allowance where it is to be; tells whether it could.
    async fn store(&self, end: &End) -> bool {
        let (ending, given_back) = match end {
            End::Said(StopReason::EndTurn) => (Ending::Complete, false),
            End::Said(StopReason::MaxTokens) => (Ending::Truncated, false),
            End::ReaderLeft => (Ending::Interrupted, !self.is_asked),
            // Where the reader does not take what comes, the model has not failed.
            End::Failed(_) => (Ending::Interrupted, !self.is_telling),
        };
        let day = given_back.then_some(self.asked.day);
        let place = self.asked.pending.answer;
        let stored = async {
            let database = self.app.database().ok()?;
            let store = || finish_message(database, place, ending, &self.text, day);
            let mut is_stored = store().await.ok();
            if is_stored.is_none() {
                sleep(PAUSE).await;
                is_stored = store().await.ok();
            }
            if let (false, Some(day)) = (is_stored?, day) {
                // Its reader deleted the conversation meanwhile: the failure is the model's all the same.
                refund_allowance(database, self.asked.token, day)
                    .await
                    .ok()?;
            }
            Some(())
        };
        let stored = timeout_at(self.asked.deadline.for_last_word(), stored).await;
        // A place that is gone was deleted by its reader: nothing is lost that anybody wants.
        let is_stored = stored.is_ok_and(|stored| stored.is_some());
        if given_back && is_stored {
            self.app.put_refund();
        }
        is_stored
    }

    /// One line an answer, beside the one of its request, which is written when the answer begins.
    fn log(&self, end: &End, is_stored: bool) {
        let milliseconds = |time: Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
        let (outcome, cause): (_, Option<String>) = match end {
            End::Said(stop_reason) => (stop_reason.as_str(), None),
            End::ReaderLeft => ("reader_left", None),
            End::Failed(failure) => ("failed", Some(failure.cause())),
        };
        tracing::info!(
            outcome,
            is_stored,
            duration_ms = milliseconds(self.began.elapsed()),
            first_token_ms = self.first_token.map(milliseconds),
            cause,
            "answer"
        );
    }
}

/// What of an answer was sent and stored while it is being written.
#[derive(Default)]
struct Progress {
    /// Bytes that were sent.
    sent: usize,
    stored: Option<Instant>,
    storing: Option<JoinHandle<()>>,
}

impl Progress {
    /// Stores what there is from time to time, and keeps nobody waiting for it.
    fn keep(&mut self, app: &App, asked: &Asked, text: &str) {
        let last = *self.stored.get_or_insert_with(Instant::now);
        let is_storing = self
            .storing
            .as_ref()
            .is_some_and(|work| !work.is_finished());
        if is_storing || last.elapsed() < PROGRESS {
            return;
        }
        self.stored = Some(Instant::now());
        let (app, text) = (app.clone(), text.to_owned());
        let place = asked.pending.answer;
        self.storing = Some(tokio::spawn(async move {
            if let Ok(database) = app.database() {
                // The next time will do, or the end.
                let _ = save_progress(database, place, &text).await;
            }
        }));
    }
}
