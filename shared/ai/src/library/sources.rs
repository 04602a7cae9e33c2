//! The sources of a text, as readers see them.

use verse_scripture::{Translation, works::Work};

use crate::{Generated, TokenUsage};

/// The works that a text uses, each once, in the order of their use.
#[derive(Debug, Default)]
pub(crate) struct Sources(Vec<String>);

impl Sources {
    pub(super) fn add(&mut self, work: Work) {
        self.add_name(work.to_string());
    }

    pub(crate) fn add_translation(&mut self, translation: &Translation) {
        // The second part of the WEB's licence, on its name, concerns only changed editions.
        let licence = translation.licence.split(';').next().unwrap_or_default();
        let licence = licence.replacen("Public domain", "public domain", 1);
        self.add_name(format!("{} ({licence})", translation.name));
    }

    fn add_name(&mut self, source: String) {
        if !self.0.contains(&source) {
            self.0.push(source);
        }
    }

    /// Whether no work has been used yet.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// These texts with their sources. The library's texts cost nothing.
    pub(super) fn credit<T>(self, texts: T) -> Generated<T> {
        Generated {
            texts,
            source: self.line(),
            usage: TokenUsage::default(),
        }
    }

    /// All sources in one line.
    pub(crate) fn line(self) -> String {
        if self.0.is_empty() {
            return "Verse library".to_owned();
        }
        self.0.join("; ")
    }
}
