//! The words of a text, and a stemmer that gives two forms of an English word the same stem.
//!
//! The build script compiles this file too, so that the index and the search cannot differ. The
//! stemmer is made for older English: it removes `-eth` and `-est` as well as `-ed` and `-ing`. A
//! stem is a key and not a word: `love`, `loved`, `loveth` and `loving` are `lov`.

/// The words of a text in order, with their apostrophes (`God’s`) and without other marks.
pub fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !(c.is_alphabetic() || is_apostrophe(c)))
        .map(|word| word.trim_matches(is_apostrophe))
        .filter(|word| !word.is_empty())
}

/// The words and the numbers of a text in order: of `1,775 shekels`, `1`, `775` and `shekels`.
pub fn words_and_numbers(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !(c.is_alphanumeric() || is_apostrophe(c)))
        .map(|word| word.trim_matches(is_apostrophe))
        .filter(|word| !word.is_empty())
}

fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '’' | '‘' | 'ʼ')
}

/// A word in small letters, without apostrophes and without a possessive `’s`.
#[must_use]
pub fn plain(word: &str) -> String {
    let small: String = word
        .chars()
        .flat_map(char::to_lowercase)
        .map(|c| if is_apostrophe(c) { '\'' } else { c })
        .collect();
    let owner = small.strip_suffix("'s").unwrap_or(&small);
    owner.chars().filter(|c| *c != '\'').collect()
}

/// The stem of an English word: only inflections are removed.
#[must_use]
pub fn stem(word: &str) -> String {
    let word = plain(word);
    let base = IRREGULAR
        .iter()
        .find(|(_, forms)| forms.contains(&word.as_str()))
        .map_or(word.as_str(), |(base, _)| base);
    let mut stem = uninflected(base);
    // American and British spelling.
    if stem.len() > 4
        && let Some(start) = stem.strip_suffix("our")
    {
        stem = format!("{start}or");
    }
    if stem.len() > 3 && stem.ends_with('e') {
        stem.pop();
    }
    stem
}

/// The stem for the search: `-ness`, `-ly` and `-ful` are removed too.
#[must_use]
pub fn search_stem(word: &str) -> String {
    /// A shorter stem would no longer distinguish words.
    const SHORTEST: usize = 4;
    let mut stem = stem(word);
    for ending in ["ness", "ly", "ful"] {
        if let Some(start) = stem.strip_suffix(ending)
            && start.len() >= SHORTEST
        {
            stem.truncate(start.len());
        }
    }
    if let Some(start) = stem.strip_suffix('i') {
        stem = format!("{start}y");
    }
    if stem.len() > 3 && stem.ends_with('e') {
        stem.pop();
    }
    stem
}

fn uninflected(word: &str) -> String {
    if NOT_INFLECTED.split(' ').any(|other| other == word) {
        return word.to_owned();
    }
    for ending in ["iest", "ieth", "ies", "ied"] {
        if let Some(start) = word.strip_suffix(ending)
            && start.len() >= 2
        {
            return format!("{start}y");
        }
    }
    for (ending, left) in [
        ("sses", "ss"),
        ("ches", "ch"),
        ("shes", "sh"),
        ("xes", "x"),
        ("zes", "z"),
    ] {
        if let Some(start) = word.strip_suffix(ending) {
            return format!("{start}{left}");
        }
    }
    for ending in ["eth", "est", "ing", "ed"] {
        if let Some(start) = word.strip_suffix(ending)
            && start.len() >= 3
            && !start.ends_with('e')
            && start.contains(['a', 'e', 'i', 'o', 'u', 'y'])
        {
            return without_doubled_letter(start).to_owned();
        }
    }
    match word.strip_suffix('s') {
        Some(start) if start.len() >= 3 && !start.ends_with(['s', 'u', 'i']) => start.to_owned(),
        _ => word.to_owned(),
    }
}

/// `sitt` as `sit`, but `call` as it is.
fn without_doubled_letter(start: &str) -> &str {
    let mut letters = start.chars().rev();
    match (letters.next(), letters.next()) {
        (Some(last), Some(before))
            if last == before && !matches!(last, 'l' | 's' | 'z' | 'e' | 'o') =>
        {
            start.strip_suffix(last).unwrap_or(start)
        }
        _ => start,
    }
}

