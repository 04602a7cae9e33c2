//! The size of a function: as Lambda downloads it and as it loads it.

use std::{
    fs,
    io::{Cursor, Write},
};

use verse_tests::binary;
use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};

use crate::Result;

/// The bytes of the binary, and of its zip file for Lambda.
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
