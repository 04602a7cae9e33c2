//! `GET /api/words`: the words of verses with the Hebrew or Greek words that they translate. Publicly cacheable.

use std::ops::RangeInclusive;

use axum::response::Response;
use serde::Serialize;
use utoipa::ToSchema;
use verse_http::{Cacheable, Invalid, NotFound, Problem, Query};
use verse_reading::{ChapterQuery, OmittedAnswer, VersesQuery, list_omitted};
use verse_scripture::{
    TranslationCode, VerseId,
    verse_map::from_canon,
    works::{
        Work,
        headwords::find_headword,
        source_words::{SourceChapter, SourceWord, get_source_chapter},
        word_links::{LinkedChapter, WordLink, get_linked_chapter},
    },
};

use crate::{
    linked_translation::LinkedTranslationQuery,
    marks::utf16,
    printed::{numbered, verse_of},
    sources::{credit, lexicon_of, links_of, text_of},
    verse_answer::VerseAnswer,
};

/// Verses with their words.
#[derive(Debug, Serialize, ToSchema)]
pub struct WordsAnswer {
    #[schema(example = "John 3:16")]
    reference: String,
    /// The translation's code.
    #[schema(example = "BSB")]
    translation: &'static str,
    verses: Vec<WordsVerseAnswer>,
    /// Requested verses that this translation does not print.
    omitted: Vec<OmittedAnswer>,
    /// The works behind the words, with their licences and the credits that these require.
    source: String,
}

/// A verse with its words.
#[derive(Debug, Serialize, ToSchema)]
pub struct WordsVerseAnswer {
    #[serde(flatten)]
    verse: VerseAnswer,
    /// The title of the psalm that the verse begins; absent elsewhere.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false)]
    title: Option<WordsTitleAnswer>,
    /// The words that translate a word of the original text, in order. The translators added the others, or they are small
    /// words such as an article.
    words: Vec<WordAnswer>,
    /// The words of the original text in its order; empty where it does not have the verse.
    original: Vec<SourceWordAnswer>,
}

/// The title of a psalm with its words.
#[derive(Debug, Serialize, ToSchema)]
pub struct WordsTitleAnswer {
    #[schema(example = "A Psalm of David.")]
    text: String,
    /// The offsets are those of this text.
    words: Vec<WordAnswer>,
    original: Vec<SourceWordAnswer>,
}

/// One or more words that translate a word of the original text.
#[derive(Debug, Serialize, ToSchema)]
pub struct WordAnswer {
    /// Where the words begin in `text`, in UTF-16 code units.
    #[schema(example = 7)]
    start: usize,
    /// Where they end: the first unit after them.
    #[schema(example = 10)]
    end: usize,
    #[schema(example = "one and only")]
    text: String,
    /// Strong's numbers, the main one first. The others are of words that are translated together with it.
    #[schema(example = json!(["G3439"]))]
    strongs: Vec<String>,
    /// The dictionary form of the main number's word.
    #[schema(example = "μονογενής")]
    lemma: Option<&'static str>,
    /// The lemma in Latin letters.
    #[schema(example = "monogenḗs")]
    transliteration: Option<&'static str>,
    /// Its commonest meanings; null for a word that the two original texts do not have.
    #[schema(example = "one and only")]
    gloss: Option<&'static str>,
}

/// A word of the original text, with its prefixes and suffixes.
#[derive(Debug, Serialize, ToSchema)]
pub struct SourceWordAnswer {
    #[schema(example = "μονογενῆ")]
    text: String,
    /// Its dictionary form; null for a word of prefixes and suffixes alone.
    #[schema(example = "μονογενής")]
    lemma: Option<String>,
    /// Strong's number; null likewise.
    #[schema(example = "G3439")]
    strongs: Option<String>,
    /// Its meaning in this verse.
    #[schema(example = "only begotten")]
    gloss: Option<String>,
    /// Its form: a code of the Open Scriptures Hebrew Bible (`C/Vqq1cs`) without the letter of the language, or one of
    /// Robinson's for Greek (`V-AAI-3S`).
    #[schema(example = "A-ASM")]
    morphology: Option<String>,
}

/// Read the original words behind a passage
#[utoipa::path(get, path = "/api/words", tag = "study",
    params(ChapterQuery, VersesQuery, LinkedTranslationQuery),
    responses(
        (status = 200, description = "The words", body = WordsAnswer),
        (status = 304, description = "The caller has them cached"),
        NotFound, Invalid,
    ))]
pub async fn get_words(
    cacheable: Cacheable,
    Query((chapter, verses, translation)): Query<(
        ChapterQuery,
        VersesQuery,
        LinkedTranslationQuery,
    )>,
) -> Result<Response, Problem> {
    let translation = translation.find()?;
    let chapter = chapter.read(translation)?;
    let numbers = verses.find(&chapter)?;
    let linked = get_linked_chapter(translation.code, chapter.book().id, chapter.number());
    let linked = linked.ok_or_else(|| Problem::not_found("This chapter has no linked words."))?;
    cacheable.json(&WordsAnswer::new(&linked, &numbers))
}

