//! A list of questions: its format, the verdict on a text, and the count of verdicts.
//!
//! A list is plain text, one case a block, with empty lines between blocks; lines that begin with `#` are comments.
//!
//! | line | meaning |
//! |---|---|
//! | `[kind]` | the kind of the questions after it |
//! | `passage: John 3:16 (KJV)` | the client's reference of the passage |
//! | `text: For God so loved` | the client's text of the passage |
//! | `word: loved` | the selected word |
//! | `ask: Who was Nicodemus?` | a message; several in a case are one conversation |
//! | `has: rabbi \| Pharisee` | the text must contain one of these; each such line must be met |
//! | `not: Benjamite` | the text must contain none of these |
//! | `nothing` | the right text says that nothing was found |

use std::collections::BTreeMap;
use std::fmt;

/// A request, or a conversation of several messages.
#[derive(Clone, Debug, Default)]
pub struct Case {
    /// The client's reference of the passage.
    pub passage: Option<String>,
    /// The client's text of the passage.
    pub text: Option<String>,
    /// The selected word.
    pub word: Option<String>,
    /// The messages; one without text for a request that is no message.
    pub questions: Vec<Question>,
}

/// A question with the rules for its answer.
#[derive(Clone, Debug, Default)]
pub struct Question {
    /// The kind, by which verdicts are counted.
    pub kind: String,
    /// The message; empty for a request that is no message.
    pub message: String,
    has: Vec<Vec<String>>,
    not: Vec<String>,
    expects_nothing: bool,
}

/// The worth of an answer.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Verdict {
    Right,
    /// It says that nothing was found, where something was to be found.
    Nothing,
    Wrong,
}

/// The cases of a list.
pub fn read(list: &str) -> Vec<Case> {
    let lines = list.lines().filter(|line| !line.starts_with('#'));
    let lines: Vec<&str> = lines.map(str::trim).collect();
    let blocks = lines.split(|line| line.is_empty());
    blocks
        .filter(|block| !block.is_empty())
        .map(read_case)
        .collect()
}

fn read_case(lines: &[&str]) -> Case {
    let mut case = Case::default();
    let mut kind = String::new();
    for line in lines {
        if let Some(name) = line
            .strip_prefix('[')
            .and_then(|line| line.strip_suffix(']'))
        {
            name.clone_into(&mut kind);
            continue;
        }
        let (field, value) = line.split_once(": ").unwrap_or((line, ""));
        let value = value.trim().to_owned();
        if field == "ask" || case.questions.is_empty() && matches!(field, "has" | "not" | "nothing")
        {
            let message = if field == "ask" {
                value.clone()
            } else {
                String::new()
            };
            case.questions.push(Question {
                kind: kind.clone(),
                message,
                ..Question::default()
            });
        }
        let parts = value.split(" | ").map(folded).collect();
        match (field, case.questions.last_mut()) {
            ("passage", _) => case.passage = Some(value),
            ("text", _) => case.text = Some(value),
            ("word", _) => case.word = Some(value),
            ("ask", _) => {}
            ("has", Some(question)) => question.has.push(parts),
            ("not", Some(question)) => question.not.extend(parts),
            ("nothing", Some(question)) => question.expects_nothing = true,
            _ => panic!("no line of a list of questions: {line}"),
        }
    }
    assert!(!case.questions.is_empty(), "no question: {lines:?}");
    case
}

impl Question {
    /// The verdict on an answer, whose fields are joined by blank lines.
    pub fn judge(&self, answer: &str) -> Verdict {
        let answer = folded(&unlinked(answer));
        let contains = |part: &String| answer.contains(part.as_str());
        let is_honest = HONEST.iter().any(|part| answer.contains(part));
        if self.not.iter().any(contains) {
            return Verdict::Wrong;
        }
        let has_all = self.has.iter().all(|parts| parts.iter().any(contains));
        if has_all && (is_honest || !self.expects_nothing) {
            Verdict::Right
        } else if is_honest {
            Verdict::Nothing
        } else {
            Verdict::Wrong
        }
    }
}

/// Parts of sentences that say that nothing was found.
const HONEST: [&str; 12] = [
    "have nothing",
    "has nothing",
    "found nothing",
    "find nothing",
    "finds nothing",
    "says nothing",
    "is not in these translations",
    "no entry",
    "no encuentr",
    "no dice nada",
    "no dicen nada",
    "no tienen nada",
];

/// Small letters, straight quotation marks and single spaces.
fn folded(text: &str) -> String {
    let text = text.to_lowercase().replace(['’', '‘'], "'");
    let text = text.replace(['“', '”'], "\"");
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A text with the labels of its links in their places.
fn unlinked(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, link)) = rest.split_once('[') {
        plain.push_str(before);
        let parts = link.split_once("](/?");
        let parts = parts.and_then(|(label, after)| Some((label, after.split_once(')')?.1)));
        match parts {
            Some((label, after)) => {
                plain.push_str(label);
                rest = after;
            }
            None => rest = link,
        }
    }
    plain.push_str(rest);
    plain
}

/// The numbers of verdicts by kind.
#[derive(Clone, Debug, Default)]
pub struct Tally(BTreeMap<String, BTreeMap<Verdict, u32>>);

impl Tally {
    /// Counts a verdict.
    pub fn add(&mut self, kind: &str, verdict: Verdict) {
        let counts = self.0.entry(kind.to_owned()).or_default();
        *counts.entry(verdict).or_default() += 1;
    }

    /// The number of these verdicts.
    pub fn count(&self, verdict: Verdict) -> u32 {
        let counts = self
            .0
            .values()
            .map(|counts| counts.get(&verdict).unwrap_or(&0));
        counts.sum()
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut write = |kind: &str, count: &dyn Fn(Verdict) -> u32| {
            let (right, nothing) = (count(Verdict::Right), count(Verdict::Nothing));
            let wrong = count(Verdict::Wrong);
            writeln!(
                f,
                "{kind:12} right {right:3}  nothing {nothing:3}  wrong {wrong:3}"
            )
        };
        for (kind, counts) in &self.0 {
            write(kind, &|verdict| counts.get(&verdict).copied().unwrap_or(0))?;
        }
        write("all", &|verdict| self.count(verdict))
    }
}
