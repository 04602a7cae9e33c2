//! Corrections to a chapter before it is packed.
//!
//! The listed corrections change words. The rules never do: they correct spaces, move a note whose
//! verse is not printed, and cut what is not part of the text.

use crate::Failure;
use crate::chapter_format::{Block, PackedChapter, Run, SectionHeading};
use crate::corrections::{CORRECTIONS, JOINED_VERSES};
use crate::edit;
use crate::source::ChapterId;

/// The package of the WEB has the translation's glossary as more lines of Revelation 22:21.
const GLOSSARY: &str = "World English Bible Glossary";

pub fn normalize(code: &str, id: &ChapterId, chapter: &mut PackedChapter) -> Result<(), Failure> {
    if code == "WEB" && id.book == "REV" && id.chapter == 22 {
        cut_glossary(chapter)?;
    }
    clean_notes(chapter)?;
    move_notes(chapter)?;
    // Young's brackets may stand around a part of a word: `[can]not`.
    correct_spaces(chapter, code != "YLT");
    chapter
        .blocks
        .retain(|block| block.runs().is_none_or(|runs| !runs.is_empty()));
    check_order(chapter)
}

/// Applies the listed corrections to the verses of a chapter.
pub fn apply_corrections(
    code: &str,
    id: &ChapterId,
    chapter: &mut PackedChapter,
) -> Result<(), Failure> {
    for group in CORRECTIONS.iter().filter(|group| group.translation == code) {
        let of_chapter = |(book, number, ..): &&(&str, u16, u16, &str, &str)| {
            *book == id.book && *number == id.chapter
        };
        for (_, _, verse, wrong, right) in group.verses.iter().filter(of_chapter) {
            edit::replace(chapter, *verse, wrong, right)
                .map_err(|why| format!("{why}, corrected because: {}", group.evidence))?;
        }
    }
    for (translation, book, number, verse, starts) in JOINED_VERSES {
        if *translation == code && *book == id.book && *number == id.chapter {
            edit::divide_verse(chapter, *verse, starts)?;
        }
    }
    Ok(())
}

/// Removes the marks of the divine name that the package of the KJV left in its notes:
/// `\nd LORD\+nd*`.
fn clean_notes(chapter: &mut PackedChapter) -> Result<(), Failure> {
    for runs in chapter.blocks.iter_mut().filter_map(Block::runs_mut) {
        for run in runs {
            if let Run::Note { text, .. } = run
                && text.contains('\\')
            {
                *text = text.replace("\\nd ", "").replace("\\+nd*", "");
                if text.contains('\\') {
                    return Err(format!("unknown marks in the note {text:?}"));
                }
            }
        }
    }
    Ok(())
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
    for runs in chapter.blocks.iter_mut().filter_map(Block::runs_mut) {
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

/// Corrects missing and doubled spaces where the runs of a verse meet. `whole_words`: a word is
/// never divided between two runs.
fn correct_spaces(chapter: &mut PackedChapter, whole_words: bool) {
    let mut spacer = Spacer::default();
    let mut verse_now = 0;
    for runs in chapter.blocks.iter().filter_map(Block::runs) {
        spacer.line_begins = true;
        for run in runs {
            match run {
                Run::Text {
                    verse,
                    text,
                    supplied,
                    ..
                } => {
                    if *verse != verse_now {
                        spacer.end_verse();
                        verse_now = *verse;
                    }
                    let seam = match whole_words {
                        false => Seam::None,
                        true if *supplied && !spacer.after_note => Seam::SpaceBefore,
                        true => Seam::SpaceInside,
                    };
                    spacer.run(text, seam);
                }
                Run::Note { .. } => spacer.after_note = true,
            }
        }
    }
    spacer.end_verse();
    let mut texts = spacer.runs.into_iter();
    for runs in chapter.blocks.iter_mut().filter_map(Block::runs_mut) {
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
    /// The character before its last space.
    before_space: char,
    /// Whether a line has begun after that character.
    line_begins: bool,
    /// Whether a note stands after that character.
    after_note: bool,
}

/// What happens where a run begins and a space is missing between two words.
#[derive(Clone, Copy, PartialEq)]
enum Seam {
    /// Nothing: the two are one word.
    None,
    /// The run before gets the space, so that supplied words have none around them.
    SpaceBefore,
    /// This run gets the space, so that the mark of a note stays at its word.
    SpaceInside,
}

impl Spacer {
    fn run(&mut self, text: &str, seam: Seam) {
        self.runs.push(String::new());
        self.after_note = false;
        let mut seam = seam;
        for c in text.chars() {
            let seam = std::mem::replace(&mut seam, Seam::None);
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
                // WEB Mark 2:10 `sins” —he said`.
                Some(' ') if c == '—' && matches!(self.before_space, '’' | '”') => {
                    self.drop_space();
                }
                Some(' ') if self.text_ends_with("( ") => self.drop_space(),
                Some(before) if seam != Seam::None && words_meet(before, c) => match seam {
                    Seam::SpaceInside => self.space(),
                    _ => self.space_before_run(),
                },
                Some(before) if lacks_space(before, c) => self.space_before_run(),
                _ => {}
            }
            self.push(c);
        }
    }

    fn push(&mut self, c: char) {
        if let (' ', Some(before)) = (c, self.last) {
            self.before_space = before;
        }
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
                self.before_space = self.last.unwrap_or_default();
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

/// Whether two words meet where two runs do (WEB Matthew 28:19 `Go` and `and`, ASV Exodus 36:14
/// `goats’` and `hair`).
fn words_meet(before: char, c: char) -> bool {
    let ends = before.is_alphanumeric() || ".,;:!?”’)".contains(before);
    ends && (c.is_alphanumeric() || "“‘(".contains(c))
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

/// Divides a chapter of one paragraph before the verses at which a paragraph or stanza begins in
/// another translation; if the chapter does not have such a verse, before the next one.
pub fn borrow_breaks(other: &PackedChapter, chapter: &mut PackedChapter) {
    let mut begins = Vec::new();
    let mut break_due = true;
    for block in &other.blocks {
        let Some(runs) = block.runs() else {
            break_due |= *block == Block::Break;
            continue;
        };
        // The first line of a poem begins one, the next ones do not.
        let prose = !matches!(block, Block::Line { .. });
        if prose || std::mem::take(&mut break_due) {
            begins.extend(runs.first().map(Run::verse));
        }
        break_due = prose;
    }
    let mut blocks = Vec::new();
    for block in chapter.blocks.drain(..) {
        let Block::Paragraph(runs) = block else {
            blocks.push(block);
            continue;
        };
        let mut paragraph: Vec<Run> = Vec::new();
        for run in runs {
            let verse = run.verse();
            let before = paragraph.last().map(Run::verse);
            let is_new = |begin: &u16| before.is_some_and(|before| before < *begin);
            if begins.iter().any(|begin| is_new(begin) && *begin <= verse) {
                blocks.push(Block::Paragraph(std::mem::take(&mut paragraph)));
            }
            paragraph.push(run);
        }
        blocks.push(Block::Paragraph(paragraph));
    }
    chapter.blocks = blocks;
}

fn printed_verses(chapter: &PackedChapter) -> Vec<u16> {
    chapter.texts().map(|(verse, _)| verse).collect()
}
