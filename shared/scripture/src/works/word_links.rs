//! Which Strong's number stands behind which words of the King James Version.

use super::embedded::WORD_LINKS;
use super::lexicon::StrongsNumber;
use super::packed::{PackedLink, PackedLinks};
use crate::chapter::get_chapter;
use crate::packed::Block;
use crate::reference::VerseId;
use crate::stem::words;
use crate::translation::TranslationCode;

/// Words of a verse with the number behind them.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct WordLink {
    /// The words as printed, without marks: `only begotten`.
    pub words: Vec<String>,
    /// How many words of the verse (of the title, for a link in a title) stand before them.
    pub first: usize,
    /// The number.
    pub number: StrongsNumber,
    /// Whether they stand in the psalm's title before the verse, and not in it.
    pub in_title: bool,
}

/// The links of a verse in the order of its words. Words without a link are the translators'; Mark 9:43,
/// Luke 6:41 and 17:36 have no links at all.
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
    let titles = chapter.blocks().iter().filter_map(|block| match block {
        Block::Title(title) => Some(title.as_str()),
        _ => None,
    });
    let title = titles.collect::<Vec<_>>().join(" ");
    let text = chapter
        .verses_within(&(verse.verse..=verse.verse))
        .pop()?
        .text;
    let mut all = unpack(&links.title, &title, true);
    all.extend(unpack(&links.verse, &text, false));
    Some(all)
}

fn unpack(links: &[PackedLink], text: &str, in_title: bool) -> Vec<WordLink> {
    let mut left = words(text);
    let mut at = 0;
    let link = |link: &PackedLink| {
        let first = at + usize::from(link.passed);
        let taken: Vec<String> = left
            .by_ref()
            .skip(usize::from(link.passed))
            .take(usize::from(link.words))
            .map(str::to_owned)
            .collect();
        at = first + taken.len();
        Some(WordLink {
            words: taken,
            first,
            number: StrongsNumber::from_slot(link.slot)?,
            in_title,
        })
    };
    links.iter().filter_map(link).collect()
}
