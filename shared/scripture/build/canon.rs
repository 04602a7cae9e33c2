//! The canon: reads `versification.json`, numbers its chapters and verses from 0, and writes the
//! library's table of books.

use std::collections::HashMap;
use std::fmt::{Display, Write};
use std::fs;
use std::path::Path;

use serde::Deserialize;

use crate::Failure;

#[derive(Deserialize)]
struct Versification {
    books: Vec<Book>,
}

/// One book of the file.
#[derive(Deserialize)]
pub struct Book {
    pub usfm: String,
    osis: String,
    name: String,
    testament: String,
    /// How many verses each chapter has.
    pub verses: Vec<u16>,
    /// Ordinal of the book's first chapter.
    #[serde(skip)]
    first_chapter: usize,
    /// Ordinal of the book's first verse.
    #[serde(skip)]
    first_verse: u16,
}

/// The 66 books in order.
pub struct Canon {
    pub books: Vec<Book>,
    /// Indexes into `books`, by USFM id and by OSIS id.
    indexes: HashMap<String, usize>,
    chapter_count: usize,
}

impl Canon {
    pub fn read(path: &Path) -> Result<Self, Failure> {
        let of_file = |error: &dyn Display| format!("{}: {error}", path.display());
        let json = fs::read(path).map_err(|error| of_file(&error))?;
        let Versification { mut books } =
            serde_json::from_slice(&json).map_err(|error| of_file(&error))?;
        if books.len() != 66 {
            let count = books.len();
            return Err(of_file(&format!("{count} books where 66 are expected")));
        }
        let mut indexes = HashMap::new();
        let (mut chapter_count, mut verse_count) = (0, 0);
        for (index, book) in books.iter_mut().enumerate() {
            indexes.insert(book.usfm.clone(), index);
            indexes.insert(book.osis.clone(), index);
            (book.first_chapter, book.first_verse) = (chapter_count, verse_count);
            chapter_count += book.verses.len();
            verse_count += book.verses.iter().sum::<u16>();
        }
        Ok(Self {
            books,
            indexes,
            chapter_count,
        })
    }

    /// The items of `BOOKS`, included where `Book`, `BookId` and `Testament` are in scope.
    pub fn table(&self) -> String {
        let mut code = format!("static BOOKS: [Book; {}] = [\n", self.books.len());
        for (id, book) in (1..).zip(&self.books) {
            let Book {
                usfm,
                osis,
                name,
                testament,
                verses,
                first_chapter,
                first_verse,
            } = book;
            let testament = if testament == "OT" { "Old" } else { "New" };
            let _infallible = writeln!(
                code,
                "Book {{ id: BookId({id}u8), usfm: {usfm:?}, osis: {osis:?}, name: {name:?}, \
                 testament: Testament::{testament}, verses: &{verses:?}, \
                 first_chapter: {first_chapter}, \
                 first_verse: {first_verse} }},"
            );
        }
        code.push_str("];\n");
        code
    }

    /// An empty list for each chapter of the canon.
    pub fn chapter_lists<T>(&self) -> Vec<Vec<T>> {
        (0..self.chapter_count).map(|_| Vec::new()).collect()
    }

    /// A book's place in the canon, from 0.
    pub fn book_index(&self, book: &str) -> Result<usize, Failure> {
        let index = self.indexes.get(book).copied();
        index.ok_or_else(|| format!("there is no book {book:?}"))
    }

    fn find(&self, book: &str) -> Result<&Book, Failure> {
        let book = self.books.get(self.book_index(book)?);
        book.ok_or_else(|| "the index of a book is wrong".to_owned())
    }

    pub fn verse_count(&self, book: &str, chapter: u16) -> Result<u16, Failure> {
        let index = usize::from(chapter).checked_sub(1);
        let verses = &self.find(book)?.verses;
        let count = index.and_then(|index| verses.get(index)).copied();
        count.ok_or_else(|| format!("there is no {book} {chapter}"))
    }

    pub fn chapter_ordinal(&self, book: &str, chapter: u16) -> Result<usize, Failure> {
        self.verse_count(book, chapter)?;
        Ok(self.find(book)?.first_chapter + usize::from(chapter) - 1)
    }

    pub fn verse_ordinal(&self, book: &str, chapter: u16, verse: u16) -> Result<u16, Failure> {
        if !(1..=self.verse_count(book, chapter)?).contains(&verse) {
            return Err(format!("there is no {book} {chapter}:{verse}"));
        }
        let book = self.find(book)?;
        let before: u16 = book.verses.iter().take(usize::from(chapter) - 1).sum();
        Ok(book.first_verse + before + verse - 1)
    }
}
