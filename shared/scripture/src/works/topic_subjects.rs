//! The persons, places and things of one topic: `SIMON` has nine of them, and a verse is about one.
//!
//! The work numbers them in the labels. An entry without a number belongs to the subject before it.

use super::topics::{Topic, TopicEntry, find_topic, find_topics_of_name};
use crate::reference::{Reference, VerseId};
use crate::stem::words;

/// A person, place or thing of a topic.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Subject {
    /// The topic's name in capitals; of a subject that only refers to another topic, that one's.
    pub topic: String,
    /// Whether the topic has several subjects of this name.
    pub is_one_of_several: bool,
    /// Its entries, the nearest to the verse first, and otherwise in the work's order.
    pub entries: Vec<TopicEntry>,
    /// How near to the verse it is named.
    pub nearness: Nearness,
    /// Whether the name refers to another topic.
    pub is_referred: bool,
}

/// How near to a verse a subject or an entry is named.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Nearness {
    /// In the verse itself.
    Verse,
    /// In its chapter.
    Chapter,
    /// In its book.
    Book,
    /// Elsewhere.
    Elsewhere,
}

/// The subject with this name that is named nearest to the verses; several if the verse itself may name each. `phrase`: the
/// selected words, of which one may be in the subject's label (`Mary Magdalene`). `is_name`: whether the word is a proper
/// name, if that is known: a numbered subject is a person or a place.
#[must_use]
pub fn find_subjects(
    name: &str,
    phrase: &str,
    verses: &[VerseId],
    is_name: Option<bool>,
) -> Vec<Subject> {
    let mut subjects: Vec<Subject> = Vec::new();
    for topic in find_topics_of_name(name) {
        subjects.extend(split(&topic, verses));
    }
    let numbered = subjects.iter().any(|subject| subject.is_one_of_several);
    let others = subjects.iter().any(|subject| !subject.is_one_of_several);
    if let (true, true, Some(is_name)) = (numbered, others, is_name) {
        subjects.retain(|subject| subject.is_one_of_several == is_name);
    }
    let other_words = || words(phrase).filter(|word| !word.eq_ignore_ascii_case(name));
    let is_meant = |subject: &Subject| {
        let label = subject.entries.first().map_or("", |entry| &entry.label);
        words(label).any(|word| other_words().any(|other| other == word))
    };
    if subjects.iter().any(is_meant) {
        subjects.retain(is_meant);
    }
    let rank = |subject: &Subject| (subject.nearness, subject.is_referred);
    let Some(best) = subjects.iter().map(rank).min() else {
        return Vec::new();
    };
    subjects.retain(|subject| rank(subject) == best);
    if best.0 != Nearness::Verse || is_name == Some(false) {
        subjects.truncate(1);
    }
    for subject in &mut subjects {
        // The first entry says who a person is.
        let first = usize::from(is_name == Some(true));
        if let Some(others) = subject.entries.get_mut(first..) {
            others.sort_by_key(|entry| nearness(&entry.references, verses));
        }
        for entry in &mut subject.entries {
            entry
                .references
                .sort_by_key(|reference| nearness(&[*reference], verses));
        }
    }
    subjects
}

/// The subjects of one topic, and of the topics that it refers to.
fn split(topic: &Topic, verses: &[VerseId]) -> Vec<Subject> {
    let subjects = entries_of_subjects(topic);
    let is_one_of_several = subjects.len() > 1;
    let mut all = Vec::new();
    for entries in subjects {
        if entries.iter().any(|entry| !entry.references.is_empty()) {
            all.push(subject(topic, entries, is_one_of_several, false, verses));
            continue;
        }
        let others = entries.iter().flat_map(|entry| &entry.see);
        for other in others.filter_map(|name| find_topic(name)) {
            let of_other = entries_of_subjects(&other).into_iter();
            let with_verses = of_other.filter(|entries| {
                let mut entries = entries.iter();
                entries.any(|entry| !entry.references.is_empty())
            });
            all.extend(
                with_verses
                    .map(|entries| subject(&other, entries, is_one_of_several, true, verses)),
            );
        }
    }
    all
}

/// The entries of each subject: one with a number begins another.
fn entries_of_subjects(topic: &Topic) -> Vec<Vec<TopicEntry>> {
    let mut subjects: Vec<Vec<TopicEntry>> = Vec::new();
    for entry in &topic.entries {
        match subjects.last_mut() {
            Some(subject) if !entry.begins_subject() => subject.push(entry.clone()),
            _ => subjects.push(vec![entry.clone()]),
        }
    }
    subjects
}

fn subject(
    topic: &Topic,
    entries: Vec<TopicEntry>,
    is_one_of_several: bool,
    is_referred: bool,
    verses: &[VerseId],
) -> Subject {
    let references = entries.iter().flat_map(|entry| &entry.references);
    let references: Vec<Reference> = references.copied().collect();
    Subject {
        topic: topic.name.clone(),
        is_one_of_several,
        is_referred,
        nearness: nearness(&references, verses),
        entries,
    }
}