/// Words that only look inflected.
const NOT_INFLECTED: &str = "\
    priest harvest forest honest tempest west east feast beast morning evening nothing something \
    anything wicked sacred hundred kindred naked interest species series";

/// Irregular forms of each word.
const IRREGULAR: [(&str, &[&str]); 73] = [
    ("agree", &["agreed", "agreeth", "agreeing"]),
    ("arise", &["arose", "arisen"]),
    (
        "be",
        &[
            "am", "are", "is", "was", "were", "been", "being", "art", "wast", "wert",
        ],
    ),
    ("bear", &["bare", "bore", "borne"]),
    ("become", &["became"]),
    ("beget", &["begat", "begot", "begotten"]),
    ("begin", &["began", "begun"]),
    ("behold", &["beheld"]),
    ("bind", &["bound"]),
    ("break", &["brake", "broke", "broken"]),
    ("bring", &["brought"]),
    ("brother", &["brethren"]),
    ("build", &["built"]),
    ("buy", &["bought"]),
    ("catch", &["caught"]),
    ("child", &["children"]),
    ("choose", &["chose", "chosen"]),
    ("cleave", &["clave", "cleft"]),
    ("come", &["came"]),
    ("decree", &["decreed", "decreest"]),
    ("die", &["died", "dieth", "diest", "dying", "dies"]),
    (
        "do",
        &[
            "did", "done", "does", "doth", "doeth", "doest", "dost", "didst", "doing",
        ],
    ),
    ("drink", &["drank", "drunk"]),
    ("drive", &["drove", "driven", "drave"]),
    ("eat", &["ate", "eaten"]),
    ("fall", &["fell", "fallen"]),
    ("feed", &["fed"]),
    ("fight", &["fought"]),
    ("find", &["found"]),
    ("flee", &["fled", "fleeth", "fleest", "fleeing"]),
    ("foot", &["feet"]),
    ("forget", &["forgot", "forgotten", "forgat"]),
    ("foresee", &["foresaw", "foreseen", "foreseeing"]),
    ("forgive", &["forgave", "forgiven"]),
    ("forsake", &["forsook", "forsaken"]),
    ("free", &["freed", "freeth", "freeing"]),
    ("give", &["gave", "given", "gavest"]),
    ("go", &["went", "gone", "goes", "goeth", "goest", "going"]),
    ("have", &["has", "had", "hath", "hast", "having", "hadst"]),
    ("hear", &["heard"]),
    ("hide", &["hid", "hidden"]),
    ("hold", &["held"]),
    ("keep", &["kept"]),
    ("know", &["knew", "known", "knewest"]),
    ("lead", &["led"]),
    ("leave", &["left"]),
    ("lie", &["lain", "lieth", "liest", "lying", "lies", "lied"]),
    ("make", &["made", "madest"]),
    ("man", &["men"]),
    ("owe", &["owed", "oweth", "owest", "owing"]),
    ("rise", &["rose", "risen"]),
    ("run", &["ran"]),
    ("say", &["said", "saith", "saidst"]),
    (
        "see",
        &["saw", "seen", "sees", "seeth", "seest", "sawest", "seeing"],
    ),
    ("seek", &["sought"]),
    ("send", &["sent", "sentest"]),
    ("show", &["shew", "shewed", "shown", "sheweth", "shewn"]),
    ("sit", &["sat", "sitteth"]),
    ("slay", &["slew", "slain"]),
    ("smite", &["smote", "smitten"]),
    ("speak", &["spake", "spoke", "spoken", "spakest"]),
    ("stand", &["stood"]),
    ("swear", &["sware", "swore", "sworn"]),
    ("take", &["took", "taken"]),
    ("teach", &["taught"]),
    ("tell", &["told"]),
    ("think", &["thought"]),
    ("tie", &["tied", "tying"]),
    ("use", &["used", "useth", "usest", "using"]),
    ("weep", &["wept"]),
    ("woman", &["women"]),
    ("wife", &["wives"]),
    ("write", &["wrote", "written"]),
];
