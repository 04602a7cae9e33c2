//! Chapters and verses in words: `Psalm twenty-three`, `the first chapter of John`, `Juan tres
//! dieciséis`.
//!
//! A number in words becomes one token, but only where a reference may have one: after the name of
//! a book, the word "chapter" or "verse", or another such number, and as an ordinal before these
//! words. Elsewhere the words stay as they are: "John wrote twenty-three letters".

use super::point::{CHAPTER_WORDS, VERSE_WORDS};
use super::prose::NAMES_THAT_ARE_WORDS;
use crate::canon::{Book, match_name};
use crate::token::{PlainText, Token, TokenKind};

pub(super) const PSALM_WORDS: [&str; 4] = ["psalm", "psalms", "salmo", "salmos"];
/// Words between a psalm's name and its number: `Psalm the 23rd`, `Psalm number 23`.
pub(super) const WORDS_BEFORE_A_NUMBER: [&str; 7] =
    ["the", "el", "number", "no", "nr", "num", "numero"];
/// Words between two numbers of a list or range.
const JOINING_WORDS: [&str; 11] = [
    "and", "or", "y", "to", "through", "thru", "until", "hasta", "al", "a", "e",
];
/// Words that may follow a chapter: a sentence about it. Other words are counted things, as in
/// "Mark one more thing".
const WORDS_AFTER_A_CHAPTER: [&str; 23] = [
    "says",
    "said",
    "tells",
    "speaks",
    "describes",
    "records",
    "teaches",
    "begins",
    "ends",
    "onward",
    "onwards",
    "ff",
    "kjv",
    "web",
    "asv",
    "ylt",
    "srv",
    "bsb",
    "niv",
    "esv",
    "dice",
    "habla",
    "ensena",
];
/// Words that a number before them counts, also after the name of a book that is no person's.
const COUNTED_WORDS: [&str; 22] = [
    "more", "of", "day", "days", "year", "years", "week", "weeks", "month", "months", "time",
    "times", "man", "men", "people", "thing", "things", "hundred", "thousand", "million",
    "percent", "by",
];
/// Books without a number in their name that no person, people or thing shares.
const UNMISTAKABLE: [&str; 11] = [
    "GEN", "EXO", "LEV", "DEU", "PSA", "ECC", "GAL", "EPH", "PHP", "COL", "REV",
];
/// Words before the name of a book that may also be a person's: "in Mark four".
const WORDS_BEFORE_A_NAME: [&str; 15] = [
    "in", "from", "see", "read", "of", "cf", "compare", "to", "with", "also", "at", "en", "lee",
    "vease", "de",
];
/// Names of books that are English words in small letters: "mark two lines", "acts one".
const WORDS_IN_SMALL_LETTERS: [&str; 9] = [
    "mark", "acts", "job", "numbers", "judges", "kings", "dan", "sam", "mal",
];
/// The names before a number have at most so many tokens: "the First Epistle of Paul to Timothy".
const LONGEST_NAME: usize = 8;

/// A number in words.
#[derive(Clone, Copy)]
struct Words {
    value: u16,
    is_ordinal: bool,
    /// The index after its last token.
    end: usize,
}

/// What a word adds to a number.
#[derive(Clone, Copy, PartialEq)]
enum Part {
    Unit(u16),
    /// 10 to 19, and Spanish words such as `veintitrés`.
    Whole(u16),
    Tens(u16),
    Hundred,
}

