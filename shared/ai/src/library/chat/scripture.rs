//! Verses, quoted whole: a passage, and the passages that answer a question by their words and their meaning.

use std::collections::HashMap;

use verse_scripture::{BookId, Reference, Scope, TranslationCode, VerseId, get_chapter};
use verse_search::meaning;

use super::conversation::Conversation;
use super::language::Language;
use super::question::Question;
use crate::library::alignment::content_stems;
use crate::library::passage::verse_texts;
use crate::library::quotation::quote_verses;
use crate::library::sources::Sources;

/// The most bytes of one passage.
const MAX_PASSAGE: usize = 3_600;
/// The most verses of a passage that is found by meaning.
const MAX_FOUND_VERSES: u16 = 4;
/// A verse with a lower score than this share of the best is no answer.
const NEAR_BEST: f32 = 0.6;
/// A verse with this score answers, even if it has few of the question's words.
const CERTAIN: f32 = 1.5;
/// The same for a question with a word that the translations do not have.
const CERTAIN_OF_FOREIGN: f32 = 2.5;
/// A less certain verse has this share of the question's words.
const MIN_COVERAGE: f64 = 0.6;
/// A verse that is no answer has this score if it is worth naming.
const NEAR: f32 = 1.15;
/// The gain of a verse in the last passage's chapter, and of another in its book.
const IN_CHAPTER: f32 = 1.6;
const IN_BOOK: f32 = 1.2;
/// The weight of a verse that lacks the question's names, in a chapter that has them.
const WITHOUT_NAME: f32 = 0.75;

/// A passage whole: `[John 3:16](…): “For God so loved …” (WEB)`. Of a long one the beginning, and where it goes on.
pub(super) fn quote_passage(
    passage: &Reference,
    conversation: &Conversation<'_>,
    sources: &mut Sources,
) -> Option<String> {
    let translation = conversation.quoted_translation();
    quote_passage_in(translation, passage, conversation.language, sources)
}

/// [`quote_passage`] in another translation than the open one.
pub(super) fn quote_passage_in(
    translation: TranslationCode,
    passage: &Reference,
    language: Language,
    sources: &mut Sources,
) -> Option<String> {
    let texts = verse_texts(translation, passage);
    let mut length = 0;
    let fitting = texts.iter().take_while(|text| {
        length += text.len() + 1;
        length <= MAX_PASSAGE
    });
    let count = fitting.count().max(1);
    let quoted = texts.get(..count).unwrap_or(&texts);
    if quoted.is_empty() {
        return None;
    }
    sources.add_translation(translation.translation());
    let text = quote_verses(&quoted.join(" "));
    let verses: Vec<VerseId> = passage.verses().collect();
    let (whole, rest) = match (quoted.len() < verses.len(), verses.get(quoted.len() - 1)) {
        (true, Some(last)) => (
            Reference::between(passage.first(), *last),
            verses.get(quoted.len()),
        ),
        _ => (*passage, None),
    };
    let rest = rest.map_or_else(String::new, |next| {
        let rest = language.link(&Reference::between(*next, passage.last()));
        let goes_on = language.choose("It goes on to", "Sigue en");
        format!(" {goes_on} {rest}.")
    });
    let code = translation.as_str();
    Some(format!("{}: {text} ({code}){rest}", language.link(&whole)))
}

/// The passages that answer a question, the best first, without those quoted before; `None` if the search is not sure of any.
pub(super) fn find_passages(
    text: &str,
    question: &Question,
    conversation: &Conversation<'_>,
    limit: usize,
) -> Option<Vec<Reference>> {
    let found = search(text, conversation);
    let best = found.hits.first()?;
    if !found.is_answered || question.has_long_number() {
        return None;
    }
    let mut chapters = Chapters::new(conversation);
    let is_foreign =
        found.suggestion.is_none() && !question.unknown_words(conversation.language).is_empty();
    let certain = if is_foreign {
        CERTAIN_OF_FOREIGN
    } else {
        CERTAIN
    };
    if best.score < certain && question.names.is_empty() {
        // Words that the search mended are known words.
        let mended = found.suggestion.as_deref().map(Question::parse);
        let question = mended.as_ref().unwrap_or(question);
        let mut hits = found.hits.iter().take(5);
        let covers = |hit: &meaning::Hit| {
            let stems = content_stems(chapters.text(hit.verse));
            question.coverage(&stems) >= MIN_COVERAGE
        };
        if !hits.any(covers) {
            return None;
        }
    }
    let mut ranked: Vec<(f32, VerseId)> = Vec::new();
    for hit in &found.hits {
        let names = chapters.names(hit.verse, &question.names);
        let near = match conversation.passage {
            Some(_) if question.follows_up && conversation.is_in_chapter(hit.canon) => IN_CHAPTER,
            Some(open) if question.follows_up && open.reference.first().book == hit.canon.book => {
                IN_BOOK
            }
            _ => 1.0,
        };
        let weight = match names {
            Names::InVerse => near,
            Names::InChapter => near * WITHOUT_NAME,
            Names::Missing => continue,
        };
        if !conversation.has_quoted(hit.canon) {
            ranked.push((hit.score * weight, hit.canon));
        }
    }
    ranked.sort_by(|(one, _), (other, _)| other.total_cmp(one));
    let least = ranked.first()?.0 * NEAR_BEST;
    ranked.retain(|(score, _)| *score >= least);
    let verses = ranked.into_iter().map(|(_, verse)| verse);
    Some(join_neighbours(verses, limit)).filter(|found| !found.is_empty())
}

