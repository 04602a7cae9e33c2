//! Whether a quotation is Scripture, and where it stands.

use std::ops::Range;

use verse_scripture::{Reference, TranslationCode, translations};
use verse_search::words::find_stretches;

use crate::passage::{Passage, Word, float, words};

/// Shorter quotations are not searched for: such words stand in many places.
pub(crate) const FEWEST_WORDS: usize = 4;
/// From this nearness on a quotation is one of the passage that is named beside it.
const NEAR_THE_NAMED: f32 = 0.5;
/// From this nearness on a quotation is one of a passage that nothing names. Found by the cases of
/// `tests/corpus.rs`: sentences that only sound like a verse are below it.
const NEAR_ANOTHER: f32 = 0.7;
/// The same, of a quotation of few words.
const NEAR_ANOTHER_SHORT: f32 = 0.8;
/// A quotation of fewer words is short.
const SHORT: usize = 7;
/// Words that stand in more places without a reference beside them are a phrase.
const MOST_PLACES: usize = 3;

/// What the text around a quotation says of it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Claim {
    /// The references beside it, with the canon's numbers.
    pub named: Vec<Reference>,
    /// A reference further away: the last of the paragraph, or the passage that the reader has open.
    pub context: Vec<Reference>,
    /// The text says that it is Scripture.
    pub is_scripture: bool,
    /// The translation that is named beside it.
    pub translation: Option<TranslationCode>,
}

/// What a quotation is.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Verdict {
    /// It is not of Scripture, and nothing says so.
    Other,
    /// It is of Scripture.
    Scripture(Finding),
    /// It is not of Scripture, although the text says so.
    Invented,
}

/// Where a quotation stands.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Finding {
    /// The words of the translation, if the quotation's differ.
    pub text: Option<String>,
    /// The place, with the numbers that the translation prints.
    pub reference: Reference,
    /// Whether a reference beside the quotation names the place.
    pub is_as_named: bool,
    /// Whether the reference further away does.
    pub is_of_context: bool,
    pub translation: TranslationCode,
}

/// Judges a quotation. `reader` is the reader's translation, `given` are the texts that may be quoted
/// besides Scripture. A number is a word of the text first, and then a verse number that is not quoted.
pub(crate) fn judge(
    text: &str,
    claim: &Claim,
    reader: TranslationCode,
    given: &[String],
) -> Verdict {
    if text.contains(|c: char| c.is_ascii_digit()) {
        let verdict = judge_segments(text, &segments(text, true), claim, reader, given);
        if matches!(&verdict, Verdict::Scripture(finding) if finding.text.is_none()) {
            return verdict;
        }
    }
    judge_segments(text, &segments(text, false), claim, reader, given)
}

fn judge_segments(
    text: &str,
    segments: &[Segment],
    claim: &Claim,
    reader: TranslationCode,
    given: &[String],
) -> Verdict {
    let count: usize = segments.iter().map(|segment| segment.words.len()).sum();
    if count == 0 || (count < FEWEST_WORDS && claim.named.is_empty()) {
        return Verdict::Other;
    }
    let first = claim.translation.unwrap_or(reader);
    let all = translations().iter().map(|translation| translation.code);
    let mut codes: Vec<TranslationCode> = all.collect();
    codes.sort_by_key(|code| (*code != first, *code != reader));
    for (references, is_as_named) in [(&claim.named, true), (&claim.context, false)] {
        if let Some(finding) = find_at(segments, references, &codes, is_as_named) {
            return Verdict::Scripture(finding);
        }
    }
    if count < FEWEST_WORDS {
        // A word or two beside a reference may be an explanation.
        return Verdict::Other;
    }
    if claim.named.is_empty() && is_given(segments, given) {
        return Verdict::Other;
    }
    let is_claimed = claim.is_scripture || !claim.named.is_empty() || is_archaic(text);
    if let Some(verdict) = find_elsewhere(segments, &codes, claim, is_claimed) {
        return verdict;
    }
    if let Some(finding) = find_near(segments, count, &codes, claim) {
        return Verdict::Scripture(finding);
    }
    if is_claimed {
        Verdict::Invented
    } else {
        Verdict::Other
    }
}

