//! What the model is told: the conversation, what stands for its beginning, and what the reader said elsewhere.

use tokio::time::Instant;
use verse_ai::{
    ChatRequest, Recollection, Speaker, SummaryRequest, Turn, characters_before, characters_of_turn,
};
use verse_data::{Conversation, Message, MessageId, get_conversation, save_summary};
use verse_http::App;

use crate::{answer::Failure, asked::Asked, assistant::Assistant, memory};

/// As much of a conversation that is too long as its summary takes the place of, in percent of its characters.
const SUMMARISED: usize = 80;

/// The prompt for a message. Two round trips; one more when the conversation is summarised.
pub(crate) async fn of(
    app: &App,
    assistant: &Assistant,
    asked: &Asked,
) -> Result<ChatRequest, Failure> {
    let database = app
        .database()
        .map_err(|_| Failure::Data(verse_data::Error::NotFound("database")))?;
    let chat = asked.pending.chat;
    // One statement after the other: two at once would want a second connection of every process.
    let (conversation, meaning) = tokio::join!(
        get_conversation(database, asked.token, chat),
        memory::meaning(assistant, &asked.message),
    );
    let mut conversation = conversation.map_err(Failure::Data)?;
    let memory = meaning
        .recollect(database, asked.token, &asked.message, Some(chat))
        .await;
    forget_what_was_said_since(&mut conversation, asked.pending.message);
    let mut request = before_what_was_said(asked, &mut conversation, memory);
    let limit = assistant.history_limit;
    let room = limit.saturating_sub(characters_before(&request, limit));
    if length(&conversation) > room {
        summarise(app, assistant, asked, &mut conversation).await;
    }
    request.turns = turns(asked, &conversation.messages);
    request.summary = conversation.summary;
    Ok(request)
}

/// Of two messages at once, the first is answered as if the second were not there yet.
fn forget_what_was_said_since(conversation: &mut Conversation, message: MessageId) {
    let messages = &mut conversation.messages;
    if let Some(place) = messages.iter().position(|said| said.id == message) {
        messages.truncate(place + 1);
    }
}

fn length(conversation: &Conversation) -> usize {
    let summary = conversation.summary.as_deref();
    let summary = summary.map_or(0, |summary| summary.chars().count());
    conversation.messages.iter().map(characters).sum::<usize>() + summary
}

/// What a message takes in the prompt.
fn characters(message: &Message) -> usize {
    characters_of_turn(memory::speaker(message.role), &message.content)
}

/// Puts a summary in the place of the conversation's beginning, and stores it. Where there is none to be had, the
/// conversation is left as it is, and will be cut.
async fn summarise(
    app: &App,
    assistant: &Assistant,
    asked: &Asked,
    conversation: &mut Conversation,
) {
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
    let summary = assistant.model.summarise(request, half_time(asked)).await;
    match summary {
        Ok(written) => {
            if let Ok(database) = app.database() {
                // One that cannot be stored serves this once.
                let (token, chat) = (asked.token, asked.pending.chat);
                let saved = save_summary(database, token, chat, through, &written.texts).await;
                if saved.is_err() {
                    tracing::error!("a summary could not be stored");
                }
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

/// Messages are summarised in the order of their numbers, by which a summary is stored. The last one is to be answered.
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

/// The answer needs the other half.
fn half_time(asked: &Asked) -> Instant {
    let now = Instant::now();
    let left = asked.deadline.for_model().saturating_duration_since(now);
    now + left / 2
}

fn turn(message: &Message) -> Turn {
    Turn {
        speaker: memory::speaker(message.role),
        text: message.content.clone(),
    }
}

/// What the reader has before them, and what they said elsewhere.
fn before_what_was_said(
    asked: &Asked,
    conversation: &mut Conversation,
    memory: Vec<Recollection>,
) -> ChatRequest {
    let about = asked.about.clone();
    ChatRequest {
        passage_reference: about
            .passage_reference
            .or_else(|| conversation.passage_reference.take()),
        passage_text: about
            .passage_text
            .or_else(|| conversation.passage_text.take()),
        insight: about.insight,
        memory,
        ..ChatRequest::default()
    }
}

fn turns(asked: &Asked, messages: &[Message]) -> Vec<Turn> {
    let mut turns: Vec<_> = messages.iter().map(turn).collect();
    if turns
        .last()
        .is_none_or(|last| last.speaker == Speaker::Model)
    {
        // Deleted meanwhile, or joined with another: it is answered all the same.
        turns.push(Turn {
            speaker: Speaker::Reader,
            text: asked.message.clone(),
        });
    }
    turns
}
