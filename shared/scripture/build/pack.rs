//! Compresses the chapters of one translation, each on its own.
//!
//! Measured, all five translations together, dictionaries included: dictionaries of 32 KiB make
//! 7.39 MB, 64 KiB 7.22, 112 KiB 7.22, 200 kB 7.36, 400 kB 7.84.

use std::fmt::Write;

use crate::Failure;
use crate::packed::Packed;
use crate::source::Place;

/// Size of the dictionary, in bytes: the largest that still pays for itself, so that the frames
/// are as small, and as quick to read, as they get.
const DICTIONARY: usize = 112 * 1024;
/// zstd's compression level; the highest without its memory-hungry "ultra" modes.
const LEVEL: i32 = 19;

/// One translation, packed.
pub struct Archive {
    pub dictionary: Vec<u8>,
    /// The chapters' frames, one after the other in canon order.
    pub frames: Vec<u8>,
    /// Where each frame begins, and at last where the last one ends.
    offsets: Vec<usize>,
    /// The largest chapter's size when unpacked.
    largest: usize,
}

pub fn pack(chapters: &[(Place, Packed)]) -> Result<Archive, Failure> {
    let mut encoded = Vec::with_capacity(chapters.len());
    for (place, chapter) in chapters {
        let bytes = postcard::to_allocvec(chapter).map_err(|error| format!("{place}: {error}"))?;
        encoded.push(bytes);
    }
    let dictionary = zstd::dict::from_samples(&encoded, DICTIONARY)
        .map_err(|error| format!("training the dictionary: {error}"))?;
    let mut compressor = zstd::bulk::Compressor::with_dictionary(LEVEL, &dictionary)
        .map_err(|error| format!("loading the dictionary: {error}"))?;
    let mut archive = Archive {
        dictionary,
        frames: Vec::new(),
        offsets: vec![0],
        largest: encoded.iter().map(Vec::len).max().unwrap_or_default(),
    };
    for ((place, _), bytes) in chapters.iter().zip(&encoded) {
        let frame = compressor
            .compress(bytes)
            .map_err(|error| format!("compressing {place}: {error}"))?;
        archive.frames.extend_from_slice(&frame);
        archive.offsets.push(archive.frames.len());
    }
    Ok(archive)
}

/// The Rust items by which the library finds the files just written.
pub fn statics(code: &str, archive: &Archive) -> String {
    let mut items = String::new();
    let offsets = &archive.offsets;
    let _infallible = writeln!(
        items,
        "#[expect(clippy::unreadable_literal, reason = \"generated, for no one to read\")]\n\
         pub static {code}: Archive = Archive {{\n\
         dictionary: include_bytes!(concat!(env!(\"OUT_DIR\"), \"/{code}.dictionary\")),\n\
         frames: include_bytes!(concat!(env!(\"OUT_DIR\"), \"/{code}.frames\")),\n\
         offsets: &{offsets:?},\n\
         largest: {largest},\n\
         decoder: OnceLock::new(),\n}};",
        largest = archive.largest
    );
    items
}