const UNITS: [&[&str]; 9] = [
    &["one", "uno", "un", "una"],
    &["two", "dos"],
    &["three", "tres"],
    &["four", "cuatro"],
    &["five", "cinco"],
    &["six", "seis"],
    &["seven", "siete"],
    &["eight", "ocho"],
    &["nine", "nueve"],
];
const UNIT_ORDINALS: [&[&str]; 9] = [
    &["first", "primer", "primero", "primera"],
    &["second", "segundo", "segunda"],
    &["third", "tercer", "tercero", "tercera"],
    &["fourth", "cuarto", "cuarta"],
    &["fifth", "quinto", "quinta"],
    &["sixth", "sexto", "sexta"],
    &["seventh", "septimo", "septima"],
    &["eighth", "octavo", "octava"],
    &["ninth", "noveno", "novena"],
];
/// 10 to 29; English words end at 19.
const WHOLE: [&[&str]; 20] = [
    &["ten", "diez"],
    &["eleven", "once"],
    &["twelve", "doce"],
    &["thirteen", "trece"],
    &["fourteen", "catorce"],
    &["fifteen", "quince"],
    &["sixteen", "dieciseis"],
    &["seventeen", "diecisiete"],
    &["eighteen", "dieciocho"],
    &["nineteen", "diecinueve"],
    &["veinte"],
    &["veintiuno", "veintiun", "veintiuna"],
    &["veintidos"],
    &["veintitres"],
    &["veinticuatro"],
    &["veinticinco"],
    &["veintiseis"],
    &["veintisiete"],
    &["veintiocho"],
    &["veintinueve"],
];
const WHOLE_ORDINALS: [&[&str]; 10] = [
    &["tenth", "decimo", "decima"],
    &["eleventh"],
    &["twelfth"],
    &["thirteenth"],
    &["fourteenth"],
    &["fifteenth"],
    &["sixteenth"],
    &["seventeenth"],
    &["eighteenth"],
    &["nineteenth"],
];
/// 20 to 90.
const TENS: [&[&str]; 8] = [
    &["twenty"],
    &["thirty", "treinta"],
    &["forty", "fourty", "cuarenta"],
    &["fifty", "cincuenta"],
    &["sixty", "sesenta"],
    &["seventy", "setenta"],
    &["eighty", "ochenta"],
    &["ninety", "noventa"],
];
const TENS_ORDINALS: [&[&str]; 8] = [
    &["twentieth"],
    &["thirtieth"],
    &["fortieth"],
    &["fiftieth"],
    &["sixtieth"],
    &["seventieth"],
    &["eightieth"],
    &["ninetieth"],
];

/// Makes a part of a word's place in its list.
type Make = fn(u16) -> Part;

/// The part of a number that a word is, and whether it is an ordinal.
fn part_of(token: &Token<'_>) -> Option<(Part, bool)> {
    if token.kind != TokenKind::Word || token.text.len() < 2 {
        return None;
    }
    if token.is_word(&["hundred", "cien", "ciento"]) {
        return Some((Part::Hundred, false));
    }
    if token.is_word(&["hundredth"]) {
        return Some((Part::Hundred, true));
    }
    let lists: [(&[&[&str]], Make, bool); 6] = [
        (&UNITS, |n| Part::Unit(n + 1), false),
        (&UNIT_ORDINALS, |n| Part::Unit(n + 1), true),
        (&WHOLE, |n| Part::Whole(n + 10), false),
        (&WHOLE_ORDINALS, |n| Part::Whole(n + 10), true),
        (&TENS, |n| Part::Tens(10 * (n + 2)), false),
        (&TENS_ORDINALS, |n| Part::Tens(10 * (n + 2)), true),
    ];
    lists.into_iter().find_map(|(list, make, is_ordinal)| {
        let place = list.iter().position(|words| token.is_word(words))?;
        Some((make(u16::try_from(place).ok()?), is_ordinal))
    })
}