fn nearness(references: &[Reference], verses: &[VerseId]) -> Nearness {
    let of_pair = |reference: &Reference, verse: &VerseId| {
        let (first, last) = (reference.first(), reference.last());
        if reference.overlaps(&Reference::between(*verse, *verse)) {
            Nearness::Verse
        } else if first.book != verse.book {
            Nearness::Elsewhere
        } else if (first.chapter..=last.chapter).contains(&verse.chapter) {
            Nearness::Chapter
        } else {
            Nearness::Book
        }
    };
    let pairs = references
        .iter()
        .flat_map(|reference| verses.iter().map(move |verse| of_pair(reference, verse)));
    pairs.min().unwrap_or(Nearness::Elsewhere)
}

impl TopicEntry {
    /// Whether the label has a number, with which a new person, place or thing begins.
    fn begins_subject(&self) -> bool {
        let digits = self.label.trim_start_matches(|c: char| c.is_ascii_digit());
        digits.len() < self.label.len() && digits.starts_with(". ")
    }

    /// The first of the headings that the label may consist of, without number and remnants: `A tanner`. The words are the
    /// work's own. `None` for a label without a subject: `See`, `General scriptures concerning`, a name alone.
    #[must_use]
    pub fn heading(&self) -> Option<&str> {
        /// The longest heading; it ends after a whole clause.
        const LONGEST: usize = 90;
        let label = if self.begins_subject() {
            self.label.split_once(". ").map_or("", |(_, label)| label)
        } else {
            self.label.as_str()
        };
        let label = label.trim_start_matches(['-', '.', ' ']);
        if let Some(capitals) = capitals(label) {
            return Some(capitals).filter(|label| is_whole(label));
        }
        let label = first_heading(label);
        let label = if label.len() <= LONGEST {
            label
        } else {
            let end = label
                .match_indices([',', ';', ':'])
                .map(|(at, _)| at)
                .take_while(|at| *at <= LONGEST)
                .last()?;
            label.get(..end)?
        };
        let marks = [',', ';', ':', '.', ' ', '-'];
        let label = label.trim_end_matches(" See").trim_end_matches(marks);
        // The name of the topic is to be understood behind it.
        let label = label.strip_suffix(" of").unwrap_or(label);
        let is_empty = !label.contains(char::is_lowercase) || EMPTY.contains(&label);
        Some(label).filter(|label| !is_empty && is_whole(label))
    }
}

/// The words in capitals with which a label begins, two at least: `INSTANCES OF LOVE FOR JESUS`.
fn capitals(label: &str) -> Option<&str> {
    let is_capital = |word: &&str| {
        word.chars().filter(|c| c.is_alphabetic()).count() > 1 && !word.contains(char::is_lowercase)
    };
    let count = label.split(' ').take_while(is_capital).count();
    let last = label.split(' ').nth(count.checked_sub(1)?)?;
    let end = last.as_ptr().addr() - label.as_ptr().addr() + last.len();
    let marks = [',', ';', ':', '.', ' '];
    let found = label.get(..end)?.trim_end_matches(marks);
    (count > 1).then_some(found)
}

/// Whether a heading is no remnant: it has its brackets, and does not end before its subject.
fn is_whole(heading: &str) -> bool {
    const OPEN_ENDS: &str = "a an and are at by for from he his in is of on or the to with";
    let count = |mark| heading.matches(mark).count();
    let last = heading
        .rsplit(' ')
        .next()
        .unwrap_or_default()
        .to_lowercase();
    count('(') == count(')')
        && count('“') == count('”')
        && !OPEN_ENDS.split(' ').any(|end| end == last)
        && !heading.starts_with("UNCLASSIFIED")
        && !heading.starts_with("MISCELLANY")
}

/// Labels without a subject of their own.
const EMPTY: [&str; 6] = [
    "See",
    "General scriptures concerning",
    "Scriptures relating to",
    "Unclassified scriptures relating to",
    "Miscellaneous",
    "Figurative",
];

/// A label up to the next heading, which begins with a capital after a small letter, without a mark between them: the package
/// lost the lines. A name follows an article or preposition, or another capital.
fn first_heading(label: &str) -> &str {
    const BEFORE_NAMES: &str =
        "a an and at between by called for from in near of on or over son the to under with";
    let mut before: Option<&str> = None;
    for word in label.split(' ') {
        let at = word.as_ptr().addr() - label.as_ptr().addr();
        let has_capital = word.starts_with(char::is_uppercase) && word.contains(char::is_lowercase);
        if has_capital && let Some(before) = before {
            let is_small = before.ends_with(char::is_lowercase) || before.ends_with(')');
            let is_name = BEFORE_NAMES.split(' ').any(|other| other == before)
                || (before.starts_with(char::is_uppercase) && !is_common(word));
            if is_small && !is_name {
                return label.get(..at).unwrap_or(label).trim_end();
            }
        }
        if matches!(word, ";" | "," | "–") && before.is_some() {
            return label.get(..at).unwrap_or(label).trim_end();
        }
        before = Some(word);
    }
    label
}

