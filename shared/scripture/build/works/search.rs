//! Which stems stand in which section of the commentary, and in which topic's name.

use std::collections::BTreeMap;

use super::Out;
use super::packed::{PackedDocuments, PackedPostings, PackedSection, PackedTopic, TOPICS_A_FRAME};
use crate::Failure;
use crate::stem::{search_stem, words};

/// How many stems stand in one frame of an index.
const STEMS_A_FRAME: usize = 64;
/// How many times a word of a title counts: it tells what the section is about.
const TITLE: usize = 3;

#[derive(Default)]
struct Index {
    documents: PackedDocuments,
    postings: BTreeMap<String, Vec<(u16, u16)>>,
    /// What was stemmed before: the words of a text come again and again.
    stems: std::collections::HashMap<String, String>,
}

impl Index {
    fn add<'a>(
        &mut self,
        place: (u16, u16),
        texts: impl Iterator<Item = &'a str>,
    ) -> Result<(), Failure> {
        let number =
            u16::try_from(self.documents.lengths.len()).map_err(|error| error.to_string())?;
        let mut counts: BTreeMap<String, u16> = BTreeMap::new();
        let mut length = 0u16;
        for word in texts.flat_map(words) {
            if !self.stems.contains_key(word) {
                self.stems.insert(word.to_owned(), search_stem(word));
            }
            if let Some(stem) = self.stems.get(word) {
                *counts.entry(stem.clone()).or_default() += 1;
            }
            length = length.saturating_add(1);
        }
        self.documents.lengths.push(length);
        self.documents.places.push(place);
        for (stem, count) in counts {
            self.postings.entry(stem).or_default().push((number, count));
        }
        Ok(())
    }

    fn write(self, name: &str, out: &mut Out<'_>) -> Result<(), Failure> {
        let mut all: Vec<PackedPostings> = self.postings.into_iter().collect();
        for (_, postings) in &mut all {
            let mut before = 0;
            for (document, _) in postings {
                (before, *document) = (*document, *document - before);
            }
        }
        out.frames(&format!("{name}_DOCUMENTS"), &[self.documents], 0)?;
        out.named(
            &format!("{name}_INDEX"),
            &all,
            |(stem, _)| stem,
            STEMS_A_FRAME,
            0,
        )
    }
}

pub fn build(
    sections: &[Vec<PackedSection>],
    topics: &[PackedTopic],
    out: &mut Out<'_>,
) -> Result<(), Failure> {
    let mut index = Index::default();
    for (chapter, sections) in (0..).zip(sections) {
        for (place, section) in (0..).zip(sections) {
            let title = std::iter::repeat_n(section.title.as_deref(), TITLE).flatten();
            let texts = title.chain(section.paragraphs.iter().map(String::as_str));
            index.add((chapter, place), texts)?;
        }
    }
    index.write("COMMENTARY", out)?;

    let mut index = Index::default();
    for (frame, topics) in (0..).zip(topics.chunks(TOPICS_A_FRAME)) {
        for (place, topic) in (0..).zip(topics) {
            index.add((frame, place), std::iter::once(topic.name.as_str()))?;
        }
    }
    index.write("TOPIC", out)
}
