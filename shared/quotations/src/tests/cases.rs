//! The cases: quotations as models write them, right and wrong.

use verse_scripture::TranslationCode;

use super::oracle::{Oracle, Printed};
use super::random::Random;

/// A reply.
pub(super) struct Case {
    pub kind: &'static str,
    pub text: String,
    pub reader: TranslationCode,
}

/// Writes one case for a reader of a translation.
pub(super) type Write = fn(&mut Source<'_>) -> String;

const READERS: [TranslationCode; 4] = [
    TranslationCode::Web,
    TranslationCode::Kjv,
    TranslationCode::Bsb,
    TranslationCode::Srv,
];

/// The cases of some kinds, as many of each.
pub(super) fn list_cases(
    kinds: &[(&'static str, Write)],
    oracle: &Oracle,
    random: &mut Random,
    each: usize,
) -> Vec<Case> {
    let mut cases = Vec::new();
    for reader in READERS {
        for _ in 0..each / READERS.len() {
            for (kind, write) in kinds {
                let text = write(&mut Source {
                    oracle,
                    random,
                    reader,
                });
                cases.push(Case { kind, text, reader });
            }
        }
    }
    cases
}

/// Verses at random.
pub(super) struct Source<'s> {
    oracle: &'s Oracle,
    random: &'s mut Random,
    reader: TranslationCode,
}

impl<'s> Source<'s> {
    /// The reference and the text of a verse of nine to forty words in the reader's translation.
    fn verse(&mut self) -> (&'s str, String) {
        self.verse_in(self.reader)
    }

    fn verse_in(&mut self, code: TranslationCode) -> (&'s str, String) {
        loop {
            let Printed { reference, text } = self.random.one_of(&self.oracle.verses[&code]);
            let count = text.split_whitespace().count();
            if (9..40).contains(&count) && !text.contains(['[', '(', '…']) {
                return (reference, unmarked(text));
            }
        }
    }

    /// Another translation than the reader's.
    fn other(&self) -> TranslationCode {
        if self.reader == TranslationCode::Kjv {
            TranslationCode::Bsb
        } else {
            TranslationCode::Kjv
        }
    }

    /// The words of a verse with one replaced by a word that does not belong there.
    fn with_error(&mut self) -> (&'s str, String) {
        let (reference, text) = self.verse();
        let mut words: Vec<&str> = text.split_whitespace().collect();
        let at = 3 + self.random.below(words.len() - 5);
        words[at] = self.one_of(&STRANGE);
        (reference, words.join(" "))
    }

    fn one_of<T: Copy>(&mut self, list: &[T]) -> T {
        *self.random.one_of(list)
    }
}

/// Double marks within a quotation are single ones; a half of a pair at an end belongs to another verse.
fn unmarked(text: &str) -> String {
    let single = text
        .replace(['“', '"'], "‘")
        .replace('”', "’")
        .replace(['«', '»'], "");
    single.trim_matches(['‘', '’', ' ']).to_owned()
}

fn first(text: &str, count: usize) -> String {
    text.split_whitespace()
        .take(count)
        .collect::<Vec<_>>()
        .join(" ")
}

fn last(text: &str, count: usize) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    words[words.len() - count..].join(" ")
}

/// Right quotations in each form.
pub(super) const RIGHT: [(&str, Write); 17] = [
    ("whole verse, curly marks", |s| {
        let (r, text) = s.verse();
        format!("As we read: “{text}” ({r}). So it is.")
    }),
    ("whole verse, straight marks", |s| {
        let (r, text) = s.verse();
        format!("Consider this.\n\n\"{text}\" ({r})\n\nIt speaks to us.")
    }),
    ("reference before", |s| {
        let (r, text) = s.verse();
        format!("Think of it. {r} says, “{text}” What follows is a prayer.")
    }),
    ("a part", |s| {
        let (r, text) = s.verse();
        let words: Vec<&str> = text.split_whitespace().collect();
        let length = 5 + s.random.below(words.len() - 5);
        let start = s.random.below(words.len() - length + 1);
        let part = words[start..start + length].join(" ");
        format!(
            "Here “{}” ({r}) is a promise.",
            part.trim_matches(['‘', '’', ',', ';', ':', '—', '.'])
        )
    }),
    ("two parts with an ellipsis", |s| {
        let (r, text) = s.verse();
        format!(
            "It begins “{} … {}” ({r}).",
            first(&text, 4),
            last(&text, 4)
        )
    }),
    ("block of quotation", |s| {
        let (r, text) = s.verse();
        format!("Listen:\n\n> {text}\n> — {r}\n\nThat is all.")
    }),
    ("italics", |s| {
        let (r, text) = s.verse();
        format!("The line *{text}* ({r}) is well known.")
    }),
    ("reference after a dash", |s| {
        let (r, text) = s.verse();
        format!("“{text}” — {r}\n\nLet it sink in.")
    }),
    ("another translation with its code", |s| {
        let other = s.other();
        let (r, text) = s.verse_in(other);
        format!("An older text: “{text}” ({r}, {other}).")
    }),
    ("another translation, named before", |s| {
        let other = s.other();
        let (r, text) = s.verse_in(other);
        format!("{r} ({other}) says, “{text}” Amen.")
    }),
    ("angle marks", |s| {
        let (r, text) = s.verse();
        format!("Dice: «{text}» ({r}).")
    }),
    ("capitals and other punctuation", |s| {
        let (r, text) = s.verse();
        format!("“{}” ({r})", text.to_uppercase().replace([',', ';'], ""))
    }),
    ("a bullet with a bold reference", |s| {
        let (r, text) = s.verse();
        format!("- **{r}**: “{text}”\n- And more.")
    }),
    ("bold, with a link", |s| {
        let (r, text) = s.verse();
        format!("**“{text}”** ([{r}](/?book=John&chapter=3&verse=16)) is its heart.")
    }),
    ("other marks of Unicode", |s| {
        let (r, text) = s.verse();
        format!("Hört: „{text}“ ({r}). Ja.")
    }),
    ("a list of references", |s| {
        let (r, text) = s.verse();
        format!("“{text}” ({r}; compare Jude 1:3).")
    }),
    ("no Scripture at all", |_| {
        "My teacher used to say, “Be kind to everyone you meet, always.” I don’t know: it’s ‘good’ advice for 10:30 \
         on a Monday."
            .to_owned()
    }),
];

const STRANGE: [&str; 8] = [
    "banana",
    "always",
    "mercy",
    "therefore",
    "kingdom",
    "holiness",
    "river",
    "gladly",
];

const INVENTED: [&str; 8] = [
    "And the Lord spake unto the weary, saying, Thou shalt rest upon the hill of plenty",
    "Whosoever walketh gently shall inherit the morning, saith the Lord of lights",
    "Verily I say unto you, thy sorrow hath a season and thy gladness hath none",
    "God helps those who help themselves and work with glad hands",
    "This too shall pass, and the heart shall find its way home",
    "Cleanliness is next to godliness, and order is next to joy",
    "I will never give you more than you are able to handle today",
    "To thine own self be true, and thou shalt not fall in the day of trial",
];

const PARAPHRASES: [(&str, &str); 6] = [
    (
        "John 3:16",
        "God loved the people of this world so very much that he sent them his only Son to save everyone",
    ),
    (
        "Philippians 4:13",
        "Christ gives me the strength to face anything that life throws at me",
    ),
    (
        "Romans 8:28",
        "Everything that happens to us turns out well in the end because we love God a lot",
    ),
    (
        "Psalms 23:1",
        "You, Lord, are my shepherd and I will never be in need of anything",
    ),
    (
        "Matthew 6:33",
        "More than anything else, put God’s work first, and all the other things will be yours as well",
    ),
    (
        "Jeremiah 29:11",
        "I will bless you with a future filled with hope, a future of success and not of suffering",
    ),
];

const ABSENT: [&str; 10] = [
    "Psalm 151:2",
    "Hezekiah 4:5",
    "John 3:99",
    "Romans 17:1",
    "Genesis 51:3",
    "2 Opinions 3:4",
    "Jude 1:40",
    "3 John 2:1",
    "Revelation 23:5",
    "Obadiah 3:2",
];

/// Wrong quotations and references of each kind.
pub(super) const WRONG: [(&str, Write); 20] = [
    ("a word changed", |s| {
        let (r, text) = s.with_error();
        format!("We read “{text}” ({r}).")
    }),
    ("two words swapped", |s| {
        let (r, text) = s.verse();
        let mut words: Vec<&str> = text.split_whitespace().collect();
        let at = 1 + s.random.below(words.len() - 3);
        words.swap(at, at + 1);
        format!("\"{}\" ({r}) is what it says.", words.join(" "))
    }),
    ("a word left out", |s| {
        let (r, text) = s.verse();
        let mut words: Vec<&str> = text.split_whitespace().collect();
        words.remove(2 + s.random.below(words.len() - 4));
        format!("Remember: “{}” — {r}\n\nAmen.", words.join(" "))
    }),
    ("two verses fused", |s| {
        let ((r, one), (_, two)) = (s.verse(), s.verse());
        format!("“{} {}” ({r}).", first(&one, 7), last(&two, 7))
    }),
    ("the wrong verse", |s| {
        let ((r, _), (_, text)) = (s.verse(), s.verse());
        format!("“{text}” ({r}).")
    }),
    ("the wrong verse, named before", |s| {
        let ((r, _), (_, text)) = (s.verse(), s.verse());
        format!("Look up. {r} says, “{text}” and it is true.")
    }),
    ("an invented verse", |s| {
        let (r, _) = s.verse();
        format!("“{}” ({r}).", s.one_of(&INVENTED))
    }),
    ("an invented verse, said to be of the Bible", |s| {
        format!("The Bible says, “{}” and so do I.", s.one_of(&INVENTED))
    }),
    ("a modern paraphrase", |s| {
        let (r, text) = s.one_of(&PARAPHRASES);
        format!("As {r} says, “{text}”")
    }),
    ("another translation without its code", |s| {
        let other = s.other();
        let (r, text) = s.verse_in(other);
        format!("“{text}” ({r})")
    }),
    ("another translation with the reader's code", |s| {
        let (other, reader) = (s.other(), s.reader);
        let ((r, _), (_, text)) = (s.verse(), s.verse_in(other));
        format!("“{text}” ({r}, {reader})")
    }),
    ("a reference that does not exist", |s| {
        format!(
            "The comfort of {} is great, and see John 3:16 as well.",
            s.one_of(&ABSENT)
        )
    }),
    ("a verse at a place that does not exist", |s| {
        let (_, text) = s.verse();
        format!("“{text}” ({}) is a fine word.", s.one_of(&ABSENT))
    }),
    ("parts in the wrong order", |s| {
        let (r, text) = s.verse();
        format!("“{} … {}” ({r})", last(&text, 4), first(&text, 4))
    }),
    ("a wrong block", |s| {
        let (r, text) = s.with_error();
        format!("So:\n\n> {text}\n> — {r}\n\nIndeed.")
    }),
    ("an error in a bold quotation", |s| {
        let (_, text) = s.with_error();
        format!("**“{text}”** is the promise of God, he says so.")
    }),
    ("an error in other marks of Unicode", |s| {
        let (r, text) = s.with_error();
        format!("Hört: „{text}“ ({r}). Ja.")
    }),
    ("a lead and a block", |s| {
        let (r, text) = s.with_error();
        format!("{r} says:\n\n> {text}\n\nIndeed.")
    }),
    ("no closing mark", |s| {
        let (r, text) = s.with_error();
        format!("{r} says, “{text}\n\nIndeed it is so.")
    }),
    ("an error and no reference", |s| {
        let (_, text) = s.with_error();
        format!("God promises “{text}” to all.")
    }),
];
