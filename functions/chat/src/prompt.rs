//! The model's input for a reply: the conversation, its summary, the open passage, and memory.

use tokio::time::Instant;
use verse_ai::{
    ChatRequest, Recollection, Role, SummaryRequest, Turn, prompt_chars_before_turns,
    prompt_chars_of_turn,
};
use verse_data::{Conversation, Message, MessageId, get_conversation, save_summary};

use crate::{
    assistant::Assistant,
    memory,
    pending_reply::{PendingReply, ReplyError},
};

/// The share of a too long conversation that a summary replaces, in percent of its characters.
const SUMMARISED: usize = 80;

/// Builds the model's input for a reply. Two round trips; one more when the conversation is summarised.
pub(crate) async fn build_request(
    assistant: &Assistant,
    reply: &PendingReply,
) -> Result<ChatRequest, ReplyError> {
    let (database, chat) = (&reply.database, reply.stored.chat);
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
    if length(&conversation) > room {
        summarise(assistant, reply, &mut conversation).await;
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
    prompt_chars_of_turn(memory::turn_role(message.role), &message.content)
}

/// Replaces the beginning of the conversation with a summary, and stores the summary. If the model fails, the conversation
/// stays as it is, and the prompt cuts it.
async fn summarise(assistant: &Assistant, reply: &PendingReply, conversation: &mut Conversation) {
    let Some(through) = last_to_summarise(conversation) else {
        return;
    };
    let (old, recent): (Vec<_>, Vec<_>) = std::mem::take(&mut conversation.messages)
        .into_iter()
        .partition(|message| message.id <= through);
    let request = SummaryRequest {
        previous: conversation.summary.clone(),
        turns: old.iter().map(turn).collect(),
    };
    let model = &assistant.generator.model;
    match model.summarise(request, half_time(reply)).await {
        Ok(written) => {
            let (database, token, chat) = (&reply.database, reply.token, reply.stored.chat);
            let saved = save_summary(database, token, chat, through, &written.texts).await;
            if saved.is_err() {
                // The summary serves this reply only.
                tracing::error!("a summary could not be stored");
            }
            conversation.summary = Some(written.texts);
            conversation.messages = recent;
        }
        Err(error) => {
            tracing::error!(cause = ?error, "a conversation could not be summarised");
            conversation.messages = old;
            conversation.messages.extend(recent);
        }
    }
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
    now + left / 2
}

fn turn(message: &Message) -> Turn {
    Turn {
        role: memory::turn_role(message.role),
        text: message.content.clone(),
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
        turns.push(Turn {
            role: Role::User,
            text: reply.message.clone(),
        });
    }
    turns
}
