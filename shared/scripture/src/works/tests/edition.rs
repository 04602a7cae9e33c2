//! The commentary, its introductions and its outlines without the faults of their edition: a test for each kind, over the whole
//! work.

use super::*;

/// Every paragraph of the commentary and the introductions, with its place.
fn paragraphs() -> Vec<(String, String)> {
    let sections = every_chapter().flat_map(|(book, chapter)| {
        let sections = commentary::list_sections(book.id, chapter).into_iter();
        sections.flat_map(|section| {
            let place = section.reference().to_string();
            let texts = section.paragraphs.into_iter();
            texts.map(move |text| (place.clone(), text))
        })
    });
    let introductions = books().iter().flat_map(|book| {
        let texts = introduction::find_introduction(book.id).unwrap_or_default();
        texts.into_iter().map(|text| (book.name.to_owned(), text))
    });
    sections.chain(introductions).collect()
}

/// Every title of a section and of an outline.
fn titles() -> Vec<String> {
    let titles = every_chapter().flat_map(|(book, chapter)| {
        let sections = commentary::list_sections(book.id, chapter).into_iter();
        let outline = outline::outline(book.id, chapter).into_iter();
        let of_sections = sections.filter_map(|section| section.title);
        of_sections.chain(outline.map(|part| part.title))
    });
    titles.collect()
}

fn assert_none(faults: &[String], kind: &str) {
    assert!(
        faults.is_empty(),
        "{kind}: {}\n{}",
        faults.len(),
        faults.join("\n")
    );
}

#[test]
fn no_item_of_a_list_has_a_number() {
    let is_number = |word: &str| {
        word.strip_suffix('.')
            .is_some_and(|n| n.parse::<u8>().is_ok())
    };
    let mut faults = Vec::new();
    for (place, text) in paragraphs() {
        let words: Vec<&str> = text.split(' ').collect();
        for window in words.windows(3) {
            let is_reference = window[0].ends_with(char::is_alphanumeric)
                || window[0].ends_with([',', ';'])
                || ["ver.", "Rom."].contains(&window[0]);
            if is_number(window[1]) && !is_reference && window[2].starts_with(char::is_uppercase) {
                faults.push(format!("{place}: {}", window.join(" ")));
            }
        }
    }
    assert_none(&faults, "numbers of lists");
}

#[test]
fn every_paragraph_begins_with_a_capital_and_ends_with_a_mark() {
    let mut faults = Vec::new();
    for (place, text) in paragraphs() {
        let begins = text.trim_start_matches('"').starts_with(char::is_uppercase);
        if !begins || !text.ends_with(['.', '!', '?', '"']) {
            faults.push(format!("{place}: {text}"));
        }
    }
    assert_none(&faults, "beginnings and ends");
}

#[test]
fn no_passage_stands_twice() {
    let mut faults = Vec::new();
    for (place, text) in paragraphs() {
        let words: Vec<&str> = text.split(' ').collect();
        for windows in words.windows(28) {
            if windows[..14] == windows[14..] {
                faults.push(format!("{place}: {}", windows.join(" ")));
            }
        }
    }
    assert_none(&faults, "repetitions");
}

#[test]
fn quotation_marks_are_opened_and_closed_once() {
    let mut faults = Vec::new();
    for (place, text) in paragraphs() {
        let closes_nothing = [",' ", ";' ", ":' ", "n' ", "g' ", "t' "].iter();
        let lone = closes_nothing.filter(|mark| text.contains(*mark)).count();
        if lone > 0 || text.contains("\"\"") || text.matches('"').count() % 2 == 1 {
            faults.push(format!("{place}: {text}"));
        }
    }
    assert_none(&faults, "quotation marks");
}

#[test]
fn marks_and_book_names_have_one_form() {
    let mut faults = Vec::new();
    for (place, text) in paragraphs() {
        let parts = [
            "--", " -", "II ", "I Kin", "I Pet", "unless. ", "..", " ,", "  ",
        ];
        if parts.iter().any(|part| text.contains(part)) {
            faults.push(format!("{place}: {text}"));
        }
    }
    assert_none(&faults, "marks");
}

#[test]
fn titles_that_ran_together_are_parted() {
    let mut faults = Vec::new();
    for title in titles() {
        let runs_on = ["The", "A", "His", "Her", "Their", "He", "They", "And", "To"].iter();
        let runs_on = runs_on
            .filter(|word| title.contains(&format!(", {word} ")))
            .count();
        let begins = title.starts_with(char::is_uppercase);
        if runs_on > 0 || !begins || title.contains("--") || title.ends_with(['.', ',', ';', ':']) {
            faults.push(title);
        }
    }
    assert_none(&faults, "titles");
    let john = find_book("John").unwrap().id;
    let title = commentary::list_sections(john, 3)[1].title.clone();
    assert_eq!(
        title.unwrap(),
        "The baptism of John. Of Christ. John's testimony"
    );
}

#[test]
fn lost_words_are_restored_from_the_verse() {
    let section = commentary::list_sections_on(&passage("Genesis 5:29")).remove(0);
    let text = section.paragraphs.join(" ");
    assert!(text.contains("a hard livelihood. \"This same shall comfort us.\" It signifies"));
}
