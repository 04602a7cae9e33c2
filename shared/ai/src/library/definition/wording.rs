//! Parts of sentences that several texts share.

use verse_scripture::word::{LemmaStudy, WordStudy};
use verse_scripture::works::lexicon::{Entry, Language};
use verse_scripture::works::topic_subjects::Subject;

use crate::library::links::{link, link_verse};
use crate::library::quotation::{join, quoted, quoted_from_user};
use crate::library::related::title_case;

/// The most verses of a topic's entry.
const MAX_VERSES: usize = 4;

/// A text of a work between quotation marks, with single marks for those within it.
pub(super) fn quoted_text(text: &str) -> String {
    quoted(&text.replace('“', "‘").replace('”', "’"))
}

/// `the Greek word ἀγαπάω (agapáō)`; a name is a name in any language.
pub(super) fn introduced(lemma: &LemmaStudy) -> String {
    let entry = &lemma.entry;
    let kind = if is_name(lemma) { "name" } else { "word" };
    let (language, written, latin) = (entry.language, &entry.lemma, &entry.transliteration);
    format!("the {language} {kind} {written} ({latin})")
}

/// Whether a lemma is a proper name.
pub(super) fn is_name(lemma: &LemmaStudy) -> bool {
    match lemma.headword.as_ref().and_then(|word| word.part_of_speech) {
        Some(kind) => kind == "name",
        None => lemma.entry.language == Language::HebrewName,
    }
}

/// The words of the selection that translate a lemma, as the reader sees them.
pub(super) fn words_of(lemma: &LemmaStudy) -> String {
    quoted_from_user(&lemma.lemma.words)
}

/// Links to the verses of the selection. `or`: the word between the last two.
pub(super) fn places(study: &WordStudy, or: &str) -> String {
    /// The most verses that are named.
    const MAX: usize = 3;
    let verses = study.found.verses.iter().take(MAX);
    join(verses.map(|verse| link_verse(*verse)), or)
}

/// The headings of a subject with links to their verses: `“A tanner” (Acts 9:43); …`; empty if it has none.
pub(super) fn headings(subject: &Subject, max: usize) -> String {
    let entries = subject
        .entries
        .iter()
        .filter(|entry| !entry.references.is_empty());
    let headings = entries.filter_map(|entry| {
        let heading = quoted_text(entry.heading()?);
        let verses = join(entry.references.iter().take(MAX_VERSES).map(link), ", ");
        Some(format!("{heading} ({verses})"))
    });
    join(headings.take(max), "; ")
}

/// The name of a subject's topic: `Peter`.
pub(super) fn topic_name(subject: &Subject) -> String {
    title_case(&subject.topic)
}

/// The entry's part of speech: `masculine noun`, else the headword's `verb`; `name` for names.
pub(super) fn part_of_speech(lemma: &LemmaStudy) -> Option<String> {
    let Entry {
        part_of_speech,
        language,
        ..
    } = &lemma.entry;
    let of_entry = part_of_speech
        .clone()
        .filter(|_| *language != Language::HebrewName);
    let of_headword = || Some(lemma.headword.as_ref()?.part_of_speech?.to_owned());
    of_entry.or_else(of_headword)
}
