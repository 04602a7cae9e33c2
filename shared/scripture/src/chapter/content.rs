//! A chapter's layout: headings, breaks and verses in reading order.
//!
//! - A break stands between paragraphs and stanzas; never first, last, twice, or after a heading.
//! - Headings stand before the verse at which they begin, after the break: first the heading of
//!   a book of Psalms, then the editorial one, then the text's own (a psalm's title, a speaker).
//! - A break inside a verse is a part of that verse.
//! - A verse is one element, so a speaker inside a verse (Song of Solomon 1:4, 5:1, 6:13, 8:5 in the
//!   WEB) cannot divide it. Headings before the verse name all its speakers in order, first the one
//!   who was already speaking; a line break inside the verse marks the change.

use std::iter::Peekable;
use std::ops::RangeInclusive;
use std::slice;

use super::part::{Element, Part, True};
use crate::chapter_format::{Block, PackedChapter, Run, SectionHeading};

/// A chapter's elements in order, with `only` these verses. `editorial_breaks`: the breaks are not
/// the translation's own.
pub(super) fn lay_out(
    chapter: &PackedChapter,
    only: RangeInclusive<u16>,
    editorial_breaks: bool,
) -> Vec<Element> {
    let mut layout = Layout {
        only,
        line_break: Element::LineBreak {
            editorial: editorial_breaks,
        },
        elements: Vec::new(),
        editorial: chapter.headings.iter().peekable(),
        own_headings: Vec::new(),
        verse: None,
        parts: Vec::new(),
        speaker: None,
        speaker_announced: false,
        break_due: false,
        in_poetry: false,
        notes: 0,
    };
    for block in &chapter.blocks {
        layout.block(block);
    }
    layout.finish()
}

struct Layout<'a> {
    only: RangeInclusive<u16>,
    /// The element between paragraphs or stanzas.
    line_break: Element,
    elements: Vec<Element>,
    /// The editorial headings that are still to come.
    editorial: Peekable<slice::Iter<'a, SectionHeading>>,
    /// The text's own headings since the last run.
    own_headings: Vec<&'a Block>,
    /// The current verse and its parts so far.
    verse: Option<u16>,
    parts: Vec<Part>,
    /// The speaker, and whether a heading right before the current verse names them.
    speaker: Option<&'a str>,
    speaker_announced: bool,
    break_due: bool,
    in_poetry: bool,
    notes: u32,
}

impl<'a> Layout<'a> {
    fn block(&mut self, block: &'a Block) {
        match block {
            Block::Paragraph(runs) | Block::Item(runs) => {
                self.break_due = true;
                self.in_poetry = false;
                self.runs(runs, None);
            }
            Block::Line { level, runs, .. } => {
                self.break_due |= !self.in_poetry;
                self.in_poetry = true;
                self.runs(runs, Some(*level));
            }
            Block::Heading(_) | Block::Title(_) | Block::Speaker(_) => {
                self.own_headings.push(block);
            }
            Block::Break => self.break_due = true,
        }
    }

    fn runs(&mut self, runs: &[Run], poem: Option<u8>) {
        let mut line_continues = false;
        for run in runs {
            let verse = run.verse();
            if !self.only.contains(&verse) {
                // Its notes count too: ids are numbered through the chapter.
                self.notes += u32::from(matches!(run, Run::Note { .. }));
                continue;
            }
            if self.verse == Some(verse) {
                self.continue_verse();
            } else {
                self.begin_verse(verse);
            }
            match run {
                Run::Text { text, .. } => {
                    self.text(text, poem, line_continues);
                    line_continues = true;
                }
                Run::Note { .. } => {
                    self.notes += 1;
                    self.parts.push(Part::Note {
                        note_id: self.notes,
                    });
                }
            }
        }
    }

    fn text(&mut self, text: &str, poem: Option<u8>, line_continues: bool) {
        match (self.parts.last_mut(), poem) {
            (Some(Part::Text(before)), None) => before.push_str(text),
            (Some(Part::Poem { text: before, .. }), Some(_)) if line_continues => {
                before.push_str(text);
            }
            (_, None) => self.parts.push(Part::Text(text.to_owned())),
            (_, Some(poem)) => self.parts.push(Part::Poem {
                text: text.to_owned(),
                poem,
            }),
        }
    }

