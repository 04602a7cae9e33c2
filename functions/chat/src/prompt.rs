//! The model's input for a reply: the conversation, its summary, the open passage, and memory.

use std::{sync::Arc, time::Duration};

use tokio::{sync::oneshot, time::Instant};
use verse_ai::{
    ChatRequest, Recollection, Role, SummaryRequest, Turn, prompt_chars_before_turns,
    prompt_chars_of_turn,
};
use verse_data::{Conversation, Message, MessageId, get_conversation, save_summary};
use verse_http::App;

use crate::{
    assistant::Assistant,
    memory,
    pending_reply::{PendingReply, ReplyError},
};

/// The share of a too long conversation that a summary replaces, in percent of its characters.
const SUMMARISED: usize = 80;
/// The longest that a summary takes. A process waits longer than this for its tasks before it fetches the next event.
const SUMMARY_TIMEOUT: Duration = Duration::from_mins(1);

/// Builds the model's input for a reply, and sets `is_charged` before each call to a provider. Two round trips; one more when the
/// conversation is summarised.
pub(crate) async fn build_request(
    app: &App,
    assistant: &Assistant,
    reply: &PendingReply,
    is_charged: &mut bool,
) -> Result<ChatRequest, ReplyError> {
    let (database, chat) = (&reply.database, reply.stored.chat);
    if assistant.embedder.is_some() {
        *is_charged = true;
    }
    // The statements run one after the other: at once, they would need a second connection.
    let (conversation, vector) = tokio::join!(
        get_conversation(database, reply.token, chat),
        memory::embed(assistant, &reply.message),
    );
    let mut conversation = conversation.map_err(ReplyError::Data)?;
    let memory = vector
        .search(database, reply.token, &reply.message, Some(chat))
        .await;
    drop_later_messages(&mut conversation, reply.stored.message);
    let mut request = request_without_turns(reply, &mut conversation, memory);
    let limit = assistant.generator.prompt_limits.history_chars;
    let room = limit.saturating_sub(prompt_chars_before_turns(&request, limit));
    if length(&conversation) > room
        && let Some(through) = last_to_summarise(&conversation)
    {
        *is_charged = true;
        let written = summarise(app, assistant, reply, &conversation, through).await;
        if written.is_some() {
            conversation.messages.retain(|message| message.id > through);
            conversation.summary = written;
        }
    }
    request.turns = turns(reply, &conversation.messages);
    request.summary = conversation.summary;
    Ok(request)
}

/// A reply does not see messages that were sent after its own.
fn drop_later_messages(conversation: &mut Conversation, message: MessageId) {
    let messages = &mut conversation.messages;
    if let Some(position) = messages.iter().position(|other| other.id == message) {
        messages.truncate(position + 1);
    }
}

fn length(conversation: &Conversation) -> usize {
    let summary = conversation.summary.as_deref();
    let summary = summary.map_or(0, |summary| summary.chars().count());
    conversation.messages.iter().map(characters).sum::<usize>() + summary
}

/// The characters that a message takes in the prompt.
fn characters(message: &Message) -> usize {
    prompt_chars_of_turn(&turn(message))
}

/// Summarises the messages up to `through`, and stores the summary. A task of its own does it, which ends even if the reader
/// leaves: the provider is paid by then, and the next reply needs the summary. If the model fails, the prompt cuts the
/// conversation instead.
async fn summarise(
    app: &App,
    assistant: &Assistant,
    reply: &PendingReply,
    conversation: &Conversation,
    through: MessageId,
) -> Option<String> {
    let old = conversation.messages.iter();
    let old = old.filter(|message| message.id <= through);
    let request = SummaryRequest {
        previous: conversation.summary.clone(),
        turns: old.map(turn).collect(),
    };
    let model = Arc::clone(&assistant.generator.model);
    let (database, token, chat) = (reply.database.clone(), reply.token, reply.stored.chat);
    let end = half_time(reply);
    let (sender, summary) = oneshot::channel();
    app.tasks.spawn(async move {
        let text = match model.summarise(request, end).await {
            Ok(written) => written.texts,
            Err(error) => {
                tracing::error!(cause = ?error, "a conversation could not be summarised");
                return;
            }
        };
        if let Err(error) = save_summary(&database, token, chat, through, &text).await {
            // The summary serves this reply only.
            tracing::error!(cause = %error, "a summary could not be stored");
        }
        // Without a reader, the reply does not wait for the summary.
        let _ = sender.send(text);
    });
    summary.await.ok()
}

/// The last message that the summary replaces. A summary is stored by its last message's id, so messages are summarised in
/// the order of their ids. The last message is never summarised: it needs the reply.
fn last_to_summarise(conversation: &Conversation) -> Option<MessageId> {
    let last = conversation.messages.last()?.id;
    let mut all: Vec<_> = conversation.messages.iter().collect();
    all.sort_by_key(|message| message.id);
    let mut left = length(conversation) * SUMMARISED / 100;
    let mut through = None;
    for message in all.into_iter().filter(|message| message.id < last) {
        let Some(rest) = left.checked_sub(characters(message)) else {
            break;
        };
        (left, through) = (rest, Some(message.id));
    }
    through
}

/// A summary may take half of the time that is left; the reply needs the other half.
fn half_time(reply: &PendingReply) -> Instant {
    let now = Instant::now();
    let left = reply.deadline.for_model().saturating_duration_since(now);
    now + SUMMARY_TIMEOUT.min(left / 2)
}

fn turn(message: &Message) -> Turn {
    Turn {
        role: memory::turn_role(message.role),
        text: message.content.clone(),
        is_imported: message.is_imported,
    }
}

fn request_without_turns(
    reply: &PendingReply,
    conversation: &mut Conversation,
    memory: Vec<Recollection>,
) -> ChatRequest {
    let context = reply.context.clone();
    ChatRequest {
        passage_reference: context
            .passage_reference
            .or_else(|| conversation.passage_reference.take()),
        passage_text: context
            .passage_text
            .or_else(|| conversation.passage_text.take()),
        insight: context.insight,
        memory,
        ..ChatRequest::default()
    }
}

fn turns(reply: &PendingReply, messages: &[Message]) -> Vec<Turn> {
    let mut turns: Vec<_> = messages.iter().map(turn).collect();
    if turns.last().is_none_or(|last| last.role == Role::Assistant) {
        // The message was deleted or merged meanwhile. The reply answers it all the same.
        turns.push(Turn::new(Role::User, reply.message.as_str()));
    }
    turns
}
