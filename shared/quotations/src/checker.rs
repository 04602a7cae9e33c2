//! The stream: text leaves at once, a quotation when its end and its place are known.

use std::mem::take;
use std::ops::AddAssign;

use verse_scripture::{Reference, TranslationCode};

use crate::citation::{Citation, Following, after_quotation, before_quotation};
use crate::insertion::insert;
use crate::judge::FEWEST_WORDS;
use crate::marks::{QuotationEnd, closing_marks, find_end, is_apostrophe, is_single, may_open};
use crate::notes::notes;
use crate::passage::words;
use crate::quotation::Quotation;
use crate::unfinished::unfinished;

/// A longer quotation leaves without its marks, in characters.
const LONGEST_QUOTATION: usize = 600;
/// How much of the sent text is kept, to find a reference before a quotation, in characters.
const RECENT: usize = 400;

/// What a reply is compared with.
#[derive(Clone, Debug)]
pub struct Options {
    /// The reader's translation.
    pub translation: TranslationCode,
    /// The passages that the reader has open, with the canon's numbers.
    pub context: Vec<Reference>,
    /// The texts besides Scripture that the reply may quote: those that the model was given.
    pub given: Vec<String>,
    /// The Hebrew and Greek words, transliterations and Strong's numbers that the model was given.
    /// Others are left out. `None`: they are not checked.
    pub originals: Option<Vec<String>>,
}

/// What was checked.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Counts {
    /// Quotations and references.
    pub checked: u32,
    /// Those whose words, reference or translation were replaced.
    pub corrected: u32,
    /// Those that were left out, or that lost their quotation marks.
    pub removed: u32,
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.checked += other.checked;
        self.corrected += other.corrected;
        self.removed += other.removed;
    }
}

/// Checks a reply that comes in pieces.
#[derive(Debug)]
pub struct Checker {
    pub(crate) options: Options,
    /// What has not been sent.
    pending: String,
    /// The end of what was sent.
    pub(crate) recent: String,
    /// The opening mark that was left out: the closing one is to be left out, too.
    unmarked: Option<char>,
    pub(crate) counts: Counts,
}

/// Whether more text comes.
#[derive(Clone, Copy, PartialEq)]
enum Phase {
    More,
    /// The reader has waited too long.
    Late,
    Done,
}

enum Step {
    Wait,
    /// So many bytes of the pending text are replaced by a text.
    Send(usize, String),
}

/// Checks a whole text.
#[must_use]
pub fn check_text(text: &str, options: Options) -> (String, Counts) {
    let mut checker = Checker::new(options);
    let mut checked = checker.push(text);
    checked.push_str(&checker.finish());
    (checked, checker.counts())
}

impl Checker {
    /// A checker for one reply.
    #[must_use]
    pub fn new(options: Options) -> Self {
        Self {
            options,
            pending: String::new(),
            recent: String::new(),
            unmarked: None,
            counts: Counts::default(),
        }
    }

    /// Takes a piece of the reply; returns what can be sent.
    pub fn push(&mut self, piece: &str) -> String {
        self.pending.push_str(piece);
        self.advance(Phase::More)
    }

    /// The rest of the reply.
    pub fn finish(&mut self) -> String {
        self.advance(Phase::Done)
    }

    /// Sends what is held, a quotation without its marks: the reader has waited too long.
    pub fn release(&mut self) -> String {
        self.advance(Phase::Late)
    }

    /// Whether something is held.
    #[must_use]
    pub fn is_holding(&self) -> bool {
        !self.pending.is_empty()
    }

    /// What was checked so far.
    #[must_use]
    pub fn counts(&self) -> Counts {
        self.counts
    }

    fn advance(&mut self, phase: Phase) -> String {
        let mut sent = String::new();
        while !self.pending.is_empty() {
            match self.step(phase) {
                Step::Wait => break,
                Step::Send(length, text) => {
                    self.pending.drain(..length);
                    self.remember(&text);
                    sent.push_str(&text);
                }
            }
        }
        sent
    }

    fn remember(&mut self, text: &str) {
        self.recent.push_str(text);
        if let Some((at, _)) = self.recent.char_indices().rev().nth(RECENT) {
            self.recent.drain(..at);
        }
    }

    fn step(&mut self, phase: Phase) -> Step {
        let pending = take(&mut self.pending);
        let step = self.next(&pending, phase);
        self.pending = pending;
        match step {
            // The reader has waited too long: the text leaves as it is.
            Step::Wait if phase != Phase::More => {
                let rest = self.pending.clone();
                Step::Send(rest.len(), self.check_references(&rest))
            }
            step => step,
        }
    }