/// Reads the number in words that begins at a token: `three`, `twenty-third`, `one hundred and
/// fifty-one`, `treinta y tres`.
fn number_at(tokens: &[Token<'_>], start: usize) -> Option<Words> {
    let part = |index: usize| tokens.get(index).and_then(part_of);
    let is = |index: usize, words: &[&str]| tokens.get(index).is_some_and(|t| t.is_word(words));
    let is_small = |index| matches!(part(index), Some((part, _)) if part != Part::Hundred);
    let mut number = Words {
        value: 0,
        is_ordinal: false,
        end: start,
    };
    let hundreds = match part(start) {
        Some((Part::Unit(hundreds), false)) => Some(hundreds),
        None if is(start, &["a"]) => Some(1),
        _ => None,
    };
    match (hundreds, part(start), part(start + 1)) {
        (Some(hundreds), _, Some((Part::Hundred, is_ordinal))) => {
            number = Words {
                value: 100 * hundreds,
                is_ordinal,
                end: start + 2,
            };
        }
        (_, Some((Part::Hundred, is_ordinal)), _) => {
            number = Words {
                value: 100,
                is_ordinal,
                end: start + 1,
            };
        }
        _ => {}
    }
    if number.is_ordinal {
        return Some(number);
    }
    let has_and = number.value > 0 && is(number.end, &["and"]) && is_small(number.end + 1);
    let at = number.end + usize::from(has_and);
    let (value, is_ordinal, end) = match part(at) {
        Some((Part::Tens(tens), false)) => {
            let is_dash = tokens
                .get(at + 1)
                .is_some_and(|dash| dash.kind == TokenKind::Dash && dash.joined);
            let unit_at = at + 1 + usize::from(is_dash || is(at + 1, &["y"]));
            match part(unit_at) {
                Some((Part::Unit(unit), is_ordinal)) => (tens + unit, is_ordinal, unit_at + 1),
                _ => (tens, false, at + 1),
            }
        }
        Some((Part::Unit(value) | Part::Whole(value) | Part::Tens(value), is_ordinal)) => {
            (value, is_ordinal, at + 1)
        }
        _ if number.value > 0 => return Some(number),
        _ => return None,
    };
    number.value += value;
    number.is_ordinal = is_ordinal;
    number.end = end;
    Some(number)
}

/// Makes one token of each number in words that belongs to a reference. Its kind is a number, or a
/// word if it is an ordinal before a chapter, a verse or a psalm.
pub(super) fn fold<'a>(
    text: &'a PlainText<'a>,
    tokens: Vec<Token<'a>>,
    strict: bool,
) -> Vec<Token<'a>> {
    if !tokens.iter().any(|token| part_of(token).is_some()) {
        return tokens;
    }
    let mut folder = Folder {
        tokens: &tokens,
        strict,
        list_end: None,
    };
    let mut folded = Vec::with_capacity(tokens.len());
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        let Some((kind, number)) = folder.fold_at(at) else {
            folded.push(*token);
            at += 1;
            continue;
        };
        let last = number.end.checked_sub(1).and_then(|last| tokens.get(last));
        let end = last.map_or(token.start, |last| last.start + last.text.len());
        folded.push(Token {
            kind,
            text: text.plain(token.start..end),
            number: Some(number.value),
            ..*token
        });
        at = number.end;
    }
    folded
}

struct Folder<'t, 'a> {
    tokens: &'t [Token<'a>],
    strict: bool,
    list_end: Option<ListEnd>,
}

/// The last number that was folded.
#[derive(Clone, Copy)]
struct ListEnd {
    /// The index after it.
    index: usize,
    /// How many numbers followed each other directly.
    adjacent: u8,
    /// Whether the list cannot be taken for a person and what is counted: `Genesis one and two are`.
    is_certain: bool,
}

impl Folder<'_, '_> {
    fn fold_at(&mut self, at: usize) -> Option<(TokenKind, Words)> {
        let number = number_at(self.tokens, at)?;
        if number.is_ordinal && self.is_before_what_it_counts(number.end) {
            return Some((TokenKind::Word, number));
        }
        let begins_book = match_name(self.tokens, at).is_some_and(|name| name.book.is_some());
        if begins_book {
            return None;
        }
        if let Some(number) = self.of_a_list(at, number) {
            return Some((TokenKind::Number, number));
        }
        let after_word = self.after_a_word(at, number).map(|number| (number, true));
        let (number, is_certain) = after_word.or_else(|| self.after_a_name(at, number))?;
        self.list_end = Some(ListEnd {
            index: number.end,
            adjacent: 1,
            is_certain,
        });
        Some((TokenKind::Number, number))
    }

    fn is(&self, index: usize, words: &[&str]) -> bool {
        self.tokens
            .get(index)
            .is_some_and(|token| token.is_word(words))
    }