impl WordsAnswer {
    fn new(linked: &LinkedChapter, numbers: &RangeInclusive<u16>) -> Self {
        let chapter = linked.chapter();
        let code = chapter.translation();
        let testament = chapter.book().testament;
        let mut original = Original::default();
        let texts = chapter.texts().into_iter();
        let verses = texts
            .filter(|(number, _)| numbers.contains(number))
            .map(|(number, text)| WordsVerseAnswer::new(linked, number, text, &mut original));
        let [text, forms] = text_of(testament);
        let mut works = vec![links_of(code), lexicon_of(testament), text, forms];
        // It has the glosses, too.
        if code != TranslationCode::Bsb {
            works.push(Work::WordAlignments);
        }
        Self {
            reference: numbered(chapter, numbers).to_string(),
            translation: code.as_str(),
            verses: verses.collect(),
            omitted: list_omitted(chapter, numbers),
            source: credit(&works),
        }
    }
}

impl WordsVerseAnswer {
    fn new(linked: &LinkedChapter, number: u16, text: String, original: &mut Original) -> Self {
        let chapter = linked.chapter();
        let printed = verse_of(chapter, number);
        let title = Some(chapter.title()).filter(|title| number == 1 && !title.is_empty());
        Self {
            title: title.map(|title| WordsTitleAnswer {
                words: WordAnswer::list(&linked.title_links(), &title),
                original: original.title_words(printed),
                text: title,
            }),
            words: WordAnswer::list(&linked.verse_links(number), &text),
            original: original.verse_words(chapter.translation(), printed),
            verse: VerseAnswer::new(printed, text),
        }
    }
}

impl WordAnswer {
    fn list(links: &[WordLink], text: &str) -> Vec<Self> {
        let links = links.iter();
        links.filter_map(|link| Self::new(link, text)).collect()
    }

    fn new(link: &WordLink, text: &str) -> Option<Self> {
        let [start, end] = utf16(text, &link.range);
        let headword = find_headword(link.number);
        Some(Self {
            start,
            end,
            text: text.get(link.range.clone())?.to_owned(),
            strongs: link.numbers().map(|number| number.to_string()).collect(),
            lemma: headword.as_ref().map(|word| word.lemma),
            transliteration: headword.as_ref().map(|word| word.transliteration),
            gloss: headword.and_then(|word| word.gloss),
        })
    }
}

/// The original texts; the chapter that was read last is kept.
#[derive(Default)]
struct Original {
    chapter: Option<(VerseId, SourceChapter)>,
}

impl Original {
    /// The words behind a verse by its number in a translation. The original words have the BSB's numbers.
    fn verse_words(
        &mut self,
        translation: TranslationCode,
        printed: VerseId,
    ) -> Vec<SourceWordAnswer> {
        let in_bsb = match translation {
            TranslationCode::Bsb => Some(printed..=printed),
            // The KJV counts as the canon does.
            _ => from_canon(TranslationCode::Bsb, printed),
        };
        let Some((first, last)) = in_bsb.map(RangeInclusive::into_inner) else {
            return Vec::new();
        };
        let Some(chapter) = self.chapter(first) else {
            return Vec::new();
        };
        let words = (first.verse..=last.verse).flat_map(|verse| chapter.verse_words(verse));
        words.map(SourceWordAnswer::from).collect()
    }

    /// The words of the title of the psalm that a verse begins.
    fn title_words(&mut self, first: VerseId) -> Vec<SourceWordAnswer> {
        let words = self.chapter(first).map(SourceChapter::title_words);
        words
            .unwrap_or_default()
            .into_iter()
            .map(SourceWordAnswer::from)
            .collect()
    }

    fn chapter(&mut self, verse: VerseId) -> Option<&mut SourceChapter> {
        let first = VerseId { verse: 1, ..verse };
        if self
            .chapter
            .as_ref()
            .is_none_or(|(known, _)| *known != first)
        {
            self.chapter = get_source_chapter(verse.book, verse.chapter).map(|read| (first, read));
        }
        self.chapter.as_mut().map(|(_, chapter)| chapter)
    }
}

impl From<SourceWord> for SourceWordAnswer {
    fn from(word: SourceWord) -> Self {
        Self {
            text: word.text,
            lemma: word.lemma,
            strongs: word.number.map(|number| number.to_string()),
            gloss: word.gloss,
            morphology: word.morphology,
        }
    }
}

#[cfg(test)]
mod tests {
    use verse_scripture::books;

    use super::*;

    /// The text between two offsets, as a browser cuts it.
    fn cut(text: &str, start: usize, end: usize) -> String {
        let units: Vec<u16> = text.encode_utf16().collect();
        String::from_utf16(&units[start..end]).unwrap()
    }

    #[test]
    fn every_offset_of_both_translations_cuts_exactly_the_words_out_of_the_text() {
        // 298 words of the KJV have a number that the two original texts do not have: H3070, "Jehovah-jireh".
        for (code, expected) in [
            (TranslationCode::Bsb, (370_055, 0)),
            (TranslationCode::Kjv, (349_257, 298)),
        ] {
            let (mut count, mut without_gloss) = (0, 0);
            for book in books() {
                for number in 1..=book.chapter_count() {
                    let linked = get_linked_chapter(code, book.id, number).unwrap();
                    let title = linked.chapter().title();
                    let mut all = vec![(linked.title_links(), title)];
                    for (verse, text) in linked.chapter().texts() {
                        all.push((linked.verse_links(verse), text));
                    }
                    for (links, text) in all {
                        let words = WordAnswer::list(&links, &text);
                        assert_eq!(words.len(), links.len());
                        for word in words {
                            count += 1;
                            assert_eq!(cut(&text, word.start, word.end), word.text);
                            without_gloss += usize::from(word.gloss.is_none());
                            assert!(word.lemma.is_some(), "{word:?}");
                        }
                    }
                }
            }
            assert_eq!((count, without_gloss), expected, "{code}");
        }
    }
}