/// The verse nearest to a text that no verse answers, if one is near enough to be named.
pub(super) fn find_nearest(text: &str, conversation: &Conversation<'_>) -> Option<Reference> {
    let found = search(text, conversation);
    let best = found.hits.first().filter(|hit| hit.score >= NEAR)?;
    Some(Reference::between(best.canon, best.canon))
}

pub(super) fn search(text: &str, conversation: &Conversation<'_>) -> meaning::Found {
    const MAX_TEXT: usize = 200;
    let text: String = text.chars().take(MAX_TEXT).collect();
    let search = meaning::Search {
        translation: conversation.quoted_translation(),
        scope: Scope::ALL,
        limit: meaning::MOST_HITS,
    };
    search.run(&text)
}

/// Passages of verses: one that follows a verse of a passage belongs to it.
fn join_neighbours(verses: impl Iterator<Item = VerseId>, limit: usize) -> Vec<Reference> {
    let mut passages: Vec<Reference> = Vec::new();
    for verse in verses {
        let is_full = passages.len() >= limit;
        let (first, last) = (
            VerseId {
                verse: verse.verse + 1,
                ..verse
            },
            VerseId {
                verse: verse.verse.saturating_sub(1),
                ..verse
            },
        );
        let near = passages.iter_mut().find(|passage| {
            let length = passage.last().verse - passage.first().verse;
            (passage.first() == first || passage.last() == last) && length < MAX_FOUND_VERSES - 1
        });
        match near {
            Some(passage) => {
                let first = passage.first().min(verse);
                *passage = Reference::between(first, passage.last().max(verse));
            }
            None if !is_full => passages.push(Reference::between(verse, verse)),
            None => {}
        }
    }
    passages
}

/// Where the names of a question are.
enum Names {
    InVerse,
    InChapter,
    Missing,
}

/// The verses of chapters; each chapter is read once.
struct Chapters<'c> {
    conversation: &'c Conversation<'c>,
    texts: HashMap<(BookId, u16), Vec<(u16, String)>>,
}

impl<'c> Chapters<'c> {
    fn new(conversation: &'c Conversation<'c>) -> Self {
        Self {
            conversation,
            texts: HashMap::new(),
        }
    }

    fn chapter(&mut self, at: VerseId) -> &[(u16, String)] {
        let translation = self.conversation.quoted_translation();
        self.texts.entry((at.book, at.chapter)).or_insert_with(|| {
            let chapter = get_chapter(translation, at.book, at.chapter);
            chapter.map(|chapter| chapter.texts()).unwrap_or_default()
        })
    }

    /// The text of a printed verse.
    fn text(&mut self, at: VerseId) -> &str {
        let mut verses = self.chapter(at).iter();
        let verse = verses.find(|(number, _)| *number == at.verse);
        verse.map_or("", |(_, text)| text)
    }

    fn names(&mut self, at: VerseId, names: &[String]) -> Names {
        let has = |text: &str| {
            let text = text.to_lowercase();
            let mut names = names.iter();
            names.all(|name| text.contains(&name.to_lowercase()))
        };
        if names.is_empty() || has(self.text(at)) {
            return Names::InVerse;
        }
        let chapter: Vec<&str> = self.chapter(at).iter().map(|(_, text)| &**text).collect();
        if has(&chapter.join(" ")) {
            Names::InChapter
        } else {
            Names::Missing
        }
    }
}
