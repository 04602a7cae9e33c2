//! Replies in a conversation, quoted from the works on the question and the open passage.
//!
//! `question` parses the message, `conversation` its context, and `recollection` finds a message of another conversation.
//! `commentary` with `search` and `relevance`, `term_lookup` and `related_passages` find the quotations. This module
//! composes and streams the reply.

mod commentary;
mod conversation;
mod question;
mod recollection;
mod related_passages;
mod relevance;
mod search;
mod term_lookup;

use futures_util::{FutureExt, StreamExt, stream};

use super::in_background;
use super::quotation::{quoted_from_user, shorten};
use super::sources::Sources;
use crate::{ChatRequest, ReplyStream, model::word_by_word};
use conversation::Conversation;
use question::{Question, QuestionKind};
use related_passages::find_related;
use term_lookup::look_up_term;

/// The beginning of the first reply.
const INTRODUCTION: &str = "This is a library and not a conversation partner: it answers with what its reference works \
                           say, in their own words.";
/// The questions that the library can answer.
const SUPPORTED_QUESTIONS: &str = "It can look up a passage (“John 3:16”), a word, a person or a place (“Who was Nicodemus?”), \
                           where else the Bible speaks of something (“Where else does it speak of mercy?”), and what \
                           the commentary says on a question about the passage that you read. Its works are in English.";

/// The next reply, word by word.
pub(super) fn reply(request: ChatRequest) -> ReplyStream {
    let composed = in_background(move || compose(&request)).map(|composed| match composed {
        Ok((text, sources)) => stream(text, sources),
        Err(error) => stream::iter([Err(error)]).boxed(),
    });
    composed.flatten_stream().boxed()
}

/// Streams the text and then its sources, for which a conversation has no other field.
fn stream(mut text: String, sources: Sources) -> ReplyStream {
    let is_quoting = !sources.is_empty();
    let source = sources.line();
    if is_quoting {
        text.push_str("\n\nSources: ");
        text.push_str(&source);
        text.push('.');
    }
    word_by_word(&text, source)
}

fn compose(request: &ChatRequest) -> (String, Sources) {
    let mut sources = Sources::default();
    let mut conversation = Conversation::read(request);
    let question = Question::parse(conversation.message);
    let mut parts: Vec<String> = Vec::new();
    if conversation.is_new {
        parts.push(INTRODUCTION.to_owned());
    }
    if question.kind == QuestionKind::Greeting {
        parts.push(format!(
            "Ask what you would like to have looked up. {SUPPORTED_QUESTIONS}"
        ));
        return (parts.join("\n\n"), sources);
    }
    let recalled = recollection::recall(&question, &request.memory);
    match &recalled {
        Some(recalled) => parts.push(recalled.sentence.clone()),
        None if question.refers_back => parts.push(conversation.earlier_messages()),
        None => {}
    }
    let question = conversation.complete(question, recalled.as_ref());
    let mut found = match &question.kind {
        QuestionKind::Term(term) => look_up_term(term, &conversation, &mut sources),
        QuestionKind::RelatedPassages(subject) => {
            let subject = subject.as_deref();
            find_related(subject, &question, &mut conversation, &mut sources)
        }
        QuestionKind::Subject | QuestionKind::Greeting => Vec::new(),
    };
    if found.is_empty() || matches!(question.kind, QuestionKind::Term(_)) {
        found.extend(commentary::answer(
            &question,
            &mut conversation,
            &mut sources,
        ));
    }
    if found.is_empty() {
        let message = quoted_from_user(&shorten(conversation.message, 120));
        let more = if conversation.is_new { "" } else { " more" };
        parts.push(if question.refers_back && question.stems.is_empty() {
            SUPPORTED_QUESTIONS.to_owned()
        } else {
            format!(
                "On {message} the works of this library have nothing{more}. {SUPPORTED_QUESTIONS}"
            )
        });
    }
    parts.extend(found);
    (parts.join("\n\n"), sources)
}
