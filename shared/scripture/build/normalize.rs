//! Corrections to a chapter before it is packed.
//!
//! They never change a word. They correct spaces, move a note whose verse is not printed, and cut
//! what is not part of the text.

use crate::Failure;
use crate::chapter_format::{Block, PackedChapter, Run, SectionHeading};
use crate::source::ChapterId;

/// The package of the WEB has the translation's glossary as more lines of Revelation 22:21.
const GLOSSARY: &str = "World English Bible Glossary";

pub fn normalize(code: &str, id: &ChapterId, chapter: &mut PackedChapter) -> Result<(), Failure> {
    if code == "WEB" && id.book == "REV" && id.chapter == 22 {
        cut_glossary(chapter)?;
    }
    move_notes(chapter)?;
    correct_spaces(chapter);
    chapter
        .blocks
        .retain(|block| block.runs().is_none_or(|runs| !runs.is_empty()));
    check_order(chapter)
}

fn cut_glossary(chapter: &mut PackedChapter) -> Result<(), Failure> {
    let heading = Block::Heading(GLOSSARY.to_owned());
    let at = chapter.blocks.iter().position(|block| *block == heading);
    chapter
        .blocks
        .truncate(at.ok_or("the glossary's heading is missing")?);
    Ok(())
}

/// Moves a note on a verse that is not printed to the end of the verse before it.
fn move_notes(chapter: &mut PackedChapter) -> Result<(), Failure> {
    let printed = printed_verses(chapter);
    let mut runs_before: Option<&mut Vec<Run>> = None;
    for runs in chapter.blocks.iter_mut().filter_map(runs_mut) {
        let mut leading = 0;
        for (index, run) in runs.iter_mut().enumerate() {
            if let Run::Note { verse, .. } = run
                && !printed.contains(verse)
            {
                let before = printed.iter().copied().filter(|other| *other < *verse);
                *verse = before
                    .max()
                    .ok_or_else(|| format!("no verse is printed before the note on {verse}"))?;
                leading += usize::from(index == leading);
            }
        }
        // At the head of a paragraph the note would be apart from the verse it now belongs to.
        if let Some(before) = runs_before {
            before.extend(runs.drain(..leading));
        }
        runs_before = Some(runs);
    }
    Ok(())
}

/// Corrects missing and doubled spaces where the runs of a verse meet.
fn correct_spaces(chapter: &mut PackedChapter) {
    let mut spacer = Spacer::default();
    let mut verse_now = 0;
    for runs in chapter.blocks.iter().filter_map(Block::runs) {
        spacer.line_begins = true;
        for run in runs {
            if let Run::Text { verse, text, .. } = run {
                if *verse != verse_now {
                    spacer.end_verse();
                    verse_now = *verse;
                }
                spacer.run(text);
            }
        }
    }
    spacer.end_verse();
    let mut texts = spacer.runs.into_iter();
    for runs in chapter.blocks.iter_mut().filter_map(runs_mut) {
        for run in runs.iter_mut() {
            if let Run::Text { text, .. } = run {
                *text = texts.next().unwrap_or_default();
            }
        }
        runs.retain(|run| !matches!(run, Run::Text { text, .. } if text.is_empty()));
    }
}

/// Writes runs again, one character after the other.
#[derive(Default)]
struct Spacer {
    runs: Vec<String>,
    /// The verse's last character so far.
    last: Option<char>,
    /// Whether a line has begun after that character.
    line_begins: bool,
}

impl Spacer {
    fn run(&mut self, text: &str) {
        self.runs.push(String::new());
        for c in text.chars() {
            let begins = std::mem::take(&mut self.line_begins) && self.last.is_some();
            if begins {
                self.space_before_run();
            }
            if c.is_whitespace() {
                // Here and not in the run before: the mark of a note between the two stays at its
                // word.
                self.space();
                continue;
            }
            match self.last {
                Some(' ') if takes_no_space_before(c) => self.drop_space(),
                Some(' ') if self.text_ends_with("( ") => self.drop_space(),
                Some(before) if lacks_space(before, c) => self.space_before_run(),
                _ => {}
            }
            self.push(c);
        }
    }

    fn push(&mut self, c: char) {
        self.last = Some(c);
        if let Some(run) = self.runs.last_mut() {
            run.push(c);
        }
    }

    fn space(&mut self) {
        if self.last.is_some_and(|before| before != ' ') {
            self.push(' ');
        }
    }

    /// Adds a missing space between two runs: to the end of a line, not to the beginning of the
    /// next.
    fn space_before_run(&mut self) {
        match self.runs.as_mut_slice() {
            [.., before, run] if run.is_empty() && self.last.is_some_and(|c| c != ' ') => {
                before.push(' ');
                self.last = Some(' ');
            }
            _ => self.space(),
        }
    }

    /// Removes the last space, which may be at the end of the run before.
    fn drop_space(&mut self) {
        if let Some(run) = self.runs.iter_mut().rev().find(|run| !run.is_empty()) {
            run.truncate(run.trim_end().len());
        }
    }

    fn text_ends_with(&self, end: &str) -> bool {
        let run = self.runs.iter().rev().find(|run| !run.is_empty());
        run.is_some_and(|run| run.ends_with(end))
    }

    fn end_verse(&mut self) {
        if self.last == Some(' ') {
            self.drop_space();
        }
        self.last = None;
    }
}

/// Whether a space before this character is wrong (WEB John 5:12 had `walk’ ?”`).
fn takes_no_space_before(c: char) -> bool {
    matches!(c, '.' | ',' | ';' | ':' | '!' | '?' | ')' | '”')
}

/// Whether words run together here (WEB Deuteronomy 32:22 `Sheol,devours`, KJV Acts 1:4
/// `which,saith`).
fn lacks_space(before: char, c: char) -> bool {
    matches!(before, '.' | ',' | ';' | ':' | '!' | '?' | '”') && (c.is_alphabetic() || c == '“')
}

/// Checks that a chapter's verses ascend and that each is in one piece.
fn check_order(chapter: &PackedChapter) -> Result<(), Failure> {
    let verses = printed_verses(chapter);
    match verses.windows(2).find(|pair| pair.first() > pair.last()) {
        None if verses.is_empty() => Err("a chapter without a verse".to_owned()),
        None => Ok(()),
        Some(pair) => Err(format!("verses out of order: {pair:?}")),
    }
}

/// Adds section headings, each at the first printed verse of its section.
pub fn add_headings(headings: &[SectionHeading], chapter: &mut PackedChapter) {
    let printed = printed_verses(chapter);
    for heading in headings {
        // WEB does not print Romans 16:25-27 there: that section has no verse.
        if let Some(verse) = printed.iter().find(|verse| **verse >= heading.verse) {
            chapter.headings.push(SectionHeading {
                verse: *verse,
                title: heading.title.clone(),
            });
        }
    }
    chapter.headings.sort_by_key(|heading| heading.verse);
}

fn printed_verses(chapter: &PackedChapter) -> Vec<u16> {
    chapter.texts().map(|(verse, _)| verse).collect()
}

fn runs_mut(block: &mut Block) -> Option<&mut Vec<Run>> {
    match block {
        Block::Paragraph(runs) | Block::Item(runs) | Block::Line { runs, .. } => Some(runs),
        _ => None,
    }
}
