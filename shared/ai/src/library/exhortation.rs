//! Rules for single sentences of the commentary: does a sentence exhort its reader, and does it need the previous one?

use super::alignment::is_in;

/// How clearly a sentence exhorts its reader: 0 not at all, [`CLEAR`] and more clearly.
pub(super) fn exhortation_score(sentence: &str) -> u8 {
    let unquoted: Vec<&str> = sentence.split('"').step_by(2).collect();
    let words: Vec<String> = words(&unquoted.join(" ")).collect();
    let word = |at: usize| words.get(at).map_or("", String::as_str);
    let any = |is: &dyn Fn(usize) -> bool| (0..words.len()).any(is);
    let first = word(0);

    let mut score = 0;
    if any(&|at| word(at) == "let" && word(at + 1) == "us") {
        score += 3;
    } else if any(&|at| word(at) == "let" && is_in(AFTER_LET, word(at + 1))) {
        score += 2;
    }
    if matches!(first, "may" | "oh" | "o") && is_in(AFTER_MAY, word(1)) {
        score += 2;
    }
    let are_paired = |first: &str, second: &str| {
        let mut pairs = OBLIGATION_PAIRS.split('|');
        pairs.any(|pair| pair.split_once(' ') == Some((first, second)))
    };
    let obliges_us = |at: usize| {
        (FIRST_PERSON.contains(&word(at)) && OBLIGATION.contains(&word(at + 1)))
            || (OBLIGATION.contains(&word(at)) && word(at + 1) == "we")
            || (word(at) == "we" && are_paired(word(at + 1), word(at + 2)))
            || (word(at) == "our" && OUR_DUTY.contains(&word(at + 1)))
    };
    let is_obligation = |at: usize| matches!(word(at), "must" | "should" | "ought");
    let obliges_all =
        |at: usize| is_obligation(at) && (at.saturating_sub(12)..at).any(|at| is_in(ALL, word(at)));
    if any(&obliges_us) || any(&obliges_all) {
        score += 2;
    }
    if words
        .iter()
        .any(|word| FIRST_PERSON.contains(&word.as_str()))
    {
        score += 1;
    }
    if words
        .iter()
        .any(|word| SECOND_PERSON.contains(&word.as_str()))
    {
        score += 1;
    }
    if is_in(IMPERATIVES, first) {
        score += 2;
    } else if POINTERS.contains(&first) {
        score += 1;
    }
    score
}

/// From this score on, a sentence counts as an exhortation.
pub(super) const CLEAR: u8 = 2;

/// Whether a sentence cannot be understood without the previous one.
pub(super) fn needs_previous(sentence: &str) -> bool {
    let mut words = words(sentence);
    let mut next = || words.next().unwrap_or_default();
    let (first, second, third) = (next(), next(), next());
    let (first, second) = (first.as_str(), second.as_str());
    if PRONOUNS.contains(&first) {
        // "He that believeth" and "Those who mourn" name their subject.
        return !RELATIVES.contains(&second);
    }
    is_in(CONNECTIVES, first)
        || (is_in(PREPOSITIONS, first) && is_in(REFERRING, second))
        || second == "also"
        || third == "also"
        || sentence.starts_with("On the other hand")
        || sentence.starts_with(|c: char| c.is_lowercase())
}

fn words(text: &str) -> impl Iterator<Item = String> {
    text.split(|c: char| !(c.is_alphabetic() || c == '\''))
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
}

const FIRST_PERSON: [&str; 5] = ["we", "us", "our", "ours", "ourselves"];
const SECOND_PERSON: [&str; 7] = ["thou", "thee", "thy", "you", "your", "ye", "reader"];
/// Words that follow "let" in an exhortation, besides "us".
const AFTER_LET: &str = "god every none no all those not him them sinners believers christians our young parents children any \
    this";
const AFTER_MAY: &str = "we the god he christ our thy every all that";
/// Words of obligation after "we", or before it in a question.
const OBLIGATION: [&str; 7] = ["must", "should", "ought", "may", "need", "shall", "learn"];
/// The same in two words: "we are taught", but not "we have an account".
const OBLIGATION_PAIRS: &str =
    "are to|are taught|are bound|are called|are not|have reason|have need|do well";
const OUR_DUTY: [&str; 5] = ["duty", "wisdom", "business", "concern", "interest"];
/// Subjects of a duty of all.
const ALL: &str = "believers christians those men all every ministers parents children rulers people sinners whoever \
    servants masters";
/// First words of an imperative.
const IMPERATIVES: &str = "learn take seek remember consider beware come trust look think keep give do praise pray fear \
    rejoice wait be hear cast follow flee watch walk live love thank bless search believe submit turn arise dread";
/// First words that only point at something.
const POINTERS: [&str; 7] = ["see", "observe", "behold", "read", "note", "mark", "let"];
/// First words that continue the previous sentence.
const CONNECTIVES: &str = "it its his she her their this such but yet thus therefore then also so hence nor neither and \
    for however moreover";
const PRONOUNS: [&str; 7] = ["he", "they", "those", "that", "these", "him", "them"];
const RELATIVES: [&str; 7] = ["that", "who", "whom", "whose", "which", "only", "of"];
const PREPOSITIONS: &str = "in by of to from for with on at under";
const REFERRING: &str = "this these that such him them it his their";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_exhortation_differs_from_an_explanation() {
        for sentence in [
            "Discontent proceeds from unbelief: let us then simply trust our Shepherd's care.",
            "We must have a new nature, new principles, new affections, new aims.",
            "May we find mercy from the Lord; may we be owned as his children.",
            "Learn to walk humbly.",
            "But those that would be satisfied with his house, must keep close to the duties of it.",
            "It is therefore our wisdom to lay up for ourselves treasures in heaven.",
        ] {
            assert!(exhortation_score(sentence) >= CLEAR, "{sentence}");
        }
        for sentence in [
            "The valley of the shadow of death may denote the most severe affliction.",
            "God said, Let there be light; he willed it, and at once there was light.",
            "Christ is plainly set forth to us in the gospel.",
            "He said, \"Let us make man.\"",
            "See the powerful remedy against this fatal malady.",
            "We have an account of Levi in this chapter.",
        ] {
            assert!(exhortation_score(sentence) < CLEAR, "{sentence}");
        }
    }

    #[test]
    fn a_sentence_needs_the_previous_one_unless_it_names_its_subject() {
        for sentence in [
            "It is a great change made in the heart.",
            "He shows the Author of this blessed change.",
            "And here is the great gospel benefit.",
            "In these paths we cannot walk.",
            "Here, also, is the great gospel duty.",
        ] {
            assert!(needs_previous(sentence), "{sentence}");
        }
        for sentence in [
            "He that believeth in Christ is not condemned.",
            "Those who mourn are happy.",
            "God so loved the world; so really, so richly.",
            "2. Those that mourn are happy.",
            "Let us trust.",
        ] {
            assert!(!needs_previous(sentence), "{sentence}");
        }
    }
}
