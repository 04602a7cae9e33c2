//! What is put right before a chapter is packed. No word of a text is touched: only spaces, the
//! place of a note whose verse is not printed, and what was never part of the text.

use crate::Failure;
use crate::packed::{Block, Packed, Run, Section};
use crate::source::{Place, SectionLine};

/// The package of the WEB has the translation's glossary as more lines of Revelation 22:21.
const GLOSSARY: &str = "World English Bible Glossary";

pub fn tidy(code: &str, place: &Place, chapter: &mut Packed) -> Result<(), Failure> {
    if code == "WEB" && place.book == "REV" && place.chapter == 22 {
        cut_glossary(chapter)?;
    }
    hang_notes(chapter)?;
    space_text(chapter);
    chapter
        .blocks
        .retain(|block| runs_of(block).is_none_or(|runs| !runs.is_empty()));
    check_order(chapter)
}

fn cut_glossary(chapter: &mut Packed) -> Result<(), Failure> {
    let heading = Block::Heading(GLOSSARY.to_owned());
    let at = chapter.blocks.iter().position(|block| *block == heading);
    chapter
        .blocks
        .truncate(at.ok_or("the glossary's heading is no longer there to cut at")?);
    Ok(())
}

/// A note on a verse that is not printed hangs on the verse before it, at that verse's end.
fn hang_notes(chapter: &mut Packed) -> Result<(), Failure> {
    let printed: Vec<u16> = texts(chapter).map(|(verse, _)| *verse).collect();
    let mut runs_before: Option<&mut Vec<Run>> = None;
    for runs in chapter.blocks.iter_mut().filter_map(runs_of_mut) {
        let mut leads = 0;
        for (index, run) in runs.iter_mut().enumerate() {
            if let Run::Note { verse, .. } = run
                && !printed.contains(verse)
            {
                let before = printed
                    .iter()
                    .copied()
                    .filter(|other| *other < *verse)
                    .max();
                *verse =
                    before.ok_or_else(|| format!("a note on verse {verse} hangs on nothing"))?;
                leads += usize::from(index == leads);
            }
        }
        // At the head of a paragraph it would stand apart from the verse it now belongs to.
        if let Some(before) = runs_before {
            before.extend(runs.drain(..leads));
        }
        runs_before = Some(runs);
    }
    Ok(())
}

/// Makes the texts of a verse's runs join without a space too many or too few.
fn space_text(chapter: &mut Packed) {
    let mut spacer = Spacer::default();
    let mut verse_now = 0;
    for runs in chapter.blocks.iter().filter_map(runs_of) {
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
    for runs in chapter.blocks.iter_mut().filter_map(runs_of_mut) {
        for run in runs.iter_mut() {
            if let Run::Text { text, .. } = run {
                *text = texts.next().unwrap_or_default();
            }
        }
        runs.retain(|run| !matches!(run, Run::Text { text, .. } if text.is_empty()));
    }
}

/// Writes runs anew, one character after the other.
#[derive(Default)]
struct Spacer {
    runs: Vec<String>,
    /// The verse's last character so far.
    last: Option<char>,
    /// Whether a new line has begun since.
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
                // A note's mark before this run keeps its place at the word.
                self.space();
                continue;
            }
            match self.last {
                Some(' ') if closes(c) => self.drop_space(),
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

    /// A space which no run has belongs to the end of a line, not to the beginning of the next.
    fn space_before_run(&mut self) {
        match self.runs.as_mut_slice() {
            [.., before, run] if run.is_empty() && self.last.is_some_and(|c| c != ' ') => {
                before.push(' ');
                self.last = Some(' ');
            }
            _ => self.space(),
        }
    }

    /// Takes back the space just written, which may stand at the end of the run before.
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

/// A character before which no space stands (WEB John 5:12 had `walk’ ?”`).
fn closes(c: char) -> bool {
    matches!(c, '.' | ',' | ';' | ':' | '!' | '?' | ')' | '”')
}

/// Words run together (WEB Deuteronomy 32:22 `Sheol,devours`, KJV Acts 1:4 `which,saith`).
fn lacks_space(before: char, c: char) -> bool {
    matches!(before, '.' | ',' | ';' | ':' | '!' | '?' | '”') && (c.is_alphabetic() || c == '“')
}

/// Verses of a chapter come in ascending order, each in one piece.
fn check_order(chapter: &Packed) -> Result<(), Failure> {
    let verses: Vec<u16> = texts(chapter).map(|(verse, _)| *verse).collect();
    match verses.windows(2).find(|pair| pair.first() > pair.last()) {
        None if verses.is_empty() => Err("a chapter without a verse".to_owned()),
        None => Ok(()),
        Some(pair) => Err(format!("verses out of order: {pair:?}")),
    }
}

/// Gives the chapter the section headings that begin in it.
pub fn place_sections(place: &Place, sections: &[SectionLine], chapter: &mut Packed) {
    let here =
        |section: &&SectionLine| section.book == place.book && section.chapter == place.chapter;
    for section in sections.iter().filter(here) {
        let printed = texts(chapter)
            .map(|(verse, _)| *verse)
            .find(|verse| *verse >= section.verse);
        // WEB does not print Romans 16:25-27 there: its section has no place.
        let Some(verse) = printed else { continue };
        chapter.sections.push(Section {
            verse,
            title: section.title.clone(),
        });
    }
    chapter.sections.sort_by_key(|section| section.verse);
}

fn texts(chapter: &Packed) -> impl Iterator<Item = (&u16, &String)> {
    chapter
        .blocks
        .iter()
        .filter_map(runs_of)
        .flatten()
        .filter_map(|run| match run {
            Run::Text { verse, text, .. } => Some((verse, text)),
            Run::Note { .. } => None,
        })
}

fn runs_of(block: &Block) -> Option<&Vec<Run>> {
    match block {
        Block::Paragraph(runs) | Block::Item(runs) | Block::Line { runs, .. } => Some(runs),
        _ => None,
    }
}

fn runs_of_mut(block: &mut Block) -> Option<&mut Vec<Run>> {
    match block {
        Block::Paragraph(runs) | Block::Item(runs) | Block::Line { runs, .. } => Some(runs),
        _ => None,
    }
}
