//! How many questions find their verse. The questions and their verses were written before the
//! signals were weighted; the weights and the limit were chosen on the half `tuning` only.

use serde::Deserialize;
use verse_scripture::{find_book, find_translation};

use super::*;

#[derive(Deserialize)]
struct Case {
    question: String,
    kind: String,
    translation: String,
    half: String,
    #[serde(default)]
    verses: Vec<String>,
}

fn cases(is_right: impl Fn(&Case) -> bool) -> Vec<Case> {
    let all: Vec<Case> = serde_json::from_str(include_str!("../../tests/questions.json")).unwrap();
    all.into_iter().filter(|case| is_right(case)).collect()
}

impl Case {
    fn has_answer(&self) -> bool {
        self.kind != "nothing"
    }

    fn search(&self, weights: &Weights) -> Found {
        let search = Search {
            translation: find_translation(&self.translation).unwrap().code,
            scope: Scope::ALL,
            limit: 10,
        };
        search.run_with(&self.question, weights)
    }

    /// The right verses, in the canon.
    fn right(&self) -> Vec<VerseId> {
        let verses = self.verses.iter().flat_map(|passage| {
            let (book, place) = passage.split_once(' ').unwrap();
            let (chapter, verses) = place.split_once(':').unwrap();
            let (first, last) = verses.split_once('-').unwrap_or((verses, verses));
            let (book, chapter) = (find_book(book).unwrap().id, chapter.parse().unwrap());
            let verse = move |verse| VerseId {
                book,
                chapter,
                verse,
            };
            (first.parse().unwrap()..=last.parse().unwrap()).map(verse)
        });
        verses.collect()
    }
}

/// How many questions have a right verse first, in the first five, in the first ten.
fn measure(cases: &[Case], weights: &Weights, is_limited: bool) -> [usize; 3] {
    let mut counts = [0; 3];
    for case in cases {
        let (found, right) = (case.search(weights), case.right());
        let rank = found.hits.iter().position(|hit| right.contains(&hit.canon));
        let rank = rank.filter(|_| found.is_answered || !is_limited);
        for (count, most) in counts.iter_mut().zip([1, 5, 10]) {
            *count += usize::from(rank.is_some_and(|rank| rank < most));
        }
    }
    counts
}

#[test]
fn most_questions_have_their_verse_among_the_first_five() {
    for (half, floors) in [
        ("tuning", [66, 70, 71]),
        ("held_back", [63, 66, 67]),
        ("later", [59, 72, 74]),
    ] {
        let cases = cases(|case| case.half == half && case.has_answer());
        let counts = measure(&cases, &Weights::CHOSEN, true);
        println!(
            "{half}: of {} first, in five, in ten: {counts:?}",
            cases.len()
        );
        assert!(
            counts
                .iter()
                .zip(floors)
                .all(|(count, floor)| *count >= floor),
            "{half}: {counts:?}"
        );
    }
}

#[test]
fn most_questions_that_scripture_does_not_answer_have_an_empty_list() {
    for (half, floor) in [("tuning", 22), ("held_back", 20), ("later", 18)] {
        let cases = cases(|case| case.half == half && !case.has_answer());
        let noise = cases
            .iter()
            .filter(|case| case.search(&Weights::CHOSEN).is_answered);
        let noise: Vec<&str> = noise.map(|case| case.question.as_str()).collect();
        println!("{half}: of {} answered: {noise:?}", cases.len());
        assert!(cases.len() - noise.len() >= floor, "{half}: {noise:?}");
    }
}

#[test]
fn each_signal_finds_more() {
    let mut weights = Weights {
        topic: 0.0,
        section: 0.0,
        name: 0.0,
        popularity: 0.0,
        vector: 0.0,
    };
    let chosen = Weights::CHOSEN;
    let halves = ["tuning", "held_back", "later"];
    let cases = halves.map(|half| cases(|case| case.half == half && case.has_answer()));
    let mut before = 0;
    for (name, add) in [
        (
            "BM25 of three translations",
            (|_, _| ()) as fn(&mut Weights, Weights),
        ),
        ("+ topics with their entries", |weights, chosen| {
            weights.topic = chosen.topic;
        }),
        ("+ how often referred to", |weights, chosen| {
            weights.popularity = chosen.popularity;
        }),
        ("+ titles of sections", |weights, chosen| {
            weights.section = chosen.section;
        }),
        ("+ vectors", |weights, chosen| {
            weights.vector = chosen.vector;
        }),
        ("+ names of passages", |weights, chosen| {
            weights.name = chosen.name;
        }),
    ] {
        add(&mut weights, chosen);
        let counts = cases
            .each_ref()
            .map(|cases| measure(cases, &weights, false));
        println!("{name}: {counts:?}");
        let [[_, in_five, _], ..] = counts;
        assert!(in_five >= before, "{name}: {in_five} after {before}");
        before = in_five;
    }
}
