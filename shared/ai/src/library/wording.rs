//! The library's own sentences in an insight, in English and in Spanish. A sentence that stands in every insight has several
//! forms; the passage decides which one is used.

use verse_scripture::{Book, Reference, TranslationCode, find_book};

use super::alignment::is_in;
use super::links::link_as;

/// The language of the reader.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(super) enum Language {
    #[default]
    English,
    Spanish,
}

/// The forms of a sentence. Names in braces stand for parts that differ: `{passage}`.
pub(super) struct Frame {
    english: &'static [&'static str],
    spanish: &'static [&'static str],
}

/// The sentences of one insight.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wording {
    pub(super) language: Language,
    /// Which of several forms is used.
    form: usize,
}

impl Language {
    /// The language of a request: that of the translation, else that of the reference's book or of the text.
    pub(super) fn of(translation: Option<TranslationCode>, reference: &str, text: &str) -> Self {
        match translation {
            Some(code) => Self::of_translation(code),
            None if has_spanish_book(reference) || is_spanish_text(text) => Self::Spanish,
            None => Self::English,
        }
    }

    /// The language of a translation.
    pub(super) fn of_translation(translation: TranslationCode) -> Self {
        match translation.translation().language {
            "es" => Self::Spanish,
            _ => Self::English,
        }
    }

    /// A book's name.
    pub(super) fn book(self, book: &'static Book) -> &'static str {
        match self {
            Self::English => book.name,
            Self::Spanish => book.spanish_name(),
        }
    }

    /// The name of a passage.
    pub(super) fn name_of(self, reference: &Reference) -> String {
        let mut name = reference.to_string();
        for book in [Some(reference.book()), reference.book_end()]
            .into_iter()
            .flatten()
        {
            name = name.replacen(book.name, self.book(book), 1);
        }
        name
    }

    /// A passage as a link.
    pub(super) fn link(self, reference: &Reference) -> String {
        link_as(&self.name_of(reference), reference)
    }
}

/// Whether a reference begins with a book's Spanish name that is no English one.
fn has_spanish_book(reference: &str) -> bool {
    let name = reference
        .trim()
        .trim_end_matches(|c: char| !c.is_alphabetic());
    let name = name.split(|c: char| c.is_ascii_digit() && !name.starts_with(c));
    let name = name.map(str::trim).find(|part| !part.is_empty());
    let Some(book) = name.and_then(find_book) else {
        return false;
    };
    let written = name.unwrap_or_default().to_lowercase();
    let spanish = book.spanish_name().to_lowercase();
    spanish != book.name.to_lowercase() && written == spanish
}

/// Whether a text has more small words of Spanish than of English.
fn is_spanish_text(text: &str) -> bool {
    const SPANISH: &str =
        "el la los las de del que y en por para con se su mi es una un lo al pero siempre no dios";
    const ENGLISH: &str = "the of and to in that is it for with his my he was a not be i";
    let words: Vec<String> = text
        .split(|c: char| !c.is_alphabetic())
        .take(60)
        .map(str::to_lowercase)
        .collect();
    let count = |list| words.iter().filter(|word| is_in(list, word)).count();
    let spanish = count(SPANISH);
    spanish > 1 && spanish > count(ENGLISH)
}

impl Wording {
    /// The wording of an insight on a passage.
    pub(super) fn new(language: Language, passage: &Reference) -> Self {
        let verse = passage.first().ordinal().unwrap_or_default();
        Self {
            language,
            form: usize::from(verse),
        }
    }

    /// The wording of an answer without a passage.
    pub(super) fn without_passage(language: Language) -> Self {
        Self { language, form: 0 }
    }

    /// The wording of the next one of several similar sentences.
    pub(super) fn varied(self, by: usize) -> Self {
        let form = self.form + by;
        Self { form, ..self }
    }

    /// A sentence, with these parts in the places of their names.
    pub(super) fn say(&self, frame: &Frame, parts: &[(&str, &str)]) -> String {
        let forms = match self.language {
            Language::English => frame.english,
            Language::Spanish => frame.spanish,
        };
        let form = forms.get(self.form % forms.len().max(1)).copied();
        let mut said = String::new();
        let mut rest = form.unwrap_or_default();
        while let Some((before, after)) = rest.split_once('{') {
            let (name, after) = after.split_once('}').unwrap_or((after, ""));
            let part = parts.iter().find(|(known, _)| *known == name);
            said.push_str(before);
            said.push_str(part.map_or("", |(_, text)| text));
            rest = after;
        }
        said.push_str(rest);
        said
    }

