//! Compresses chapters and parts of reference works, each on its own.
//!
//! Measured for the five translations together, dictionaries included: dictionaries of 32 KiB make
//! 7.39 MB, 64 KiB 7.22, 112 KiB 7.22, 200 kB 7.36, 400 kB 7.84.

use serde::Serialize;

use crate::Failure;
use crate::packed::Packed;
use crate::source::Place;

/// Size of the dictionary, in bytes: the largest that still pays for itself, so that the frames
/// are as small, and as quick to read, as they get.
const DICTIONARY: usize = 112 * 1024;
/// zstd's compression level; the highest without its memory-hungry "ultra" modes.
const LEVEL: i32 = 19;

/// Frames, packed.
pub struct Archive {
    pub dictionary: Vec<u8>,
    /// The frames, one after the other.
    pub frames: Vec<u8>,
    /// Where each frame begins, and at last where the last one ends.
    offsets: Vec<usize>,
    /// The largest frame's size when unpacked.
    largest: usize,
}

/// Packs one translation, each chapter on its own.
pub fn pack_chapters(chapters: &[(Place, Packed)]) -> Result<Archive, Failure> {
    let chapters: Vec<&Packed> = chapters.iter().map(|(_, chapter)| chapter).collect();
    pack(&chapters, DICTIONARY)
}

/// Packs each thing on its own, with a dictionary of this size; 0 for none, where it would not pay
/// for itself.
pub fn pack<T: Serialize>(things: &[T], dictionary: usize) -> Result<Archive, Failure> {
    let mut encoded = Vec::with_capacity(things.len());
    for thing in things {
        let bytes = postcard::to_allocvec(thing).map_err(|error| error.to_string())?;
        encoded.push(bytes);
    }
    let dictionary = if dictionary == 0 {
        Vec::new()
    } else {
        zstd::dict::from_samples(&encoded, dictionary)
            .map_err(|error| format!("training the dictionary: {error}"))?
    };
    let mut compressor = zstd::bulk::Compressor::with_dictionary(LEVEL, &dictionary)
        .map_err(|error| format!("loading the dictionary: {error}"))?;
    let mut archive = Archive {
        dictionary,
        frames: Vec::new(),
        offsets: vec![0],
        largest: encoded.iter().map(Vec::len).max().unwrap_or_default(),
    };
    for (number, bytes) in encoded.iter().enumerate() {
        let frame = compressor
            .compress(bytes)
            .map_err(|error| format!("compressing frame {number}: {error}"))?;
        archive.frames.extend_from_slice(&frame);
        archive.offsets.push(archive.frames.len());
    }
    Ok(archive)
}

/// The Rust item by which the library finds the files just written.
pub fn item(name: &str, archive: &Archive) -> String {
    format!(
        "pub static {name}: Frames = {};\n",
        expression(name, archive)
    )
}

/// The same for frames of things by name.
pub fn named_item(name: &str, archive: &Archive, firsts: &[&str]) -> String {
    format!(
        "pub static {name}: Named = Named {{ frames: {}, firsts: &{firsts:?} }};\n",
        expression(name, archive)
    )
}

fn expression(name: &str, archive: &Archive) -> String {
    let offsets: Vec<String> = archive.offsets.iter().copied().map(readable).collect();
    let offsets = offsets.join(", ");
    format!(
        "Frames::new(\n\
         include_bytes!(concat!(env!(\"OUT_DIR\"), \"/{name}.dictionary\")),\n\
         include_bytes!(concat!(env!(\"OUT_DIR\"), \"/{name}.frames\")),\n\
         &[{offsets}],\n{largest})",
        largest = readable(archive.largest)
    )
}

/// A number as the lints want to read it: `1_234_567`.
fn readable(number: usize) -> String {
    match number {
        0..1_000 => number.to_string(),
        _ => format!("{}_{:03}", readable(number / 1_000), number % 1_000),
    }
}
