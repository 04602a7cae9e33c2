//! Writes a reply: passes the model's tokens to the reader and stores the reply in its message.
//!
//! The way in which a reply ends decides what is stored, counted and sent:
//!
//! | end | stored | counted | last event |
//! |---|---|---|---|
//! | the model finishes | complete | yes | `done` |
//! | the limit of tokens or of a text's length is reached | truncated | yes | `done`, `max_tokens` |
//! | the reader leaves | interrupted, with the text so far | if a provider was called | |
//! | the reader does not read until the deadline | interrupted, with the text so far | yes | `error` |
//! | the model fails, or the deadline comes | interrupted, with the text so far | no | `error` |
//! | the database cannot store the reply | interrupted, if the database recovers soon | no | `error` |
//!
//! The fixed reply to a message in distress ends in the same ways, calls no provider and is never counted.
//! A reply is counted with its message, before any provider is called, and refunded where it does not count.

use std::time::Duration;

use chrono::NaiveDate;
use futures_util::{FutureExt, StreamExt};
use serde_json::{Value, json};
use tokio::{
    task::JoinHandle,
    time::{Instant, sleep, timeout_at},
};
use verse_ai::{Counts, MAX_TEXT_CHARS, ModelError, ReplyEvent, ReplyStream, Source, StopReason};
use verse_data::{Error, FinalState, FinishedMessage, finish_message, refund_quota, save_progress};
use verse_http::{App, EventSender, ReaderGone};

use crate::{
    assistant::Assistant,
    memory,
    pending_reply::{PendingReply, ReplyError},
    prompt::build_request,
};

/// Time between two writes of the text so far, which is kept when the process is killed.
const PROGRESS_INTERVAL: Duration = Duration::from_secs(5);
/// Pause before the second try to store a reply.
const RETRY_PAUSE: Duration = Duration::from_millis(300);
/// Pause between two tries to refund a reply that could not be stored, and their number after the last event.
const REFUND_PAUSE: Duration = Duration::from_secs(1);
const REFUND_TRIES: usize = 5;

/// Writes the reply and sends its last event. Three round trips; two more with an embedder, after the last event.
pub(crate) async fn write(
    app: App,
    assistant: Assistant,
    reply: PendingReply,
    is_new_chat: bool,
    events: EventSender,
) {
    let mut writer = Writer {
        reply: &reply,
        text: String::new(),
        room: MAX_TEXT_CHARS,
        is_full: false,
        is_charged: false,
        is_sending: false,
        sources: Vec::new(),
        quotations: Counts::default(),
        began: Instant::now(),
        first_token: None,
        progress: Progress::default(),
    };
    let mut end = match send_first_bytes(&reply, is_new_chat, &events).await {
        Ok(()) => writer.write(&app, &assistant, &events).await,
        Err(ReaderGone) => End::ReaderLeft,
    };
    let finished = writer.store(&end).await;
    writer.log(&end, finished.is_some());
    let mut is_refunded = finished.is_some_and(|finished| finished.is_refunded);
    let mut owed = None;
    if finished.is_none() {
        if matches!(end, End::Finished(_)) {
            end = End::Failed(ReplyError::NotStored);
        }
        owed = writer.refund_day(&end);
    }
    if let Some(day) = owed {
        let refunding = writer.refund_unstored(day);
        if let Ok(Ok(refunded)) = timeout_at(reply.deadline.for_last_event(), refunding).await {
            (is_refunded, owed) = (refunded, None);
        }
    }
    match end {
        End::ReaderLeft => {}
        End::Finished(stop_reason) => {
            let done = done(stop_reason, &writer.sources, writer.quotations);
            events.end("done", &done).await;
        }
        End::Failed(error) => events.end("error", &error.event()).await,
    }
    if let Some(day) = owed {
        is_refunded = writer.keep_refunding(day).await;
    }
    if is_refunded {
        app.put_refund();
    } else if let (Some(embedder), None) = (&assistant.embedder, &reply.help) {
        // The next reply that counts embeds the messages of a refunded or free one.
        let end = reply.deadline.for_last_event();
        memory::embed_new_messages(&reply.database, embedder, reply.token, end).await;
    }
}

/// API Gateway and clients wait for the first byte, so one leaves before the model is called.
async fn send_first_bytes(
    reply: &PendingReply,
    is_new_chat: bool,
    events: &EventSender,
) -> Result<(), ReaderGone> {
    if is_new_chat {
        let chat = json!({"chat_id": reply.stored.chat.0});
        events.send("chat_id", &chat).await
    } else {
        events.send_comment().await
    }
}

