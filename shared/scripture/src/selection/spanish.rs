//! The Spanish names of the books, for readers of the Reina-Valera.

use super::tokens::fold;
use crate::canon::books;

/// By canon order; letters only, without accents. Where there are two names, the second is the older.
const NAMES: [&[&str]; 66] = [
    &["genesis"],
    &["exodo"],
    &["levitico"],
    &["numeros"],
    &["deuteronomio"],
    &["josue"],
    &["jueces"],
    &["rut", "ruth"],
    &["1samuel"],
    &["2samuel"],
    &["1reyes"],
    &["2reyes"],
    &["1cronicas"],
    &["2cronicas"],
    &["esdras"],
    &["nehemias"],
    &["ester", "esther"],
    &["job"],
    &["salmos", "salmo"],
    &["proverbios"],
    &["eclesiastes"],
    &["cantares", "cantar", "cantardeloscantares"],
    &["isaias"],
    &["jeremias"],
    &["lamentaciones"],
    &["ezequiel"],
    &["daniel"],
    &["oseas"],
    &["joel"],
    &["amos"],
    &["abdias"],
    &["jonas"],
    &["miqueas"],
    &["nahum"],
    &["habacuc"],
    &["sofonias"],
    &["hageo", "aggeo"],
    &["zacarias"],
    &["malaquias"],
    &["mateo", "sanmateo"],
    &["marcos", "sanmarcos"],
    &["lucas", "sanlucas"],
    &["juan", "sanjuan"],
    &["hechos", "loshechos"],
    &["romanos"],
    &["1corintios"],
    &["2corintios"],
    &["galatas"],
    &["efesios"],
    &["filipenses"],
    &["colosenses"],
    &["1tesalonicenses"],
    &["2tesalonicenses"],
    &["1timoteo"],
    &["2timoteo"],
    &["tito"],
    &["filemon"],
    &["hebreos"],
    &["santiago"],
    &["1pedro"],
    &["2pedro"],
    &["1juan"],
    &["2juan"],
    &["3juan"],
    &["judas"],
    &["apocalipsis"],
];

/// `Juan 3:16 (SRV)` as `John 3:16 (SRV)`; `None` if no Spanish book stands at the head.
pub(super) fn english_name(name: &str) -> Option<String> {
    let name = name.trim();
    let number = name
        .get(..1)
        .filter(|first| ["1", "2", "3"].contains(first))
        .unwrap_or_default();
    let rest = name.get(number.len()..)?;
    let end = rest.find(|c: char| !(c.is_alphabetic() || c.is_whitespace() || c == '.'));
    let (book, places) = rest.split_at_checked(end.unwrap_or(rest.len()))?;
    let key = format!("{number}{}", fold(book));
    let index = NAMES
        .iter()
        .position(|names| names.contains(&key.as_str()))?;
    Some(format!("{} {places}", books().get(index)?.name))
}
