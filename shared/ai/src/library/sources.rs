//! The sources of a text, as readers see them.

use verse_quotations::Counts;
use verse_scripture::{Translation, works::Work};

use crate::{Generated, Source, TokenUsage};

/// The works that a text uses, each once, in the order of their use.
#[derive(Debug, Default)]
pub(crate) struct Sources(Vec<Source>);

impl Sources {
    pub(super) fn add(&mut self, work: Work) {
        self.add_work(work.name(), work.licence());
    }

    pub(crate) fn add_translation(&mut self, translation: &Translation) {
        // The second part of the WEB's licence, on its name, concerns only changed editions.
        let licence = translation.licence.split(';').next().unwrap_or_default();
        let licence = licence.replacen("Public domain", "public domain", 1);
        self.add_work(translation.name, &licence);
    }

    fn add_work(&mut self, work: &str, licence: &str) {
        if self.0.iter().all(|source| source.work != work) {
            self.0.push(Source {
                work: work.to_owned(),
                licence: licence.to_owned(),
            });
        }
    }

    /// These texts with their sources. The library's texts cost nothing.
    pub(super) fn credit<T>(self, texts: T) -> Generated<T> {
        Generated {
            texts,
            source: self.line(),
            usage: TokenUsage::default(),
            quotations: Counts::default(),
        }
    }

    /// The sources, in the order of their use.
    pub(crate) fn list(&self) -> Vec<Source> {
        self.0.clone()
    }

    /// All sources in one line.
    pub(crate) fn line(self) -> String {
        if self.0.is_empty() {
            return "Verse library".to_owned();
        }
        let sources = self.0.iter();
        let named: Vec<String> = sources
            .map(|source| format!("{} ({})", source.work, source.licence))
            .collect();
        named.join("; ")
    }
}
