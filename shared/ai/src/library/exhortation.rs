//! Rules for single sentences of the commentary: does a sentence exhort its reader, and does it need the previous one?

use super::alignment::{ChapterWords, RUN, SHORT_RUN, is_in, words};

/// How clearly a sentence exhorts its reader: 0 not at all, [`CLEAR`] and more clearly; `None` for a sentence that speaks to
/// another person, reports the words of others or of the verses, or only mentions an exhortation.
pub(super) fn exhortation_score(sentence: &str, chapter: &ChapterWords) -> Option<u8> {
    let unquoted: Vec<&str> = sentence.split('"').step_by(2).collect();
    let unquoted = unquoted.join(" ");
    let words: Vec<String> = words(&unquoted).collect();
    let words = words.as_slice();
    let is_of_another = speaks_to_another(words, sentence)
        || is_mentioned(&unquoted, words)
        || repeats_verse(words, chapter)
        || unquoted.starts_with("Not that ");
    let speaks_of_himself = words.iter().any(|word| is_in("i me my", word));
    let score = if speaks_of_himself { 0 } else { score(words) };
    (!is_of_another).then_some(score)
}

fn score(words: &[String]) -> u8 {
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
            || (word(at) == "our"
                && OUR_DUTY.contains(&word(at + 1))
                && (word(at + 2) == "to" || (at > 0 && word(at - 1) == "is")))
    };
    let is_obligation = |at: usize| matches!(word(at), "must" | "should" | "ought");
    // "The people must not touch the mount" tells of the past.
    let is_past = words.iter().any(|word| is_in(PAST, word));
    let obliges_all = |at: usize| {
        let subjects = at.saturating_sub(16)..at;
        is_obligation(at) && !is_past && subjects.into_iter().any(|at| is_in(ALL, word(at)))
    };
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
        let calls = |word: &String| matches!(word.as_str(), "reader" | "sinner" | "believer");
        score += if words.iter().any(calls) { 2 } else { 1 };
    }
    let is_noun = is_in(NOUNS, first) && is_in(AFTER_A_NOUN, word(1));
    if is_in(IMPERATIVES, first) && !is_noun {
        score += 2;
    } else if POINTERS.contains(&first) {
        score += 1;
    }
    score
}

/// Whether the call of a sentence is the verse's own: `Fear none of these things; not only forbid slavish fear`.
fn repeats_verse(words: &[String], chapter: &ChapterWords) -> bool {
    let calls = |at: &usize| {
        let word = words.get(*at).map_or("", String::as_str);
        *at == 0 || matches!(word, "let" | "come")
    };
    let starts = (0..words.len()).filter(calls);
    let mut runs = starts.filter_map(|at| words.get(at..at + RUN));
    let begins_with_verse = words.first().is_some_and(|first| is_in(IMPERATIVES, first))
        && words
            .get(..SHORT_RUN)
            .is_some_and(|run| chapter.has_short_run(run));
    begins_with_verse || runs.any(|run| chapter.has_run(run))
}

/// Whether a sentence says "you" to another than its reader, as to a city or a king of the passage: the commentator names his
/// reader, or puts a question or a condition to him.
fn speaks_to_another(words: &[String], sentence: &str) -> bool {
    let speaks = words
        .iter()
        .any(|word| SECOND_PERSON.contains(&word.as_str()));
    let names_reader = words.iter().any(|word| is_in(READERS, word));
    let asks = sentence.ends_with('?');
    let sets_condition = words.windows(2).any(|pair| {
        matches!(pair, [first, second]
            if is_in("if whether dost art hast wouldst wilt do are have", first)
                && SECOND_PERSON.contains(&second.as_str()))
    });
    speaks && !(names_reader || asks || sets_condition)
}

