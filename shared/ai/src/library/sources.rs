//! What an answer was taken from, as its readers are told.

use verse_scripture::{Translation, works::Work};

/// The works that an answer uses, each once, in the order of their use.
#[derive(Debug, Default)]
pub(super) struct Sources(Vec<String>);

impl Sources {
    pub(super) fn add(&mut self, work: Work) {
        self.note(work.to_string());
    }

    pub(super) fn add_translation(&mut self, translation: &Translation) {
        // What the WEB's licence says of its name is for those who change it.
        let licence = translation.licence.split(';').next().unwrap_or_default();
        let licence = licence.replacen("Public domain", "public domain", 1);
        self.note(format!("{} ({licence})", translation.name));
    }

    fn note(&mut self, source: String) {
        if !self.0.contains(&source) {
            self.0.push(source);
        }
    }

    /// Whether nothing has been used yet.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All of them in one line.
    pub(super) fn line(self) -> String {
        if self.0.is_empty() {
            return "Verse library".to_owned();
        }
        self.0.join("; ")
    }
}
