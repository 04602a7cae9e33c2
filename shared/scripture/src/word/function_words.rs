//! Function words of English, which have no meaning of their own. All words here are in small
//! letters without apostrophes.

/// Whether a word is an article, a pronoun, a preposition, a conjunction or a form of to be, to
/// have, to do or shall.
pub fn is_function_word(word: &str) -> bool {
    FUNCTION_WORDS.split(' ').any(|other| other == word)
}

/// Whether a function word has a meaning of its own that dictionaries explain, where a linked
/// translation has it too: `only`, `above`.
pub fn is_explained(word: &str) -> bool {
    EXPLAINED.split(' ').any(|other| other == word)
}

/// Whether a word has no meaning of its own anywhere.
pub fn is_small(word: &str) -> bool {
    is_function_word(word) && !is_explained(word)
}

/// The words of a phrase that carry its meaning: those with a meaning of their own; where it has none,
/// those that may have one; else all.
pub fn main_words<'a>(words: &[&'a str], plain: impl Fn(&str) -> String) -> Vec<&'a str> {
    let rank = |word: &str| {
        let word = plain(word);
        if may_be_function_word(&word) {
            1
        } else if is_small(&word) {
            0
        } else {
            2
        }
    };
    let highest = words.iter().map(|word| rank(word)).max();
    let main = words.iter().filter(|word| Some(rank(word)) == highest);
    main.copied().collect()
}

const EXPLAINED: &str = "\
    above again against all among away because before beside between both except forth never now \
    only other over same through together under until without";

/// Whether a word is a function word in some sentences and has a meaning of its own in others:
/// `will`, `art`.
pub fn may_be_function_word(word: &str) -> bool {
    SOMETIMES_FUNCTION_WORDS
        .split(' ')
        .any(|other| other == word)
}

const SOMETIMES_FUNCTION_WORDS: &str = "\
    art can cause come down even forth let like made make may might more most much own very well \
    will";

const FUNCTION_WORDS: &str = "\
    a about above after again against all also although am among an and any are arent as at away \
    be because been before being beside between both but by cannot could did didnt didst do does \
    doesnt doest doeth dont dost doth each either else ere for from had hadst has hast hath have \
    having he hence her here hers herself him himself his how i if in into is isnt it its itself \
    lest me mine my myself nay neither nevertheless no nor not o of off oh on only or other ought \
    our ours ourselves out over same shall shalt she should shouldest since so some such than that \
    the thee their theirs them themselves then thence there therefore thereof these they thine \
    this those thou though through thus thy thyself till to too toward under until unto up upon us \
    was wast we were what when whence where which who whom whose why with within would ye yet you \
    your yours";
