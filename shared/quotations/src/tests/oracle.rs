//! Finds the false quotations and references of a text, by a plain scan of the translations.

use std::collections::HashMap;

use verse_scripture::{
    Reference, TranslationCode, books, find_translation, get_chapter, parse_references,
    read_references, translations,
};

/// A verse as a translation prints it.
pub(super) struct Printed {
    pub reference: String,
    pub text: String,
}

pub(super) struct Oracle {
    pub verses: HashMap<TranslationCode, Vec<Printed>>,
    /// All letters of a translation.
    letters: HashMap<TranslationCode, String>,
}

/// Letters alone, small and without accents.
fn letters(text: &str) -> String {
    let plain = |c: char| match c {
        'á' | 'à' | 'â' | 'ä' => 'a',
        'é' | 'è' | 'ë' => 'e',
        'í' | 'ï' => 'i',
        'ó' | 'ö' => 'o',
        'ú' | 'ü' => 'u',
        'ñ' => 'n',
        c => c,
    };
    text.to_lowercase()
        .replace('æ', "ae")
        .chars()
        .filter(|c| c.is_alphabetic())
        .map(plain)
        .collect()
}

impl Oracle {
    pub(super) fn new() -> Self {
        let mut verses: HashMap<_, Vec<Printed>> = HashMap::new();
        let mut all: HashMap<_, String> = HashMap::new();
        for translation in translations() {
            let code = translation.code;
            for book in books() {
                for chapter in 1..=book.chapter_count() {
                    for (number, text) in get_chapter(code, book.id, chapter).unwrap().texts() {
                        all.entry(code).or_default().push_str(&letters(&text));
                        let reference = format!("{} {chapter}:{number}", book.name);
                        verses
                            .entry(code)
                            .or_default()
                            .push(Printed { reference, text });
                    }
                }
            }
        }
        Self {
            verses,
            letters: all,
        }
    }

    /// The first fault of a text; none if each quotation of four words is right.
    pub(super) fn fault(&self, text: &str, reader: TranslationCode) -> Option<String> {
        if let Some(unread) = read_references(text).unread.first() {
            return Some(format!(
                "the reference {:?}: {}",
                unread.text, unread.reason
            ));
        }
        for (quoted, before, after) in quotations(text) {
            let parts: Vec<&str> = quoted.split(['…']).collect();
            let parts: Vec<String> = parts
                .iter()
                .flat_map(|part| part.split("..."))
                .map(letters)
                .filter(|part| !part.is_empty())
                .collect();
            if quoted.split_whitespace().count() < 4 || parts.is_empty() {
                continue;
            }
            if let Some((reference, code)) =
                beside(after, reader).or_else(|| named_before(before, reader))
            {
                let place = letters_at(&reference, code);
                let mut at = 0;
                for part in &parts {
                    match place[at..].find(part.as_str()) {
                        Some(found) => at += found + part.len(),
                        None => return Some(format!("{quoted:?} is not in {reference} ({code})")),
                    }
                }
            } else if !is_other_speech(before)
                && !self
                    .letters
                    .values()
                    .any(|all| parts.iter().all(|part| all.contains(part.as_str())))
            {
                return Some(format!("{quoted:?} is in no translation"));
            }
        }
        None
    }
}

/// Whether the text says that somebody else speaks.
fn is_other_speech(before: &str) -> bool {
    before.ends_with("My teacher used to say, ")
}

/// The quotations of a text, with what stands before and after each.
fn quotations(text: &str) -> Vec<(String, &str, &str)> {
    let mut found = Vec::new();
    for (open, close) in [
        ('“', '”'),
        ('"', '"'),
        ('«', '»'),
        ('„', '“'),
        ('‹', '›'),
        ('「', '」'),
    ] {
        let mut at = 0;
        while let Some(start) = text[at..].find(open) {
            let body = at + start + open.len_utf8();
            let Some(length) = text[body..].find(close) else {
                break;
            };
            let end = body + length + close.len_utf8();
            found.push((
                text[body..body + length].to_owned(),
                &text[..at + start],
                &text[end..],
            ));
            at = end;
        }
    }
    let lines: Vec<&str> = text.lines().collect();
    let mut block: Vec<&str> = Vec::new();
    for line in lines.iter().chain([&""]) {
        if let Some(line) = line.strip_prefix("> ") {
            block.push(line);
        } else if !block.is_empty() {
            let whole = block.join("\n");
            let (quoted, after) = whole.rsplit_once("\n— ").unwrap_or((whole.as_str(), ""));
            if !quoted.contains(['“', '"', '«']) {
                let after = &text[text.find(after).unwrap_or(text.len())..];
                found.push((quoted.to_owned(), "", after));
            }
            block.clear();
        }
    }
    found
}

/// The reference directly after a quotation and its translation.
fn beside(after: &str, reader: TranslationCode) -> Option<(Reference, TranslationCode)> {
    let after = after.trim_start_matches([' ', '.', ',', '*', '(', '[', '—', '–', '\n', '>']);
    let end = after.find([')', '\n', ']']).unwrap_or(after.len());
    read(&after[..end], reader)
}

/// The reference in `John 3:16 says, “…”`.
fn named_before(before: &str, reader: TranslationCode) -> Option<(Reference, TranslationCode)> {
    let before = before
        .strip_suffix(" says, ")
        .or(before.strip_suffix(": "))?;
    let start = before.rfind(['.', '\n']).map_or(0, |at| at + 1);
    let name = before[start..].trim();
    let name = name.strip_prefix("In ").unwrap_or(name);
    read(&name.replace(" (", ", ").replace(')', ""), reader)
}

fn read(text: &str, reader: TranslationCode) -> Option<(Reference, TranslationCode)> {
    let (reference, code) = match text.rsplit_once(", ") {
        Some((reference, code)) if find_translation(code).is_some() => {
            (reference, find_translation(code)?.code)
        }
        _ => (text, reader),
    };
    // The numbers are those that the translation prints.
    let numbered = format!("{reference} ({code})");
    let found = parse_references(&numbered).ok()?;
    found.first().map(|reference| (*reference, code))
}

/// The letters of a passage in a translation.
fn letters_at(reference: &Reference, code: TranslationCode) -> String {
    let mut text = String::new();
    for (book, chapter, verses) in reference.printed_in(code) {
        for (number, verse) in get_chapter(code, book, chapter).unwrap().texts() {
            if verses.contains(&number) {
                text.push_str(&letters(&verse));
            }
        }
    }
    text
}