    fn next(&mut self, pending: &str, phase: Phase) -> Step {
        let Some(at) = self.find_trigger(pending) else {
            let end = if phase == Phase::More {
                unfinished(pending)
            } else {
                pending.len()
            };
            if end == 0 {
                return Step::Wait;
            }
            let plain = pending.get(..end).unwrap_or_default();
            return Step::Send(end, self.check_references(plain));
        };
        let before = pending.get(..at).unwrap_or_default();
        let lead = before_quotation(before, self.options.translation);
        if let Some(start) = lead.as_ref().map(|lead| lead.place.start) {
            if start > 0 {
                return Step::Send(
                    start,
                    self.check_references(before.get(..start).unwrap_or_default()),
                );
            }
        } else if at > 0 {
            return Step::Send(at, self.check_references(before));
        }
        let rest = pending.get(at..).unwrap_or_default();
        match rest.chars().next() {
            Some('{') => self.brace(before, rest, phase),
            Some('>') => self.block(before, lead, rest, phase),
            Some(mark @ ('*' | '_')) => self.emphasis(mark, before, lead, rest, phase),
            Some(mark) if closing_marks(mark).is_empty() || self.is_unmarked_end(mark) => {
                self.other(mark, before, rest, phase)
            }
            Some(mark) => self.quotation(mark, before, lead, rest, phase),
            None => Step::Wait,
        }
    }

    /// The first character that may begin something to check.
    fn find_trigger(&self, pending: &str) -> Option<usize> {
        let mut before = self.recent.chars().next_back();
        let mut characters = pending.char_indices().peekable();
        while let Some((at, c)) = characters.next() {
            let after = characters.peek().map(|(_, c)| *c);
            let is_word = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
            let is_line_start = before.is_none_or(|before| before == '\n');
            let is_trigger = match c {
                '{' => after.is_none_or(|after| after == '{'),
                '>' => is_line_start,
                '*' | '_' => !is_word(before) && after.is_none_or(|after| !after.is_whitespace()),
                'G' | 'H' => {
                    self.options.originals.is_some()
                        && !is_word(before)
                        && after.is_none_or(|after| after.is_ascii_digit())
                }
                _ if self.options.originals.is_some() && is_original(c) => true,
                _ if self.is_unmarked_end(c) => {
                    !(is_single(c) && is_word(before) && is_word(after))
                }
                _ => {
                    let rest = pending.get(at + c.len_utf8()..).unwrap_or_default();
                    may_open(c, before, after) && !is_apostrophe(c, rest)
                }
            };
            if is_trigger {
                return Some(at);
            }
            before = Some(c);
        }
        None
    }

    fn is_unmarked_end(&self, mark: char) -> bool {
        self.unmarked
            .is_some_and(|opening| closing_marks(opening).contains(&mark))
    }

    /// A closing mark without its opening one, or a word in other letters.
    fn other(&mut self, mark: char, before: &str, rest: &str, phase: Phase) -> Step {
        if self.is_unmarked_end(mark) {
            self.unmarked = None;
            return Step::Send(
                before.len() + mark.len_utf8(),
                self.check_references(before),
            );
        }
        let is_number = matches!(mark, 'G' | 'H');
        let goes_on = |c: char| {
            if is_number {
                c.is_ascii_digit()
            } else {
                is_original(c) || is_combining(c)
            }
        };
        let body = rest.get(mark.len_utf8()..).unwrap_or_default();
        let Some(end) = body.find(|c| !goes_on(c)) else {
            if phase == Phase::More {
                return Step::Wait;
            }
            return self.original(before, rest, rest.len());
        };
        self.original(before, rest, mark.len_utf8() + end)
    }

    /// A Hebrew or Greek word or a Strong's number: it stays if the model was given it.
    fn original(&mut self, before: &str, rest: &str, end: usize) -> Step {
        let word = rest.get(..end).unwrap_or_default();
        let sent = self.check_references(before);
        if word.len() == 1 {
            return Step::Send(before.len() + end, sent + word);
        }
        let plain = |text: &str| {
            words(text)
                .into_iter()
                .map(|word| word.key)
                .collect::<Vec<_>>()
        };
        let given = self.options.originals.as_deref().unwrap_or_default();
        let is_given = given.iter().any(|given| plain(given) == plain(word));
        self.counts.checked += 1;
        if is_given {
            return Step::Send(before.len() + end, sent + word);
        }
        self.counts.removed += 1;
        Step::Send(before.len() + end, sent)
    }

