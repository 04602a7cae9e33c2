//! `/api/search`.

use serde_json::{Value, json};
use verse_tests::{Client, paths};

use super::study;

/// Searches with these parameters.
async fn search(study: &Client, parameters: &[(&str, &str)]) -> Value {
    let mut request = study.get(paths::SEARCH);
    for (name, value) in parameters {
        request = request.query(name, value);
    }
    request.await.expect_status(200).json()
}

/// The references of the results.
fn references(answer: &Value) -> Vec<&str> {
    let results = answer["results"].as_array().unwrap().iter();
    results
        .map(|result| result["reference"].as_str().unwrap())
        .collect()
}

/// The parts of a result's text that its marks name, by UTF-16 code units as a browser does.
fn marked(result: &Value) -> Vec<String> {
    let text: Vec<u16> = result["text"].as_str().unwrap().encode_utf16().collect();
    let place = |value: &Value| usize::try_from(value.as_u64().unwrap()).unwrap();
    let marks = result["marks"].as_array().unwrap().iter();
    marks
        .map(|mark| String::from_utf16(&text[place(&mark[0])..place(&mark[1])]).unwrap())
        .collect()
}

/// Contract: study: "a search finds the verses that have its words, a phrase, a beginning or a Strong's number, and none that it excludes"
#[tokio::test]
async fn every_operator_finds_its_verses() {
    let study = study().await;
    for (query, translation, expected) in [
        ("\"Jesus wept\"", "WEB", vec!["John 11:35"]),
        ("nicodemus night", "WEB", vec!["John 7:50", "John 19:39"]),
        ("nicodemus night -myrrh", "WEB", vec!["John 7:50"]),
        (
            "nicodemus night -\"being one of them\"",
            "KJV",
            vec!["John 19:39"],
        ),
        ("shibbol* | sibbol*", "KJV", vec!["Judges 12:6"]),
        ("G26 G1515 grace", "KJV", vec!["2 John 1:3"]),
    ] {
        let answer = search(&study, &[("q", query), ("translation", translation)]).await;
        assert_eq!(references(&answer), expected, "{query}");
        assert_eq!(answer["query"], query);
    }
}

/// Contract: study: "totals of verses and occurrences are exact, and counted by book"
#[tokio::test]
async fn totals_are_of_all_verses_and_not_of_the_part() {
    let study = study().await;
    let charity = [("q", "charity"), ("translation", "KJV"), ("match", "exact")];
    let all = search(&study, &[&charity[..], &[("limit", "100")]].concat()).await;
    assert_eq!(
        (&all["verses"], &all["occurrences"]),
        (&json!(24), &json!(28))
    );
    let books = all["books"].as_array().unwrap();
    let counts = books.iter().map(|book| book["verses"].as_u64().unwrap());
    assert_eq!(counts.sum::<u64>(), 24);
    let first = json!({"id": "1CO", "name": "1 Corinthians", "verses": 9});
    assert_eq!(books[0], first);
    let results = all["results"].as_array().unwrap();
    assert_eq!(
        results
            .iter()
            .map(|result| marked(result).len())
            .sum::<usize>(),
        28
    );
    assert_eq!(all["has_more"], false);

    let mut pages = Vec::new();
    for offset in ["0", "10", "20", "30", "4294967296"] {
        let page = search(
            &study,
            &[&charity[..], &[("limit", "10"), ("offset", offset)]].concat(),
        )
        .await;
        assert_eq!(
            (&page["verses"], &page["occurrences"]),
            (&json!(24), &json!(28))
        );
        assert_eq!(
            page["has_more"],
            json!(offset == "0" || offset == "10"),
            "{offset}"
        );
        pages.extend(page["results"].as_array().unwrap().clone());
    }
    assert_eq!(&pages, results);
}

/// Contract: study: "marks are in UTF-16 code units of the text"
#[tokio::test]
async fn marks_name_the_words_that_match() {
    let study = study().await;
    for (query, translation, words) in [
        ("love", "KJV", vec!["lovest"]),
        (
            "\"burnt offering\" son",
            "ASV",
            vec!["son", "son", "burnt-offering"],
        ),
        ("corazon", "SRV", vec!["corazón"]),
        ("jehova", "SRV", vec!["JEHOVÁ"]),
        ("bethel", "KJV", vec!["Beth-el", "Beth-el"]),
    ] {
        let answer = search(&study, &[("q", query), ("translation", translation)]).await;
        let marked = marked(&answer["results"][0]);
        let folded = |words: Vec<String>| words.join(" ").to_lowercase();
        let expected = words.into_iter().map(str::to_owned).collect();
        assert_eq!(folded(marked), folded(expected), "{query}");
    }
}