/// The words between two ellipses or brackets.
struct Segment {
    /// As they were written.
    text: String,
    words: Vec<Word>,
}

/// The words between ellipses and brackets, with numbers or without.
fn segments(text: &str, with_numbers: bool) -> Vec<Segment> {
    let plain = text.replace("...", "…").replace(". . .", "…");
    let mut parts: Vec<&str> = Vec::new();
    for part in plain.split('…') {
        let mut rest = part;
        // An editor's word in brackets is not quoted.
        while let Some((before, after)) = rest.split_once('[') {
            parts.push(before);
            rest = after.split_once(']').map_or(after, |(_, after)| after);
        }
        parts.push(rest);
    }
    let is_word = |word: &Word| with_numbers || !word.key.chars().all(|c| c.is_ascii_digit());
    let quoted = parts.into_iter().map(|part| Segment {
        text: part.to_owned(),
        words: words(part).into_iter().filter(is_word).collect(),
    });
    quoted.filter(|segment| !segment.words.is_empty()).collect()
}

/// The places of all segments, in their order; `None` if one is missing.
fn find_all(passage: &Passage, segments: &[Segment]) -> Option<Range<usize>> {
    let mut from = 0;
    let mut start = None;
    for segment in segments {
        let found = passage.find(&segment.words, from)?;
        start.get_or_insert(found.start);
        from = found.end;
    }
    Some(start?..from)
}

/// The quotation in one of the references, word for word.
fn find_at(
    segments: &[Segment],
    references: &[Reference],
    codes: &[TranslationCode],
    is_as_named: bool,
) -> Option<Finding> {
    for code in codes {
        for reference in references {
            let passage = Passage::of(*code, reference);
            if let Some(found) = find_all(&passage, segments) {
                return Some(Finding {
                    text: None,
                    reference: passage.reference_of(&found)?,
                    is_as_named,
                    is_of_context: !is_as_named,
                    translation: *code,
                });
            }
        }
    }
    None
}

/// The quotation anywhere, word for word. Words that stand in many places are a phrase, unless they are claimed.
fn find_elsewhere(
    segments: &[Segment],
    codes: &[TranslationCode],
    claim: &Claim,
    is_claimed: bool,
) -> Option<Verdict> {
    let longest = longest_of(segments)?;
    let claimed = claim.named.first().or(claim.context.first());
    for code in codes {
        let stretches = find_stretches(*code, longest, 12);
        let mut places: Vec<Reference> = Vec::new();
        for stretch in stretches {
            let margin = if segments.len() > 1 { 6 } else { 1 };
            let passage = Passage::between(*code, stretch.first, stretch.last, margin);
            let found = find_all(&passage, segments);
            places.extend(found.and_then(|found| passage.reference_of(&found)));
        }
        places.dedup();
        if places.is_empty() {
            continue;
        }
        if places.len() > MOST_PLACES && !is_claimed {
            return Some(Verdict::Other);
        }
        let distance = |place: &Reference| {
            let claimed = claimed.and_then(|claimed| claimed.first().ordinal());
            let here = place.first().ordinal();
            claimed
                .zip(here)
                .map_or(0, |(one, other)| one.abs_diff(other))
        };
        let place = places.into_iter().min_by_key(distance)?;
        return Some(Verdict::Scripture(Finding {
            text: None,
            reference: place,
            is_as_named: false,
            is_of_context: false,
            translation: *code,
        }));
    }
    None
}

