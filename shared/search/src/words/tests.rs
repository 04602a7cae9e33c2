mod plain_scan;

use std::collections::HashSet;

use verse_scripture::translations;

use super::*;
use plain_scan::{Element, PlainQuery, PlainText, PlainVerse, count_books};

use Matching::{Exact, Stem};
use TranslationCode::{Kjv, Web};

fn search(query: &str, translation: TranslationCode, matching: Matching) -> Found {
    let search = Search {
        translation,
        scope: Scope::ALL,
        matching,
        order: Order::Canon,
        offset: 0,
        limit: 20,
    };
    let read = query
        .parse()
        .unwrap_or_else(|error| panic!("{query}: {error}"));
    search
        .run(&read)
        .unwrap_or_else(|error| panic!("{query}: {error}"))
}

/// The verses of Debian's `bible-kjv` 4.38 (`??word` in its program), which counts the form alone.
#[test]
fn verses_of_the_kjv_are_as_many_as_another_concordance_counts() {
    for (word, verses) in [
        ("loved", 89),
        ("charity", 24),
        ("faith", 231),
        ("jesus", 942),
        ("selah", 75),
        ("begat", 139),
        ("mercy", 261),
        ("\"generation to generation\"", 11),
    ] {
        assert_eq!(search(word, Kjv, Exact).verses, verses, "{word}");
    }
}

/// Counts of concordances in print.
#[test]
fn occurrences_in_the_kjv_are_as_many_as_published() {
    for (word, occurrences) in [("Lord", 7_830), ("Jesus", 983), ("love", 310)] {
        assert_eq!(search(word, Kjv, Exact).occurrences, occurrences, "{word}");
    }
}

/// A small generator of numbers that repeats its sequence for the same seed (Knuth's constants).
struct Sequence(u64);

impl Sequence {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % bound
    }

    fn one_of<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.below(all.len())]
    }
}

/// A term of words that stand in the verse, as text and as elements.
fn term(numbers: &mut Sequence, verse: &PlainVerse) -> (String, Vec<Element>) {
    let first = numbers.below(verse.words.len());
    let kind = numbers.below(6);
    if kind == 0 && !verse.links.is_empty() {
        let (number, ..) = numbers.one_of(&verse.links);
        return (number.to_lowercase(), vec![Element::Number(number.clone())]);
    }
    let length = if kind < 3 { 1 } else { 1 + numbers.below(4) };
    let words = verse.words[first..].iter().take(length);
    let mut elements: Vec<Element> = words
        .map(|word| Element::Word(word.written.clone()))
        .collect();
    let mut texts: Vec<String> = verse.words[first..]
        .iter()
        .take(length)
        .map(|word| word.written.clone())
        .collect();
    let last = texts.last_mut().unwrap();
    let letters = last.chars().take_while(char::is_ascii_alphabetic).count();
    if kind % 2 == 1 && letters > 1 {
        let beginning: String = last.chars().take(1 + numbers.below(letters)).collect();
        *elements.last_mut().unwrap() = Element::Beginning(beginning.to_lowercase());
        *last = format!("{beginning}*");
    }
    if numbers.below(4) == 0 {
        texts = texts
            .iter()
            .map(|text| text.to_uppercase().replace('Æ', "AE"))
            .collect();
    }
    let text = texts.join(" ");
    if elements.len() > 1 {
        (format!("\"{text}\""), elements)
    } else {
        (text, elements)
    }
}

/// A query of one to three groups, most of whose words stand in one verse.
fn query(numbers: &mut Sequence, text: &PlainText) -> (String, PlainQuery) {
    let mut query = PlainQuery::default();
    let mut written = Vec::new();
    let with_words: Vec<&PlainVerse> = text
        .verses
        .iter()
        .filter(|verse| !verse.words.is_empty())
        .collect();
    let verse = *numbers.one_of(&with_words);
    for _ in 0..=numbers.below(3) {
        let mut alternatives = Vec::new();
        let mut texts = Vec::new();
        for _ in 0..=numbers.below(5) / 3 {
            let other = *numbers.one_of(&with_words);
            let (text, elements) = term(numbers, if texts.is_empty() { verse } else { other });
            texts.push(text);
            alternatives.push(elements);
        }
        written.push(texts.join(" | "));
        query.wanted.push(alternatives);
    }
    if numbers.below(3) == 0 {
        let other = *numbers.one_of(&with_words);
        let (text, elements) = term(numbers, other);
        written.push(format!("-{text}"));
        query.excluded.push(elements);
    }
    (written.join(" "), query)
}

