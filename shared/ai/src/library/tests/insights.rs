//! Insights of the library.

use std::collections::HashSet;
use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use tokio::{task::yield_now, time::Instant};
use verse_scripture::works::commentary::list_sections;
use verse_scripture::works::introduction::find_introduction;
use verse_scripture::{Reference, TranslationCode, VerseId, books, find_book, get_chapter};

use super::{assert_contains, assert_lacks, quotations};
use crate::library::wording::{Language, Wording};
use crate::library::{
    Library,
    context::introduction,
    passage::WordsOfChapters,
    sentences,
    significance::{commentary_on, list_selected_sections},
    sources::Sources,
};
use crate::{InsightRequest, MAX_TEXT_CHARS, Model};

/// Writes an insight, prints it for people to read, and returns its context, significance, application and source.
async fn insight(reference: &str, text: &str) -> [String; 4] {
    let request = InsightRequest {
        passage_reference: reference.to_owned(),
        passage_text: text.to_owned(),
    };
    let insight = Library::default().write_insight(request, Instant::now());
    let insight = insight.await.unwrap();
    let parts = [
        insight.texts.historical_context,
        insight.texts.theological_significance,
        insight.texts.practical_application,
        insight.source,
    ];
    for part in &parts {
        assert!(part.chars().count() <= MAX_TEXT_CHARS, "{reference}");
    }
    println!("### {reference}\n\n{}\n", parts.join("\n\n—\n"));
    parts
}

/// The text of several books from this one on, cut to 50,000 characters.
fn text_of_several_books(translation: TranslationCode, first: &str) -> String {
    let from = find_book(first).unwrap().id;
    let books = books().iter().filter(|book| book.id >= from);
    let chapters =
        books.flat_map(|book| (1..=book.chapter_count()).map(|chapter| (book.id, chapter)));
    let verses = chapters.flat_map(|(book, chapter)| {
        let chapter = get_chapter(translation, book, chapter).unwrap();
        chapter.texts().into_iter().map(|(_, text)| text + " ")
    });
    let mut text = String::new();
    for verse in verses {
        text.push_str(&verse);
        if text.len() > 50_000 {
            break;
        }
    }
    text.chars().take(50_000).collect()
}

#[tokio::test]
async fn other_requests_run_during_an_insight_on_50_000_characters_of_several_books() {
    let turns = Arc::new(AtomicUsize::new(0));
    let other = tokio::spawn({
        let turns = Arc::clone(&turns);
        async move {
            loop {
                turns.fetch_add(1, Ordering::Relaxed);
                yield_now().await;
            }
        }
    });
    let text = text_of_several_books(TranslationCode::Kjv, "Titus");
    let [context, ..] = insight("Titus 1 (KJV)", &text).await;
    other.abort();
    assert_contains(&context, &["Titus", "Matthew Henry’s Concise Commentary"]);
    let turns = turns.load(Ordering::Relaxed);
    assert!(turns > 100, "{turns}");
}

#[tokio::test]
async fn a_verse_gets_its_own_part_of_a_long_section() {
    let [context, significance, application, source] =
        insight("John 3:16", "For God so loved the world").await;
    assert_contains(
        &context,
        &[
            "“The apostle and evangelist, John, seems to have been",
            "“Christ's discourse with Nicodemus” ([John 3:1-21]",
            // From the translation's note.
            "only begotten",
        ],
    );
    assert_contains(
        &significance,
        &[
            "Here is God's love in giving his Son for the world.",
            "(/?book=1%20John&chapter=4&verse=9)",
        ],
    );
    // The words of related passages.
    assert_contains(
        &significance,
        &["has sent his only born Son into the world"],
    );
    assert_lacks(&significance, "Nicodemus was afraid");
    // The third sentence of the introduction.
    assert_lacks(&context, "sincerely attached");
    assert_contains(&application, &["we must give up ourselves to be ruled"]);
    assert_contains(
        &source,
        &[
            "Matthew Henry’s Concise Commentary (public domain)",
            "World English Bible",
            "Nave’s",
            "MetaV",
        ],
    );
}

#[tokio::test]
async fn a_selection_can_begin_and_end_in_mid_verse() {
    let text = "world, that he gave his only begotten Son, that whosoever believeth in him should not perish, but \
                have everlasting life. For God sent not his Son into the world";
    let [context, significance, ..] = insight("John 3 (KJV)", text).await;
    assert_contains(
        &context,
        &["John 3:16-17", "“Christ's discourse with Nicodemus”"],
    );
    assert_contains(
        &significance,
        &[
            "Here is God's love in giving his Son",
            "God was in Christ reconciling the world",
        ],
    );
    let text = "De tal manera amó Dios al mundo, que ha dado á su Hijo unigénito";
    let [context, ..] = insight("Juan 3 (SRV)", text).await;
    assert_contains(&context, &["Juan 3:16", "El comentario está en inglés"]);
    let text = "A text that stands in no chapter of the Bible.";
    let [context, significance, ..] = insight("Psalms 23", text).await;
    assert!(context.starts_with("These words are in none of the six translations here."));
    assert_contains(&significance, &["still waters"]);
}

