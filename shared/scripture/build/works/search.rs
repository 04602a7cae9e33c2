//! The search indexes: which stems occur in which section of the commentary, and in which topic's
//! name.

use std::collections::{BTreeMap, HashMap};
use std::iter::{once, repeat_n};

use super::works_format::{
    PackedDocuments, PackedPostings, PackedSection, PackedTopic, TOPICS_PER_FRAME,
};
use crate::Failure;
use crate::pack::Output;
use crate::stem::{search_stem, words};

/// How many stems one frame of an index holds.
const STEMS_PER_FRAME: usize = 64;
/// How many times a word of a title counts: the title says what the section is about.
const TITLE_WEIGHT: usize = 3;

#[derive(Default)]
struct Index {
    documents: PackedDocuments,
    postings: BTreeMap<String, Vec<(u16, u16)>>,
    /// The stem of each word seen so far: words repeat, and stemming is slow.
    stems: HashMap<String, String>,
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
            let stem = self.stems.entry(word.to_owned());
            let stem = stem.or_insert_with(|| search_stem(word));
            *counts.entry(stem.clone()).or_default() += 1;
            length = length.saturating_add(1);
        }
        self.documents.lengths.push(length);
        self.documents.places.push(place);
        for (stem, count) in counts {
            self.postings.entry(stem).or_default().push((number, count));
        }
        Ok(())
    }

    fn write(self, name: &str, output: &mut Output<'_>) -> Result<(), Failure> {
        let mut all: Vec<PackedPostings> = self.postings.into_iter().collect();
        for (_, postings) in &mut all {
            let mut before = 0;
            for (document, _) in postings {
                (before, *document) = (*document, *document - before);
            }
        }
        output.add_frames(&format!("{name}_DOCUMENTS"), &[self.documents], 0)?;
        let name = format!("{name}_INDEX");
        output.add_sorted_frames(&name, &all, |(stem, _)| stem, STEMS_PER_FRAME, 0)
    }
}

pub fn build(
    sections: &[Vec<PackedSection>],
    topics: &[PackedTopic],
    output: &mut Output<'_>,
) -> Result<(), Failure> {
    let mut index = Index::default();
    for (chapter, sections) in (0..).zip(sections) {
        for (place, section) in (0..).zip(sections) {
            let title = repeat_n(section.title.as_deref(), TITLE_WEIGHT).flatten();
            let texts = title.chain(section.paragraphs.iter().map(String::as_str));
            index.add((chapter, place), texts)?;
        }
    }
    index.write("COMMENTARY", output)?;

    let mut index = Index::default();
    for (frame, topics) in (0..).zip(topics.chunks(TOPICS_PER_FRAME)) {
        for (place, topic) in (0..).zip(topics) {
            index.add((frame, place), once(topic.name.as_str()))?;
        }
    }
    index.write("TOPIC", output)
}
