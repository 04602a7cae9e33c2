//! Every quotation of insights is in its work at its place, and every link leads to a verse.

use std::collections::HashSet;

use tokio::time::Instant;
use verse_scripture::works::introduction::find_introduction;
use verse_scripture::works::outline::outline;
use verse_scripture::works::topics::topics;
use verse_scripture::{
    Reference, VerseId, books, find_book, get_chapter, parse_references, translations,
};

use super::{quotations, unlink};
use crate::library::significance::list_selected_sections;
use crate::library::{Library, passage::verse_texts, related::title_case};
use crate::{InsightRequest, Model};

/// The number of insights.
const INSIGHTS: usize = 150;

/// Small differences that are no difference in words: the forms of quotation marks.
fn one_form(text: &str) -> String {
    text.replace(['‘', '’', '"', '“', '”'], "'")
}

/// The links of a text: label and address.
fn links(text: &str) -> Vec<(&str, &str)> {
    let links = text.split('[').skip(1);
    let links = links.filter_map(|rest| rest.split_once("](/?"));
    links
        .filter_map(|(label, rest)| Some((label, rest.split_once(')')?.0)))
        .collect()
}

/// Asserts that a link's address is that of a chapter, or of a verse in one.
#[track_caller]
fn assert_leads_to_a_verse(address: &str) {
    let field = |name: &str| {
        let mut fields = address.split('&').filter_map(|field| field.split_once('='));
        fields
            .find(|(known, _)| *known == name)
            .map(|(_, value)| value)
    };
    let name = field("book").unwrap().replace("%20", " ");
    let book = find_book(&name).unwrap_or_else(|| panic!("{address}"));
    assert_eq!(book.name, name);
    let chapter: u16 = field("chapter").unwrap().parse().unwrap();
    let verses = book
        .verse_count(chapter)
        .unwrap_or_else(|| panic!("{address}"));
    if let Some(verse) = field("verse") {
        assert!((1..=verses).contains(&verse.parse().unwrap()), "{address}");
    }
}

/// The texts that an insight on a passage may quote besides verses: its commentary, outlines and introduction.
fn works_on(passage: &Reference) -> Vec<String> {
    let mut works = Vec::new();
    for (book, chapter, _) in passage.chapters().take(3) {
        works.extend(outline(book, chapter).into_iter().map(|part| part.title));
        let whole = Reference::whole_chapter(book, chapter).unwrap();
        for selected in list_selected_sections(&whole) {
            works.extend(selected.section.title);
            works.extend(selected.section.paragraphs);
        }
        let sections = verse_scripture::works::commentary::list_sections(book, 1);
        works.extend(sections.into_iter().flat_map(|section| section.paragraphs));
    }
    let name = passage.book().name.replace("2 ", "1 ");
    for book in [Some(passage.book()), find_book(&name)]
        .into_iter()
        .flatten()
    {
        works.extend(find_introduction(book.id).unwrap_or_default());
    }
    works.iter().map(|text| one_form(text)).collect()
}

#[tokio::test]
async fn every_quotation_is_in_its_work_and_every_link_leads_to_a_verse() {
    let topics: HashSet<String> = topics().map(|topic| title_case(&topic.name)).collect();
    let (mut quotations_seen, mut links_seen, mut verses_seen) = (0, 0, 0);
    for at in 0..INSIGHTS {
        let ordinal = u16::try_from((at * 31_102 / INSIGHTS + at * 7) % 31_102).unwrap();
        let first = VerseId::from_ordinal(ordinal).unwrap();
        let translation = &translations()[at % translations().len()];
        // A verse, several verses, or a chapter.
        let passage = match at % 5 {
            0..=2 => Reference::between(first, first),
            3 => {
                let count = first.book.book().verse_count(first.chapter).unwrap();
                let verse = (first.verse + 4).min(count);
                Reference::between(first, VerseId { verse, ..first })
            }
            _ => Reference::whole_chapter(first.book, first.chapter).unwrap(),
        };
        let request = InsightRequest {
            passage_reference: format!("{passage} ({})", translation.code),
            passage_text: verse_texts(translation.code, &passage).join(" "),
        };
        let shown = request.passage_reference.clone();
        let insight = Library::default().write_insight(request, Instant::now());
        let texts = insight.await.unwrap().texts;
        let works = works_on(&passage);
        let paragraphs = [
            &texts.historical_context,
            &texts.theological_significance,
            &texts.practical_application,
        ];
        for paragraph in paragraphs.into_iter().flat_map(|text| text.split("\n\n")) {
            for (_, address) in links(paragraph) {
                assert_leads_to_a_verse(address);
                links_seen += 1;
            }
            let is_note = paragraph.contains(" notes on ");
            let is_topic = paragraph.contains("Nave’s");
            // A verse: its link, a colon and its words.
            let verse = links(paragraph).first().and_then(|(label, address)| {
                let is_verse = paragraph.starts_with(&format!("[{label}](/?{address}): “"));
                let name = label.rsplit_once(' ')?.1;
                let book = address.split_once("book=")?.1.split_once('&')?.0;
                let book = book.replace("%20", " ");
                is_verse.then(|| parse_references(&format!("{book} {name}")).unwrap()[0])
            });
            for quoted in quotations(paragraph) {
                let quoted = one_form(&quoted);
                if let Some(verse) = verse {
                    let text = one_form(&verse_texts(translation.code, &verse).join(" "));
                    assert!(
                        text.contains(quoted.trim_matches('\'')),
                        "{shown}: {quoted}"
                    );
                    verses_seen += 1;
                } else if is_topic {
                    let name = quoted.split(": ").next().unwrap();
                    let is_known = topics.iter().any(|topic| {
                        let topic = one_form(topic);
                        topic == name || topic.starts_with(&format!("{name} ("))
                    });
                    assert!(is_known, "{shown}: {quoted}");
                } else if !is_note {
                    let is_in_work = works.iter().any(|text| text.contains(&quoted));
                    assert!(is_in_work, "{shown}: {quoted}");
                }
                quotations_seen += 1;
            }
        }
    }
    println!("{quotations_seen} quotations, {verses_seen} of verses, {links_seen} links");
    assert!(quotations_seen > 1_000 && verses_seen > 300 && links_seen > 1_000);
    assert!(books().len() == 66 && get_chapter(translations()[0].code, books()[0].id, 1).is_ok());
}

/// No artefact of a work's edition, no mark twice, no frame of the first version.
#[tokio::test]
async fn insights_have_no_artefacts() {
    const ARTEFACTS: [&str; 12] = [
        "““",
        "””",
        "“\"",
        "\"”",
        "‘‘",
        "’’",
        " -",
        "--",
        "See TITLE",
        "out comfort",
        "“1. ",
        " … ",
    ];
    for ordinal in (0..31_102).step_by(311) {
        let verse = VerseId::from_ordinal(ordinal).unwrap();
        let request = InsightRequest {
            passage_reference: verse.to_string(),
            passage_text: "…".to_owned(),
        };
        let insight = Library::default().write_insight(request, Instant::now());
        let texts = insight.await.unwrap().texts;
        for text in [
            texts.historical_context,
            texts.theological_significance,
            texts.practical_application,
        ] {
            let text = unlink(&text);
            for artefact in ARTEFACTS {
                assert!(!text.contains(artefact), "{verse}: {artefact}\n\n{text}");
            }
            for quoted in quotations(&text) {
                let starts_item = quoted
                    .split_once(". ")
                    .is_some_and(|(n, _)| n.parse::<u8>().is_ok());
                assert!(!starts_item && !quoted.is_empty(), "{verse}: {quoted}");
            }
        }
    }
}
