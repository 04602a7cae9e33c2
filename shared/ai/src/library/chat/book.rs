//! Questions about a book: its author, its first readers and a summary, from the commentary's introduction, its outlines
//! and the beginning of the book.

use verse_scripture::works::Work;
use verse_scripture::works::commentary::list_sections;
use verse_scripture::works::introduction::find_introduction;
use verse_scripture::works::outline::outline;
use verse_scripture::{Book, Reference, VerseId};

use super::conversation::Conversation;
use super::language::Language;
use super::question::BookAspect;
use super::scripture::quote_passage;
use crate::library::quotation::quote_whole;
use crate::library::{sentences, sources::Sources};

/// The most bytes of an introduction.
const MAX_INTRODUCTION: usize = 1_100;
/// Headings are listed of a book with at most this many chapters.
const MAX_CHAPTERS: u16 = 52;
/// The most bytes of all headings.
const MAX_HEADINGS: usize = 4_200;
/// The verses of a book's beginning that name its author and its readers.
const FIRST_VERSES: u16 = 3;
const ABOUT_AUTHOR: &str = "wrote|written|writer|author|penman|penned|recorded by|in writing to";
/// Words that name an author in the first sentence of an introduction.
const AUTHORS: &str = "apostle|evangelist|prophet";
const ABOUT_READERS: &str = "written to|wrote to|addressed|for the use|converts|jews|gentiles|church at|churches|believers|timothy|titus|friend";

/// Paragraphs on a book.
pub(super) fn answer(
    book: &'static Book,
    aspect: BookAspect,
    conversation: &Conversation<'_>,
    sources: &mut Sources,
) -> Vec<String> {
    let language = conversation.language;
    let mut paragraphs = Vec::new();
    match aspect {
        BookAspect::Summary => {
            paragraphs.push(introduction(book, None, language, sources));
            paragraphs.extend(headings(book, language, sources));
        }
        BookAspect::Author | BookAspect::FirstReaders => {
            paragraphs.push(introduction(book, Some(aspect), language, sources));
            paragraphs.extend(first_verses(book, conversation, sources));
        }
    }
    paragraphs
}

/// The headings of a chapter, each with its verses.
pub(super) fn chapter_headings(
    passage: &Reference,
    language: Language,
    sources: &mut Sources,
) -> Option<String> {
    let first = passage.first();
    let sections = outline(first.book, first.chapter);
    let named: Vec<String> = sections
        .iter()
        .map(|section| {
            let verse = |verse| VerseId { verse, ..first };
            let verses =
                Reference::between(verse(*section.verses.start()), verse(*section.verses.end()));
            format!("“{}” ({})", section.title, language.link(&verses))
        })
        .collect();
    if named.is_empty() {
        return None;
    }
    sources.add(Work::Commentary);
    let chapter = Reference::whole_chapter(first.book, first.chapter)?;
    let (chapter, named) = (language.link(&chapter), named.join("; "));
    Some(match language {
        Language::English => format!("{chapter} in the commentary’s headings: {named}."),
        Language::Spanish => {
            format!("{chapter} según los títulos del comentario, que está en inglés: {named}.")
        }
    })
}

