//! Replies that quote nothing: greetings, places that do not exist, and questions to which the works have no answer.

use verse_scripture::works::topics::find_topic_names;
use verse_scripture::{Reference, ReferenceError, VerseId, find_book};

use super::conversation::Conversation;
use super::language::Language;
use super::question::{NoPlace, Question, QuestionKind};
use super::quotation::not_found;
use super::scripture::{find_nearest, quote_passage};
use super::topic::look_up_topic;
use crate::library::quotation::{join, quoted_from_user, shorten};
use crate::library::related::title_case;
use crate::library::sources::Sources;

/// The beginning of the first reply.
pub(super) fn introduction(language: Language) -> &'static str {
    language.choose(
        "This is a library and not a conversation partner: it answers with what its reference works say, in their own words.",
        "Esto es una biblioteca y no un interlocutor: responde con lo que dicen la Biblia y sus obras, con las palabras de ellas.",
    )
}

/// The questions that the library can answer.
fn supported_questions(language: Language) -> &'static str {
    language.choose(
        "It can look up a passage (“John 3:16”), a word, a person or a place (“Who was Nicodemus?”), where else the Bible speaks \
         of something (“Where else does it speak of mercy?”), and what the commentary says on a question about the passage that \
         you read. Its works are in English.",
        "Puede buscar un pasaje («Juan 3:16»), una persona o una palabra («¿Quién fue Nicodemo?») y lo que dice la Biblia sobre \
         un tema («¿Qué dice la Biblia sobre el perdón?»). El comentario y los diccionarios están en inglés.",
    )
}

/// The reply to a greeting.
pub(super) fn greeting(language: Language) -> String {
    let ask = language.choose(
        "Ask what you would like to have looked up.",
        "Pregunte lo que quiera buscar.",
    );
    format!("{ask} {}", supported_questions(language))
}

/// Paragraphs for a question without an answer, with what is near to it.
pub(super) fn explain(
    question: &Question,
    conversation: &Conversation<'_>,
    sources: &mut Sources,
) -> Vec<String> {
    let language = conversation.language;
    if question.refers_back && question.stems.is_empty() {
        return vec![supported_questions(language).to_owned()];
    }
    let quoted = match &question.kind {
        QuestionKind::Quotation(text) => Some(text.as_str()),
        QuestionKind::Subject if question.may_quote() => Some(question.text.as_str()),
        _ => None,
    };
    let mut paragraphs = Vec::new();
    if let Some(text) = quoted {
        paragraphs.push(not_found(text, language));
    } else if is_all_said(question) && !conversation.is_new {
        return all_said(conversation);
    } else {
        let message = quoted_from_user(&shorten(conversation.message, 120));
        let unknown = question.unknown_words(language);
        let unknown = unknown
            .iter()
            .take(3)
            .map(|word| quoted_from_user(&shorten(word, 40)));
        let unknown = join(unknown, ", ");
        let lacks = match (language, unknown.is_empty()) {
            (_, true) => String::new(),
            (Language::English, false) => format!(" They do not have {unknown}."),
            (Language::Spanish, false) => format!(" No tienen {unknown}."),
        };
        paragraphs.push(match language {
            Language::English => {
                format!("On {message} the works of this library have nothing.{lacks}")
            }
            Language::Spanish => {
                format!("Sobre {message} las obras de esta biblioteca no dicen nada.{lacks}")
            }
        });
    }
    let near = near(question, conversation, sources);
    if near.is_empty() {
        let supported = supported_questions(language);
        match paragraphs.last_mut() {
            Some(last) => *last = format!("{last} {supported}"),
            None => paragraphs.push(supported.to_owned()),
        }
    }
    paragraphs.extend(near);
    paragraphs
}

fn is_all_said(question: &Question) -> bool {
    question.follows_up && !matches!(question.kind, QuestionKind::Term(_))
}

