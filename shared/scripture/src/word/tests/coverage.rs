//! Every content word of the English translations: how many have no number, and how often their numbers are those of the
//! King James Version.

use super::*;
use crate::canon::books;
use crate::works::word_links::{WordLink, get_linked_chapter};
use function_words::{is_function_word, may_be_function_word};
use verse_match::{Chapters, VerseMatch};

/// Counts of content words.
#[derive(Debug, Default)]
struct Counts {
    all: u32,
    without: u32,
    /// With two numbers that are as likely.
    with_two: u32,
    /// With the same word in the King James Version, and the number that it has there.
    comparable: u32,
    same: u32,
}

fn percent(part: u32, all: u32) -> f64 {
    100.0 * f64::from(part) / f64::from(all)
}

/// Counts the words of every verse. `used`: the linked translations by which they are matched.
fn count(translation: TranslationCode, used: &[TranslationCode]) -> Counts {
    let mut counts = Counts::default();
    let mut chapters_read = Chapters::default();
    let chapters = books()
        .iter()
        .flat_map(|book| (1..=book.chapter_count()).map(move |chapter| (book, chapter)));
    for (book, chapter) in chapters {
        let kjv = get_linked_chapter(Kjv, book.id, chapter);
        let verses = 1..=book.verse_count(chapter).unwrap();
        for verse in verses {
            let id = VerseId {
                book: book.id,
                chapter,
                verse,
            };
            let found = VerseMatch::linked_by(used, &mut chapters_read, translation, id);
            let kjv = match &kjv {
                Some(kjv) if translation == Kjv || used.len() < 2 => kjv.verse_links(verse),
                _ => found.links[0].clone(),
            };
            for (index, word) in found.words.iter().enumerate() {
                let folded = fold(word);
                if is_function_word(&folded) || may_be_function_word(&folded) {
                    continue;
                }
                counts.all += 1;
                let (numbers, _) = found.numbers_at(index);
                let Some(number) = numbers.first() else {
                    counts.without += 1;
                    continue;
                };
                counts.with_two += u32::from(numbers.len() > 1);
                let is_same = |link: &&WordLink| {
                    if translation == Kjv {
                        (link.first..link.first + link.words.len()).contains(&index)
                    } else {
                        let mut words = link.words.iter();
                        words.any(|other| crate::stem::stem(other) == crate::stem::stem(word))
                    }
                };
                let same: Vec<&WordLink> = kjv.iter().filter(is_same).collect();
                counts.comparable += u32::from(!same.is_empty());
                counts.same += u32::from(same.iter().any(|link| link.number == *number));
            }
        }
    }
    let Counts {
        all,
        without,
        with_two,
        comparable,
        same,
    } = counts;
    println!(
        "{translation} by {used:?}: {all} content words, {:.2} % without a number, {:.2} % with two; of {comparable} that the \
         KJV has in the verse too, {:.2} % with its number",
        percent(without, all),
        percent(with_two, all),
        percent(same, comparable)
    );
    counts
}

#[test]
fn at_most_five_in_a_hundred_content_words_have_no_number_and_nearly_all_have_that_of_the_kjv() {
    for (translation, used, most_without, least_same) in [
        (Web, &[Kjv, Bsb][..], 5.0, 97.0),
        (Asv, &[Kjv, Bsb], 5.0, 97.0),
        (Ylt, &[Kjv, Bsb], 5.0, 97.0),
        (Bsb, &[Kjv, Bsb], 5.0, 95.0),
        // As if it were not linked: the numbers that it has by the other's links are compared with its own.
        (Kjv, &[Bsb], 7.0, 95.0),
    ] {
        let counts = count(translation, used);
        assert!(counts.all > 300_000, "{counts:?}");
        assert!(
            percent(counts.without, counts.all) < most_without,
            "{counts:?}"
        );
        assert!(
            percent(counts.same, counts.comparable) > least_same,
            "{counts:?}"
        );
        assert!(percent(counts.with_two, counts.all) < 5.0, "{counts:?}");
    }
}
