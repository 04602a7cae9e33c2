//! Edits to the text of one verse, whose words stand in several runs.

use crate::Failure;
use crate::chapter_format::{Block, PackedChapter, Run};

/// The text of a verse; empty if it is not printed.
pub fn verse_text(chapter: &PackedChapter, verse: u16) -> String {
    let texts = chapter.texts().filter(|(number, _)| *number == verse);
    texts.map(|(_, text)| text).collect()
}

/// Replaces words that a verse has exactly once. The new words belong to the run in which the old
/// ones begin.
pub fn replace(
    chapter: &mut PackedChapter,
    verse: u16,
    old: &str,
    new: &str,
) -> Result<(), Failure> {
    let text = verse_text(chapter, verse);
    let mut found = text.match_indices(old);
    let (Some((start, _)), None) = (found.next(), found.next()) else {
        return Err(format!("verse {verse} does not have {old:?} exactly once"));
    };
    splice(chapter, verse, start, old.len(), new);
    Ok(())
}

/// Removes the first bytes of a verse and the spaces after them. The result is without spaces at
/// its ends.
pub fn take_start(chapter: &mut PackedChapter, verse: u16, length: usize) -> String {
    let text = verse_text(chapter, verse);
    let (start, rest) = text.split_at_checked(length).unwrap_or((&text, ""));
    let spaces = rest.len() - rest.trim_start().len();
    splice(chapter, verse, 0, start.len() + spaces, "");
    start.trim().to_owned()
}

/// Inserts a title before a verse. A paragraph that goes on with the verse is divided.
pub fn insert_title(chapter: &mut PackedChapter, verse: u16, title: String) -> Result<(), Failure> {
    let title = Block::Title(title);
    for (index, block) in chapter.blocks.iter_mut().enumerate() {
        let Block::Paragraph(runs) = block else {
            continue;
        };
        let Some(at) = runs.iter().position(|run| run.verse() == verse) else {
            continue;
        };
        let rest = runs.split_off(at);
        chapter.blocks.insert(index + 1, Block::Paragraph(rest));
        chapter.blocks.insert(index + 1, title);
        return Ok(());
    }
    Err(format!("no paragraph has verse {verse}"))
}

/// Gives the words of a verse from `start` on to the next verse, and so on for each start.
pub fn divide_verse(
    chapter: &mut PackedChapter,
    verse: u16,
    starts: &[&str],
) -> Result<(), Failure> {
    for (verse, start) in (verse..).zip(starts) {
        let text = verse_text(chapter, verse);
        let at = text.find(start);
        let at = at.ok_or_else(|| format!("verse {verse} does not have {start:?}"))?;
        let mut before = 0;
        for runs in chapter.blocks.iter_mut().filter_map(Block::runs_mut) {
            for run in std::mem::take(runs) {
                let Run::Text {
                    verse: number,
                    text,
                    spoken_by_jesus,
                    supplied,
                } = run
                else {
                    runs.push(run);
                    continue;
                };
                let length = text.len();
                let cut = if number == verse {
                    at.saturating_sub(before).min(length)
                } else {
                    length
                };
                let (first, second) = text.split_at_checked(cut).unwrap_or((&text, ""));
                let parts = [(number, first), (number + 1, second)];
                for (verse, text) in parts.into_iter().filter(|(_, text)| !text.is_empty()) {
                    let text = text.to_owned();
                    runs.push(Run::Text {
                        verse,
                        text,
                        spoken_by_jesus,
                        supplied,
                    });
                }
                before += usize::from(number == verse) * length;
            }
        }
    }
    Ok(())
}

/// Replaces bytes of a verse's text.
fn splice(chapter: &mut PackedChapter, verse: u16, start: usize, length: usize, new: &str) {
    let end = start + length;
    let mut before = 0;
    let mut new = Some(new);
    for runs in chapter.blocks.iter_mut().filter_map(Block::runs_mut) {
        for run in runs.iter_mut() {
            let Run::Text {
                verse: number,
                text,
                ..
            } = run
            else {
                continue;
            };
            if *number != verse {
                continue;
            }
            let run_end = before + text.len();
            if start < run_end && before < end {
                let from = start.saturating_sub(before);
                let to = end.min(run_end) - before;
                text.replace_range(from..to, new.take().unwrap_or_default());
            }
            before = run_end;
        }
        runs.retain(|run| !matches!(run, Run::Text { text, .. } if text.is_empty()));
    }
}
