//! The second and third text of an insight, written together so that no sentence is in both: the commentary's explanations
//! with related passages and topics, and its exhortations.

use std::ops::RangeInclusive;

use verse_scripture::works::Work;
use verse_scripture::works::commentary::{self, list_sections};
use verse_scripture::{Reference, find_references};

use super::exhortation::CLEAR;
use super::links::{link, unlink};
use super::passage::{Passage, WordsOfChapters, distance, verses_of};
use super::quotation::{join, quote, with_inner_marks};
use super::related::{related_passages, topics};
use super::sentence_group::{SentenceGroup, SplitSection, select_best};
use super::wording::{self, Wording};
use super::{context::is_on_whole_book, excerpt::excerpt, sources::Sources};

/// The most sections that are quoted.
const MAX_SECTIONS: usize = 8;
/// The most chapters that are searched for sections.
pub(super) const MAX_CHAPTERS: usize = 3;
/// The most bytes of an exhortation on other verses.
const MAX_NEARBY: usize = 400;
/// A shorter section that names another passage only points to the commentary on it.
const MAX_POINTER: usize = 80;

/// A section of the commentary on a passage, with its verses within the passage.
#[derive(Debug)]
pub(super) struct SelectedSection {
    pub(super) section: commentary::Section,
    pub(super) verses: RangeInclusive<u16>,
}

/// The theological significance and the practical application of a passage.
pub(super) fn significance_and_application(
    passage: &Passage,
    wording: &Wording,
    words: &mut WordsOfChapters,
    sources: &mut Sources,
) -> (String, String) {
    sources.add(Work::Commentary);
    let (mut explained, application) = commentary_on(&passage.reference, wording, words);
    explained.extend(related_passages(passage, wording, sources));
    if let Some((book, chapter, verses)) = passage.reference.chapters().next() {
        let words = words.of(book, chapter);
        let passage = verses_of(book, chapter, &verses);
        explained.extend(topics(&passage, &words, wording, sources));
    }
    (explained.join("\n\n"), application)
}