    /// `{{…}}`.
    fn brace(&mut self, before: &str, rest: &str, phase: Phase) -> Step {
        let Some(body) = rest.strip_prefix("{{") else {
            if rest.len() == 1 && phase == Phase::More {
                return Step::Wait;
            }
            return Step::Send(before.len() + 1, self.check_references(before) + "{");
        };
        let Some(end) = body.find("}}") else {
            if phase == Phase::More && body.chars().count() <= LONGEST_QUOTATION {
                return Step::Wait;
            }
            return Step::Send(before.len() + 2, self.check_references(before));
        };
        let inner = body.get(..end).unwrap_or_default();
        let sent = self.check_references(before);
        self.counts.checked += 1;
        let text = insert(inner, self.options.translation).unwrap_or_else(|| {
            self.counts.removed += 1;
            notes(self.options.translation).no_such_reference.to_owned()
        });
        Step::Send(before.len() + end + 4, sent + &text)
    }

    /// Text in quotation marks.
    fn quotation(
        &mut self,
        mark: char,
        before: &str,
        lead: Option<Citation>,
        rest: &str,
        phase: Phase,
    ) -> Step {
        let open = mark.len_utf8();
        let body = rest.get(open..).unwrap_or_default();
        let unmark = |checker: &mut Self, keeps: bool| {
            let sent = checker.check_references(before);
            let mark = if keeps {
                rest.get(..open).unwrap_or_default()
            } else {
                ""
            };
            Step::Send(before.len() + open, sent + mark)
        };
        if body.trim_start().starts_with("{{") {
            self.unmarked = Some(mark);
            return unmark(self, false);
        }
        let (close, end) = match find_end(mark, body) {
            QuotationEnd::At(close, end) => (close, end),
            QuotationEnd::Open
                if phase == Phase::More && body.chars().count() <= LONGEST_QUOTATION =>
            {
                return Step::Wait;
            }
            QuotationEnd::Open if !is_single(mark) && phase != Phase::Done => {
                self.unmarked = Some(mark);
                self.counts.checked += 1;
                self.counts.removed += 1;
                return unmark(self, false);
            }
            // An apostrophe may stand before a word.
            _ => return unmark(self, is_single(mark)),
        };
        let inner = body.get(..close).unwrap_or_default();
        let after = body.get(end..).unwrap_or_default();
        let marks = (
            rest.get(..open).unwrap_or_default(),
            body.get(close..end).unwrap_or_default(),
        );
        let quotation = Quotation::new(marks, inner, (before, lead), after);
        self.judged(quotation, open + end, phase)
    }

    /// Text between asterisks or underscores: a quotation only beside a reference.
    fn emphasis(
        &mut self,
        mark: char,
        before: &str,
        lead: Option<Citation>,
        rest: &str,
        phase: Phase,
    ) -> Step {
        let open = rest.len() - rest.trim_start_matches(mark).len();
        let body = rest.get(open..).unwrap_or_default();
        let marks = rest.get(..open).unwrap_or_default();
        if body.is_empty() && phase == Phase::More {
            return Step::Wait;
        }
        let plain = |checker: &mut Self| {
            let sent = checker.check_references(before);
            Step::Send(before.len() + open, sent + marks)
        };
        let is_marked =
            body.starts_with(|c| !closing_marks(c).is_empty()) || body.starts_with("{{");
        if is_marked || open > 3 || body.starts_with(char::is_whitespace) {
            return plain(self);
        }
        let line = body
            .find('\n')
            .map_or(body, |end| body.get(..end).unwrap_or_default());
        let Some(close) = line.find(marks) else {
            let may_come = line.len() == body.len() && body.chars().count() <= LONGEST_QUOTATION;
            return if may_come && phase == Phase::More {
                Step::Wait
            } else {
                plain(self)
            };
        };
        let inner = body.get(..close).unwrap_or_default();
        let after = body.get(close + open..).unwrap_or_default();
        if words(inner).len() < FEWEST_WORDS {
            return plain(self);
        }
        let is_beside = lead.is_some()
            || match after_quotation(after, self.options.translation, phase != Phase::More) {
                Following::Undecided if phase == Phase::More => return Step::Wait,
                Following::Citation(_) => true,
                _ => false,
            };
        if !is_beside {
            return plain(self);
        }
        let quotation = Quotation::new((marks, marks), inner, (before, lead), after);
        self.judged(quotation, open + close + open, phase)
    }