/// Compares a search with the plain scan: every verse, every mark and every count.
fn compare(text: &PlainText, search: &Search, written: &str, query: &PlainQuery) -> usize {
    let case = format!(
        "{written} in {} ({:?})",
        search.translation, search.matching
    );
    let expected = text.scan(query, search.matching, &search.scope);
    let found = search.run(&written.parse().unwrap()).unwrap();
    let marks: usize = expected.iter().map(|(_, marks)| marks.len()).sum();
    assert_eq!(usize::try_from(found.verses), Ok(expected.len()), "{case}");
    assert_eq!(usize::try_from(found.occurrences), Ok(marks), "{case}");
    assert_eq!(found.books, count_books(&expected), "{case}");
    assert_eq!(
        found.hits.len(),
        expected
            .len()
            .saturating_sub(search.offset)
            .min(search.limit)
    );
    for (hit, (verse, marks)) in found.hits.iter().zip(expected.iter().skip(search.offset)) {
        let places: Vec<(usize, usize)> = hit
            .marks
            .iter()
            .map(|mark| (mark.start, mark.end))
            .collect();
        assert_eq!((hit.verse, &places), (*verse, marks), "{case}");
    }
    expected.len()
}

/// The queries of the other tests and those that are often made, in every translation.
#[test]
fn every_query_of_a_list_equals_a_plain_scan() {
    let word = |word: &str| Element::Word(word.to_owned());
    let beginning = |key: &str| Element::Beginning(key.to_owned());
    let words = |text: &str| text.split(' ').map(word).collect::<Vec<_>>();
    let all =
        |terms: Vec<Vec<Element>>| terms.into_iter().map(|term| vec![term]).collect::<Vec<_>>();
    let wanted = |wanted| PlainQuery {
        wanted,
        excluded: Vec::new(),
    };
    let queries = [
        ("love", wanted(all(vec![words("love")]))),
        ("the", wanted(all(vec![words("the")]))),
        ("Jesus", wanted(all(vec![words("Jesus")]))),
        ("\"of the\"", wanted(all(vec![words("of the")]))),
        (
            "\"in the beginning\"",
            wanted(all(vec![words("in the beginning")])),
        ),
        (
            "\"generation to generation\"",
            wanted(all(vec![words("generation to generation")])),
        ),
        ("\"holy holy\"", wanted(all(vec![words("holy holy")]))),
        (
            "faith hope love",
            wanted(all(vec![words("faith"), words("hope"), words("love")])),
        ),
        ("burnt-offering", wanted(all(vec![words("burnt-offering")]))),
        (
            "\"a burnt-offering for\"",
            wanted(all(vec![words("a burnt-offering for")])),
        ),
        (
            "\"burnt offering\"",
            wanted(all(vec![words("burnt offering")])),
        ),
        ("Beth-el", wanted(all(vec![words("Beth-el")]))),
        ("offering", wanted(all(vec![words("offering")]))),
        ("God’s", wanted(all(vec![words("god's")]))),
        ("144,000", wanted(all(vec![words("144000")]))),
        ("corazón", wanted(all(vec![words("corazon")]))),
        ("a*", wanted(all(vec![vec![beginning("a")]]))),
        (
            "\"the b*\"",
            wanted(all(vec![vec![word("the"), beginning("b")]])),
        ),
        (
            "love | charity faith",
            wanted(vec![
                vec![words("love"), words("charity")],
                vec![words("faith")],
            ]),
        ),
        (
            "the | and | of | a*",
            wanted(vec![vec![
                words("the"),
                words("and"),
                words("of"),
                vec![beginning("a")],
            ]]),
        ),
        (
            "peace -sword -\"prince of peace\"",
            PlainQuery {
                wanted: all(vec![words("peace")]),
                excluded: vec![words("sword"), words("prince of peace")],
            },
        ),
    ];
    for translation in translations() {
        let text = PlainText::read(translation.code);
        for (written, query) in &queries {
            for matching in [Stem, Exact] {
                let search = Search {
                    translation: translation.code,
                    scope: Scope::ALL,
                    matching,
                    order: Order::Canon,
                    offset: 0,
                    limit: 100,
                };
                compare(&text, &search, written, query);
            }
        }
    }
}

