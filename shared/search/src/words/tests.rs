use super::*;

fn search(query: &str, translation: TranslationCode) -> Found {
    run(query, translation, Matching::Stem)
}

fn run(query: &str, translation: TranslationCode, matching: Matching) -> Found {
    let search = Search {
        translation,
        scope: Scope::ALL,
        matching,
        order: Order::Canon,
        offset: 0,
        limit: 20,
    };
    search.run(&query.parse().unwrap()).unwrap()
}

/// Counts of Debian's `bible-kjv`, and of concordances in print.
#[test]
fn counts_of_the_kjv_are_those_of_others() {
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
        let found = run(word, TranslationCode::Kjv, Matching::Exact);
        assert_eq!(found.verses, verses, "{word}");
    }
    for (word, occurrences) in [("Lord", 7_830), ("Jesus", 983), ("love", 310)] {
        let found = run(word, TranslationCode::Kjv, Matching::Exact);
        assert_eq!(found.occurrences, occurrences, "{word}");
    }
}
