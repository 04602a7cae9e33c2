//! Quotations and links of replies: what stands between quotation marks is in its work, and a link leads to a verse.

use std::sync::OnceLock;

use verse_ai::{ChatRequest, Role, Turn};
use verse_scripture::works::commentary::list_sections;
use verse_scripture::works::introduction::find_introduction;
use verse_scripture::works::outline::outline;
use verse_scripture::works::topics::topics;
use verse_scripture::{
    Reference, VerseId, books, find_book, find_translation, get_chapter, parse_references,
};

use crate::case::read;
use crate::chat::reply;

/// One verse in this many is asked for.
const STEP: usize = 311;
/// The topics that are asked for.
const TOPICS: usize = 40;

/// The replies to the messages of the list, to questions about verses from the whole canon, and about persons.
async fn replies() -> Vec<String> {
    let mut replies = Vec::new();
    for case in read(include_str!("chat.txt")) {
        let mut request = ChatRequest {
            passage_reference: case.passage,
            ..ChatRequest::default()
        };
        for question in case.questions {
            request.turns.push(Turn::new(Role::User, question.message));
            let text = reply(request.clone()).await;
            replies.push(text.clone());
            request.turns.push(Turn::new(Role::Assistant, text));
        }
    }
    let verses = (0..31_102).step_by(STEP).filter_map(VerseId::from_ordinal);
    let of_verses =
        verses.map(|verse| format!("What does {} mean?", Reference::between(verse, verse)));
    let of_topics = topics().step_by(120).take(TOPICS);
    let of_topics = of_topics.map(|topic| format!("Who was {}?", topic.name.to_lowercase()));
    for message in of_verses.chain(of_topics) {
        let request = ChatRequest {
            turns: vec![Turn::new(Role::User, message)],
            ..ChatRequest::default()
        };
        replies.push(reply(request).await);
    }
    replies
}

#[tokio::test]
async fn every_quotation_is_in_its_work_and_every_link_leads_to_a_verse() {
    let replies = replies().await;
    assert!(replies.len() > 200, "{}", replies.len());
    let (mut verses, mut sentences, mut links) = (0, 0, 0);
    for text in &replies {
        for paragraph in text.split("\n\n") {
            links += check_links(paragraph);
            if let Some((label, quoted, code)) = quoted_verses(paragraph) {
                check_verses(label, quoted, code);
                verses += 1;
            } else if paragraph.contains("ommentary") && paragraph.contains("on [") {
                let (_, quoted) = paragraph.split_once(": “").expect("a quotation");
                for part in quoted.split(" … ").flat_map(|part| part.split("” “")) {
                    let is_there = commentary().contains(&unmarked(&unlinked(part)));
                    assert!(is_there, "{part}\n\nin\n\n{text}");
                    sentences += 1;
                }
            } else if paragraph.starts_with("Nave’s") {
                for part in paragraph.split('“').skip(1) {
                    let part = part.split('”').next().unwrap_or_default();
                    assert!(labels().contains(part), "{part}\n\nin\n\n{text}");
                    sentences += 1;
                }
            }
        }
    }
    println!(
        "{} replies: {verses} passages, {sentences} other quotations and {links} links",
        replies.len()
    );
    assert!(
        verses > 150 && sentences > 300 && links > 500,
        "{verses} {sentences} {links}"
    );
}

/// Label, text and translation of a paragraph such as `[John 3:16](…): “…” (WEB)`.
fn quoted_verses(paragraph: &str) -> Option<(&str, &str, &str)> {
    let (label, rest) = paragraph.strip_prefix('[')?.split_once("](/?")?;
    let (_, rest) = rest.split_once("): “")?;
    let (quoted, rest) = rest.rsplit_once("” (")?;
    let (code, _) = rest.split_once(')')?;
    Some((label, quoted, code))
}

fn check_verses(label: &str, quoted: &str, code: &str) {
    let translation = find_translation(code).expect("a translation").code;
    let passage = parse_references(label).expect("a reference");
    let texts = passage
        .iter()
        .flat_map(|passage| passage.printed_in(translation));
    let texts = texts.flat_map(|(book, chapter, verses)| {
        let chapter = get_chapter(translation, book, chapter).expect("a chapter");
        chapter.verses_within(&verses)
    });
    let texts: Vec<String> = texts.map(|verse| verse.text).collect();
    assert_eq!(
        unmarked(&texts.join(" ")),
        unmarked(quoted),
        "{label} ({code})"
    );
}

/// A text without quotation marks: those within a quotation are single, and one whose partner is in another verse is left out.
fn unmarked(text: &str) -> String {
    let kept = text.chars().filter(|c| !"“”‘’\"'".contains(*c));
    kept.collect::<String>().trim().to_owned()
}

fn check_links(paragraph: &str) -> u32 {
    let mut count = 0;
    for link in paragraph.split("](/?").skip(1) {
        let (query, _) = link.split_once(')').expect("a link");
        let mut book = None;
        let (mut chapter, mut verse) = (0, 1);
        for field in query.split('&') {
            match field.split_once('=').expect("a field") {
                ("book", name) => book = find_book(&name.replace("%20", " ")),
                ("chapter", number) => chapter = number.parse().expect("a number"),
                ("verse", number) => verse = number.parse().expect("a number"),
                other => panic!("no field of a link: {other:?}"),
            }
        }
        let last = book.and_then(|book| book.verse_count(chapter));
        assert!(last.is_some_and(|last| verse <= last), "{query}");
        count += 1;
    }
    count
}

/// The commentary with its titles, introductions and outlines.
fn commentary() -> &'static str {
    static ALL: OnceLock<String> = OnceLock::new();
    ALL.get_or_init(|| {
        let mut all = Vec::new();
        for book in books() {
            all.extend(find_introduction(book.id).unwrap_or_default());
            for chapter in 1..=book.chapter_count() {
                all.extend(outline(book.id, chapter).into_iter().map(|part| part.title));
                for section in list_sections(book.id, chapter) {
                    all.extend(section.title);
                    all.extend(section.paragraphs);
                }
            }
        }
        unmarked(&all.join("\n"))
    })
}

/// The labels of the topical Bible.
fn labels() -> &'static str {
    static ALL: OnceLock<String> = OnceLock::new();
    ALL.get_or_init(|| {
        let labels = topics().flat_map(|topic| topic.entries);
        let labels: Vec<String> = labels.map(|entry| entry.label).collect();
        labels.join("\n")
    })
}

/// A text with the labels of its links in their places.
fn unlinked(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, link)) = rest.split_once('[') {
        plain.push_str(before);
        let Some((label, after)) = link.split_once("](/?") else {
            rest = link;
            continue;
        };
        plain.push_str(label);
        rest = after.split_once(')').map_or("", |(_, after)| after);
    }
    plain.push_str(rest);
    plain
}
