//! The words of the linked translations, and the Hebrew and Greek words behind them.

use std::collections::{BTreeMap, BTreeSet};

use super::*;
use crate::works::headwords::{find_headword, search_headwords};
use crate::works::lexicon::StrongsNumber;
use crate::works::source_words::{SourceWord, get_source_chapter};
use crate::works::word_links::{WordLink, get_linked_chapter};
use TranslationCode::{Bsb, Kjv};

const LINKED: [TranslationCode; 2] = [Kjv, Bsb];

fn verse(text: &str) -> VerseId {
    passage(text).first()
}

/// The words of a link with marks, and its numbers.
fn described(link: &WordLink, text: &str) -> (String, String) {
    let numbers: Vec<String> = link.numbers().map(|number| number.to_string()).collect();
    (text[link.range.clone()].to_owned(), numbers.join(" "))
}

/// Every link of a verse outside its title.
fn links(translation: TranslationCode, reference: &str) -> Vec<(String, String)> {
    let at = verse(reference);
    let chapter = get_linked_chapter(translation, at.book, at.chapter).unwrap();
    let text = chapter.chapter().verse_text(at.verse).unwrap();
    let links = chapter.verse_links(at.verse);
    links.iter().map(|link| described(link, &text)).collect()
}

fn numbers_of(translation: TranslationCode, reference: &str, words: &str) -> Vec<String> {
    let links = links(translation, reference).into_iter();
    links
        .filter(|(text, _)| text == words)
        .map(|(_, numbers)| numbers)
        .collect()
}

fn source_words(reference: &str) -> Vec<SourceWord> {
    let at = verse(reference);
    let mut chapter = get_source_chapter(at.book, at.chapter).unwrap();
    chapter.verse_words(at.verse)
}

#[test]
fn every_link_is_on_words_of_its_verse_and_has_numbers_with_entries() {
    /// Spans, links, verses with links, spans in titles, different numbers.
    type Counts = (usize, usize, usize, usize, usize);
    let expected: [Counts; 2] = [
        // The source has one more number, G1192: its one word is the second part of "goatskins".
        (349_257, 349_257, 31_099, 424, 14_056),
        (370_055, 384_414, 31_082, 462, 13_983),
    ];
    for (translation, expected) in LINKED.into_iter().zip(expected) {
        let (mut spans, mut links, mut verses, mut in_titles) = (0, 0, 0, 0);
        let mut numbers = BTreeSet::new();
        for (book, number) in every_chapter() {
            let chapter = get_linked_chapter(translation, book.id, number).unwrap();
            let title = (1, chapter.chapter().title(), chapter.title_links());
            in_titles += title.2.len();
            let texts = chapter.chapter().texts().into_iter();
            let texts = texts.map(|(verse, text)| (verse, text, chapter.verse_links(verse)));
            for (verse, text, of_text) in std::iter::once(title).chain(texts) {
                let at = format!("{translation} {} {number}:{verse}", book.usfm);
                verses += usize::from(!of_text.is_empty() && !of_text[0].in_title);
                let words: Vec<&str> = crate::stem::words(&text).collect();
                let mut end = 0;
                for link in of_text {
                    spans += 1;
                    links += link.numbers().count();
                    numbers.extend(link.numbers());
                    let different: BTreeSet<StrongsNumber> = link.numbers().collect();
                    assert_eq!(different.len(), link.numbers().count(), "{at}: {link:?}");
                    let linked = &text[link.range.clone()];
                    assert!(link.range.start >= end && !linked.is_empty(), "{at}");
                    end = link.range.end;
                    let whole = text[link.range.end..].chars().next();
                    let whole = whole.is_none_or(|c| !c.is_alphanumeric());
                    assert!(whole && linked == linked.trim(), "{at}: {linked:?}");
                    let of_link = link.first..link.first + link.words.len();
                    assert_eq!(words[of_link], link.words, "{at}");
                }
            }
        }
        assert_eq!(
            (spans, links, verses, in_titles, numbers.len()),
            expected,
            "{translation}"
        );
        let mut entries = numbers.into_iter().map(lexicon::find_entry);
        assert!(entries.all(|entry| entry.is_some()));
    }
}

#[test]
fn a_translation_that_is_not_linked_has_no_links() {
    assert!(word_links::list_word_links(TranslationCode::Web, verse("John 3:16")).is_empty());
    let found = concordance::list_occurrences(TranslationCode::Web, "G25".parse().unwrap());
    assert_eq!(found.times, 0);
    let john = find_book("John").unwrap().id;
    assert!(get_linked_chapter(Bsb, john, 22).is_none());
    assert!(get_source_chapter(john, 0).is_none());
}

