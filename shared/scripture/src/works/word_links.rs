//! The Strong's numbers of the words of the King James Version.

use super::embedded::WORD_LINKS;
use super::lexicon::StrongsNumber;
use super::works_format::{PackedLink, PackedLinks};
use crate::chapter::get_chapter;
use crate::reference::VerseId;
use crate::stem::words;
use crate::translation::TranslationCode;

/// Words of a verse with their Strong's number.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct WordLink {
    /// The words as printed, without marks: `only begotten`.
    pub words: Vec<String>,
    /// How many words of the verse (of the title, for a link in a title) are before them.
    pub first: usize,
    /// The number.
    pub number: StrongsNumber,
    /// Whether they are in the psalm's title before the verse, and not in the verse.
    pub in_title: bool,
}

/// The links of a verse in the order of its words. The translators added the words without a link;
/// Mark 9:43, Luke 6:41 and 17:36 have no links at all.
#[must_use]
pub fn list_word_links(verse: VerseId) -> Vec<WordLink> {
    find_links(verse).unwrap_or_default()
}

fn find_links(verse: VerseId) -> Option<Vec<WordLink>> {
    let chapter = get_chapter(TranslationCode::Kjv, verse.book, verse.chapter).ok()?;
    let ordinal = verse.book.book().ordinal(verse.chapter)?;
    let packed: Vec<PackedLinks> = WORD_LINKS.read(ordinal)?;
    let links = packed
        .into_iter()
        .nth(usize::from(verse.verse).checked_sub(1)?)?;
    let mut all = unpack(&links.title, &chapter.title(), true);
    let text = chapter.verse_text(verse.verse)?;
    all.extend(unpack(&links.verse, &text, false));
    Some(all)
}

fn unpack(links: &[PackedLink], text: &str, in_title: bool) -> Vec<WordLink> {
    let mut left = words(text);
    let mut next = 0;
    let link = |link: &PackedLink| {
        let first = next + usize::from(link.skipped);
        let linked = left.by_ref().skip(usize::from(link.skipped));
        let linked = linked.take(usize::from(link.words)).map(str::to_owned);
        let words: Vec<String> = linked.collect();
        next = first + words.len();
        Some(WordLink {
            words,
            first,
            number: StrongsNumber::from_slot(link.slot)?,
            in_title,
        })
    };
    links.iter().filter_map(link).collect()
}
