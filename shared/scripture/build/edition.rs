//! Faults of the commentary's edition: one rule for each kind, and a list for those that no rule can find.
//!
//! Rules change marks, spaces, capitals and the numbers of lists, and take out words that stand twice. The build fails when a
//! rule applies to another number of places than the known one, or an entry of the list to none.

/// Words of the commentary that are wrong, and the right ones: book, chapter, first verse of the section.
const WORDS: [(&str, u16, u16, &str, &str); 4] = [
    // Words between "livelihood out" and "comfort us" are lost; those of Genesis 5:29 are certain.
    (
        "GEN",
        5,
        25,
        "livelihood out comfort us.\"",
        "livelihood. \"This same shall comfort us.\"",
    ),
    // The other names of the sentence are whole.
    ("1CH", 7, 1, "Zebulun or Dn We", "Zebulun or Dan. We"),
    // Chapters 40 to 45 of Jeremiah; the next sentence begins.
    ("2KI", 25, 22, "40 to 45 Jehoiachin", "40 to 45. Jehoiachin"),
    ("GEN", 14, 21, "promise promise", "promise"),
];
/// Titles in which two ran together, and the beginnings of titles that are lost.
const TITLES: [(&str, &str); 4] = [
    (
        "The baptism of John of Christ John's testimony",
        "The baptism of John. Of Christ. John's testimony",
    ),
    (
        "Abner makes Ishbosheth king Battle between Abner's men and those of Joab",
        "Abner makes Ishbosheth king. Battle between Abner's men and those of Joab",
    ),
    (
        "The Lord encourages joshua--Joshua encourages the people",
        "The Lord encourages Joshua. Joshua encourages the people",
    ),
    ("foretold", "Hatred and persecution foretold"),
];
/// Words before the number of a chapter or a verse.
const ABBREVIATIONS: [&str; 18] = [
    "ver", "vers", "Ver", "ch", "chap", "Is", "Isa", "Rev", "Ps", "Matt", "Heb", "Rom", "Gal",
    "Eccl", "Eph", "Col", "Deut", "Jer",
];
/// The fewest words of a passage that stands twice by mistake. Fewer are repeated on purpose.
const SHORTEST_REPETITION: usize = 14;
/// Words that only begin a sentence when they have a capital.
const FIRST_WORDS: [&str; 9] = [
    "They", "When", "Those", "But", "Thus", "We", "It", "With", "To",
];
/// Words that do not end a sentence.
const NEVER_LAST: [&str; 3] = ["unless", "the", "or"];
/// Words of a new title after a comma or without a mark.
const NEW_TITLE: [&str; 8] = ["The", "A", "An", "His", "Her", "Their", "He", "They"];
/// Words that continue a title.
const SAME_TITLE: [&str; 6] = ["And", "To", "Of", "By", "For", "With"];
/// The abbreviations of books that have a Roman number.
const ROMAN_BOOKS: [(&str, &str); 5] = [
    ("III Jn. ", "3Jo "),
    ("II Kin. ", "2Ki "),
    ("I Kin. ", "1Ki "),
    ("II Pet. ", "2Pe "),
    ("I Pet. ", "1Pe "),
];

/// How often each rule applied to the commentary.
#[derive(Debug, Default, PartialEq)]
pub struct Counts {
    words: usize,
    beginnings: usize,
    repetitions: usize,
    list_numbers: usize,
    missing_stops: usize,
    false_stops: usize,
    closing_marks: usize,
    double_dashes: usize,
    roman_numbers: usize,
    missing_ends: usize,
}

/// The known numbers.
pub const COUNTS: Counts = Counts {
    words: 4,
    beginnings: 29,
    repetitions: 12,
    list_numbers: 244,
    missing_stops: 10,
    false_stops: 1,
    closing_marks: 12,
    double_dashes: 2,
    roman_numbers: 11,
    missing_ends: 7,
};

impl Counts {
    /// A paragraph of the section of a book that begins at a verse, without the faults.
    pub fn mended(&mut self, section: (&str, u16, u16), text: &str) -> String {
        let mut text = self.without_remnant(text);
        for (book, chapter, verse, wrong, right) in WORDS {
            if section == (book, chapter, verse) && text.contains(wrong) {
                text = text.replacen(wrong, right, 1);
                self.words += 1;
            }
        }
        for (wrong, right) in ROMAN_BOOKS {
            let found = text.matches(wrong).count();
            self.roman_numbers += found;
            text = text.replace(wrong, right);
        }
        self.double_dashes += text.matches("--").count();
        let text = text.replace(".--", ". ").replace("--", "-");
        let text = self.without_repetitions(&text);
        let text = self.without_lone_marks(&text);
        let text = self.with_stops(&text);
        let mut text = self.without_list_numbers(&text);
        if !text.ends_with(['.', '!', '?', '"', '\'', ')']) {
            self.missing_ends += 1;
            text.push('.');
        }
        text
    }

    /// Removes the end of the section's own heading from the start of its text (`,8 Frequently`, `. The Chaldeans`), and
    /// begins with a capital.
    fn without_remnant(&mut self, text: &str) -> String {
        let is_remnant = |c: char| c.is_ascii_digit() || matches!(c, ',' | '.' | '-' | ' ');
        let rest = if text.starts_with([',', '.']) {
            text.trim_start_matches(is_remnant)
        } else {
            text
        };
        let begun = capitalised(rest);
        self.beginnings += usize::from(begun != text);
        begun
    }

