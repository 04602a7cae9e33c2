//! Where a sentence of the commentary turns to its reader, and where it leans on the sentence before it.

/// How much a sentence turns to the reader: 0 not at all, [`PLAIN`] and more where it asks something of him.
pub(super) fn appeal(sentence: &str) -> u8 {
    let unquoted = without_quotations(sentence);
    let words: Vec<String> = unquoted
        .split(|c: char| !(c.is_alphabetic() || c == '\''))
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect();
    let word = |at: usize| words.get(at).map_or("", String::as_str);
    let places = || 0..words.len();
    let first = word(0);

    let mut appeal = 0;
    if places().any(|at| word(at) == "let" && word(at + 1) == "us") {
        appeal += 3;
    } else if places().any(|at| word(at) == "let" && LET.contains(&word(at + 1))) {
        appeal += 2;
    }
    if matches!(first, "may" | "oh" | "o") && (WISHED_FOR.contains(&word(1)) || word(1) == "that") {
        appeal += 2;
    }
    let asks_us = |at: usize| {
        (US.contains(&word(at)) && ASKS.contains(&word(at + 1)))
            || (ASKS.contains(&word(at)) && word(at + 1) == "we")
            || (word(at) == "we" && ASKING_PAIRS.contains(&(word(at + 1), word(at + 2))))
            || (word(at) == "our" && OURS_TO_DO.contains(&word(at + 1)))
    };
    let asks_all = |at: usize| {
        ALL.contains(&word(at))
            && (at + 1..at + 13).any(|after| matches!(word(after), "must" | "should" | "ought"))
    };
    if places().any(asks_us) || places().any(asks_all) {
        appeal += 2;
    }
    if words.iter().any(|word| US.contains(&word.as_str())) {
        appeal += 1;
    }
    if words.iter().any(|word| YOU.contains(&word.as_str())) {
        appeal += 1;
    }
    if BIDDING.contains(&first) {
        appeal += 2;
    } else if POINTING.contains(&first) {
        appeal += 1;
    }
    appeal
}

/// From here on a sentence asks something of its reader.
pub(super) const PLAIN: u8 = 2;

/// Whether a sentence cannot be understood without the one before it.
pub(super) fn leans(sentence: &str) -> bool {
    let mut words = sentence
        .split(|c: char| !(c.is_alphabetic() || c == '\''))
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase);
    let first = words.next().unwrap_or_default();
    let second = words.next().unwrap_or_default();
    let third = words.next().unwrap_or_default();
    let (first, second) = (first.as_str(), second.as_str());
    if matches!(
        first,
        "he" | "they" | "those" | "that" | "these" | "him" | "them"
    ) {
        // "He that believeth" and "Those who mourn" say themselves whom they mean.
        let says_whom = matches!(
            second,
            "that" | "who" | "whom" | "whose" | "which" | "only" | "of"
        );
        return !says_whom;
    }
    LEANING.contains(&first)
        || (matches!(
            first,
            "in" | "by" | "of" | "to" | "from" | "for" | "with" | "on" | "at" | "under"
        ) && matches!(
            second,
            "this" | "these" | "that" | "such" | "him" | "them" | "it" | "his" | "their"
        ))
        || second == "also"
        || third == "also"
        || sentence.starts_with("On the other hand")
        || sentence.starts_with(|c: char| c.is_lowercase())
}

fn without_quotations(sentence: &str) -> String {
    sentence.split('"').step_by(2).collect::<Vec<_>>().join(" ")
}

const US: [&str; 5] = ["we", "us", "our", "ours", "ourselves"];
const YOU: [&str; 7] = ["thou", "thee", "thy", "you", "your", "ye", "reader"];
/// Whom the commentary lets do something, other than "us".
const LET: [&str; 18] = [
    "god",
    "every",
    "none",
    "no",
    "all",
    "those",
    "not",
    "him",
    "them",
    "sinners",
    "believers",
    "christians",
    "our",
    "young",
    "parents",
    "children",
    "any",
    "this",
];
const WISHED_FOR: [&str; 9] = [
    "we", "the", "god", "he", "christ", "our", "thy", "every", "all",
];
/// What follows "we", or comes before it in a question.
const ASKS: [&str; 7] = ["must", "should", "ought", "may", "need", "shall", "learn"];
/// The same in two words: "we are taught", but not "we have an account".
const ASKING_PAIRS: [(&str, &str); 8] = [
    ("are", "to"),
    ("are", "taught"),
    ("are", "bound"),
    ("are", "called"),
    ("are", "not"),
    ("have", "reason"),
    ("have", "need"),
    ("do", "well"),
];
const OURS_TO_DO: [&str; 5] = ["duty", "wisdom", "business", "concern", "interest"];
/// Of whom it is said what all must do.
const ALL: [&str; 15] = [
    "believers",
    "christians",
    "those",
    "men",
    "all",
    "every",
    "ministers",
    "parents",
    "children",
    "rulers",
    "people",
    "sinners",
    "whoever",
    "servants",
    "masters",
];
/// Words with which a sentence bids its reader do something.
const BIDDING: [&str; 35] = [
    "learn", "take", "seek", "remember", "consider", "beware", "come", "trust", "look", "think",
    "keep", "give", "do", "praise", "pray", "fear", "rejoice", "wait", "be", "hear", "cast",
    "follow", "flee", "watch", "walk", "live", "love", "thank", "bless", "search", "believe",
    "submit", "turn", "arise", "dread",
];
/// Words with which it only points at something.
const POINTING: [&str; 7] = ["see", "observe", "behold", "read", "note", "mark", "let"];
/// First words that take up what was said.
const LEANING: [&str; 22] = [
    "it",
    "its",
    "his",
    "she",
    "her",
    "their",
    "this",
    "such",
    "but",
    "yet",
    "thus",
    "therefore",
    "then",
    "also",
    "so",
    "hence",
    "nor",
    "neither",
    "and",
    "for",
    "however",
    "moreover",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_that_turns_to_its_reader_is_told_from_one_that_explains() {
        for sentence in [
            "Discontent proceeds from unbelief: let us then simply trust our Shepherd's care.",
            "We must have a new nature, new principles, new affections, new aims.",
            "May we find mercy from the Lord; may we be owned as his children.",
            "Learn to walk humbly.",
            "But those that would be satisfied with his house, must keep close to the duties of it.",
            "It is therefore our wisdom to lay up for ourselves treasures in heaven.",
        ] {
            assert!(appeal(sentence) >= PLAIN, "{sentence}");
        }
        for sentence in [
            "The valley of the shadow of death may denote the most severe affliction.",
            "God said, Let there be light; he willed it, and at once there was light.",
            "Christ is plainly set forth to us in the gospel.",
            "He said, \"Let us make man.\"",
            "See the powerful remedy against this fatal malady.",
            "We have an account of Levi in this chapter.",
        ] {
            assert!(appeal(sentence) < PLAIN, "{sentence}");
        }
    }

    #[test]
    fn a_sentence_leans_on_the_one_before_unless_it_says_whom_it_means() {
        for sentence in [
            "It is a great change made in the heart.",
            "He shows the Author of this blessed change.",
            "And here is the great gospel benefit.",
            "In these paths we cannot walk.",
            "Here, also, is the great gospel duty.",
        ] {
            assert!(leans(sentence), "{sentence}");
        }
        for sentence in [
            "He that believeth in Christ is not condemned.",
            "Those who mourn are happy.",
            "God so loved the world; so really, so richly.",
            "2. Those that mourn are happy.",
            "Let us trust.",
        ] {
            assert!(!leans(sentence), "{sentence}");
        }
    }
}