/// The beginning of the introduction, or its sentences with one of these words.
fn introduction(
    book: &'static Book,
    about: Option<BookAspect>,
    language: Language,
    sources: &mut Sources,
) -> String {
    let paragraphs = find_introduction(book.id).or_else(|| {
        let whole = list_sections(book.id, 1).into_iter().next()?;
        book.has_one_chapter().then_some(whole.paragraphs)
    });
    let (work, name) = (Work::Commentary.name(), book_name(book, language));
    let Some(paragraphs) = paragraphs else {
        return match language {
            Language::English => format!("{work} has no introduction to {name}."),
            Language::Spanish => format!("{work} no tiene introducción a {name}."),
        };
    };
    sources.add(Work::Commentary);
    let all: Vec<&str> = paragraphs
        .iter()
        .flat_map(|text| sentences::split(text))
        .collect();
    let Some(about) = about else {
        let quoted = quote_whole(beginning(&all, MAX_INTRODUCTION));
        return match language {
            Language::English => format!("{work} introduces {name}: {quoted}"),
            Language::Spanish => format!("{work}, en inglés, presenta {name}: {quoted}"),
        };
    };
    let words = match about {
        BookAspect::FirstReaders => ABOUT_READERS,
        BookAspect::Author | BookAspect::Summary => ABOUT_AUTHOR,
    };
    let has = |sentence: &str, words: &str| {
        let sentence = sentence.to_lowercase();
        words.split('|').any(|word| sentence.contains(word))
    };
    let names = |sentence: &&str| has(sentence, words);
    let is_author = |sentence: &&str| about == BookAspect::Author && has(sentence, AUTHORS);
    let first = all
        .iter()
        .position(names)
        .or_else(|| all.first().is_some_and(is_author).then_some(0));
    let quoted = first.and_then(|first| all.get(first..)).map(|rest| {
        let count = rest.iter().take(2).take_while(|sentence| names(sentence));
        quote_whole(rest.get(..count.count().max(1)).unwrap_or_default())
    });
    match (quoted, language) {
        (Some(quoted), Language::English) => format!("{work} introduces {name}: {quoted}"),
        (Some(quoted), Language::Spanish) => {
            format!("{work}, en inglés, presenta {name}: {quoted}")
        }
        (None, Language::English) => {
            let what = match about {
                BookAspect::FirstReaders => "does not say to whom it was written",
                BookAspect::Author | BookAspect::Summary => "does not name its author",
            };
            format!("The introduction to {name} in {work} {what}.")
        }
        (None, Language::Spanish) => {
            let what = match about {
                BookAspect::FirstReaders => "no dice a quién fue escrito",
                BookAspect::Author | BookAspect::Summary => "no nombra a su autor",
            };
            format!("La introducción a {name} en {work} {what}.")
        }
    }
}

/// The beginning of a book, where a letter names its author and its readers.
fn first_verses(
    book: &'static Book,
    conversation: &Conversation<'_>,
    sources: &mut Sources,
) -> Option<String> {
    let verse = |verse| VerseId {
        book: book.id,
        chapter: 1,
        verse,
    };
    let quoted = quote_passage(
        &Reference::between(verse(1), verse(FIRST_VERSES)),
        conversation,
        sources,
    )?;
    let begins = conversation
        .language
        .choose("The book begins so:", "El libro comienza así:");
    Some(format!("{begins}\n\n{quoted}"))
}

/// The first headings of every chapter.
fn headings(book: &'static Book, language: Language, sources: &mut Sources) -> Option<String> {
    if book.chapter_count() > MAX_CHAPTERS {
        return None;
    }
    let most = if book.chapter_count() > 20 { 1 } else { 3 };
    let mut lines = Vec::new();
    let mut length = 0;
    for chapter in 1..=book.chapter_count() {
        let titles: Vec<String> = outline(book.id, chapter)
            .into_iter()
            .take(most)
            .map(|section| format!("“{}”", section.title))
            .collect();
        let reference = Reference::whole_chapter(book.id, chapter)?;
        let line = format!("{}: {}", language.link(&reference), titles.join(", "));
        length += line.len();
        if !titles.is_empty() && length < MAX_HEADINGS {
            lines.push(line);
        }
    }
    if lines.is_empty() {
        return None;
    }
    sources.add(Work::Commentary);
    let chapters = language.choose(
        "Its chapters, by the commentary’s headings:",
        "Sus capítulos, según los títulos del comentario:",
    );
    Some(format!("{chapters}\n\n{}", lines.join("\n\n")))
}

/// The first sentences that fit into `room` bytes, at least one.
fn beginning<'a, 't>(sentences: &'a [&'t str], room: usize) -> &'a [&'t str] {
    let mut length = 0;
    let fitting = sentences.iter().take_while(|sentence| {
        length += sentence.len() + 1;
        length <= room
    });
    let count = fitting.count().max(1).min(sentences.len());
    sentences.get(..count).unwrap_or(sentences)
}

fn book_name(book: &'static Book, language: Language) -> String {
    let chapter = Reference::whole_chapter(book.id, 1);
    let name = chapter.map(|chapter| language.name_of(&chapter));
    let name = name.unwrap_or_else(|| book.name.to_owned());
    name.trim_end_matches(" 1").to_owned()
}
