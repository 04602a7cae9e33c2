//! The Spanish names of the books.

use super::Book;

impl Book {
    /// The book's Spanish name: `Génesis`, `1 Corintios`.
    #[must_use]
    pub fn spanish_name(&self) -> &'static str {
        let index = usize::from(self.id.number()).checked_sub(1);
        let name = index.and_then(|index| SPANISH_NAMES.get(index));
        name.copied().unwrap_or(self.name)
    }
}

/// In the order of the canon.
const SPANISH_NAMES: [&str; 66] = [
    "Génesis",
    "Éxodo",
    "Levítico",
    "Números",
    "Deuteronomio",
    "Josué",
    "Jueces",
    "Rut",
    "1 Samuel",
    "2 Samuel",
    "1 Reyes",
    "2 Reyes",
    "1 Crónicas",
    "2 Crónicas",
    "Esdras",
    "Nehemías",
    "Ester",
    "Job",
    "Salmos",
    "Proverbios",
    "Eclesiastés",
    "Cantares",
    "Isaías",
    "Jeremías",
    "Lamentaciones",
    "Ezequiel",
    "Daniel",
    "Oseas",
    "Joel",
    "Amós",
    "Abdías",
    "Jonás",
    "Miqueas",
    "Nahúm",
    "Habacuc",
    "Sofonías",
    "Hageo",
    "Zacarías",
    "Malaquías",
    "Mateo",
    "Marcos",
    "Lucas",
    "Juan",
    "Hechos",
    "Romanos",
    "1 Corintios",
    "2 Corintios",
    "Gálatas",
    "Efesios",
    "Filipenses",
    "Colosenses",
    "1 Tesalonicenses",
    "2 Tesalonicenses",
    "1 Timoteo",
    "2 Timoteo",
    "Tito",
    "Filemón",
    "Hebreos",
    "Santiago",
    "1 Pedro",
    "2 Pedro",
    "1 Juan",
    "2 Juan",
    "3 Juan",
    "Judas",
    "Apocalipsis",
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use crate::canon::{Book, books, find_book};

    #[test]
    fn every_book_is_found_by_its_spanish_name() {
        let different: BTreeSet<&str> = books().iter().map(Book::spanish_name).collect();
        assert_eq!(different.len(), 66);
        for book in books() {
            let found = find_book(book.spanish_name()).map(|found| found.name);
            assert_eq!(found, Some(book.name), "{}", book.spanish_name());
        }
    }
}