    /// A block that begins with `>`.
    fn block(&mut self, before: &str, lead: Option<Citation>, rest: &str, phase: Phase) -> Step {
        let mut end = None;
        let mut at = 0;
        for line in rest.split_inclusive('\n') {
            if !line.trim_start().starts_with('>')
                && (line.ends_with('\n') || !line.trim().is_empty())
            {
                end = Some(at);
                break;
            }
            at += line.len();
        }
        let end = match end {
            Some(end) => end,
            None if phase == Phase::More && rest.chars().count() <= LONGEST_QUOTATION => {
                return Step::Wait;
            }
            None => rest.len(),
        };
        let block = rest.get(..end).unwrap_or_default();
        let sent = self.check_references(before);
        let body: String = block
            .lines()
            .map(|line| line.trim_start().trim_start_matches(['>', ' ']))
            .collect::<Vec<_>>()
            .join("\n");
        let body = body.trim();
        if body.contains(|c: char| !closing_marks(c).is_empty() && !is_single(c))
            || body.contains("{{")
        {
            // Its quotations have marks of their own.
            let mut inner = Self::new(self.options.clone());
            let mut text = inner.push(body);
            text.push_str(&inner.finish());
            self.counts += inner.counts;
            return Step::Send(before.len() + end, sent + &quoted_lines(&text, block));
        }
        let (quoted, citation) = split_citation(body);
        let reader = self.options.translation;
        let following = match after_quotation(citation, reader, true) {
            Following::Citation(citation) => Some(citation),
            _ => None,
        };
        if words(quoted).len() < FEWEST_WORDS {
            let text = self.check_references(body);
            return Step::Send(before.len() + end, sent + &quoted_lines(&text, block));
        }
        let mut quotation = Quotation::new(("", ""), quoted, ("", None), citation);
        quotation.following = following;
        if quotation.following.is_none() {
            quotation.sent = lead.or_else(|| self.sent_lead());
        }
        let text = self.write(&quotation);
        let text = match text {
            Ok(text) => quoted_lines(&text, block),
            Err(text) => text + if block.ends_with('\n') { "\n" } else { "" },
        };
        Step::Send(before.len() + end, sent + &text)
    }

    /// Writes a quotation of the given length when its place is known.
    fn judged(&mut self, mut quotation: Quotation<'_>, length: usize, phase: Phase) -> Step {
        let count = words(quotation.inner).len();
        let length = quotation.before.len() + length;
        if count > 0 {
            match after_quotation(
                quotation.after,
                self.options.translation,
                phase != Phase::More,
            ) {
                Following::Undecided if phase == Phase::More => return Step::Wait,
                Following::Citation(citation) => quotation.following = Some(citation),
                _ => {}
            }
        }
        let end = quotation
            .following
            .as_ref()
            .map_or(0, |citation| citation.end);
        quotation.after = quotation.after.get(..end).unwrap_or_default();
        if count < FEWEST_WORDS && quotation.following.is_none() {
            let (open, close) = quotation.marks;
            let sent = self.check_references(quotation.before);
            return Step::Send(length, format!("{sent}{open}{}{close}", quotation.inner));
        }
        if quotation.lead.is_none() {
            quotation.sent = self.sent_lead();
        }
        let text = self.write(&quotation).unwrap_or_else(|text| text);
        Step::Send(length + end, text)
    }
}

/// Each line with `>`, and the line's end that the block had.
fn quoted_lines(text: &str, block: &str) -> String {
    let lines: Vec<String> = text.lines().map(|line| format!("> {line}")).collect();
    lines.join("\n") + if block.ends_with('\n') { "\n" } else { "" }
}

/// The quotation of a block, and the citation at its end.
fn split_citation(body: &str) -> (&str, &str) {
    let line = body.rfind('\n').map_or(0, |at| at + 1);
    let last = body.get(line..).unwrap_or_default();
    if line > 0
        && last
            .trim_start()
            .starts_with(['—', '–', '-', '(', '―', '~', '['])
    {
        let (quoted, citation) = body.split_at_checked(line).unwrap_or((body, ""));
        let quoted = quoted.trim_end();
        return (quoted, body.get(quoted.len()..).unwrap_or(citation));
    }
    let at = ['(', '—', '–', '[']
        .iter()
        .filter_map(|mark| body.rfind(*mark))
        .max();
    let split = at.filter(|at| {
        body.get(*at..)
            .is_some_and(|tail| tail.chars().count() < 60)
    });
    match split.and_then(|at| body.split_at_checked(at)) {
        Some((quoted, citation)) if citation.contains(|c: char| c.is_ascii_digit()) => (
            quoted.trim_end(),
            body.get(quoted.trim_end().len()..).unwrap_or(citation),
        ),
        _ => (body, ""),
    }
}

fn is_original(c: char) -> bool {
    matches!(c, '\u{370}'..='\u{3ff}' | '\u{590}'..='\u{5ff}' | '\u{1f00}'..='\u{1fff}' | '\u{fb1d}'..='\u{fb4f}')
}

fn is_combining(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}')
}
