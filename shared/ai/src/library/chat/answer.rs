//! Chooses what answers a question.

use verse_scripture::Reference;

use super::conversation::Conversation;
use super::question::{Question, QuestionKind};
use super::scripture::{find_passages, quote_passage};
use super::{book, commentary, follow_up, named, nothing, quotation, search, term, topic};
use crate::library::sources::Sources;

/// The most passages that are quoted on a subject.
const MAX_PASSAGES: usize = 3;

/// Paragraphs that answer a question; none if the works have no answer.
pub(super) fn answer(
    question: &Question,
    conversation: &mut Conversation<'_>,
    sources: &mut Sources,
) -> Vec<String> {
    let mut paragraphs = Vec::new();
    for place in &question.no_places {
        let explained = nothing::explain_place(place, question, conversation, sources);
        paragraphs.extend(explained);
    }
    if !paragraphs.is_empty() && question.references.is_empty() {
        return paragraphs;
    }
    let found = match &question.kind {
        QuestionKind::Greeting => Vec::new(),
        QuestionKind::Book(book, aspect) => {
            let open = conversation.passage.map(|passage| passage.reference.book());
            let book = book.or(open);
            book.map(|book| book::answer(book, *aspect, conversation, sources))
                .unwrap_or_default()
        }
        QuestionKind::Quotation(text) => quotation::answer(text, conversation, sources),
        QuestionKind::Application => follow_up::apply(conversation, sources),
        QuestionKind::Place => follow_up::place(conversation, sources),
        QuestionKind::Step(step) => follow_up::step(*step, question, conversation, sources),
        QuestionKind::More => more(question, conversation, sources),
        QuestionKind::RelatedPassages(None) => related(question, conversation, sources),
        QuestionKind::Term(_) | QuestionKind::RelatedPassages(Some(_)) | QuestionKind::Subject => {
            subject(question, conversation, sources)
        }
    };
    paragraphs.extend(found);
    paragraphs
}

/// The answer to a question that names its subject, or whose subject an earlier message names.
fn subject(
    question: &Question,
    conversation: &mut Conversation<'_>,
    sources: &mut Sources,
) -> Vec<String> {
    if !question.references.is_empty() {
        return passages(question, conversation, sources);
    }
    if conversation.passage.is_some()
        && question.refers_to_passage
        && !question.follows_up
        && question.kind == QuestionKind::Subject
    {
        let (names, text) = (&question.names, &question.text);
        return on_subject(question, names, text, conversation, sources);
    }
    if !question.follows_up
        && let Some(passages) = named::find_named(question)
    {
        let mut found = named::quote_named(passages, conversation, sources);
        if let Some(first) = passages.first() {
            found.extend(commentary::comment_on(
                first,
                question,
                conversation,
                sources,
            ));
        }
        return found;
    }
    if let QuestionKind::Term(text) = &question.kind {
        return term_or_commentary(text, question, conversation, sources);
    }
    if question.follows_up {
        return continued(question, conversation, sources);
    }
    if question.may_quote() {
        let quoted = quotation::find(&question.text, conversation);
        if matches!(
            quoted,
            quotation::Match::Exact(..) | quotation::Match::Meant(_)
        ) {
            return quotation::answer(&question.text, conversation, sources);
        }
        if conversation.passage.is_none()
            && find_passages(&question.text, question, conversation, 1).is_none()
        {
            return Vec::new();
        }
    }
    on_subject(
        question,
        &question.names,
        &question.text,
        conversation,
        sources,
    )
}

/// A term, or the commentary's answer if no other work has it.
fn term_or_commentary(
    text: &str,
    question: &Question,
    conversation: &mut Conversation<'_>,
    sources: &mut Sources,
) -> Vec<String> {
    let found = term::answer(text, question, conversation, sources);
    if found.is_empty() {
        return search::search(question, conversation, sources);
    }
    found
}

/// The passages that a question names, with their headings if a summary is wanted.
fn passages(
    question: &Question,
    conversation: &mut Conversation<'_>,
    sources: &mut Sources,
) -> Vec<String> {
    let mut found = Vec::new();
    if question.wants_summary() {
        let first = question.references.first();
        let headings =
            first.and_then(|first| book::chapter_headings(first, conversation.language, sources));
        found.extend(headings);
    }
    found.extend(commentary::answer(question, conversation, sources));
    found
}

/// The answer to a follow-up: on the last subject, in the last passage's chapter before any other.
fn continued(
    question: &Question,
    conversation: &mut Conversation<'_>,
    sources: &mut Sources,
) -> Vec<String> {
    let previous = conversation.previous.clone();
    let person = previous.as_ref().filter(|previous| is_on_subject(previous));
    if let Some(previous) = person {
        let subject = previous.subject();
        let mut complete = question.clone();
        complete.add_subject(&subject);
        if question.stems.is_empty() {
            return more(question, conversation, sources);
        }
        let names = if previous.names.is_empty() {
            vec![subject.clone()]
        } else {
            previous.names.clone()
        };
        complete.names.clone_from(&previous.names);
        complete.refers_to_passage = false;
        let text = format!("{} {subject}", question.text);
        let found = on_subject(&complete, &names, &text, conversation, sources);
        if !found.is_empty() {
            return found;
        }
        return more(question, conversation, sources);
    }
    let is_bare = question.stems.is_empty();
    let found = match conversation.passage.map(|open| open.reference.first()) {
        Some(first) if is_bare && !conversation.has_quoted(first) => {
            in_open_passage(question, &question.text, conversation, sources)
        }
        _ => search::search(question, conversation, sources),
    };
    if !found.is_empty() {
        return found;
    }
    more(question, conversation, sources)
}

