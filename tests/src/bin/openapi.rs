//! Prints the OpenAPI document: `cargo run -q -p verse-tests --bin openapi > openapi.json`.

use std::io::{Write, stdout};

fn main() -> std::io::Result<()> {
    stdout().write_all(verse_tests::openapi::text().as_bytes())
}
