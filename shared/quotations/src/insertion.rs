//! `{{John 3:16}}` and `{{John 3:16|from … to}}`: the words of a passage.

use verse_scripture::{Reference, TranslationCode, find_references, translations};

use crate::passage::{Passage, words};

/// A longer passage is not inserted whole.
const LONGEST: usize = 1_500;

/// The quotation for the text within the braces; `None` if it names no passage.
pub(crate) fn insert(inner: &str, reader: TranslationCode) -> Option<String> {
    let (reference, part) = inner.split_once('|').unwrap_or((inner, ""));
    let reference = *find_references(reference).first()?;
    let others = translations().iter().map(|translation| translation.code);
    let mut codes = [reader].into_iter().chain(others);
    let passage = codes.find_map(|code| {
        let passage = Passage::of(code, &reference);
        (passage.len() > 0).then_some(passage)
    })?;
    let text = part_of(&passage, part);
    let (open, close) = if passage.translation == TranslationCode::Srv {
        ('«', '»')
    } else {
        ('“', '”')
    };
    let link = link(&reference, passage.translation, reader);
    Some(format!("{open}{text}{close} ({link})"))
}

/// The words from the first named words to the last, or the whole text.
fn part_of(passage: &Passage, part: &str) -> String {
    let plain = part.replace("...", "…");
    if let Some((from, to)) = plain.split_once('…') {
        let start = passage.find(&words(from), 0);
        let end = start
            .clone()
            .and_then(|start| passage.find(&words(to), start.end.saturating_sub(1)));
        if let Some((start, end)) = start.zip(end) {
            return passage
                .text_of(&(start.start..end.end.max(start.end)))
                .to_owned();
        }
    } else if let Some(found) = passage.find(&words(&plain), 0) {
        return passage.text_of(&found).to_owned();
    }
    let text = passage.text();
    // The text's own quotation marks may be halves of a longer speech.
    let text = text.trim_matches(['“', '”', '"', '«', '»']);
    match text.char_indices().nth(LONGEST) {
        None => text.to_owned(),
        Some((cut, _)) => {
            let kept = text.get(..cut).unwrap_or_default();
            let end = kept.rfind(['.', ';', '!', '?']).map_or(cut, |end| end + 1);
            format!("{} …", kept.get(..end).unwrap_or_default())
        }
    }
}

/// The reference as a link, with the translation's code where it is not the reader's.
pub(crate) fn link(
    reference: &Reference,
    translation: TranslationCode,
    reader: TranslationCode,
) -> String {
    let code = if translation == reader {
        String::new()
    } else {
        format!(", {translation}")
    };
    link_as(&reference.to_string(), reference) + &code
}

/// A reference as a link of the web client: `[label](/?book=John&chapter=3&verse=16)`.
#[must_use]
pub fn link_as(label: &str, reference: &Reference) -> String {
    let book = reference.book().name.replace(' ', "%20");
    let chapter = reference.first().chapter;
    let verse = reference.verse_start();
    let verse = verse.map_or_else(String::new, |verse| format!("&verse={verse}"));
    format!("[{label}](/?book={book}&chapter={chapter}{verse})")
}