/// Whether a word with a capital is an ordinary word at the beginning of a heading.
fn is_common(word: &str) -> bool {
    const ENDINGS: [&str; 4] = ["ed", "es", "ing", "s"];
    const COMMON: [&str; 12] = [
        "A", "An", "At", "By", "For", "From", "His", "Her", "In", "Of", "The", "To",
    ];
    let ends_so = ENDINGS.iter().any(|ending| word.ends_with(ending)) && !word.ends_with("us");
    // A name that ends so is a topic of its own: James, Tiberias.
    COMMON.contains(&word) || ends_so && find_topics_of_name(word).is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reference::parse_references;

    fn subjects(name: &str, phrase: &str, verse: &str, is_name: bool) -> Vec<Subject> {
        let verse = parse_references(verse).unwrap()[0].first();
        find_subjects(name, phrase, &[verse], Some(is_name))
    }

    #[test]
    fn the_subject_that_names_the_verse_comes_before_the_first_of_its_name() {
        for (name, verse, topic, heading) in [
            ("Simon", "Acts 9:43", "SIMON", "A tanner"),
            (
                "Simon",
                "Acts 8:9",
                "SIMON",
                "A sorcerer (also called Simon Magus)",
            ),
            (
                "Simon",
                "John 21:15",
                "PETER",
                "Also called SIMON BAR-JONA and CEPHAS",
            ),
            (
                "Elijah",
                "Matthew 17:3",
                "ELIJAH",
                "The Tishbite, a Gileadite and prophet",
            ),
            (
                "Elias",
                "Matthew 17:3",
                "ELIJAH",
                "The Tishbite, a Gileadite and prophet",
            ),
            ("Joel", "1 Samuel 8:2", "JOEL", "Son of Samuel"),
            (
                "Sin",
                "Exodus 16:1",
                "SIN",
                "Desert of, a wilderness between Elim and Sinai",
            ),
        ] {
            let found = subjects(name, name, verse, true);
            let [subject] = found.as_slice() else {
                panic!("{name} in {verse}: {found:?}")
            };
            assert_eq!(
                (subject.topic.as_str(), subject.nearness),
                (topic, Nearness::Verse)
            );
            assert_eq!(subject.entries[0].heading(), Some(heading), "{name}");
        }
        let sin = subjects("sin", "sin", "Romans 6:23", false);
        assert!(sin.len() == 1 && sin[0].entries.len() > 10, "{sin:?}");
        assert_eq!(find_subjects("xyzzy", "xyzzy", &[], None), []);
        assert_eq!(find_subjects("", "", &[], None), []);
    }

    #[test]
    fn persons_that_a_verse_names_are_all_found_unless_the_phrase_decides() {
        let heading = |subject: &Subject| subject.entries[0].heading().map(str::to_owned);
        let all = subjects("Mary", "Mary", "John 19:25", true);
        assert!(all.len() > 1, "{all:?}");
        let one = subjects("Mary", "Mary Magdalene", "John 19:25", true);
        let one: Vec<_> = one.iter().map(heading).collect();
        assert_eq!(one, [Some("Magdalene".to_owned())]);
    }

    #[test]
    fn a_heading_is_the_first_of_its_label_without_remnants() {
        let heading = |label: &str| {
            let entry = TopicEntry {
                label: label.to_owned(),
                references: Vec::new(),
                see: Vec::new(),
            };
            entry.heading().map(str::to_owned)
        };
        for (label, expected) in [
            ("9. A tanner Peter lodges with", Some("A tanner")),
            (
                "8. A sorcerer (also called Simon Magus) Converted by Philip Rebuked by Peter",
                Some("A sorcerer (also called Simon Magus)"),
            ),
            (
                "2. Also called ELIAH A Benjamite chief",
                Some("Also called ELIAH A Benjamite chief"),
            ),
            (
                "Foretells a drought The destruction of Ahab",
                Some("Foretells a drought"),
            ),
            ("1. Son of Lamech , Builds an ark", Some("Son of Lamech")),
            (
                "A Jewish rabbi – Becomes a disciple",
                Some("A Jewish rabbi"),
            ),
            (
                "INSTANCES OF LOVE FOR JESUS Mary ; Peter",
                Some("INSTANCES OF LOVE FOR JESUS"),
            ),
            ("Miraculous birth of", Some("Miraculous birth")),
            ("INSTANCES OF The", None),
            ("And it is translated “pit” in", None),
            ("General scriptures concerning", None),
            ("1. SIMON", None),
            ("See", None),
            ("", None),
        ] {
            assert_eq!(heading(label).as_deref(), expected, "{label}");
        }
    }
}