    /// Removes the second of two equal runs of words, one directly after the other.
    fn without_repetitions(&mut self, text: &str) -> String {
        let mut words: Vec<&str> = text.split(' ').collect();
        let longest = words.len() / 2;
        for length in (SHORTEST_REPETITION..=longest).rev() {
            let is_repeated = |start: &usize| {
                let one = words.get(*start..start + length);
                let other = words.get(start + length..start + 2 * length);
                one == other
            };
            let found = (0..=words.len() - 2 * length).find(is_repeated);
            if let Some(start) = found {
                words.drain(start..start + length);
                self.repetitions += 1;
                break;
            }
        }
        words.join(" ")
    }

    /// Removes single quotation marks that close what was never opened: `a dart,' namely`, `the word covenant' is`. An
    /// apostrophe after `s`, or before `sake`, is none.
    fn without_lone_marks(&mut self, text: &str) -> String {
        let mut clean = String::with_capacity(text.len());
        for (at, c) in text.char_indices() {
            let before = clean.chars().next_back().unwrap_or(' ');
            let rest = text.get(at + c.len_utf8()..).unwrap_or_default();
            let closes = c == '\''
                && (rest.is_empty() || rest.starts_with([' ', ',', '.', ';', ':', '!', '?']))
                && before != 's'
                && !rest.starts_with(" sake");
            if closes {
                self.closing_marks += 1;
            } else {
                clean.push(c);
            }
        }
        clean
    }

    /// Adds the stop that is missing before a word that begins a sentence (`of their souls But the pomp`), and removes a
    /// stop after a word that ends none (`unless. God lead us`).
    fn with_stops(&mut self, text: &str) -> String {
        let mut mended = String::with_capacity(text.len());
        for word in text.split_inclusive(' ') {
            let before = mended.trim_end();
            let begins = FIRST_WORDS.contains(&word.trim_end());
            let last = before.rsplit(' ').next().unwrap_or_default();
            if begins && before.ends_with(|c: char| c.is_ascii_lowercase()) {
                mended.truncate(before.len());
                mended.push_str(". ");
                self.missing_stops += 1;
            } else if let Some(last) = last.strip_suffix('.')
                && NEVER_LAST.contains(&last)
            {
                mended.truncate(before.len() - 1);
                mended.push(' ');
                self.false_stops += 1;
            }
            mended.push_str(word);
        }
        mended
    }

    /// Removes the numbers of a list's items: a part of the list alone would begin with `3.`. Such a number stands before a
    /// capital and after the end of a sentence or after a mark. A number in a reference stands after the name of a book, or
    /// after other numbers and a comma.
    fn without_list_numbers(&mut self, text: &str) -> String {
        let mut mended = String::with_capacity(text.len());
        let mut words = text.split_inclusive(' ').peekable();
        while let Some(word) = words.next() {
            let number = word.strip_suffix(". ").map(str::parse::<u8>);
            let begins_item = words
                .peek()
                .is_some_and(|next| next.trim_start_matches('"').starts_with(char::is_uppercase));
            let before = mended.trim_end().rsplit(' ').next().unwrap_or_default();
            if !matches!(number, Some(Ok(1..=20))) || !begins_item || !may_precede_item(before) {
                mended.push_str(word);
                continue;
            }
            self.list_numbers += 1;
            // "intended, 1. As a test" becomes "intended: As a test", and so does "two divisions. 1. That".
            let open = mended.trim_end();
            let is_first = number == Some(Ok(1)) && open.ends_with('.');
            if is_first || open.ends_with([',', ';']) {
                mended.truncate(open.len() - 1);
                mended.push_str(": ");
            }
        }
        mended
    }
}

/// Whether a number after this word may be that of a list's item.
fn may_precede_item(word: &str) -> bool {
    let has_number = word.contains(|c: char| c.is_ascii_digit());
    let is_abbreviation = word
        .strip_suffix('.')
        .is_some_and(|word| ABBREVIATIONS.contains(&word));
    if word.ends_with(['.', '!', '?', '"', '\'', ')']) {
        return !is_abbreviation;
    }
    word.is_empty() || (word.ends_with([',', ';', ':', '-']) && !has_number)
}

/// A title without the mark at its end, the "and" at its start, and the rest of a heading cut in two. Two titles that ran together are parted.
pub fn mended_title(title: &str) -> String {
    let title = title.trim();
    let title = title.strip_prefix("part. ").unwrap_or(title);
    let title = title.trim_end_matches(['.', ',', ';', ':']);
    // The title before it begins the sentence.
    let title = title.strip_prefix("and ").unwrap_or(title);
    let title = title.strip_prefix("And ").unwrap_or(title);
    if let Some((_, right)) = TITLES.iter().find(|(wrong, _)| *wrong == title) {
        return (*right).to_owned();
    }
    let title = title.replace("--", ". ");
    let mut mended = String::with_capacity(title.len());
    for word in title.split_inclusive(' ') {
        let open = mended.trim_end();
        let name = word.trim_end();
        if NEW_TITLE.contains(&name) && open.ends_with(|c: char| c == ',' || c.is_alphabetic()) {
            let end = open.trim_end_matches(',').len();
            mended.truncate(end);
            mended.push_str(". ");
            mended.push_str(word);
        } else if SAME_TITLE.contains(&name) && open.ends_with(',') {
            mended.push_str(&word.to_lowercase());
        } else {
            mended.push_str(word);
        }
    }
    capitalised(&mended)
}

/// A text with a capital at its start.
fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().into_iter().flat_map(char::to_uppercase);
    first.chain(letters).collect()
}