/// The commentary's explanations of a passage, by paragraphs, and its exhortations.
pub(super) fn commentary_on(
    passage: &Reference,
    wording: &Wording,
    words: &mut WordsOfChapters,
) -> (Vec<String>, String) {
    let sections = list_selected_sections(passage);
    let (quoted, rest) = sections.split_at(sections.len().min(MAX_SECTIONS));
    let mut explained = Vec::new();
    let mut exhortations = Vec::new();
    for selected in quoted {
        let section = selected.split(words);
        let chapter = words.of(selected.section.book, selected.section.chapter);
        let excerpt = excerpt(&section, &selected.verses, &chapter, quoted.len());
        if !excerpt.explanation.is_empty() {
            let introduction = selected.introduction(explained.is_empty(), wording);
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
    if let Some(unread) = unread.filter(|unread| unread.first() <= passage.last()) {
        let rest = Reference::between(unread.first(), passage.last());
        explained.push(wording.say(&wording::GOES_ON, &[("rest", &wording.link(&rest))]));
    }
    if sections.is_empty() {
        explained.insert(0, wording.say(&wording::SILENT, &[]));
    }
    let application = match exhortations.as_slice() {
        [] => {
            let explained = unlink(&explained.join("\n\n"));
            application_elsewhere(passage, &sections, &explained, wording, words)
        }
        [(quotation, _)] => format!("{} {quotation}", wording.say(&wording::APPLICATION, &[])),
        several => {
            let on_each = several.iter().map(|(quotation, on)| {
                let on = wording.link(on);
                let frame = wording.say(&wording::NEXT_SECTION, &[("section", &on)]);
                format!("{frame} {quotation}")
            });
            let said = wording.say(&wording::APPLICATION, &[]);
            format!("{said}\n\n{}", join(on_each, "\n\n"))
        }
    };
    (explained, application)
}

/// The sections on a passage, without a section on the whole book, which is an introduction. After a section that only points
/// to the commentary on another passage come the sections on that passage.
pub(super) fn list_selected_sections(passage: &Reference) -> Vec<SelectedSection> {
    let sections = sections_on(passage).into_iter();
    sections
        .flat_map(|selected| {
            let target = pointer(&selected.section);
            let further = target.iter().flat_map(sections_on).collect::<Vec<_>>();
            [selected].into_iter().chain(further)
        })
        .collect()
}

fn sections_on(passage: &Reference) -> Vec<SelectedSection> {
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

/// The passage that a section names in place of a comment of its own: `This chapter is the same as 2Ki 19.`
fn pointer(section: &commentary::Section) -> Option<Reference> {
    let text = section.paragraphs.join(" ");
    let is_short = text.len() <= MAX_POINTER;
    let named = find_references(&text).into_iter().next();
    named.filter(|_| is_short && (text.contains("the same as") || text.starts_with("See ")))
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

    /// The words before a quotation, in English.
    pub(super) fn introduce(&self, first: bool) -> String {
        let full = Work::Commentary.name();
        let work = if first { full } else { "The commentary" };
        let on = link(&self.section.reference());
        let title = self.title();
        format!("{work} on {on}{title}:")
    }

    /// The words before a quotation. The first one names the work.
    fn introduction(&self, is_first: bool, wording: &Wording) -> String {
        let section = wording.link(&self.section.reference()) + &self.title();
        let frame = if is_first {
            &wording::SECTION
        } else {
            &wording::NEXT_SECTION
        };
        let work = Work::Commentary.name();
        wording.say(frame, &[("work", work), ("section", &section)])
    }

    fn title(&self) -> String {
        let title = self.section.title.as_ref();
        title.map_or_else(String::new, |title| format!(", “{title}”"))
    }
}

/// For a passage without an exhortation: the nearest one of its own sections, else of the chapter's other sections. None is
/// quoted that the explanation, without links, has already.
fn application_elsewhere(
    passage: &Reference,
    own: &[SelectedSection],
    explained: &str,
    wording: &Wording,
    words: &mut WordsOfChapters,
) -> String {
    let mut said = |frame, selected: &SelectedSection, verses: &RangeInclusive<u16>| {
        let section = selected.split(words);
        let exhorting = section.groups.iter();
        let exhorting = exhorting.filter(|group| group.exhortation >= CLEAR);
        let is_new = |group: &&SentenceGroup| {
            let mut sentences = section.sentences_of(group).iter();
            !sentences.any(|sentence| explained.contains(&with_inner_marks(sentence)))
        };
        let (exhorting, said): (Vec<_>, Vec<_>) = exhorting.partition(is_new);
        if exhorting.is_empty() && !said.is_empty() {
            return Some(wording.say(&wording::APPLICATION_ABOVE, &[]));
        }
        let score = |group: &SentenceGroup| {
            f64::from(group.exhortation) - 2.0 * f64::from(group.distance(verses))
        };
        let best = select_best(exhorting, score, MAX_NEARBY);
        if best.is_empty() {
            return None;
        }
        let on = wording.link(&selected.section.reference());
        let frame = wording.say(frame, &[("section", &on)]);
        Some(format!("{frame} {}", quote(&section, &best)))
    };
    for selected in own {
        if let Some(found) = said(&wording::APPLICATION_OF_SECTION, selected, &selected.verses) {
            return found;
        }
    }
    let mut others: Vec<(u16, RangeInclusive<u16>, SelectedSection)> = Vec::new();
    for (book, chapter, verses) in passage.chapters().take(MAX_CHAPTERS) {
        let sections = list_sections(book, chapter).into_iter();
        let sections = sections.filter(|section| {
            distance(&section.verses, &verses) > 0 && !is_on_whole_book(book.book(), section)
        });
        others.extend(sections.map(|section| {
            let away = distance(&section.verses, &verses);
            (away, verses.clone(), SelectedSection::whole(section))
        }));
    }
    others.sort_by_key(|(away, ..)| *away);
    let found = others
        .iter()
        .find_map(|(_, verses, other)| said(&wording::APPLICATION_NEAR, other, verses));
    found.unwrap_or_else(|| wording.say(&wording::NO_APPLICATION, &[]))
}