/// Contract: study: "case, accents, kinds of apostrophe and Hebrew points never matter"
#[tokio::test]
async fn other_spellings_of_the_same_letters_find_the_same() {
    let study = study().await;
    for (translation, spellings) in [
        ("WEB", vec!["don't", "don’t", "DON'T", "Don‘t", "donʼt"]),
        ("WEB", vec!["Moses", "moses'", "MOSES’"]),
        ("KJV", vec!["Cæsar", "caesar", "CAESAR"]),
        ("KJV", vec!["Beth-el", "bethel", "BETH-EL"]),
        (
            "SRV",
            vec!["corazón", "corazon", "corazo\u{301}n", "CORAZÓN"],
        ),
    ] {
        let mut totals = Vec::new();
        for spelling in spellings {
            let parameters = [
                ("q", spelling),
                ("translation", translation),
                ("match", "exact"),
            ];
            let answer = search(&study, &parameters).await;
            assert!(answer["verses"].as_u64() > Some(0), "{spelling}: {answer}");
            totals.push((answer["verses"].clone(), answer["occurrences"].clone()));
        }
        totals.dedup();
        assert_eq!(totals.len(), 1, "{totals:?}");
    }
}

/// Contract: study: "`in` is a testament, books or a range"
#[tokio::test]
async fn a_search_is_limited_to_a_part_of_the_canon() {
    let study = study().await;
    let books = async |part: &str| {
        let answer = search(&study, &[("q", "beginning"), ("in", part)]).await;
        let books = answer["books"].as_array().unwrap().clone();
        books
            .iter()
            .map(|book| book["id"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(books("JHN,1JN").await, ["JHN", "1JN"]);
    assert_eq!(books("Gen-Deut").await, ["GEN", "EXO", "NUM", "DEU"]);
    assert!(books("NT").await.iter().all(|book| book != "GEN"));
    assert!(books("OT,John").await.contains(&"JHN".to_owned()));
    for part in ["", "Hezekiah", "JHN,", "Deut-Gen", &"JHN,".repeat(100)] {
        let refused = study
            .get(paths::SEARCH)
            .query("q", "love")
            .query("in", part)
            .await;
        let problem = refused.expect_status(422).problem();
        assert_eq!(problem.pointers(), ["/in"], "{part}");
    }
}

#[tokio::test]
async fn verses_are_in_the_order_of_relevance_if_the_request_says_so() {
    let study = study().await;
    let canon = search(&study, &[("q", "faith hope love")]).await;
    assert_eq!(canon["results"][0]["score"], Value::Null);
    let best = search(&study, &[("q", "faith hope love"), ("sort", "relevance")]).await;
    assert_eq!(references(&best)[0], "1 Corinthians 13:13");
    let results = best["results"].as_array().unwrap().iter();
    let scores: Vec<f64> = results
        .map(|result| result["score"].as_f64().unwrap())
        .collect();
    assert!(scores.is_sorted_by(|one, other| one >= other), "{scores:?}");
    assert_eq!(best["verses"], canon["verses"]);
}

/// Contract: study: "a query that is a reference gives the passage too"
#[tokio::test]
async fn a_reference_gives_its_passage() {
    let study = study().await;
    let answer = search(&study, &[("q", "jn 3:16-17"), ("translation", "KJV")]).await;
    let passage = &answer["reference"];
    assert_eq!(passage["osis"], "John.3.16-John.3.17");
    assert_eq!(
        (&passage["chapter"], &passage["verse_end"]),
        (&json!(3), &json!(17))
    );
    let verses = passage["verses"].as_array().unwrap();
    assert_eq!(verses.len(), 2);
    assert!(
        verses[0]["text"]
            .as_str()
            .unwrap()
            .starts_with("For God so loved")
    );
    assert_eq!(
        (&answer["verses"], &answer["suggestion"]),
        (&json!(0), &Value::Null)
    );

    let ruth = search(&study, &[("q", "Ruth")]).await;
    assert_eq!(ruth["reference"]["osis"], "Ruth");
    assert!(ruth["verses"].as_u64() > Some(0));
    // The word comes before the abbreviation of Amos.
    let am = search(&study, &[("q", "am")]).await;
    assert_eq!(am["reference"], Value::Null);
    let psalms = search(&study, &[("q", "Psalm 1-150")]).await;
    assert_eq!(psalms["reference"]["verses"], json!([]));
    let love = search(&study, &[("q", "love")]).await;
    assert_eq!(love["reference"], Value::Null);
}

/// Contract: study: "an unknown word has a suggestion"
#[tokio::test]
async fn an_unknown_word_has_the_nearest_known_one_as_suggestion() {
    let study = study().await;
    for (query, suggestion) in [
        ("antious", json!("anxious")),
        ("beleive", json!("believe")),
        ("Nebuchadnezar", json!("nebuchadnezzar")),
        ("lvoe -hate god", json!("love -hate god")),
        ("xyzzyxyzzy", Value::Null),
        ("camel nicodemus", Value::Null),
        ("zzz*", Value::Null),
        ("love", Value::Null),
    ] {
        let answer = search(&study, &[("q", query)]).await;
        assert_eq!(answer["suggestion"], suggestion, "{query}");
    }
}

/// Contract: study: "a faulty query is a 422 that says where"
#[tokio::test]
async fn a_faulty_query_is_refused_with_the_place() {
    let study = study().await;
    let long = "a".repeat(201);
    let marks = "\"".repeat(200);
    for (query, reason) in [
        ("", "must not be empty"),
        ("  ", "must not be blank"),
        (&long, "must have 200 characters or fewer"),
        ("\0", "must not hold the character U+0000"),
        (
            "love \"the",
            "has a quotation mark at character 6 that is not closed",
        ),
        (
            &marks,
            "has no word in the quotation that begins at character 1",
        ),
        ("-a -b", "only excludes words (from character 1 on)"),
        ("love *", "has a * at character 6"),
        ("🕊", "has no word to search for"),
        (
            "love G99999",
            "has G99999 at character 6, which is not a number of Strong's",
        ),
        ("love H0", "has H0 at character 6"),
        ("G2717", "has G2717 at character 1"),
    ] {
        let refused = study
            .get(paths::SEARCH)
            .query("q", query)
            .query("translation", "KJV")
            .await;
        let problem = refused.expect_status(422).problem();
        assert_eq!(problem.pointers(), ["/q"], "{query}");
        assert!(
            problem.detail.contains(reason),
            "{query}: {}",
            problem.detail
        );
    }
    let refused = study.get(paths::SEARCH).query("q", "love G26").await;
    let problem = refused.expect_status(422).problem();
    assert!(problem.detail.contains("KJV"), "{}", problem.detail);
    for (field, value) in [
        ("limit", "0"),
        ("limit", "101"),
        ("offset", "-1"),
        ("mode", "magic"),
        ("match", "fuzzy"),
        ("sort", ""),
    ] {
        let refused = study
            .get(paths::SEARCH)
            .query("q", "love")
            .query(field, value)
            .await;
        let problem = refused.expect_status(422).problem();
        assert_eq!(problem.pointers(), [format!("/{field}")], "{value}");
    }
    let _ = study
        .get(paths::SEARCH)
        .query("q", "love")
        .query("translation", "NIV")
        .await
        .expect_status(404)
        .problem();
    let words = ["love"; 30].join(" ");
    let thirty = search(&study, &[("q", &words)]).await;
    assert_eq!(
        thirty["verses"],
        search(&study, &[("q", "love")]).await["verses"]
    );
}

/// Contract: study: "a question has at most 50 results, best first, without totals"
#[tokio::test]
async fn a_question_finds_its_verses_in_every_translation() {
    let study = study().await;
    for translation in ["WEB", "KJV", "ASV", "YLT", "BSB", "SRV"] {
        let parameters = [
            ("q", "feeding the five thousand"),
            ("mode", "meaning"),
            ("translation", translation),
            ("limit", "100"),
        ];
        let answer = search(&study, &parameters).await;
        let totals = [&answer["verses"], &answer["occurrences"]];
        assert_eq!(totals, [&Value::Null; 2], "{translation}");
        assert_eq!(
            (&answer["mode"], &answer["books"]),
            (&json!("meaning"), &json!([]))
        );
        let results = answer["results"].as_array().unwrap();
        assert!((5..=50).contains(&results.len()), "{}", results.len());
        let book = results[0]["book"].as_str().unwrap();
        assert!(
            ["Matthew", "Mark", "Luke", "John"].contains(&book),
            "{book}"
        );
        let scores = results
            .iter()
            .map(|result| result["score"].as_f64().unwrap());
        assert!(scores.is_sorted_by(|one, other| one >= other));
        assert_eq!(answer["has_more"], false);
    }
}

/// Contract: study: "a question that no verse is near to has an empty list"
#[tokio::test]
async fn a_question_without_an_answer_has_an_empty_list() {
    let study = study().await;
    for question in [
        "how to install linux",
        "xyzzy plugh",
        "javascript tutorial",
        "12345",
    ] {
        let answer = search(&study, &[("q", question), ("mode", "meaning")]).await;
        assert_eq!(answer["results"], json!([]), "{question}");
        assert_eq!(
            (
                &answer["suggestion"],
                &answer["has_more"],
                &answer["reference"]
            ),
            (&Value::Null, &json!(false), &Value::Null),
            "{question}"
        );
    }
}

#[tokio::test]
async fn the_pages_of_a_question_follow_each_other() {
    let study = study().await;
    let page = async |limit: &str, offset: &str| {
        let parameters = [
            ("q", "love your enemies"),
            ("mode", "meaning"),
            ("limit", limit),
            ("offset", offset),
        ];
        search(&study, &parameters).await
    };
    let all = page("100", "0").await;
    let results = all["results"].as_array().unwrap();
    let mut pages = Vec::new();
    for offset in [0, 20, 40, 60] {
        let part = page("20", &offset.to_string()).await;
        assert_eq!(
            part["has_more"],
            json!(offset + 20 < results.len()),
            "{offset}"
        );
        pages.extend(part["results"].as_array().unwrap().clone());
    }
    assert_eq!(&pages, results);
    assert_eq!(page("20", "4294967295").await["results"], json!([]));
}

#[tokio::test]
async fn a_question_has_scope_suggestion_marks_and_reference_as_words_have() {
    let study = study().await;
    let ask = async |question: &str, translation: &str, part: &str| {
        let parameters = [
            ("q", question),
            ("mode", "meaning"),
            ("translation", translation),
            ("in", part),
        ];
        search(&study, &parameters).await
    };
    let misspelt = ask("forgivness of sins", "WEB", "NT").await;
    assert_eq!(misspelt["suggestion"], "forgiveness of sins");
    let results = misspelt["results"].as_array().unwrap();
    assert!(!results.is_empty());
    for result in results {
        let osis = result["osis"].as_str().unwrap();
        let book = verse_scripture::find_book(osis.split('.').next().unwrap()).unwrap();
        assert_eq!(book.testament, verse_scripture::Testament::New, "{osis}");
    }
    let shepherd = ask("the LORD is my shepherd", "KJV", "OT").await;
    assert_eq!(references(&shepherd)[0], "Psalms 23:1");
    assert_eq!(marked(&shepherd["results"][0]), ["LORD", "shepherd"]);
    let spanish = ask("el Señor es mi pastor", "SRV", "OT").await;
    assert_eq!(references(&spanish)[0], "Psalms 23:1");
    let passage = ask("John 3:16", "SRV", "NT").await;
    assert_eq!(passage["reference"]["osis"], "John.3.16");
    assert_eq!(passage["suggestion"], Value::Null);
}

#[tokio::test]
async fn a_question_without_a_word_or_too_long_is_refused() {
    let study = study().await;
    let long = "why ".repeat(51);
    for (question, reason) in [
        ("", "must not be empty"),
        ("  ", "must not be blank"),
        ("*", "has no word to search for"),
        ("\"", "has no word to search for"),
        ("?!", "has no word to search for"),
        (&long, "must have 200 characters or fewer"),
    ] {
        let request = study.get(paths::SEARCH).query("mode", "meaning");
        let problem = request
            .query("q", question)
            .await
            .expect_status(422)
            .problem();
        assert_eq!(problem.pointers(), ["/q"], "{question}");
        assert!(
            problem.detail.contains(reason),
            "{question}: {}",
            problem.detail
        );
    }
    // Signs of the query language are none in a question.
    for question in ["what is \"love", "-hate", "love | charity *"] {
        let _ = search(&study, &[("q", question), ("mode", "meaning")]).await;
    }
}