    /// Whether `chapter`, `verse` or `Psalm` follows an ordinal, or another ordinal and then one of
    /// these: `the first and second chapters`.
    fn is_before_what_it_counts(&self, end: usize) -> bool {
        let mut at = end;
        for _ in 0..4 {
            if self.is(at, &CHAPTER_WORDS) || self.is(at, &VERSE_WORDS) || self.is(at, &PSALM_WORDS)
            {
                return true;
            }
            let before = at;
            while self.is(at, &["and", "y", "or", "to", "through", "the"])
                || self
                    .tokens
                    .get(at)
                    .is_some_and(|t| t.kind == TokenKind::Comma)
            {
                at += 1;
            }
            match number_at(self.tokens, at).filter(|next| next.is_ordinal && at > before) {
                Some(next) => at = next.end,
                None => return false,
            }
        }
        false
    }

    /// After `chapter` or `verse`, or their abbreviations.
    fn after_a_word(&self, at: usize, number: Words) -> Option<Words> {
        let mut before = at.checked_sub(1)?;
        if number.is_ordinal && self.is(before, &["the", "el", "la"]) {
            before = before.checked_sub(1)?;
        }
        if self.tokens.get(before)?.kind == TokenKind::Dot {
            before = before.checked_sub(1)?;
        }
        let is_word = self.is(before, &CHAPTER_WORDS) || self.is(before, &VERSE_WORDS);
        is_word.then_some(number)
    }

    /// After the name of a book: `John three`, unless the next word is what is counted. Also whether
    /// the name is no person's.
    fn after_a_name(&self, at: usize, number: Words) -> Option<(Words, bool)> {
        let (book, start, is_plain) = self.name_before(at)?;
        let is_psalms = book.usfm == "PSA";
        if !is_psalms && (number.is_ordinal || !is_plain) {
            return None;
        }
        let number = if is_psalms {
            self.spoken_hundred(number)
        } else {
            number
        };
        let exists = book.verse_count(number.value).is_some();
        let verse = number_at(self.tokens, number.end).filter(|verse| !verse.is_ordinal);
        let is_followed = verse.is_some_and(|verse| number_at(self.tokens, verse.end).is_none());
        let is_unmistakable = UNMISTAKABLE.contains(&book.usfm)
            || book.usfm.starts_with(|c: char| c.is_ascii_digit());
        let is_certain = is_psalms && number.value > 10
            || is_followed
            || verse.is_none()
                && exists
                && if is_unmistakable {
                    !self.is(number.end, &COUNTED_WORDS)
                } else {
                    self.ends_at(number.end, 4) && self.is_no_person(start)
                };
        (self.strict || is_certain).then_some((number, is_unmistakable))
    }

    /// `Psalm one nineteen` is Psalm 119: the first psalm has six verses.
    fn spoken_hundred(&self, number: Words) -> Words {
        if number.value != 1 || number.is_ordinal {
            return number;
        }
        match number_at(self.tokens, number.end) {
            Some(rest) if (10..=50).contains(&rest.value) => Words {
                value: 100 + rest.value,
                ..rest
            },
            _ => number,
        }
    }

    /// Whether a name stands where a reference may, and not as in "Ann has three and Mark four".
    fn is_no_person(&self, start: usize) -> bool {
        let Some(before) = start.checked_sub(1) else {
            return true;
        };
        let is_in_list = || self.list_end.is_some_and(|list| list.index == before);
        let is_word = self
            .tokens
            .get(before)
            .is_some_and(|token| token.kind == TokenKind::Word);
        !is_word || self.is(before, &WORDS_BEFORE_A_NAME) || is_in_list()
    }

