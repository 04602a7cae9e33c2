//! Compresses chapters and parts of reference works, one zstd frame each, and writes the Rust items
//! that embed them.
//!
//! Measured for five translations together (all but the BSB), dictionaries included: dictionaries of
//! 32 KiB make 7.39 MB, 64 KiB 7.22, 112 KiB 7.22, 200 kB 7.36, 400 kB 7.84.

use std::fmt::Write;
use std::path::Path;

use serde::Serialize;

use crate::{Failure, write};

/// Size of a translation's dictionary in bytes: the largest that still saves more than it takes, so
/// that the frames are as small and as quick to read as they get.
pub const CHAPTER_DICTIONARY: usize = 112 * 1024;
/// zstd's compression level; the highest without its memory-hungry "ultra" modes.
const LEVEL: i32 = 19;

/// The folder that receives the compressed files, and the Rust items that embed them.
pub struct Output<'a> {
    folder: &'a Path,
    items: String,
}

impl<'a> Output<'a> {
    pub fn new(folder: &'a Path) -> Self {
        let items = String::new();
        Self { folder, items }
    }

    /// Adds a static of one frame per item. A dictionary of size 0 is none, for works where it
    /// would not pay for itself.
    pub fn add_frames<T: Serialize>(
        &mut self,
        name: &str,
        items: &[T],
        dictionary_size: usize,
    ) -> Result<(), Failure> {
        let frames = self.compress(name, items, dictionary_size)?;
        let _infallible = writeln!(self.items, "pub static {name}: ZstdFrames = {frames};");
        Ok(())
    }

    /// Adds a static of items that are sorted by name, `per_frame` items in each frame.
    pub fn add_sorted_frames<T: Serialize>(
        &mut self,
        name: &str,
        items: &[T],
        name_of: impl Fn(&T) -> &str,
        per_frame: usize,
        dictionary_size: usize,
    ) -> Result<(), Failure> {
        let chunks: Vec<&[T]> = items.chunks(per_frame).collect();
        let firsts = chunks.iter().filter_map(|chunk| chunk.first());
        let first_names: Vec<&str> = firsts.map(name_of).collect();
        let frames = self.compress(name, &chunks, dictionary_size)?;
        let _infallible = writeln!(
            self.items,
            "pub static {name}: SortedFrames = \
             SortedFrames {{ frames: {frames}, first_names: &{first_names:?} }};"
        );
        Ok(())
    }

    /// Writes the Rust items to a file.
    pub fn write_items(&self, file: &str) -> Result<(), Failure> {
        write(&self.folder.join(file), self.items.as_bytes())
    }

    /// Writes the dictionary and the frames, and returns the Rust expression that embeds them.
    fn compress<T: Serialize>(
        &self,
        name: &str,
        items: &[T],
        dictionary_size: usize,
    ) -> Result<String, Failure> {
        let mut encoded = Vec::with_capacity(items.len());
        for item in items {
            let bytes =
                postcard::to_allocvec(item).map_err(|error| format!("encoding {name}: {error}"))?;
            encoded.push(bytes);
        }
        let dictionary = if dictionary_size == 0 {
            Vec::new()
        } else {
            zstd::dict::from_samples(&encoded, dictionary_size)
                .map_err(|error| format!("training the dictionary of {name}: {error}"))?
        };
        let mut compressor = zstd::bulk::Compressor::with_dictionary(LEVEL, &dictionary)
            .map_err(|error| format!("loading the dictionary of {name}: {error}"))?;
        let mut frames = Vec::new();
        let mut offsets = vec![readable(0)];
        for (number, bytes) in encoded.iter().enumerate() {
            let frame = compressor
                .compress(bytes)
                .map_err(|error| format!("compressing frame {number} of {name}: {error}"))?;
            frames.extend_from_slice(&frame);
            offsets.push(readable(frames.len()));
        }
        write(&self.folder.join(format!("{name}.dictionary")), &dictionary)?;
        write(&self.folder.join(format!("{name}.frames")), &frames)?;
        let largest = encoded.iter().map(Vec::len).max().unwrap_or_default();
        Ok(format!(
            "ZstdFrames::new(\n\
             include_bytes!(concat!(env!(\"OUT_DIR\"), \"/{name}.dictionary\")),\n\
             include_bytes!(concat!(env!(\"OUT_DIR\"), \"/{name}.frames\")),\n\
             &[{}],\n{})",
            offsets.join(", "),
            readable(largest)
        ))
    }
}

/// A number with the separators that the lints require: `1_234_567`.
fn readable(number: usize) -> String {
    match number {
        0..1_000 => number.to_string(),
        _ => format!("{}_{:03}", readable(number / 1_000), number % 1_000),
    }
}
