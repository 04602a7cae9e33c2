//! The second and third text of an insight, written together so that no sentence is in both: the commentary's explanations
//! with related passages and topics, and its exhortations.

use std::ops::RangeInclusive;

use verse_scripture::Reference;
use verse_scripture::works::Work;
use verse_scripture::works::commentary::{self, list_sections};

use super::passage::{WordsOfChapters, distance, verses_of};
use super::quotation::{join, quote};
use super::related::{related_passages, topics};
use super::sentence_group::{SplitSection, select_best};
use super::{
    context::is_on_whole_book, excerpt::excerpt, exhortation::CLEAR, links::link, sources::Sources,
};

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
    let mut explained = Vec::new();
    let mut exhortations = Vec::new();
    for selected in quoted {
        let section = selected.split(words);
        let excerpt = excerpt(&section, &selected.verses, quoted.len());
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
    let unread_section = rest.first().map(|selected| selected.section.reference());
    let unread = unread_section.or_else(|| {
        let (book, chapter, verses) = passage.chapters().nth(MAX_CHAPTERS)?;
        Some(verses_of(book, chapter, &verses))
    });
    if let Some(unread) = unread {
        let rest = Reference::between(unread.first(), passage.last());
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
            format!(
                "To its reader the commentary says:\n\n{}",
                join(on_each, "\n\n")
            )
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
                !is_on_whole_book(book.book(), section) && distance(&section.verses, &verses) == 0
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
        let section = &self.section;
        SplitSection::new(section, &words.of(section.book, section.chapter))
    }

    /// The words before a quotation.
    pub(super) fn introduce(&self, first: bool) -> String {
        let full = Work::Commentary.name();
        let work = if first { full } else { "The commentary" };
        let on = link(&self.section.reference());
        let title = self.section.title.as_ref();
        let title = title.map_or_else(String::new, |title| format!(", “{title}”"));
        format!("{work} on {on}{title}:")
    }
}

/// For a passage without an exhortation: that of the nearest section of the chapter that has one.
fn application_nearby(passage: &Reference, words: &mut WordsOfChapters) -> String {
    const NOTHING: &str = "The commentary does not turn to its reader on these verses";
    let Some((book, chapter, verses)) = passage.chapters().next() else {
        return format!("{NOTHING}.");
    };
    let others = list_sections(book, chapter).into_iter();
    let others = others.filter(|section| distance(&section.verses, &verses) > 0);
    let mut others: Vec<SelectedSection> = others.map(SelectedSection::whole).collect();
    others.sort_by_key(|other| distance(&other.verses, &verses));
    for other in others {
        let section = other.split(words);
        let exhorting = section
            .groups
            .iter()
            .filter(|group| group.exhortation > CLEAR);
        let best = select_best(exhorting, |group| f64::from(group.exhortation), MAX_NEARBY);
        if !best.is_empty() {
            let (on, quotation) = (link(&other.section.reference()), quote(&section, &best));
            return format!("{NOTHING}. Near them, on {on}, it does: {quotation}");
        }
    }
    format!("{NOTHING}, nor elsewhere in this chapter.")
}