    /// A reference in the reader's language.
    pub(super) fn name(&self, reference: &Reference) -> String {
        self.language.name_of(reference)
    }

    /// A reference in the reader's language, as a link.
    pub(super) fn link(&self, reference: &Reference) -> String {
        self.language.link(reference)
    }

    /// The parts of a list: `one, another and a third`.
    pub(super) fn list(&self, parts: &[String]) -> String {
        let and = match self.language {
            Language::English => " and ",
            Language::Spanish => " y ",
        };
        match parts.split_last() {
            Some((last, [])) => last.clone(),
            Some((last, others)) => format!("{}{and}{last}", others.join(", ")),
            None => String::new(),
        }
    }
}

/// A frame with one form in each language.
macro_rules! frames {
    ($($(#[$doc:meta])* $name:ident: [$($english:literal),+] [$($spanish:literal),*];)+) => {
        $($(#[$doc])* pub(super) const $name: Frame = Frame {
            english: &[$($english),+],
            spanish: &[$($spanish),*],
        };)+
    };
}

frames! {
    /// The text stands elsewhere, word for word or with slips.
    ELSEWHERE: ["This is {found}, not {named}."] ["Esto es {found}, no {named}."];
    ELSEWHERE_TOO: ["This is {found}, and stands in other places too, but not in {named}."]
        ["Esto es {found}, y está también en otros lugares, pero no en {named}."];
    READS: [" The {translation} reads: {text}"] [" En la {translation} dice: {text}"];
    SLIPS: ["Your words are close to {found}."] ["Tus palabras se parecen a {found}."];
    NO_REFERENCE: ["The reference names no passage; this is {found}."]
        ["La referencia no nombra ningún pasaje; esto es {found}."];
    SEVERAL: ["These words stand in several places here: {places}. What follows is on {passage}."]
        ["Estas palabras están aquí en varios lugares: {places}. Lo que sigue trata de {passage}."];
    NOWHERE: ["These words are in none of the six translations here. What follows is on {passage}, the place they came with."]
        ["Estas palabras no están en ninguna de las seis traducciones de aquí. Lo que sigue trata de {passage}, el lugar con el que llegaron."];
    ENGLISH_COMMENTARY: [""]
        ["El comentario está en inglés; los versículos son de la Reina-Valera 1909.",
        "Los versículos son de la Reina-Valera 1909. El comentario está en inglés."];

    INTRODUCTION: ["{work} introduces {book}:", "About {book}, from {work}:", "{book}, in the words of {work}:"]
        ["{work} presenta {book} así:", "Sobre {book}, de {work}:"];
    INTRODUCTION_WHOLE: ["{work} has no introduction to {book}. On the book as a whole it says:"]
        ["{work} no tiene introducción a {book}. Sobre el libro entero dice:"];
    INTRODUCTION_FIRST: ["{work} has no introduction to {book}. This is from the one to {first}:"]
        ["{work} no tiene introducción a {book}. Esto es de la de {first}:"];
    NO_INTRODUCTION: ["{work} has no introduction to {book}."] ["{work} no tiene introducción a {book}."];

    ONE_PART: ["The whole chapter is one part: {part}."] ["Todo el capítulo es una sola parte: {part}."];
    WITHIN: ["{passage} belongs to {part}.", "{passage} is from {part}.", "You are reading {passage}, from {part}."]
        ["{passage} pertenece a {part}.", "Lees {passage}, de {part}."];
    EXACTLY: ["{passage} is a part of its own: {part}."] ["{passage} es una parte entera: {part}."];
    THROUGH: ["{passage} runs through {parts}."] ["{passage} recorre {parts}."];
    AND_OTHERS: [", and others"] [", y otras"];
    AROUND: [" It follows {before} and leads to {after}.", " Before it: {before}. After it: {after}."]
        [" Antes: {before}. Después: {after}."];
    AFTER_ALL: [" Before it: {before}. It closes the chapter."] [" Antes: {before}. Con esto termina el capítulo."];
    BEFORE_ALL: [" Next: {after}.", " It leads to {after}."] [" Después: {after}."];
    NOTES: ["The {translation} notes on {notes}"] ["La {translation} anota: {notes}"];

    SECTION: ["{work} on {section}:", "On {section}, {work} says:"] ["{work} sobre {section}:", "Sobre {section}, dice {work}:"];
    NEXT_SECTION: ["On {section}:"] ["Sobre {section}:"];
    SILENT: ["The commentary says nothing on these verses."] ["El comentario no dice nada sobre estos versículos."];
    GOES_ON: ["The commentary goes on to {rest}."] ["El comentario sigue hasta {rest}."];
    RELATED: ["Read beside it, in the {translation}:", "Compare, in the {translation}:", "The same thread elsewhere, in the {translation}:"]
        ["Léase junto a él, en la {translation}:", "Compárese, en la {translation}:"];
    TOPICS: ["{work} lists it under {topics}.", "In {work}, look under {topics}."] [];

    APPLICATION: ["Matthew Henry turns to you here:", "For you, in Matthew Henry’s words:", "What to do with it, in Matthew Henry’s words:"]
        ["Para ti, en palabras de Matthew Henry:", "Matthew Henry se dirige a ti:"];
    APPLICATION_OF_SECTION: ["For you, from the same section, {section}:", "In the same section, {section}, Matthew Henry turns to you:"]
        ["Para ti, de la misma sección, {section}:"];
    APPLICATION_NEAR: ["On these verses Matthew Henry draws no lesson. His nearest one, on {section}:"]
        ["De estos versículos Matthew Henry no saca ninguna lección. La más cercana, sobre {section}:"];
    APPLICATION_ABOVE: ["Matthew Henry’s words above are his counsel to you."]
        ["Las palabras de Matthew Henry de arriba son su consejo para ti."];
    NO_APPLICATION: ["This library found no application in the commentary on this chapter: it explains, and leaves the rest to you."]
        ["Esta biblioteca no encontró ninguna aplicación en el comentario de este capítulo: explica, y lo demás te lo deja a ti."];

    NOT_FOUND: ["This library found no passage here: the reference names none, and the words are in none of its six translations."]
        ["Esta biblioteca no encontró aquí ningún pasaje: la referencia no nombra ninguno, y las palabras no están en ninguna de sus seis traducciones."];
    NOTHING_TO_SAY: ["Its commentary goes by book, chapter and verse. Without them it has nothing to say."]
        ["Su comentario va por libro, capítulo y versículo. Sin ellos no dice nada."];
    WHAT_TO_SEND: ["Send a passage with its reference, such as John 3:16 or Psalms 23."]
        ["Envía un pasaje con su referencia, como Juan 3:16 o Salmos 23."];
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_language_is_that_of_the_translation_the_book_or_the_text() {
        for (translation, reference, text, language) in [
            (Some(TranslationCode::Srv), "John 3", "", Language::Spanish),
            (Some(TranslationCode::Web), "Juan 3", "", Language::English),
            (None, "Juan 3:16", "", Language::Spanish),
            (None, "1 Corintios 13:4-7", "", Language::Spanish),
            (None, "1 Corinthians 13", "", Language::English),
            (None, "Job 3", "", Language::English),
            (
                None,
                "mi versículo",
                "la paz de Dios y el amor de la vida",
                Language::Spanish,
            ),
            (
                None,
                "",
                "In the beginning God created the heavens and the earth",
                Language::English,
            ),
            (None, "", "", Language::English),
        ] {
            assert_eq!(
                Language::of(translation, reference, text),
                language,
                "{reference}: {text}"
            );
        }
    }

    #[test]
    fn a_reference_over_two_books_has_both_names_in_spanish() {
        let passage = verse_scripture::parse_references("Mal 4:6 - Matt 1:1").unwrap()[0];
        let spanish = Wording::new(Language::Spanish, &passage);
        assert_eq!(spanish.name(&passage), "Malaquías 4:6 - Mateo 1:1");
        let english = Wording::new(Language::English, &passage);
        assert_eq!(english.name(&passage), passage.to_string());
    }

    #[test]
    fn a_list_has_a_conjunction() {
        let passage = verse_scripture::parse_references("John 3:16").unwrap()[0];
        let wording = Wording::new(Language::English, &passage);
        let parts = ["a", "b", "c"].map(str::to_owned);
        assert_eq!(wording.list(&parts), "a, b and c");
        assert_eq!(wording.list(&parts[..1]), "a");
        assert_eq!(wording.list(&[]), "");
    }
}