/// The nearest words of Scripture, if they are near enough.
fn find_near(
    segments: &[Segment],
    count: usize,
    codes: &[TranslationCode],
    claim: &Claim,
) -> Option<Finding> {
    let mut best: Option<(f32, Finding)> = None;
    let mut consider = |nearness: f32, finding: Option<Finding>| {
        if let Some(finding) = finding
            && best.as_ref().is_none_or(|(other, _)| *other < nearness)
        {
            best = Some((nearness, finding));
        }
    };
    for (at, code) in codes.iter().enumerate() {
        // Words of the reader's translation are preferred.
        let bonus = if at == 0 { 0.1 } else { 0.0 };
        for reference in &claim.named {
            let passage = Passage::of(*code, reference);
            let (nearness, finding) = nearest(&passage, segments, count, true);
            if nearness >= NEAR_THE_NAMED {
                // The named place is preferred, too.
                consider(nearness + bonus + 0.2, finding);
            }
        }
    }
    let enough = if count < SHORT {
        NEAR_ANOTHER_SHORT
    } else {
        NEAR_ANOTHER
    };
    let longest = longest_of(segments)?;
    for (at, code) in codes.iter().enumerate() {
        let bonus = if at == 0 { 0.1 } else { 0.0 };
        for stretch in find_stretches(*code, longest, 3) {
            let passage = Passage::between(*code, stretch.first, stretch.last, 1);
            let (nearness, finding) = nearest(&passage, segments, count, false);
            if nearness >= enough {
                consider(nearness + bonus, finding);
            }
        }
    }
    best.map(|(_, finding)| finding)
}

/// The stretch of a passage that is nearest to the segments.
fn nearest(
    passage: &Passage,
    segments: &[Segment],
    count: usize,
    is_as_named: bool,
) -> (f32, Option<Finding>) {
    let mut total = 0.0;
    let mut parts: Vec<Range<usize>> = Vec::new();
    for segment in segments {
        let (nearness, found) = passage.find_near(&segment.words);
        total += nearness * float(segment.words.len());
        if !found.is_empty() {
            parts.push(passage.whole_clause(&found, &segment.words));
        }
    }
    parts.sort_by_key(|part| part.start);
    let mut joined: Vec<Range<usize>> = Vec::new();
    for part in parts {
        match joined.last_mut().filter(|last| part.start <= last.end) {
            Some(last) => last.end = last.end.max(part.end),
            None => joined.push(part),
        }
    }
    let texts: Vec<&str> = joined.iter().map(|part| passage.text_of(part)).collect();
    let whole = joined
        .first()
        .map(|part| part.start)
        .zip(joined.last().map(|part| part.end));
    let reference = whole.and_then(|(start, end)| passage.reference_of(&(start..end)));
    let finding = reference.map(|reference| Finding {
        text: Some(texts.join(" … ")),
        reference,
        is_as_named,
        is_of_context: false,
        translation: passage.translation,
    });
    (total / float(count.max(1)), finding)
}

fn longest_of(segments: &[Segment]) -> Option<&str> {
    let longest = segments.iter().max_by_key(|segment| segment.words.len())?;
    Some(&longest.text)
}

/// Whether each segment is in one of the texts that may be quoted.
fn is_given(segments: &[Segment], given: &[String]) -> bool {
    let letters = |words: &[Word]| {
        words
            .iter()
            .map(|word| word.key.as_str())
            .collect::<String>()
    };
    given.iter().any(|text| {
        let text = letters(&words(text));
        segments
            .iter()
            .all(|segment| text.contains(&letters(&segment.words)))
    })
}

/// Whether a text has the English of the King James Version, which readers of today do not write.
fn is_archaic(text: &str) -> bool {
    const ARCHAIC: [&str; 22] = [
        "thou",
        "thee",
        "thy",
        "thine",
        "ye",
        "hath",
        "hast",
        "saith",
        "doth",
        "dost",
        "unto",
        "shalt",
        "wilt",
        "verily",
        "art",
        "begat",
        "cometh",
        "goeth",
        "maketh",
        "giveth",
        "whosoever",
        "nigh",
    ];
    let count = words(text)
        .iter()
        .filter(|word| ARCHAIC.contains(&word.key.as_str()))
        .count();
    count >= 2
}
