//! Splits a message into words that can be compared: small letters without accents, marks and repeated letters.

/// The word that stands for the end of a sentence, and for the beginning and the end of the message.
pub(super) const END: &str = ".";

/// A word of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Word {
    pub(super) text: String,
    /// Whether the word is between quotation marks.
    pub(super) is_quoted: bool,
}

/// The words of a message, with [`END`] around each sentence. Linear in the length of the message.
pub(super) fn split(message: &str) -> Vec<Word> {
    let mut splitter = Splitter::default();
    splitter.end_sentence();
    let mut chars = message.chars().peekable();
    while let Some(c) = chars.next() {
        let next = chars.peek().copied();
        match c {
            // Accents, soft hyphens and invisible characters may be within a word.
            '\u{ad}'
            | '\u{300}'..='\u{36f}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2060}'
            | '\u{feff}' => {}
            '\'' | '’' | '‘' | 'ʼ' | '´' | '`' | '′' if next.is_some_and(char::is_alphabetic) =>
            {
                splitter.apostrophe();
            }
            '.' | '!' | '?' | ';' | '\n' | '…' | '¡' | '¿' | '。' if splitter.is_end(c, next) =>
            {
                splitter.end_sentence();
            }
            '"' | '“' | '”' | '„' | '«' | '»' => splitter.quotation_mark(c),
            _ => splitter.push(c, next),
        }
    }
    splitter.end_sentence();
    splitter.words
}

#[derive(Default)]
struct Splitter {
    words: Vec<Word>,
    word: String,
    /// The letters of the word after its last apostrophe begin here.
    suffix: Option<usize>,
    is_quoted: bool,
}

impl Splitter {
    /// Whether a mark ends a sentence: the mark in `d!e` does not.
    fn is_end(&self, mark: char, next: Option<char>) -> bool {
        mark == '\n' || self.word.is_empty() || !next.is_some_and(char::is_alphanumeric)
    }

    fn push(&mut self, c: char, next: Option<char>) {
        let is_before_letter = next.is_some_and(char::is_alphabetic);
        let in_word = self.word.ends_with(char::is_alphabetic) && is_before_letter;
        match c {
            // Digits and marks in place of letters: `su1c1de`, `k!ll`.
            '0' if in_word => self.letter('o'),
            '1' | '!' if in_word => self.letter('i'),
            '3' if in_word => self.letter('e'),
            '@' if in_word => self.letter('a'),
            '$' | '5' if in_word => self.letter('s'),
            '*' => self.letter('*'),
            _ if c.is_alphanumeric() => c.to_lowercase().for_each(|c| self.folded(c)),
            _ => self.end_word(),
        }
    }

    fn folded(&mut self, c: char) {
        let plain = match c {
            'á' | 'à' | 'â' | 'ä' | 'ã' | 'å' | 'ª' => 'a',
            'é' | 'è' | 'ê' | 'ë' => 'e',
            'í' | 'ì' | 'î' | 'ï' | 'ı' => 'i',
            'ó' | 'ò' | 'ô' | 'ö' | 'õ' | 'º' => 'o',
            'ú' | 'ù' | 'û' | 'ü' => 'u',
            'ñ' => 'n',
            // The full-width letters of some phones.
            'ａ'..='ｚ' => {
                let at = u8::try_from(u32::from(c) - u32::from('ａ'));
                at.map_or(c, |at| char::from(b'a' + at))
            }
            // `İ` has a combining dot in small letters.
            '\u{300}'..='\u{36f}' => return,
            _ => c,
        };
        self.letter(plain);
    }

    /// Appends a letter, at most twice in succession: `sooo` is `soo`.
    fn letter(&mut self, letter: char) {
        let mut last = self.word.chars().rev();
        if last.next() != Some(letter) || last.next() != Some(letter) {
            self.word.push(letter);
        }
    }

    fn apostrophe(&mut self) {
        self.suffix = (!self.word.is_empty()).then_some(self.word.len());
    }

    /// Ends the word. A contraction becomes two words (`i am`), except with `not` and `s` (`dont`, `husbands`).
    fn end_word(&mut self) {
        let suffix = self.suffix.take();
        let second = suffix.and_then(|at| full_form(self.word.get(at..)?));
        let mut text = std::mem::take(&mut self.word);
        if let (Some(at), Some(_)) = (suffix, second) {
            text.truncate(at);
        }
        let is_quoted = self.is_quoted;
        let texts = [Some(text), second.map(str::to_owned)]
            .into_iter()
            .flatten();
        let texts = texts.filter(|text| !text.is_empty());
        self.words
            .extend(texts.map(|text| Word { text, is_quoted }));
    }

    fn end_sentence(&mut self) {
        self.end_word();
        if self.words.last().is_none_or(|last| last.text != END) {
            self.words.push(Word {
                text: END.to_owned(),
                is_quoted: self.is_quoted,
            });
        }
    }

    fn quotation_mark(&mut self, mark: char) {
        self.end_word();
        self.is_quoted = match mark {
            '“' | '«' | '„' => true,
            '”' | '»' => false,
            _ => !self.is_quoted,
        };
    }
}

/// The word behind the end of a contraction.
fn full_form(suffix: &str) -> Option<&'static str> {
    match suffix {
        "m" => Some("am"),
        "ll" => Some("will"),
        "re" => Some("are"),
        "ve" => Some("have"),
        "d" => Some("would"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(message: &str) -> String {
        let words = split(message);
        let texts: Vec<&str> = words.iter().map(|word| word.text.as_str()).collect();
        texts.join(" ")
    }

    #[test]
    fn words_are_small_letters_without_accents_and_apostrophes() {
        for (message, words) in [
            ("", "."),
            ("I’m DONE. Don't!", ". i am done . dont ."),
            ("¿Perdí a mi bebé?", ". perdi a mi bebe ."),
            ("e\u{301}l se\u{ad}r", ". el ser ."),
            ("My husband's son", ". my husbands son ."),
            ("sooooo tired...", ". soo tired ."),
            ("k!ll su1c1de d!e k*ll", ". kill suicide die k*ll ."),
            ("I'll go\nthey've gone", ". i will go . they have gone ."),
            ("ＫＭＳ 2 Samuel 1:3", ". kms 2 samuel 1 3 ."),
            ("'tis ' ’ '", ". tis ."),
            ("约翰", ". 约翰 ."),
        ] {
            assert_eq!(texts(message), words, "{message}");
        }
    }

    #[test]
    fn quoted_words_are_marked() {
        let words = split("Why “I die” and \"he\" now");
        let quoted = words.iter().filter(|word| word.is_quoted);
        let quoted: Vec<&str> = quoted.map(|word| word.text.as_str()).collect();
        assert_eq!(quoted, ["i", "die", "he"]);
    }
}