    fn begin_verse(&mut self, verse: u16) {
        self.end_verse();
        self.verse = Some(verse);
        if self.break_due && matches!(self.elements.last(), Some(Element::Verse { .. })) {
            self.elements.push(self.line_break.clone());
        }
        self.break_due = false;
        self.speaker_announced = false;
        let names_book =
            |block: &&Block| matches!(block, Block::Heading(h) if h.starts_with("BOOK "));
        let own_headings = std::mem::take(&mut self.own_headings).into_iter();
        let (books, others): (Vec<_>, Vec<_>) = own_headings.partition(names_book);
        self.add_own_headings(books);
        while let Some(heading) = self.editorial.next_if(|heading| heading.verse <= verse) {
            self.push_heading(&heading.title, true);
        }
        self.add_own_headings(others);
    }

    /// Continues the current verse after a break or a heading.
    fn continue_verse(&mut self) {
        if !self.own_headings.is_empty() {
            // The current verse is not among the elements yet, so these come before it.
            if let (Some(speaker), false) = (self.speaker, self.speaker_announced) {
                self.push_heading(speaker, false);
            }
            let own_headings = std::mem::take(&mut self.own_headings);
            self.add_own_headings(own_headings);
        }
        if std::mem::take(&mut self.break_due) {
            self.parts.push(Part::LineBreak { line_break: True });
        }
    }

    fn add_own_headings(&mut self, blocks: Vec<&'a Block>) {
        for block in blocks {
            match block {
                Block::Speaker(name) => {
                    self.speaker = Some(name);
                    self.speaker_announced = true;
                    self.push_heading(name, false);
                }
                Block::Heading(words) | Block::Title(words) => self.push_heading(words, false),
                Block::Paragraph(_) | Block::Item(_) | Block::Line { .. } | Block::Break => {}
            }
        }
    }

    fn push_heading(&mut self, words: &str, editorial: bool) {
        let content = vec![words.to_owned()];
        self.elements.push(Element::Heading { content, editorial });
    }

    fn end_verse(&mut self) {
        if let Some(number) = self.verse.take() {
            let content = std::mem::take(&mut self.parts);
            self.elements.push(Element::Verse { number, content });
        }
    }

    fn finish(mut self) -> Vec<Element> {
        self.end_verse();
        // The subscriptions of the KJV's epistles follow the last verse.
        let own_headings = std::mem::take(&mut self.own_headings);
        self.add_own_headings(own_headings);
        self.elements
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(verse: u16) -> Run {
        let (spoken_by_jesus, supplied) = (false, false);
        Run::Text {
            verse,
            text: format!("words of {verse}"),
            spoken_by_jesus,
            supplied,
        }
    }

    fn outline(blocks: Vec<Block>, headings: &[(u16, &str)]) -> Vec<String> {
        let heading = |(verse, title): &(u16, &str)| SectionHeading {
            verse: *verse,
            title: (*title).to_owned(),
        };
        let headings = headings.iter().map(heading).collect();
        let line = |element| match element {
            Element::Heading {
                content,
                editorial: false,
            } => format!("# {}", content.concat()),
            Element::Heading { content, .. } => format!("## {}", content.concat()),
            Element::LineBreak { .. } => "-".to_owned(),
            Element::Verse { number, .. } => number.to_string(),
        };
        lay_out(&PackedChapter { blocks, headings }, 0..=u16::MAX, false)
            .into_iter()
            .map(line)
            .collect()
    }

    #[test]
    fn an_editorial_heading_stands_after_the_break_before_its_verse() {
        let first = Block::Paragraph(vec![words(1), words(2)]);
        let second = Block::Paragraph(vec![words(3), words(4)]);
        let lines = outline(
            vec![first, second],
            &[(1, "a"), (2, "b"), (3, "c"), (4, "d")],
        );
        assert_eq!(
            lines,
            ["## a", "1", "## b", "2", "-", "## c", "3", "## d", "4"]
        );
    }

    #[test]
    fn an_editorial_heading_stands_between_a_book_of_psalms_and_the_psalms_title() {
        let blocks = vec![
            Block::Heading("BOOK 2".to_owned()),
            Block::Title("A Psalm.".to_owned()),
            Block::Break,
            Block::Line {
                level: 1,
                selah: false,
                runs: vec![words(1)],
            },
        ];
        assert_eq!(
            outline(blocks, &[(1, "a")]),
            ["# BOOK 2", "## a", "# A Psalm.", "1"]
        );
    }

    #[test]
    fn a_break_is_never_first_last_or_doubled() {
        let blocks = vec![
            Block::Break,
            Block::Paragraph(vec![words(1)]),
            Block::Break,
            Block::Break,
            Block::Paragraph(vec![words(2)]),
            Block::Break,
        ];
        assert_eq!(outline(blocks, &[]), ["1", "-", "2"]);
    }
}