#[tokio::test]
async fn a_whole_psalm_gets_an_insight() {
    let psalms = find_book("Psalms").unwrap().id;
    let chapter = get_chapter(TranslationCode::Web, psalms, 23).unwrap();
    let verses = chapter.verses().into_iter();
    let text: Vec<String> = verses
        .map(|verse| format!("{} {}", verse.number, verse.text))
        .collect();
    let [context, significance, application, _] = insight("Psalms 23:1-6", &text.join("\n")).await;
    assert_contains(&context, &["“David was the penman of most of the psalms"]);
    assert_contains(&significance, &["the shadow of a serpent will not sting"]);
    assert_contains(
        &application,
        &["let us then simply trust our Shepherd's care"],
    );
}

#[tokio::test]
async fn a_verse_with_another_number_in_its_translation_gets_the_commentary_on_its_words() {
    let spanish = "MAS Jehová había prevenido un gran pez que tragase á Jonás";
    for text in [spanish, "Un texto que no está en la Biblia"] {
        let [context, significance, ..] = insight("Jonás 2:1 (SRV)", text).await;
        assert_contains(&context, &["Jonás 1:17"]);
        assert_contains(&significance, &["[Jonás 1:13-17]"]);
    }
    let doxology = "Now to him who is able to establish you";
    let [.., application, _] = insight("Romans 14:24 (WEB)", doxology).await;
    let [.., expected, _] = insight("Romans 16:25 (WEB)", doxology).await;
    assert_eq!(application, expected);
}

#[tokio::test]
async fn the_longest_chapters_fit_into_an_import() {
    for reference in [
        "Psalms 119",
        "Numbers 7",
        "Genesis",
        "Isaiah 36-39",
        "Psalms",
    ] {
        insight(reference, "").await;
    }
}

#[tokio::test]
async fn a_missing_introduction_is_named() {
    let [context, significance, ..] = insight("Obadiah 1:1", "The vision of Obadiah.").await;
    assert_contains(&context, &["has no introduction to Obadiah."]);
    assert_contains(&significance, &["This prophecy is against Edom."]);
    let [context, ..] = insight("2 Kings 5:10", "Go and wash in the Jordan seven times").await;
    assert_contains(
        &context,
        &["no introduction to 2 Kings. This is from the one to 1 Kings: “"],
    );
}

#[tokio::test]
async fn a_request_without_a_passage_is_told_what_to_send() {
    for (reference, text) in [
        ("Hello", "nothing of the kind"),
        ("", ""),
        ("John 99:1", "x"),
        ("%%", "\u{0}"),
    ] {
        let [context, _, application, _] = insight(reference, text).await;
        assert_contains(&context, &["found no passage"]);
        assert_contains(&application, &["John 3:16"]);
    }
}

/// Every quoted sentence is in the work, letter for letter, and no sentence is in both texts.
#[test]
fn every_sentence_is_quoted_from_the_commentary_once() {
    let mut words = WordsOfChapters::default();
    let verses: Vec<VerseId> = (0..31_102)
        .step_by(7)
        .filter_map(VerseId::from_ordinal)
        .collect();
    assert_eq!(verses.len(), 4_444);
    for verse in verses {
        let passage = Reference::between(verse, verse);
        let wording = Wording::new(Language::English, &passage);
        let (explained, application) = commentary_on(&passage, &wording, &mut words);
        let mut works: Vec<String> = Vec::new();
        let selected = list_selected_sections(&passage).into_iter();
        let selected = selected.map(|selected| selected.section);
        for section in selected.chain(list_sections(verse.book, verse.chapter)) {
            works.extend(section.title);
            works.extend(section.paragraphs);
        }
        assert!(!application.is_empty(), "{verse}");
        let works: Vec<String> = works.iter().map(|text| text.replace('"', "'")).collect();
        let explanation = quotations(&explained.join("\n\n"));
        assert!(!explanation.is_empty(), "{verse}");
        let exhortation = quotations(&application);
        for quoted in explanation.iter().chain(&exhortation) {
            assert!(
                works.iter().any(|text| text.contains(quoted.as_str())),
                "{verse}: {quoted}"
            );
        }
        let both: HashSet<&String> = explanation
            .iter()
            .filter(|quoted| exhortation.contains(quoted))
            .collect();
        assert!(both.is_empty(), "{verse}: {both:?}");
    }
}

#[test]
fn every_introduction_is_quoted_from_the_commentary() {
    let mut without = Vec::new();
    for book in books() {
        let genesis = Reference::whole_chapter(books()[0].id, 1).unwrap();
        let wording = Wording::new(Language::English, &genesis);
        let quoted = quotations(&introduction(book, &wording, &mut Sources::default()));
        let sentences: usize = quoted.iter().map(|text| sentences::split(text).len()).sum();
        assert!(sentences <= 2, "{}: {quoted:?}", book.name);
        let mut works = find_introduction(book.id).unwrap_or_else(|| {
            without.push(book.usfm);
            let sections = list_sections(book.id, 1).into_iter();
            sections.flat_map(|section| section.paragraphs).collect()
        });
        if let "2KI" | "2CH" = book.usfm {
            let first = find_book(&book.name.replace('2', "1")).unwrap();
            works = find_introduction(first.id).unwrap();
        }
        let works: Vec<String> = works.iter().map(|text| text.replace('"', "'")).collect();
        for quoted in quoted {
            assert!(
                works.iter().any(|text| text.contains(quoted.as_str())),
                "{}: {quoted}",
                book.name
            );
        }
    }
    assert_eq!(without, ["2KI", "2CH", "OBA", "PHM", "2JN", "3JN", "JUD"]);
}
