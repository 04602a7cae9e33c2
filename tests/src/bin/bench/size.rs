//! How much a function is to download and to load.

use std::{
    fs,
    io::{Cursor, Write},
};

use verse_tests::binary;
use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};

use crate::Result;

/// Bytes of the binary, and of a zip that holds it as Lambda wants it.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    pub binary: usize,
    pub zip: usize,
}

pub fn of(function: &str) -> Result<Size> {
    let binary = fs::read(binary(function))?;
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .unix_permissions(0o755);
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    zip.start_file("bootstrap", options)?;
    zip.write_all(&binary)?;
    Ok(Size {
        binary: binary.len(),
        zip: zip.finish()?.into_inner().len(),
    })
}
