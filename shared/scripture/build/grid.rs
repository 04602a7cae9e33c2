//! Where a verse of the canon stands: chapters and verses numbered through from 0.

use std::collections::HashMap;

use crate::Failure;
use crate::canon::Book;

pub struct Grid<'a> {
    /// By USFM id and by OSIS id.
    books: HashMap<&'a str, Place<'a>>,
    /// How many chapters there are.
    pub chapters: usize,
}

#[derive(Clone, Copy)]
struct Place<'a> {
    first_chapter: usize,
    first_verse: u16,
    /// How many verses each chapter has.
    verses: &'a [u16],
    index: usize,
}

impl<'a> Grid<'a> {
    pub fn new(canon: &'a [Book]) -> Self {
        let mut books = HashMap::new();
        let (mut first_chapter, mut first_verse) = (0, 0);
        for (index, book) in canon.iter().enumerate() {
            let place = Place {
                first_chapter,
                first_verse,
                verses: &book.verses,
                index,
            };
            books.insert(book.usfm.as_str(), place);
            books.insert(book.osis.as_str(), place);
            first_chapter += book.verses.len();
            first_verse += book.verses.iter().sum::<u16>();
        }
        Self {
            books,
            chapters: first_chapter,
        }
    }

    fn find(&self, book: &str) -> Result<Place<'a>, Failure> {
        let place = self.books.get(book).copied();
        place.ok_or_else(|| format!("there is no book {book:?}"))
    }

    /// A book's place in the canon, from 0.
    pub fn book(&self, book: &str) -> Result<usize, Failure> {
        self.find(book).map(|place| place.index)
    }

    /// How many verses a chapter has.
    pub fn verses(&self, book: &str, chapter: u16) -> Result<u16, Failure> {
        let index = usize::from(chapter).checked_sub(1);
        let verses = self.find(book)?.verses;
        let verses = index.and_then(|index| verses.get(index)).copied();
        verses.ok_or_else(|| format!("there is no {book} {chapter}"))
    }

    pub fn chapter(&self, book: &str, chapter: u16) -> Result<usize, Failure> {
        self.verses(book, chapter)?;
        Ok(self.find(book)?.first_chapter + usize::from(chapter) - 1)
    }

    pub fn verse(&self, book: &str, chapter: u16, verse: u16) -> Result<u16, Failure> {
        if !(1..=self.verses(book, chapter)?).contains(&verse) {
            return Err(format!("there is no {book} {chapter}:{verse}"));
        }
        let place = self.find(book)?;
        let before: u16 = place.verses.iter().take(usize::from(chapter) - 1).sum();
        Ok(place.first_verse + before + verse - 1)
    }
}
