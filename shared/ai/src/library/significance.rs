//! The second and third text of an insight, written together so that no sentence is in both: the commentary's explanations
//! with related passages and topics, and its exhortations.

use std::ops::RangeInclusive;

use verse_scripture::works::Work;
use verse_scripture::works::commentary::{self, list_sections};
use verse_scripture::{Reference, VerseId};

use super::alignment::ChapterWords;
use super::context::is_on_whole_book;
use super::excerpt::{Budget, excerpt};
use super::exhortation::CLEAR;
use super::links::link;
use super::passage::{WordsOfChapters, verses_of};
use super::quotation::quote;
use super::related::{related_passages, topics};
use super::sentence_group::{SplitSection, select_best};
use super::sources::Sources;

/// The most bytes of all explanations of a passage.
const MAX_EXPLANATION: usize = 2_100;
/// The most bytes of all exhortations.
const MAX_EXHORTATION: usize = 1_000;
/// The least bytes for each section of a passage on several.
const MIN_OF_A_SECTION: usize = 260;
/// The most sections that are quoted.
const MAX_SECTIONS: usize = 8;
/// The most chapters that are searched for sections.
const MAX_CHAPTERS: usize = 3;
/// The most bytes of an exhortation from a neighbouring section.
const MAX_NEARBY: usize = 400;

/// A section of the commentary on a passage, with its verses within the passage.
pub(super) struct SelectedSection {
    pub(super) section: commentary::Section,
    pub(super) verses: RangeInclusive<u16>,
}

/// The theological significance and the practical application of a passage.
pub(super) fn significance_and_application(
    passage: &Reference,
    words: &mut WordsOfChapters,
    sources: &mut Sources,
) -> (String, String) {
    sources.add(Work::Commentary);
    let (mut explained, application) = commentary_on(passage, words);
    if let Some((book, chapter, verses)) = passage.chapters().next() {
        let words = words.of(book, chapter);
        let passage = verses_of(book, chapter, &verses);
        explained.extend(related_passages(&passage, &words, sources));
        explained.extend(topics(&passage, &words, sources));
    }
    (explained.join("\n\n"), application)
}

/// The commentary's explanations of a passage, by paragraphs, and its exhortations.
pub(super) fn commentary_on(
    passage: &Reference,
    words: &mut WordsOfChapters,
) -> (Vec<String>, String) {
    let sections = list_selected_sections(passage);
    let (quoted, rest) = sections.split_at(sections.len().min(MAX_SECTIONS));
    let share = |bytes: usize| (bytes / quoted.len().max(1)).max(MIN_OF_A_SECTION);
    let budget = Budget {
        explanation: share(MAX_EXPLANATION),
        exhortation: share(MAX_EXHORTATION),
    };
    let mut explained = Vec::new();
    let mut exhortations = Vec::new();
    for selected in quoted {
        let section = selected.split(words);
        let excerpt = excerpt(&section, &selected.verses, budget);
        if !excerpt.explanation.is_empty() {
            let introduction = selected.introduce(explained.is_empty());
            let quotation = quote(&section, &excerpt.explanation);
            explained.push(format!("{introduction} {quotation}"));
        }
        if !excerpt.exhortation.is_empty() {
            let quotation = quote(&section, &excerpt.exhortation);
            exhortations.push((quotation, selected.section.reference()));
        }
    }
    let unread = rest
        .first()
        .map(|selected| selected.section.reference().first())
        .or_else(|| {
            let (book, chapter, verses) = passage.chapters().nth(MAX_CHAPTERS)?;
            Some(VerseId {
                book,
                chapter,
                verse: *verses.start(),
            })
        });
    if let Some(unread) = unread {
        let rest = Reference::between(unread, passage.last());
        explained.push(format!("The commentary goes on to {}.", link(&rest)));
    }
    if sections.is_empty() {
        explained.insert(0, "The commentary says nothing on these verses.".to_owned());
    }
    let application = match exhortations.as_slice() {
        [] => application_nearby(passage, words),
        [(quotation, _)] => format!("To its reader the commentary says: {quotation}"),
        several => {
            let on_each = several.iter();
            let on_each = on_each.map(|(quotation, on)| format!("On {}: {quotation}", link(on)));
            let on_each = on_each.collect::<Vec<_>>().join("\n\n");
            format!("To its reader the commentary says:\n\n{on_each}")
        }
    };
    (explained, application)
}

/// The sections on a passage, without a section on the whole book, which is an introduction.
pub(super) fn list_selected_sections(passage: &Reference) -> Vec<SelectedSection> {
    passage
        .chapters()
        .take(MAX_CHAPTERS)
        .flat_map(|(book, chapter, verses)| {
            let mut sections = list_sections(book, chapter);
            sections.retain(|section| {
                !is_on_whole_book(book.book(), section)
                    && section.verses.start() <= verses.end()
                    && verses.start() <= section.verses.end()
            });
            sections.into_iter().map(move |section| SelectedSection {
                verses: *section.verses.start().max(verses.start())
                    ..=*section.verses.end().min(verses.end()),
                section,
            })
        })
        .collect()
}

impl SelectedSection {
    /// All of the section's verses as selected.
    pub(super) fn whole(section: commentary::Section) -> Self {
        let verses = section.verses.clone();
        Self { section, verses }
    }

    /// The section, split and aligned to its verses.
    pub(super) fn split(&self, words: &mut WordsOfChapters) -> SplitSection<'_> {
        self.split_by(&words.of(self.section.book, self.section.chapter))
    }

    /// The same, by the words of its chapter.
    pub(super) fn split_by(&self, words: &ChapterWords) -> SplitSection<'_> {
        let paragraphs = self.section.paragraphs.iter().map(String::as_str);
        let verses = &self.section.verses;
        SplitSection::new(paragraphs, *verses.start(), *verses.end(), words)
    }

    /// The words before a quotation.
    pub(super) fn introduce(&self, first: bool) -> String {
        let work = if first {
            Work::Commentary.name()
        } else {
            "The commentary"
        };
        let on = link(&self.section.reference());
        let title = match &self.section.title {
            Some(title) => format!(", “{title}”"),
            None => String::new(),
        };
        format!("{work} on {on}{title}:")
    }
}

/// For a passage without an exhortation: that of the nearest section of the chapter that has one.
fn application_nearby(passage: &Reference, words: &mut WordsOfChapters) -> String {
    const NOTHING: &str = "The commentary does not turn to its reader on these verses";
    let Some((book, chapter, verses)) = passage.chapters().next() else {
        return format!("{NOTHING}.");
    };
    let mut others: Vec<SelectedSection> = list_sections(book, chapter)
        .into_iter()
        .filter(|section| {
            section.verses.end() < verses.start() || section.verses.start() > verses.end()
        })
        .map(SelectedSection::whole)
        .collect();
    others.sort_by_key(|other| {
        let after = other.verses.start().saturating_sub(*verses.end());
        after.max(verses.start().saturating_sub(*other.verses.end()))
    });
    for other in others {
        let section = other.split(words);
        let exhorting = section
            .groups
            .iter()
            .filter(|group| group.exhortation > CLEAR);
        let best = select_best(exhorting, |group| f64::from(group.exhortation), MAX_NEARBY);
        if !best.is_empty() {
            let on = link(&other.section.reference());
            return format!(
                "{NOTHING}. Near them, on {on}, it does: {}",
                quote(&section, &best)
            );
        }
    }
    format!("{NOTHING}, nor elsewhere in this chapter.")
}