/// Whether a message is on a person or a subject and not on a passage.
fn is_on_subject(question: &Question) -> bool {
    question.references.is_empty()
        && match &question.kind {
            QuestionKind::Term(_) | QuestionKind::RelatedPassages(Some(_)) => true,
            QuestionKind::Subject => !question.refers_to_passage,
            _ => false,
        }
}

/// The answer on a subject: a fact of the topical Bible, verses, and what is said of them.
fn on_subject(
    question: &Question,
    names: &[String],
    text: &str,
    conversation: &mut Conversation<'_>,
    sources: &mut Sources,
) -> Vec<String> {
    let is_open = conversation.passage.is_some();
    if is_open && (question.refers_to_passage || question.stems.is_empty()) {
        let in_passage = in_open_passage(question, text, conversation, sources);
        if !in_passage.is_empty() {
            return in_passage;
        }
    }
    let mut paragraphs = Vec::new();
    let fact = topic::find_fact(question, names, conversation, sources);
    let mut of_fact: Option<Reference> = None;
    if let Some(fact) = fact {
        of_fact = fact.passages.first().copied();
        paragraphs.extend(fact.paragraph);
    }
    let found = find_passages(text, question, conversation, MAX_PASSAGES).unwrap_or_default();
    let quoted: Vec<String> = found
        .iter()
        .filter_map(|passage| quote_passage(passage, conversation, sources))
        .collect();
    paragraphs.extend(quoted);
    if let Some(first) = of_fact.as_ref().or(found.first()) {
        paragraphs.extend(commentary::comment_on(
            first,
            question,
            conversation,
            sources,
        ));
    }
    if let QuestionKind::RelatedPassages(Some(subject)) = &question.kind {
        let topic = topic::look_up_topic(subject, question, conversation, sources, false);
        if let Some(topic) = topic {
            let see = topic.see.join(", ");
            paragraphs.extend(topic.paragraph);
            if !see.is_empty() {
                let also = conversation
                    .language
                    .choose("Related topics:", "Temas cercanos:");
                paragraphs.push(format!("{also} {see}."));
            }
        }
    }
    if paragraphs.is_empty() {
        return search::search(question, conversation, sources);
    }
    paragraphs
}

/// The answer from the open passage: its verses that the search finds, and the commentary on it.
fn in_open_passage(
    question: &Question,
    text: &str,
    conversation: &mut Conversation<'_>,
    sources: &mut Sources,
) -> Vec<String> {
    let found = find_passages(text, question, conversation, 8).unwrap_or_default();
    let here = found
        .into_iter()
        .find(|passage| conversation.is_in_chapter(passage.first()));
    let mut paragraphs = Vec::new();
    if let Some(passage) = here {
        paragraphs.extend(quote_passage(&passage, conversation, sources));
        paragraphs.extend(commentary::comment_on(
            &passage,
            question,
            conversation,
            sources,
        ));
    } else {
        if question.stems.is_empty()
            && let Some(open) = conversation.passage
            && !conversation.has_quoted(open.reference.first())
        {
            let beginning = commentary::beginning(&open.reference);
            paragraphs.extend(quote_passage(&beginning, conversation, sources));
        }
        paragraphs.extend(search::search(question, conversation, sources));
    }
    paragraphs
}

/// Passages on the last subject, or related to the last passage.
fn related(
    question: &Question,
    conversation: &mut Conversation<'_>,
    sources: &mut Sources,
) -> Vec<String> {
    if let Some(previous) = &conversation.previous
        && is_on_subject(previous)
    {
        let found = more(question, conversation, sources);
        if !found.is_empty() {
            return found;
        }
    }
    let named = question.references.first().copied();
    let open = conversation.passage.map(|passage| passage.reference);
    let passage = named.or(open);
    passage
        .map(|passage| follow_up::quote_related(&passage, conversation, sources))
        .unwrap_or_default()
}

/// More on the last subject: nothing that was said before.
fn more(
    question: &Question,
    conversation: &mut Conversation<'_>,
    sources: &mut Sources,
) -> Vec<String> {
    if let Some(previous) = conversation.previous.clone() {
        let mut previous = previous;
        previous.follows_up = true;
        let subject = previous.subject();
        let mut paragraphs = Vec::new();
        if is_on_subject(&previous) {
            let topic = topic::look_up_topic(&subject, &previous, conversation, sources, true);
            let topic = topic.and_then(|topic| topic.paragraph);
            paragraphs.extend(topic);
            let found = find_passages(&previous.text, &previous, conversation, 2);
            let found = found.unwrap_or_default();
            let quoted: Vec<String> = found
                .iter()
                .filter_map(|passage| quote_passage(passage, conversation, sources))
                .collect();
            paragraphs.extend(quoted);
            if let Some(first) = found.first() {
                let comment = commentary::comment_on(first, &previous, conversation, sources);
                paragraphs.extend(comment);
            }
        } else if let QuestionKind::Book(Some(book), _) = previous.kind {
            let summary = super::question::BookAspect::Summary;
            paragraphs.extend(book::answer(book, summary, conversation, sources));
        }
        if !paragraphs.is_empty() {
            return paragraphs;
        }
    }
    let found = search::search(question, conversation, sources);
    let open = conversation.passage.map(|passage| passage.reference);
    match open {
        Some(open) if found.is_empty() => follow_up::quote_related(&open, conversation, sources),
        _ => found,
    }
}