/// The reply when a follow-up has nothing new, with what leads on.
fn all_said(conversation: &Conversation<'_>) -> Vec<String> {
    let language = conversation.language;
    let subject = conversation.previous.as_ref().map(Question::subject);
    let subject = subject.filter(|subject| !subject.is_empty());
    let subject = subject.map_or_else(String::new, |subject| {
        let on = language.choose("on", "sobre");
        format!(" {on} {}", quoted_from_user(&shorten(&subject, 80)))
    });
    let mut reply = match language {
        Language::English => {
            format!("That is all: the works of this library have nothing more{subject}.")
        }
        Language::Spanish => {
            format!("Eso es todo: las obras de esta biblioteca no dicen nada más{subject}.")
        }
    };
    let passage = conversation
        .passage
        .map(|passage| passage.reference.first());
    let next = passage.and_then(|first| {
        let chapter = Reference::whole_chapter(first.book, first.chapter)?;
        let next = VerseId::from_ordinal(chapter.last().ordinal()?.checked_add(1)?)?;
        Some((chapter, Reference::whole_chapter(next.book, next.chapter)?))
    });
    if let Some((chapter, next)) = next {
        let (chapter, next) = (language.link(&chapter), language.link(&next));
        let leads = match language {
            Language::English => {
                format!(" You could read {chapter} as a whole, or go on to {next}.")
            }
            Language::Spanish => format!(" Puede leer {chapter} entero, o seguir con {next}."),
        };
        reply.push_str(&leads);
    }
    vec![reply]
}

/// What is near to a question without an answer: topics with a similar name, or a verse.
fn near(
    question: &Question,
    conversation: &Conversation<'_>,
    sources: &mut Sources,
) -> Vec<String> {
    let language = conversation.language;
    if let QuestionKind::Term(term) = &question.kind
        && language == Language::English
    {
        let names = find_topic_names(term, 3);
        if !names.is_empty() {
            let names = names
                .iter()
                .map(|topic| format!("“{}”", title_case(&topic.name)));
            return vec![format!("Near to it, there is {}.", join(names, ", "))];
        }
    }
    let is_foreign = !question.unknown_words(language).is_empty();
    let verse = (!is_foreign || question.may_quote())
        .then(|| find_nearest(&question.text, conversation))
        .flatten();
    let Some(verse) = verse else {
        return Vec::new();
    };
    let near = language.choose(
        "Nearest in meaning is this:",
        "Lo más cercano por su sentido es esto:",
    );
    let quoted = quote_passage(&verse, conversation, sources);
    quoted.map_or_else(Vec::new, |quoted| vec![near.to_owned(), quoted])
}

/// Paragraphs on a place that does not exist, with the nearest that does.
pub(super) fn explain_place(
    place: &NoPlace,
    question: &Question,
    conversation: &Conversation<'_>,
    sources: &mut Sources,
) -> Vec<String> {
    let language = conversation.language;
    let whole = |book: &str, chapter| {
        let book = find_book(book)?;
        let reference = Reference::whole_chapter(book.id, chapter)?;
        Some(reference)
    };
    let mut paragraphs = Vec::new();
    match &place.reason {
        ReferenceError::UnknownBook { name, nearest } => {
            let shown = quoted_from_user(name);
            let nearest = nearest.map_or_else(String::new, |nearest| match language {
                Language::English => format!(" Did you mean {nearest}?"),
                Language::Spanish => format!(" ¿Quiso decir {nearest}?"),
            });
            paragraphs.push(match language {
                Language::English => format!("{shown} is not a book of the Bible.{nearest}"),
                Language::Spanish => format!("{shown} no es un libro de la Biblia.{nearest}"),
            });
            let topic = look_up_topic(name, question, conversation, sources, false);
            paragraphs.extend(topic.and_then(|topic| topic.paragraph));
        }
        ReferenceError::NoSuchChapter {
            book,
            chapter,
            last,
        } => {
            let last = whole(book, *last)
                .map(|last| language.link(&last))
                .unwrap_or_default();
            paragraphs.push(match language {
                Language::English => {
                    format!("{book} has no chapter {chapter}; its last is {last}.")
                }
                Language::Spanish => {
                    format!("{book} no tiene capítulo {chapter}; el último es {last}.")
                }
            });
        }
        ReferenceError::NoSuchVerse {
            book,
            chapter,
            verse,
            last,
        } => {
            let name = format!("{book} {chapter}");
            let last = whole(book, *chapter).map(|chapter| {
                let last = VerseId {
                    verse: *last,
                    ..chapter.first()
                };
                language.link(&Reference::between(last, last))
            });
            let last = last.unwrap_or_default();
            paragraphs.push(match language {
                Language::English => format!("{name} has no verse {verse}; its last is {last}."),
                Language::Spanish => {
                    format!("{name} no tiene versículo {verse}; el último es {last}.")
                }
            });
        }
        _ => {}
    }
    paragraphs
}
