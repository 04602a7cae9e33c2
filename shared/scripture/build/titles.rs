//! Titles and letters of psalms that a source prints as the first words of a verse.
//!
//! The YLT and the SRV do so; the packages of the others mark them.

use crate::Failure;
use crate::chapter_format::PackedChapter;
use crate::edit;
use crate::source::ChapterId;

/// The sentences of a title in the YLT begin with these words.
const YLT_SENTENCES: [&str; 13] = [
    "To the Overseer",
    "A Psalm",
    "A Song",
    "A Prayer",
    "A Secret Treasure",
    "A testimony of Asaph",
    "An Instruction",
    "An instruction",
    "By ",
    "Praise by David",
    "'The Erring One,'",
    "'For the Virgins.'",
    "'On the ",
];
/// "By rivers of Babylon": it begins like a title and has none.
const YLT_UNTITLED: u16 = 137;
/// A title that ends inside a sentence: its psalm, and its last words.
const YLT_LONG_TITLE: (u16, &str) = (18, "and he saith:—");

/// Makes titles of psalms and the letters of Psalm 119 blocks of their own.
pub fn set_apart(code: &str, id: &ChapterId, chapter: &mut PackedChapter) -> Result<(), Failure> {
    if id.book != "PSA" || !["YLT", "SRV"].contains(&code) {
        return Ok(());
    }
    if id.chapter == 119 {
        for verse in (1..=176).step_by(8) {
            let text = edit::verse_text(chapter, verse);
            let end = text.find(' ').ok_or("a letter without a verse")?;
            let letter = edit::take_start(chapter, verse, end);
            let letter = letter.trim_end_matches('.').to_owned();
            edit::insert_title(chapter, verse, letter)?;
        }
        return Ok(());
    }
    let text = edit::verse_text(chapter, 1);
    let length = match code {
        "YLT" => ylt_title(id.chapter, &text),
        _ => srv_title(&text),
    };
    if length > 0 {
        let title = edit::take_start(chapter, 1, length);
        edit::insert_title(chapter, 1, title)?;
    }
    Ok(())
}

/// The length of the title: its sentences begin with known words.
fn ylt_title(psalm: u16, text: &str) -> usize {
    let (long, last_words) = YLT_LONG_TITLE;
    if psalm == long {
        return text.find(last_words).map_or(0, |at| at + last_words.len());
    }
    if psalm == YLT_UNTITLED {
        return 0;
    }
    let mut length = 0;
    while let Some(rest) = text.get(length..)
        && YLT_SENTENCES.iter().any(|words| rest.starts_with(words))
    {
        let ends = [". ", ".' ", "?' "].into_iter();
        let ends = ends.filter_map(|end| rest.find(end).map(|at| at + end.len()));
        match ends.min() {
            Some(end) => length += end,
            None => break,
        }
    }
    length
}

/// The length of the title: the psalm begins with a word in capitals (`Salmo de David. JEHOVÁ es`),
/// or with a word of one letter before it (`A TI`). `Aleluya` before it is no title.
fn srv_title(text: &str) -> usize {
    if text.starts_with("Aleluya") {
        return 0;
    }
    let mut at = 0;
    let mut before = None;
    for word in text.split_inclusive(' ') {
        let letters: Vec<char> = word.chars().filter(|c| c.is_alphabetic()).collect();
        let capitals = !letters.is_empty() && letters.iter().all(|c| c.is_uppercase());
        if capitals && letters.len() > 1 {
            return before.unwrap_or(at);
        }
        before = (capitals && letters.len() == 1).then_some(at);
        at += word.len();
    }
    0
}
