//! Replies in a conversation, quoted from Scripture and the works.
//!
//! `question` parses the message, `conversation` its context, and `recollection` finds a message of another conversation.
//! `named`, `scripture`, `term` with `topic`, `book` and `commentary` with `search` and `relevance` find the quotations,
//! `follow_up` those of a message that only continues, `nothing` says that there are none. `language` has the sentences
//! between them. This module chooses between these, and composes and streams the reply.

mod answer;
mod book;
mod commentary;
mod conversation;
mod follow_up;
mod language;
mod named;
mod nothing;
mod question;
mod quotation;
mod recollection;
mod relevance;
mod scripture;
mod search;
mod term;
mod topic;

use futures_util::{FutureExt, StreamExt, stream};

use super::in_background;
use super::sources::Sources;
use crate::{ChatRequest, MAX_TEXT_CHARS, ReplyStream, model::word_by_word};
use conversation::Conversation;
use question::{Question, QuestionKind};

/// The next reply, word by word.
pub(super) fn reply(request: ChatRequest) -> ReplyStream {
    let composed = in_background(move || compose(&request)).map(|composed| match composed {
        Ok((text, sources)) => {
            let works = sources.list();
            word_by_word(&text, sources.line(), works)
        }
        Err(error) => stream::iter([Err(error)]).boxed(),
    });
    composed.flatten_stream().boxed()
}

fn compose(request: &ChatRequest) -> (String, Sources) {
    let mut sources = Sources::default();
    let mut conversation = Conversation::read(request);
    let question = Question::parse(conversation.message);
    let mut parts: Vec<String> = Vec::new();
    let recalled = recollection::recall(&question, &request.memory);
    match &recalled {
        Some(recalled) => parts.push(recalled.sentence.clone()),
        None if question.refers_back => parts.push(conversation.earlier_messages()),
        None => {}
    }
    let question = conversation.complete(question, recalled.as_ref());
    let language = conversation.language;
    if conversation.is_new {
        parts.insert(0, nothing::introduction(language).to_owned());
    }
    if question.kind == QuestionKind::Greeting {
        parts.push(nothing::greeting(language));
        return (parts.join("\n\n"), sources);
    }
    let found = answer::answer(&question, &mut conversation, &mut sources);
    if found.is_empty() {
        parts.extend(nothing::explain(&question, &conversation, &mut sources));
    }
    parts.extend(found);
    (fitting(parts), sources)
}

/// The paragraphs that fit into a reply.
fn fitting(parts: Vec<String>) -> String {
    let mut left = MAX_TEXT_CHARS;
    let fitting = parts.into_iter().take_while(|part| {
        let length = part.chars().count() + 2;
        let fits = length <= left;
        left = left.saturating_sub(length);
        fits
    });
    fitting.collect::<Vec<_>>().join("\n\n")
}