#[test]
fn the_words_that_readers_argue_about_have_the_right_numbers() {
    for (translation, reference, words, expected) in [
        (Bsb, "John 21:15", "love", &["G25", "G5368"][..]),
        (Bsb, "John 21:16", "love", &["G25", "G5368"]),
        (Bsb, "John 21:17", "love", &["G5368", "G5368", "G5368"]),
        (Kjv, "John 21:15", "lovest thou", &["G25"]),
        (Kjv, "John 21:17", "lovest thou", &["G5368"]),
        (Bsb, "John 3:3", "again", &["G509"]),
        (Bsb, "John 3:16", "one and only", &["G3439"]),
        (Kjv, "John 3:16", "only begotten", &["G3439"]),
        (Bsb, "Philippians 1:1", "servants", &["G1401"]),
        (Bsb, "Psalms 23:6", "mercy", &["H2617"]),
        (Bsb, "Isaiah 7:14", "virgin", &["H5959"]),
        (Bsb, "Matthew 16:18", "Peter", &["G4074"]),
        (Bsb, "Matthew 16:18", "rock", &["G4073"]),
        (Bsb, "Psalms 51:1", "loving devotion", &["H2617"]),
        (Bsb, "Genesis 1:1", "beginning", &["H7225"]),
        // A number in digits, and a word with several numbers: the main one first.
        (Bsb, "Genesis 5:5", "930", &["H8672 H3967 H7970"]),
        (
            Bsb,
            "Exodus 38:25",
            "1,775",
            &["H505 H7651 H3967 H2568 H7657"],
        ),
    ] {
        assert_eq!(
            numbers_of(translation, reference, words),
            expected,
            "{reference}"
        );
    }
    for reference in [
        "Romans 16:25",
        "Romans 16:26",
        "Romans 16:27",
        "Nehemiah 7:68",
    ] {
        assert_eq!(links(Bsb, reference), [], "{reference}");
        assert_eq!(source_words(reference), [], "{reference}");
    }
}

#[test]
fn the_numbers_of_a_title_are_those_of_its_hebrew_words() {
    let mut titles = 0;
    for psalm in 1..=150 {
        let book = find_book("Psalms").unwrap().id;
        let chapter = get_linked_chapter(Bsb, book, psalm).unwrap();
        let links = chapter.title_links();
        let hebrew = get_source_chapter(book, psalm).unwrap().title_words();
        let hebrew: Vec<_> = hebrew.iter().filter_map(|word| word.number).collect();
        titles += usize::from(!hebrew.is_empty());
        for number in links.iter().flat_map(WordLink::numbers) {
            assert!(hebrew.contains(&number), "{psalm}: {number}");
        }
    }
    assert_eq!(titles, 116);
}

#[test]
fn the_concordance_finds_a_number_in_exactly_the_verses_that_have_it() {
    for (translation, expected) in LINKED.into_iter().zip([349_257, 384_414]) {
        let mut counted: BTreeMap<(StrongsNumber, VerseId), usize> = BTreeMap::new();
        for (book, number) in every_chapter() {
            let chapter = get_linked_chapter(translation, book.id, number).unwrap();
            let mut add = |verse, links: Vec<WordLink>| {
                let at = VerseId {
                    book: book.id,
                    chapter: number,
                    verse,
                };
                for number in links.iter().flat_map(WordLink::numbers) {
                    *counted.entry((number, at)).or_default() += 1;
                }
            };
            add(1, chapter.title_links());
            for (verse, _) in chapter.chapter().texts() {
                add(verse, chapter.verse_links(verse));
            }
        }
        let mut times = 0;
        for number in StrongsNumber::all() {
            let found = concordance::list_occurrences(translation, number);
            times += found.times;
            assert!(found.verses.is_sorted_by(|a, b| a < b));
            assert_eq!(found.times_in.iter().sum::<usize>(), found.times);
            assert_eq!(found.times_in.len(), found.verses.len());
            for (verse, times) in found.verses.iter().zip(found.times_in) {
                assert_eq!(counted.remove(&(number, *verse)), Some(times), "{verse}");
            }
        }
        assert_eq!((times, counted.len()), (expected, 0), "{translation}");
    }
}

#[test]
fn every_verse_of_the_hebrew_and_greek_texts_has_its_words() {
    let (mut lines, mut words, mut titles, mut without, mut forms) = (0, 0, 0, 0, 0);
    for (book, number) in every_chapter() {
        let mut chapter = get_source_chapter(book.id, number).unwrap();
        let mut all = vec![(0, chapter.title_words())];
        for verse in 1..=book.verse_count(number).unwrap() {
            all.push((verse, chapter.verse_words(verse)));
        }
        for (verse, of_verse) in all {
            let at = format!("{} {number}:{verse}", book.usfm);
            lines += usize::from(!of_verse.is_empty());
            titles += usize::from(verse == 0 && !of_verse.is_empty());
            words += of_verse.len();
            for word in of_verse {
                assert_clean(&word.text);
                let texts = [&word.lemma, &word.gloss, &word.morphology];
                texts
                    .into_iter()
                    .flatten()
                    .for_each(|text| assert_clean(text));
                without += usize::from(word.number.is_none());
                forms += usize::from(word.morphology.is_some());
                assert!(word.number.is_none() || word.lemma.is_some(), "{at}");
                let is_new_testament = book.testament == crate::Testament::New;
                if let Some(number) = word.number {
                    assert_eq!(number.is_hebrew(), !is_new_testament, "{at}");
                }
            }
        }
    }
    assert_eq!((lines, words, titles), (31_199, 443_258, 116));
    assert_eq!((without, forms), (5_923, 443_257));
}