/// Whether the exhortation is only mentioned: it is the subject of a statement ("Let us do evil, that good may come, is
/// oftener in the heart"), or follows a word of speech ("they cry, Let us go").
fn is_mentioned(sentence: &str, words: &[String]) -> bool {
    let lower = sentence.to_lowercase();
    let starts = lower.starts_with("let ") || is_in(IMPERATIVES, words.first().map_or("", |w| w));
    let says_i = words.iter().any(|word| is_in("i me my", word))
        && words.iter().any(|word| is_in(SPEECH, word));
    let is_subject = starts
        && lower.split(", ").skip(1).any(|clause| {
            let mut words = clause.split_whitespace();
            words.next().is_some_and(|word| is_in(STATES, word))
        });
    let let_us = lower.find("let ").or_else(|| lower.find("come, "));
    let is_reported = let_us.is_some_and(|at| {
        let before = lower.get(..at).unwrap_or_default().trim_end();
        let clause = before.trim_end_matches([',', ':']);
        let last = clause.rsplit([';', '.', '?']).next().unwrap_or_default();
        before.ends_with([',', ':'])
            && last.split_whitespace().any(|word| is_in(SPEECH, word))
            && !last.split_whitespace().any(|word| word == "we")
    });
    is_subject || is_reported || says_i
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

const FIRST_PERSON: [&str; 5] = ["we", "us", "our", "ours", "ourselves"];
const SECOND_PERSON: [&str; 7] = ["thou", "thee", "thy", "you", "your", "ye", "reader"];
/// Words that follow "let" in an exhortation, besides "us".
const AFTER_LET: &str = "god every none no all those not him them sinners believers christians our young parents children any \
    this men others each";
const AFTER_MAY: &str = "we the god he christ our thy every all that";
/// Words of obligation after "we", or before it in a question.
const OBLIGATION: [&str; 6] = ["must", "should", "ought", "may", "need", "learn"];
/// The same in two words: "we are taught", but not "we have an account".
const OBLIGATION_PAIRS: &str =
    "are to|are taught|are bound|are called|are not|have reason|have need|do well";
const OUR_DUTY: [&str; 5] = ["duty", "wisdom", "business", "concern", "interest"];
/// Subjects of a duty of all.
const ALL: &str = "believer christian believers christians those men all every ministers parents children rulers people sinners whoever \
    servants masters";
/// First words of an imperative.
const IMPERATIVES: &str = "learn take seek remember consider beware come trust look think keep give do praise pray fear \
    rejoice wait be hear cast follow flee watch walk live love thank bless search believe submit turn arise dread";
/// First words of an imperative that may be nouns.
const NOUNS: &str = "love fear praise trust walk search watch hear turn rejoice";
/// Second words of a sentence whose first one is a noun: "Fear of death", "Praise is comely", "Love to God".
const AFTER_A_NOUN: &str =
    "of is was to and towards for will may shall must can should has are were";
/// Persons that the commentator speaks to.
const READERS: &str =
    "reader sinner sinners believer believers christian christians soul friend brethren man";
/// First words of a clause whose subject is the clause before it.
const STATES: &str = "is was are were has had seems seemed";
/// Words of speech and thought.
const SPEECH: &str = "say says said saying saith cry cries cried crying think thinks thought answer answered resolve resolved \
    tell told ask asked bid bids argue argued plead propose proposed language word words";
/// Words of a sentence that tells of the past.
const PAST: &str = "was were had did israel israelites moses egypt levites";
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

    fn exhortation_score(sentence: &str) -> u8 {
        let verse = "And not rather, (as we be slanderously reported) Let us do evil, that good may come? Fear none of \
                     those things which thou shalt suffer.";
        let chapter = ChapterWords::new([(1, verse)]);
        super::exhortation_score(sentence, &chapter).unwrap_or(0)
    }

    #[test]
    fn an_exhortation_differs_from_an_explanation() {
        for sentence in [
            "Discontent proceeds from unbelief: let us then simply trust our Shepherd's care.",
            "We must have a new nature, new principles, new affections, new aims.",
            "May we find mercy from the Lord; may we be owned as his children.",
            "Learn to walk humbly.",
            "But those that would be satisfied with his house, must keep close to the duties of it.",
            "It is therefore our wisdom to lay up for ourselves treasures in heaven.",
            "Trust in the Lord, and do good.",
            "Reader, hast thou fled to Christ?",
            "The believer knows that he must not commit any sin.",
            "Let men beware how they call those prophets whom they choose.",
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
            "Let us do evil, that good may come, is oftener in the heart than in the mouth of sinners.",
            "How great soever your distress and danger, of you the Messiah is to be born, and you cannot be destroyed.",
            "They cried, Let us go after other gods.",
            "The language of sinners is, Let us break their bands.",
            "Fear not, thou worm Jacob.",
            "Fear of the Lord is the beginning of wisdom.",
            "The people must not touch the mount where God was.",
            "Fear was upon every soul.",
            "Give it me, saith she, not that we may have everlasting life.",
            "Fear none of those things; not only forbid slavish fear, but subdue it.",
            "Not that charity destroys all regard to ourselves, or that we should neglect our interests.",
            "The strongest consolations are our relation to him, our interest in him.",
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