/// The data of the `done` event.
fn done(stop_reason: StopReason, sources: &[Source], quotations: Counts) -> Value {
    let sources = sources.iter();
    let sources = sources.map(|source| json!({"work": source.work, "licence": source.licence}));
    json!({
        "status": "complete",
        "stop_reason": stop_reason.as_str(),
        "sources": sources.collect::<Vec<_>>(),
        "quotations": {
            "checked": quotations.checked,
            "corrected": quotations.corrected,
            "removed": quotations.removed,
        },
    })
}

/// How a reply ended.
enum End {
    Finished(StopReason),
    ReaderLeft,
    Failed(ReplyError),
}

struct Writer<'w> {
    reply: &'w PendingReply,
    text: String,
    /// The characters that still fit.
    room: usize,
    /// The model wrote more than fits.
    is_full: bool,
    /// A provider was called: a reader who leaves is charged.
    is_charged: bool,
    /// A token waits for the reader to read it.
    is_sending: bool,
    /// The works that the reply quotes, once it has ended.
    sources: Vec<Source>,
    /// The quotations that were checked, once it has ended.
    quotations: Counts,
    began: Instant,
    first_token: Option<Duration>,
    progress: Progress,
}

impl Writer<'_> {
    async fn write(&mut self, app: &App, assistant: &Assistant, events: &EventSender) -> End {
        let until = self.reply.deadline.for_model();
        let streaming = self.stream_tokens(app, assistant, events);
        timeout_at(until + RETRY_PAUSE, streaming)
            .await
            .unwrap_or(End::Failed(ReplyError::Model(ModelError::TimedOut)))
    }

    /// Sends the tokens of the reply.
    async fn stream_tokens(
        &mut self,
        app: &App,
        assistant: &Assistant,
        events: &EventSender,
    ) -> End {
        let calling = self.call_model(app, assistant);
        let called = tokio::select! {
            called = calling => called,
            () = events.reader_gone() => return End::ReaderLeft,
        };
        let mut reply = match called {
            Ok(reply) => reply,
            Err(error) => return End::Failed(error),
        };
        loop {
            // The model's event comes first: a finished reply must not count as broken off.
            let event = tokio::select! {
                biased;
                event = reply.next() => event,
                () = events.reader_gone() => return End::ReaderLeft,
            };
            if let Some(end) = self.accept(event) {
                return end;
            }
            let token = self.text.get(self.progress.sent..).unwrap_or_default();
            if !token.is_empty() {
                let event = json!({"token": token});
                self.progress.sent = self.text.len();
                self.is_sending = true;
                let sent = events.send("token", &event).await;
                self.is_sending = false;
                if sent.is_err() {
                    return self.accept_buffered(reply);
                }
            }
            if self.is_full {
                return End::Finished(StopReason::MaxTokens);
            }
            self.progress.save(self.reply, &self.text);
        }
    }

    /// The model's reply; the fixed one to a message in distress.
    async fn call_model(
        &mut self,
        app: &App,
        assistant: &Assistant,
    ) -> Result<ReplyStream, ReplyError> {
        if let Some(help) = self.reply.help.clone() {
            return Ok(help.stream());
        }
        let request = build_request(app, assistant, self.reply, &mut self.is_charged).await?;
        self.is_charged = true;
        let end = self.reply.deadline.for_model();
        Ok(assistant.generator.model.chat(request, end))
    }

    /// Adds the model's event to the reply. Returns the end, if the event is the last.
    fn accept(&mut self, event: Option<Result<ReplyEvent, ModelError>>) -> Option<End> {
        let failed = |error| Some(End::Failed(ReplyError::Model(error)));
        match event {
            Some(Ok(ReplyEvent::Token(token))) => {
                self.first_token.get_or_insert(self.began.elapsed());
                self.append(&token);
                None
            }
            Some(Ok(ReplyEvent::End { .. })) if self.text.is_empty() => {
                let reason = "an empty reply";
                failed(ModelError::Unusable { reason })
            }
            Some(Ok(ReplyEvent::End {
                stop_reason,
                sources,
                quotations,
                ..
            })) => {
                self.sources = sources;
                self.quotations = quotations;
                Some(End::Finished(stop_reason))
            }
            Some(Err(error)) => failed(error),
            None => failed(ModelError::Interrupted),
        }
    }

    /// Appends the part of the token that fits.
    fn append(&mut self, token: &str) {
        let end = token.char_indices().nth(self.room).map(|(end, _)| end);
        self.is_full = end.is_some();
        let fitting = token.get(..end.unwrap_or(token.len())).unwrap_or_default();
        self.room -= fitting.chars().count();
        self.text.push_str(fitting);
    }

    /// After the reader left: accepts the events that have already arrived, and stops the model.
    fn accept_buffered(&mut self, mut reply: ReplyStream) -> End {
        while let Some(event) = reply.next().now_or_never() {
            match self.accept(event) {
                Some(End::Finished(stop_reason)) => return End::Finished(stop_reason),
                None if self.is_full => return End::Finished(StopReason::MaxTokens),
                Some(_) => break,
                None => {}
            }
        }
        End::ReaderLeft
    }

    /// The day whose quota the reply is refunded to, where the table above says so.
    fn refund_day(&self, end: &End) -> Option<NaiveDate> {
        let is_refund = match end {
            End::Finished(_) => false,
            End::ReaderLeft => !self.is_charged,
            // If the reader did not read the tokens, the model has not failed.
            End::Failed(_) => !self.is_sending,
        };
        self.reply.day.filter(|_| is_refund)
    }

    /// Stores the reply, and refunds it in the same statement. `None` when it could not be stored.
    async fn store(&self, end: &End) -> Option<FinishedMessage> {
        let state = match end {
            End::Finished(StopReason::EndTurn) => FinalState::Complete,
            End::Finished(StopReason::MaxTokens) => FinalState::Truncated,
            End::ReaderLeft | End::Failed(_) => FinalState::Interrupted,
        };
        let PendingReply {
            database, stored, ..
        } = self.reply;
        let refund_day = self.refund_day(end);
        let storing = async {
            let store = || finish_message(database, stored.reply, state, &self.text, refund_day);
            let mut finished = if let Ok(finished) = store().await {
                finished
            } else {
                sleep(RETRY_PAUSE).await;
                store().await.ok()?
            };
            if let (false, Some(day)) = (finished.is_stored, refund_day) {
                // The user deleted the conversation meanwhile. The failed reply is refunded all the same.
                finished.is_refunded = refund_quota(database, self.reply.token, day).await.ok()?;
            }
            // A deleted conversation needs no reply: nothing is lost.
            Some(finished)
        };
        let end = self.reply.deadline.for_last_event();
        timeout_at(end, storing).await.ok().flatten()
    }

    /// Refunds a reply that could not be stored, and stores it as interrupted: once, although its statement may be repeated.
    async fn refund_unstored(&self, day: NaiveDate) -> Result<bool, Error> {
        let PendingReply {
            database,
            stored,
            token,
            ..
        } = self.reply;
        let (state, day_of_reply) = (FinalState::Interrupted, Some(day));
        match finish_message(database, stored.reply, state, &self.text, day_of_reply).await {
            Ok(finished) => Ok(finished.is_refunded),
            Err(error) if error.is_unavailable() => Err(error),
            // The database answers and refuses the reply. The refund is another row, and is tried once: its answer may be
            // lost.
            Err(_) => Ok(refund_quota(database, *token, day).await.unwrap_or(false)),
        }
    }

    /// Tries the refund again after the last event: the database may answer soon.
    async fn keep_refunding(&self, day: NaiveDate) -> bool {
        for _ in 0..REFUND_TRIES {
            sleep(REFUND_PAUSE).await;
            if let Ok(is_refunded) = self.refund_unstored(day).await {
                return is_refunded;
            }
        }
        tracing::error!("a reply could be neither stored nor refunded");
        false
    }

    /// Logs one line a reply. The request's own line is written when the stream begins.
    fn log(&self, end: &End, is_stored: bool) {
        let milliseconds = |time: Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
        let (outcome, cause) = match end {
            End::Finished(stop_reason) => (stop_reason.as_str(), None),
            End::ReaderLeft => ("reader_left", None),
            End::Failed(error) => ("failed", error.cause()),
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

/// The part of a reply that was sent and stored while it is being written.
#[derive(Default)]
struct Progress {
    /// The bytes that were sent.
    sent: usize,
    saved_at: Option<Instant>,
    saving: Option<JoinHandle<()>>,
}

impl Progress {
    /// Stores the text so far every five seconds, in a task of its own: tokens do not wait for it.
    fn save(&mut self, reply: &PendingReply, text: &str) {
        let last = *self.saved_at.get_or_insert_with(Instant::now);
        let is_saving = self.saving.as_ref().is_some_and(|task| !task.is_finished());
        if is_saving || last.elapsed() < PROGRESS_INTERVAL {
            return;
        }
        self.saved_at = Some(Instant::now());
        let (database, text) = (reply.database.clone(), text.to_owned());
        let message = reply.stored.reply;
        self.saving = Some(tokio::spawn(async move {
            // The next interval or the end stores it again.
            let _ = save_progress(&database, message, &text).await;
        }));
    }
}