    /// The book whose name ends before a token, where the name begins, and whether it is no
    /// ordinary word.
    fn name_before(&self, at: usize) -> Option<(&'static Book, usize, bool)> {
        let mut end = at;
        while end > 0 && self.is(end - 1, &WORDS_BEFORE_A_NUMBER) {
            end -= 1;
        }
        let between = at - end;
        let starts = (end.saturating_sub(LONGEST_NAME)..end).rev();
        let (start, book) = starts.into_iter().find_map(|start| {
            let name = match_name(self.tokens, start).filter(|name| name.end == end)?;
            Some((start, name.book?))
        })?;
        let token = self.tokens.get(start)?;
        let is_one_word = end == start + 1;
        let is_word = is_one_word
            && (token.is_word(&NAMES_THAT_ARE_WORDS)
                || !token.is_capitalised() && token.is_word(&WORDS_IN_SMALL_LETTERS)
                || token.text.len() < 3);
        Some((book, start, between == 0 && (self.strict || !is_word)))
    }

    /// After another number of the reference: `three sixteen`, `three, four and five`.
    fn of_a_list(&mut self, at: usize, number: Words) -> Option<Words> {
        let ListEnd {
            index: end,
            adjacent,
            is_certain,
        } = self.list_end?;
        if number.is_ordinal || at < end || at > end + 2 {
            return None;
        }
        let is_joining = |token: &Token<'_>| match token.kind {
            TokenKind::Word => token.is_word(&JOINING_WORDS),
            TokenKind::Number | TokenKind::Dot | TokenKind::Other => false,
            _ => true,
        };
        let between = self.tokens.get(end..at)?;
        let follows = if between.is_empty() {
            adjacent < 2
        } else {
            let is_list = self.is_no_counted_thing(number.end)
                || is_certain && !self.is(number.end, &COUNTED_WORDS);
            between.iter().all(is_joining) && (self.strict || is_list)
        };
        if !follows {
            return None;
        }
        let adjacent = if between.is_empty() { adjacent + 1 } else { 1 };
        self.list_end = Some(ListEnd {
            index: number.end,
            adjacent,
            is_certain,
        });
        Some(number)
    }

    /// Whether no word follows that a number counts.
    fn is_no_counted_thing(&self, end: usize) -> bool {
        self.ends_at(end, 4) || number_at(self.tokens, end).is_some()
    }

    /// Whether a reference may end before a token. A list is followed for so many numbers.
    fn ends_at(&self, end: usize, depth: u8) -> bool {
        let Some(token) = self.tokens.get(end) else {
            return true;
        };
        if token.kind == TokenKind::Number {
            return false;
        }
        if token.kind == TokenKind::Dash || token.is_word(&JOINING_WORDS) {
            let next = self.tokens.get(end + 1);
            let is_number = next.is_some_and(|next| next.kind == TokenKind::Number);
            let begins_book = || match_name(self.tokens, end + 1).is_some();
            let list_ends = |number: Words| depth == 0 || self.ends_at(number.end, depth - 1);
            let number = number_at(self.tokens, end + 1);
            return is_number || begins_book() || number.is_some_and(list_ends);
        }
        token.kind != TokenKind::Word
            || token.is_word(&WORDS_AFTER_A_CHAPTER)
            || token.is_word(&CHAPTER_WORDS)
            || token.is_word(&VERSE_WORDS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::token::tokenize;

    #[test]
    fn numbers_in_words_have_their_values() {
        for (words, value, is_ordinal) in [
            ("three", 3, false),
            ("third", 3, true),
            ("twelfth", 12, true),
            ("twenty", 20, false),
            ("twenty-three", 23, false),
            ("twenty three", 23, false),
            ("twenty-third", 23, true),
            ("one hundred", 100, false),
            ("a hundred and third", 103, true),
            ("one hundred and fifty-one", 151, false),
            ("hundred nineteenth", 119, true),
            ("hundredth", 100, true),
            ("veintitres", 23, false),
            ("treinta y tres", 33, false),
            ("ciento diecinueve", 119, false),
            ("primer", 1, true),
        ] {
            let tokens = tokenize(words);
            let read = number_at(&tokens, 0).map(|read| (read.value, read.is_ordinal, read.end));
            assert_eq!(read, Some((value, is_ordinal, tokens.len())), "{words}");
        }
        for words in ["", "a", "and", "letters", "twenti", "a man"] {
            assert!(number_at(&tokenize(words), 0).is_none(), "{words}");
        }
    }
}
