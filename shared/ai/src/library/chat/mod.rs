//! Answers in a conversation: what the works say on the open passage and the question, with their names.
//!
//! `question` reads the message, `conversation` what surrounds it, `recollection` what the reader asked elsewhere;
//! `commentary` with `search` and `bearing`, `meaning` and `elsewhere` look
//! things up. Here they are put together and streamed.

mod bearing;
mod commentary;
mod conversation;
mod elsewhere;
mod meaning;
mod question;
mod recollection;
mod search;

use futures_util::{FutureExt, StreamExt, stream};
use tokio::task::yield_now;

use crate::{Answer, AnswerStream, ChatRequest, StopReason, TokenUsage};

use super::quotation::shorten;
use super::sources::Sources;
use conversation::Conversation;
use question::{Kind, Question};

/// Said once in a conversation, before the first answer.
const WHO_ANSWERS: &str = "This is a library and not a conversation partner: it answers with what its reference works \
                           say, in their own words.";
/// What can be asked.
const WHAT_TO_ASK: &str = "It can look up a passage (“John 3:16”), a word, a person or a place (“Who was Nicodemus?”), \
                           where else the Bible speaks of something (“Where else does it speak of mercy?”), and what \
                           the commentary says on a question about the passage that you read. Its works are in English.";

/// The next answer, word by word.
pub(super) fn answer(request: ChatRequest) -> AnswerStream {
    let composed = async move {
        // All of this is computing, on the thread that also serves the others.
        yield_now().await;
        compose(&request).await
    };
    composed
        .map(|(text, sources)| stream(text, sources))
        .flatten_stream()
        .boxed()
}

/// The text and then its sources: a conversation has no other place for them.
fn stream(mut text: String, sources: Sources) -> AnswerStream {
    let is_quoting = !sources.is_empty();
    let source = sources.line();
    if is_quoting {
        text.push_str("\n\nSources: ");
        text.push_str(&source);
        text.push('.');
    }
    let tokens: Vec<_> = text
        .split_inclusive(char::is_whitespace)
        .map(|word| Ok(Answer::Token(word.to_owned())))
        .collect();
    let end = Answer::End {
        stop_reason: StopReason::EndTurn,
        source,
        usage: TokenUsage::default(),
    };
    stream::iter(tokens.into_iter().chain([Ok(end)])).boxed()
}

async fn compose(request: &ChatRequest) -> (String, Sources) {
    let mut sources = Sources::default();
    let mut conversation = Conversation::read(request);
    let question = Question::read(conversation.message);
    let mut parts: Vec<String> = Vec::new();
    if conversation.is_new {
        parts.push(WHO_ANSWERS.to_owned());
    }
    if question.kind == Kind::Courtesy {
        parts.push(format!(
            "Ask what you would like to have looked up. {WHAT_TO_ASK}"
        ));
        return (parts.join("\n\n"), sources);
    }
    let recalled = recollection::recall(&question, &request.memory);
    match &recalled {
        Some(recalled) => parts.push(recalled.sentence.clone()),
        None if question.looks_back => parts.push(conversation.earlier_messages()),
        None => {}
    }
    let question = conversation.complete(question, recalled.as_ref());
    let mut found = Vec::new();
    match &question.kind {
        Kind::Meaning(term) => {
            found.extend(meaning::of(term, &conversation, &mut sources));
            found.extend(commentary::on(&question, &mut conversation, &mut sources).await);
        }
        Kind::Elsewhere(matter) => {
            found.extend(elsewhere::of(
                matter.as_deref(),
                &question,
                &mut conversation,
                &mut sources,
            ));
            if found.is_empty() {
                found.extend(commentary::on(&question, &mut conversation, &mut sources).await);
            }
        }
        Kind::Matter | Kind::Courtesy => {
            found.extend(commentary::on(&question, &mut conversation, &mut sources).await);
        }
    }
    if found.is_empty() {
        let asked = shorten(conversation.message, 120);
        let more = if conversation.is_new {
            "nothing"
        } else {
            "nothing more"
        };
        parts.push(if question.looks_back && question.stems.is_empty() {
            WHAT_TO_ASK.to_owned()
        } else {
            format!("On “{asked}” the works of this library have {more}. {WHAT_TO_ASK}")
        });
    }
    parts.extend(found);
    (parts.join("\n\n"), sources)
}
