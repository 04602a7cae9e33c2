//! Insights as readers get them.

use std::collections::HashSet;
use std::fmt::Write;

use tokio::time::Instant;
use verse_scripture::works::commentary::list_sections;
use verse_scripture::works::introduction::find_introduction;
use verse_scripture::{Reference, TranslationCode, VerseId, books, find_book, get_chapter};

use crate::library::Library;
use crate::library::links::unlink;
use crate::library::passage::WordsOfChapters;
use crate::library::significance::commentary_on;
use crate::library::sources::Sources;
use crate::{InsightRequest, InsightTexts, Model, Written};

async fn insight(reference: &str, text: &str) -> Written<InsightTexts> {
    let request = InsightRequest {
        passage_reference: reference.to_owned(),
        passage_text: text.to_owned(),
    };
    Library
        .write_insight(request, Instant::now())
        .await
        .unwrap()
}

/// A whole answer, to be read.
fn print(reference: &str, written: &Written<InsightTexts>) {
    let mut answer = String::new();
    let texts = &written.texts;
    writeln!(answer, "### {reference}\n").unwrap();
    for (name, text) in [
        ("historical_context", &texts.historical_context),
        ("theological_significance", &texts.theological_significance),
        ("practical_application", &texts.practical_application),
        ("source", &written.source),
    ] {
        writeln!(answer, "**{name}**\n\n{text}\n").unwrap();
    }
    println!("{answer}");
}

/// What a text quotes: what stands between “ and ”, by the sentences that follow each other, without links.
pub(super) fn quotations(text: &str) -> Vec<String> {
    let pieces = text
        .split('“')
        .skip(1)
        .filter_map(|rest| rest.split_once('”'));
    pieces
        .flat_map(|(quoted, _)| quoted.split(" … "))
        .map(unlink)
        .collect()
}

#[tokio::test]
async fn a_verse_has_its_own_part_of_a_long_section() {
    let written = insight("John 3:16", "For God so loved the world").await;
    print("John 3:16", &written);
    let texts = &written.texts;
    assert!(
        texts
            .historical_context
            .contains("“The apostle and evangelist, John, seems to have been")
    );
    assert!(
        texts
            .historical_context
            .contains("“Christ's discourse with Nicodemus” ([John 3:1-21]")
    );
    assert!(
        texts.historical_context.contains("only begotten"),
        "the translators' note"
    );
    assert!(
        texts
            .theological_significance
            .contains("Here is God's love in giving his Son for the world.")
    );
    assert!(
        !texts
            .theological_significance
            .contains("Nicodemus was afraid")
    );
    assert!(
        texts
            .theological_significance
            .contains("(/?book=1%20John&chapter=4&verse=9)")
    );
    assert!(
        texts
            .practical_application
            .contains("we must give up ourselves to be ruled")
    );
    for source in [
        "Matthew Henry’s Concise Commentary (public domain)",
        "World English Bible",
        "Nave’s",
        "MetaV",
    ] {
        assert!(written.source.contains(source), "{source}");
    }
}

#[tokio::test]
async fn a_selection_that_begins_and_ends_within_verses() {
    let text = "world, that he gave his only begotten Son, that whosoever believeth in him should not perish, but \
                have everlasting life. For God sent not his Son into the world";
    let written = insight("John 3 (KJV)", text).await;
    print(
        "John 3 (KJV), from “world, that he gave” to “his Son into the world”",
        &written,
    );
    let texts = &written.texts;
    assert!(
        texts
            .historical_context
            .contains("John 3:16-17 stands in the part")
    );
    assert!(
        texts
            .theological_significance
            .contains("Here is God's love in giving his Son")
    );
    assert!(
        texts
            .theological_significance
            .contains("God was in Christ reconciling the world")
    );
    let spanish = insight(
        "Juan 3 (SRV)",
        "De tal manera amó Dios al mundo, que ha dado á su Hijo unigénito",
    )
    .await;
    print("Juan 3 (SRV)", &spanish);
    assert!(
        spanish
            .texts
            .historical_context
            .contains("John 3:16 stands in the part")
    );
    assert!(
        spanish
            .texts
            .historical_context
            .contains("The works of this library are in English.")
    );
    let elsewhere = insight(
        "Psalms 23",
        "A text that stands in no chapter of the Bible.",
    )
    .await;
    assert!(
        elsewhere
            .texts
            .theological_significance
            .contains("still waters")
    );
}