#[test]
fn a_source_word_has_text_lemma_gloss_and_morphology() {
    let [first, .., last] = source_words("Genesis 1:1")
        .try_into()
        .unwrap_or_else(|words: Vec<_>| -> [SourceWord; 7] { panic!("{} words", words.len()) });
    assert_eq!(first.text, "בְּרֵאשִׁית");
    assert_eq!(first.number, "H7225".parse().ok());
    assert_eq!(first.gloss.as_deref(), Some("in beginning"));
    assert_eq!(first.morphology.as_deref(), Some("R/Ncfsa"));
    let entry = lexicon::find_entry("H776".parse().unwrap()).unwrap();
    assert_eq!(last.lemma, Some(entry.lemma));
    let mut john = source_words("John 3:16").into_iter();
    let loved = john.find(|word| word.number == "G25".parse().ok());
    let loved = loved.unwrap();
    assert_eq!(loved.text, "ἠγάπησεν");
    assert_eq!(loved.lemma.as_deref(), Some("ἀγαπάω"));
    assert_eq!(loved.morphology.as_deref(), Some("V-AAI-3S"));
    // The text's own spelling of a lemma, where the lexicon has another.
    let david = source_words("Matthew 1:1").into_iter();
    let mut david = david.filter(|word| word.number == "G1138".parse().ok());
    assert_eq!(david.next().unwrap().lemma.as_deref(), Some("Δαυίδ"));
    // "to him" has no number.
    let to_him = source_words("Genesis 2:18").into_iter();
    let mut to_him = to_him.filter(|word| word.number.is_none());
    assert_eq!(to_him.next().unwrap().lemma, None);
}

#[test]
fn a_headword_has_its_gloss_and_counted_renderings() {
    let word = |number: &str| find_headword(number.parse().unwrap()).unwrap();
    let loved = word("G25");
    assert_eq!(loved.lemma, "ἀγαπάω");
    assert_eq!(loved.gloss, Some("love"));
    assert_eq!((loved.times, loved.verses), (143, 110));
    assert_eq!(loved.renderings, [("love", 128), ("beloved", 6)]);
    assert_eq!(loved.part_of_speech, Some("verb"));
    // One in 116 is left out.
    assert_eq!(word("G26").renderings, [("love", 110)]);
    assert_eq!(word("H0430").gloss, Some("God"));
    assert_eq!(word("G3588").gloss, Some("the"));
    assert_eq!(find_headword("G2717".parse().unwrap()), None);
    let all = StrongsNumber::all().filter_map(find_headword);
    let all: Vec<_> = all.collect();
    let in_text = all.iter().filter(|word| word.gloss.is_some());
    assert_eq!((all.len(), in_text.count()), (14_197, 14_010));
    let times: u32 = all.iter().map(|word| word.times).sum();
    assert_eq!(times, 443_258 - 5_923);
    for word in all {
        assert!(!word.lemma.is_empty() && !word.transliteration.is_empty());
        let mut counts = word.renderings.iter().map(|(_, count)| *count);
        assert!(counts.all(|count| count * 50 >= word.times), "{word:?}");
    }
}

#[test]
fn a_headword_is_found_by_number_lemma_transliteration_and_gloss() {
    let first = |query: &str| {
        let found = search_headwords(query, 50);
        found.first().map(|word| word.number.to_string())
    };
    for (query, expected) in [
        ("H0430", "H430"),
        ("g25", "G25"),
        ("חֶסֶד", "H2617"),
        ("חסד", "H2617"),
        ("ἀγάπη", "G26"),
        ("αγαπη", "G26"),
        ("ΑΓΆΠΗ", "G26"),
        // The accent as a character of its own.
        ("αγα\u{301}πη", "G26"),
        ("cheçed", "H2617"),
        ("chesed", "H2617"),
        ("Hesed", "H2617"),
        ("agape", "G26"),
        ("logos", "G3056"),
        ("λόγος", "G3056"),
        ("elohim", "H430"),
        ("shalom", "H7965"),
        ("torah", "H8451"),
        ("ruach", "H7307"),
        ("loving devotion", "H2617"),
        ("repented", "G3340"),
        ("grace", "G5485"),
        ("one and only", "G3439"),
        ("the", "G3588"),
    ] {
        assert_eq!(first(query).as_deref(), Some(expected), "{query}");
    }
    let love = search_headwords("love", 50);
    let numbers: Vec<String> = love.iter().map(|word| word.number.to_string()).collect();
    for number in ["G25", "G26", "H157", "H160", "G5368"] {
        assert!(numbers[..8].contains(&number.to_owned()), "{numbers:?}");
    }
    for nothing in [
        "",
        "  ",
        "*",
        "'",
        "1234",
        "xyzzyx",
        "H9999",
        "любовь",
        "爱",
        "🕊",
    ] {
        assert_eq!(search_headwords(nothing, 50), [], "{nothing}");
    }
    assert_eq!(search_headwords("go", 50).len(), 50);
    assert_eq!(search_headwords("love", 0), []);
}
