//! The canon: `versification.json` in, a Rust table out.

use std::fmt::Write;
use std::fs;
use std::path::Path;

use serde::Deserialize;

use crate::Failure;

#[derive(Deserialize)]
struct Versification {
    books: Vec<Book>,
}

/// One book as the file has it.
#[derive(Deserialize)]
pub struct Book {
    pub usfm: String,
    pub osis: String,
    name: String,
    testament: String,
    pub verses: Vec<u16>,
}

pub fn read(path: &Path) -> Result<Vec<Book>, Failure> {
    let json = fs::read(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let canon: Versification =
        serde_json::from_slice(&json).map_err(|error| format!("{}: {error}", path.display()))?;
    if canon.books.len() == 66 {
        Ok(canon.books)
    } else {
        Err(format!(
            "{}: {} books where 66 are expected",
            path.display(),
            canon.books.len()
        ))
    }
}

/// The items of `BOOKS`, to be included where `Book`, `BookId` and `Testament` are in scope.
pub fn table(books: &[Book]) -> String {
    let mut code = format!("static BOOKS: [Book; {}] = [\n", books.len());
    let (mut first_chapter, mut first_verse) = (0, 0);
    for (id, book) in (1..).zip(books) {
        let Book {
            usfm,
            osis,
            name,
            testament,
            verses,
        } = book;
        let testament = if testament == "OT" { "Old" } else { "New" };
        let _infallible = writeln!(
            code,
            "Book {{ id: BookId({id}u8), usfm: {usfm:?}, osis: {osis:?}, name: {name:?}, \
             testament: Testament::{testament}, verses: &{verses:?}, \
             first_chapter: {first_chapter}, \
             first_verse: {first_verse} }},"
        );
        first_chapter += verses.len();
        first_verse += verses.iter().sum::<u16>();
    }
    code.push_str("];\n");
    code
}
