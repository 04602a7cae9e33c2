//! Compresses items, one zstd frame each.
//!
//! The build script of the search compiles this file too.

use std::path::Path;

use crate::{Failure, write};

/// zstd's compression level; the highest without its memory-hungry "ultra" modes.
const LEVEL: i32 = 19;

/// Writes the dictionary and the frames, and returns the Rust expression that embeds them. A
/// dictionary of size 0 is none.
pub fn embed(
    folder: &Path,
    name: &str,
    items: &[Vec<u8>],
    dictionary_size: usize,
) -> Result<String, Failure> {
    let dictionary = if dictionary_size == 0 {
        Vec::new()
    } else {
        zstd::dict::from_samples(items, dictionary_size)
            .map_err(|error| format!("training the dictionary of {name}: {error}"))?
    };
    let mut compressor = zstd::bulk::Compressor::with_dictionary(LEVEL, &dictionary)
        .map_err(|error| format!("loading the dictionary of {name}: {error}"))?;
    let mut frames = Vec::new();
    let mut offsets = vec![readable(0)];
    for (number, bytes) in items.iter().enumerate() {
        let frame = compressor
            .compress(bytes)
            .map_err(|error| format!("compressing frame {number} of {name}: {error}"))?;
        frames.extend_from_slice(&frame);
        offsets.push(readable(frames.len()));
    }
    write(&folder.join(format!("{name}.dictionary")), &dictionary)?;
    write(&folder.join(format!("{name}.frames")), &frames)?;
    let largest = items.iter().map(Vec::len).max().unwrap_or_default();
    Ok(format!(
        "ZstdFrames::new(\n\
         include_bytes!(concat!(env!(\"OUT_DIR\"), \"/{name}.dictionary\")),\n\
         include_bytes!(concat!(env!(\"OUT_DIR\"), \"/{name}.frames\")),\n\
         &[{}],\n{})",
        offsets.join(", "),
        readable(largest)
    ))
}

/// A number with the separators that the lints require: `1_234_567`.
fn readable(number: usize) -> String {
    match number {
        0..1_000 => number.to_string(),
        _ => format!("{}_{:03}", readable(number / 1_000), number % 1_000),
    }
}