#[test]
fn six_hundred_queries_of_a_generator_equal_a_plain_scan() {
    let mut numbers = Sequence(14);
    let scopes = ["OT,NT", "NT", "JHN,1JN", "Gen-Deut", "OT,Acts-Rev"];
    for translation in translations() {
        let text = PlainText::read(translation.code);
        let mut with_verses = 0;
        for _ in 0..100 {
            let (written, query) = query(&mut numbers, &text);
            let search = Search {
                translation: translation.code,
                scope: numbers.one_of(&scopes).parse().unwrap(),
                matching: *numbers.one_of(&[Stem, Exact]),
                order: Order::Canon,
                offset: *numbers.one_of(&[0, 0, 5, 100_000]),
                limit: 1 + numbers.below(100),
            };
            if written.chars().count() <= LONGEST_QUERY {
                with_verses += usize::from(compare(&text, &search, &written, &query) > 0);
            }
        }
        assert!(with_verses > 50, "{with_verses} queries found a verse");
    }
}

/// The sum of BM25 for each word, computed by its definition.
#[test]
fn the_order_of_relevance_is_that_of_bm25() {
    let float = |count: usize| f64::from(u32::try_from(count).unwrap());
    let text = PlainText::read(Web);
    let parts = |verse: &PlainVerse| {
        verse
            .words
            .iter()
            .map(plain_scan::Word::count)
            .sum::<usize>()
    };
    let total: usize = text.verses.iter().map(parts).sum();
    let average = float(total) / float(text.verses.len());
    let hits: Vec<_> = ["faith", "hope"]
        .map(|word| {
            let term = vec![vec![vec![Element::Word(word.to_owned())]]];
            let query = PlainQuery {
                wanted: term,
                excluded: Vec::new(),
            };
            text.scan(&query, Exact, &Scope::ALL)
        })
        .into();
    let mut expected: Vec<(f64, VerseId)> = Vec::new();
    for verse in &text.verses {
        let mut score = 0.0;
        let mut with = 0;
        for hits in &hits {
            let Some((_, marks)) = hits.iter().find(|(id, _)| *id == verse.id) else {
                continue;
            };
            let (all, has) = (float(text.verses.len()), float(hits.len()));
            let times = float(marks.len());
            let length = 1.0 - 0.75 + 0.75 * float(parts(verse)) / average;
            score +=
                (1.0 + (all - has + 0.5) / (has + 0.5)).ln() * times * 2.2 / (times + 1.2 * length);
            with += 1;
        }
        if with == 2 {
            expected.push((score, verse.id));
        }
    }
    expected.sort_by(|one, other| other.0.total_cmp(&one.0));
    let ranked = Search {
        translation: Web,
        scope: Scope::ALL,
        matching: Exact,
        order: Order::Relevance,
        offset: 0,
        limit: 100,
    };
    let found = ranked.run(&"faith hope".parse().unwrap()).unwrap();
    assert_eq!(found.hits.len(), expected.len());
    for (hit, (score, verse)) in found.hits.iter().zip(&expected) {
        let near = (f64::from(hit.score.unwrap()) - score).abs() < 1e-3;
        assert!(near && hit.verse == *verse, "{hit:?}: {score} {verse}");
    }
}