#[tokio::test]
async fn a_whole_psalm() {
    let psalms = find_book("Psalms").unwrap().id;
    let verses = get_chapter(TranslationCode::Web, psalms, 23)
        .unwrap()
        .verses();
    let text: Vec<String> = verses
        .iter()
        .map(|verse| format!("{} {}", verse.number, verse.text))
        .collect();
    let written = insight("Psalms 23:1-6", &text.join("\n")).await;
    print("Psalms 23:1-6", &written);
    let texts = &written.texts;
    assert!(
        texts
            .historical_context
            .contains("“David was the penman of most of the psalms")
    );
    assert!(
        texts
            .theological_significance
            .contains("the shadow of a serpent will not sting")
    );
    assert!(
        texts
            .practical_application
            .contains("let us then simply trust our Shepherd's care")
    );
}

#[tokio::test]
async fn a_book_without_an_introduction_says_so() {
    let written = insight("Obadiah 1:1", "The vision of Obadiah.").await;
    print("Obadiah 1:1", &written);
    assert!(
        written
            .texts
            .historical_context
            .contains("has no introduction to Obadiah.")
    );
    assert!(
        written
            .texts
            .theological_significance
            .contains("This prophecy is against Edom.")
    );
    let kings = insight("2 Kings 5:10", "Go and wash in the Jordan seven times").await;
    assert!(
        kings
            .texts
            .historical_context
            .contains("no introduction to 2 Kings. It introduces 1 Kings: “")
    );
}

#[tokio::test]
async fn what_names_no_passage_is_told_what_to_send() {
    for (reference, text) in [
        ("Hello", "nothing of the kind"),
        ("", ""),
        ("John 99:1", "x"),
        ("%%", "\u{0}"),
    ] {
        let written = insight(reference, text).await;
        assert!(
            written
                .texts
                .historical_context
                .contains("found no passage"),
            "{reference}"
        );
        assert!(
            written.texts.practical_application.contains("John 3:16"),
            "{reference}"
        );
    }
}

/// Every quoted sentence stands in the work, letter for letter, and none stands in both parts.
#[test]
fn every_sentence_is_the_works_own() {
    let mut seen = 0;
    let mut words = WordsOfChapters::default();
    for (index, verse) in every_verse().enumerate() {
        if index % 7 != 0 {
            continue;
        }
        let passage = Reference::between(verse, verse);
        let (explained, application) = commentary_on(&passage, &mut words);
        let mut works: Vec<String> = Vec::new();
        for section in list_sections(verse.book, verse.chapter) {
            works.extend(section.title);
            works.extend(section.paragraphs);
        }
        assert!(!application.is_empty(), "{verse}");
        let explains = quotations(&explained.join("\n\n"));
        assert!(!explains.is_empty(), "{verse}");
        let asks = quotations(&application);
        for quoted in explains.iter().chain(&asks) {
            assert!(
                works.iter().any(|text| text.contains(quoted.as_str())),
                "{verse}: {quoted}"
            );
        }
        let both: HashSet<&String> = explains
            .iter()
            .filter(|quoted| asks.contains(quoted))
            .collect();
        assert!(both.is_empty(), "{verse}: {both:?}");
        seen += 1;
    }
    assert_eq!(seen, 4_444);
}

#[test]
fn every_introduction_is_the_works_own() {
    let mut without = Vec::new();
    for book in books() {
        let context = super::super::context::introduction(book, &mut Sources::default());
        let quoted = quotations(&context);
        let mut works = find_introduction(book.id).unwrap_or_else(|| {
            without.push(book.usfm);
            list_sections(book.id, 1)
                .into_iter()
                .flat_map(|section| section.paragraphs)
                .collect()
        });
        if let "2KI" | "2CH" = book.usfm {
            let first = verse_scripture::find_book(&book.name.replace('2', "1")).unwrap();
            works = find_introduction(first.id).unwrap();
        }
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

fn every_verse() -> impl Iterator<Item = VerseId> {
    (0..31_102).filter_map(VerseId::from_ordinal)
}