/// Which forms one word finds: old English, irregular and Spanish ones too.
#[test]
fn a_stem_finds_all_forms_of_a_word() {
    for (translation, word, forms) in [
        (
            Kjv,
            "love",
            vec!["love", "loved", "lovest", "loveth", "loves", "loving"],
        ),
        (
            Kjv,
            "beget",
            vec!["begat", "begotten", "begettest", "begetteth"],
        ),
        (Kjv, "go", vec!["goest", "goeth", "going", "gone", "went"]),
        (Kjv, "God", vec!["god's", "gods"]),
        (Kjv, "see", vec!["saw", "seen", "seest", "seeth", "seeing"]),
        (Kjv, "agree", vec!["agreed"]),
        (Web, "child", vec!["children", "children's", "child's"]),
        (
            TranslationCode::Srv,
            "amar",
            vec!["ama", "amas", "amado", "amada", "amamos"],
        ),
        (TranslationCode::Srv, "señor", vec!["senores"]),
        (TranslationCode::Srv, "día", vec!["dias"]),
        (TranslationCode::Srv, "mes", vec!["meses"]),
        (TranslationCode::Srv, "ley", vec!["leyes"]),
        (TranslationCode::Srv, "luz", vec!["luces"]),
        (
            TranslationCode::Srv,
            "decir",
            vec!["dijo", "dice", "dicho", "digo"],
        ),
    ] {
        let index = index::find_index(translation).unwrap();
        let forms_of = |word: &str| {
            let key = token::words(word).remove(0).key().into_owned();
            index.forms_of_stem(&stems::stem_of(index.code(), &key))
        };
        let found: HashSet<&str> = forms_of(word)
            .into_iter()
            .map(|form| index.forms().get(form))
            .collect();
        for form in forms {
            let exists = index.forms().find(form).is_some();
            assert!(
                !exists || found.contains(form),
                "{word}: {form} is not in {found:?}"
            );
        }
        for other in ["amos", "amen"] {
            assert!(!found.contains(other), "{word}: {other}");
        }
    }
}

/// The stemmer of a translation is chosen by its code.
#[test]
fn every_translation_has_an_index_and_the_stemmer_of_its_language() {
    for translation in translations() {
        let code = translation.code.as_str();
        assert!(index::find_index(translation.code).is_some(), "{code}");
        let is_spanish = stems::stem_of(code, "amado") == stems::stem_of(code, "amada");
        assert_eq!(is_spanish, translation.language == "es", "{code}");
    }
}

#[test]
fn an_unknown_word_has_a_suggestion_and_a_known_one_has_none() {
    let suggestion = |query, translation| search(query, translation, Stem).suggestion;
    for (query, translation, expected) in [
        ("antious", Web, Some("anxious")),
        ("Jesis", Web, Some("jesus")),
        ("beleive god", Web, Some("believe god")),
        ("\"in teh beginning\"", Web, Some("\"in the beginning\"")),
        ("loveth antious", Kjv, Some("loveth antioch")),
        ("nicodemus camel", Web, None),
        ("zzz*", Web, None),
        ("xq", Web, None),
        ("🕊love -antious", Web, None),
    ] {
        assert_eq!(
            suggestion(query, translation).as_deref(),
            expected,
            "{query}"
        );
    }
    let endless = "a".repeat(200);
    assert_eq!(suggestion(&endless, Web), None);
}

#[test]
fn a_number_is_found_only_where_the_words_have_numbers() {
    let search = |translation, query: &str| {
        let search = Search {
            translation,
            scope: Scope::ALL,
            matching: Stem,
            order: Order::Canon,
            offset: 0,
            limit: 1,
        };
        search
            .run(&query.parse().unwrap())
            .map(|found| found.verses)
    };
    assert_eq!(search(Kjv, "G26"), Ok(106));
    assert_eq!(search(Kjv, "H0430"), search(Kjv, "h430"));
    let refused = search(Web, "love g26").unwrap_err().to_string();
    assert!(
        refused.contains("G26 at character 6, which WEB"),
        "{refused}"
    );
    assert!(refused.contains("KJV"), "{refused}");
    // Strong skipped this number.
    let unknown = search(Kjv, "G2717").unwrap_err();
    assert!(matches!(unknown, QueryError::UnknownNumber { at: 1, .. }));
}

#[test]
fn an_offset_beyond_the_end_keeps_the_totals() {
    let beyond = Search {
        translation: Kjv,
        scope: Scope::ALL,
        matching: Exact,
        order: Order::Relevance,
        offset: usize::MAX,
        limit: 100,
    };
    let found = beyond.run(&"charity".parse().unwrap()).unwrap();
    assert_eq!(
        (found.verses, found.occurrences, found.hits.len()),
        (24, 28, 0)
    );
}
