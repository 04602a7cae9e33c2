//! Encodes chapters and parts of reference works, and writes the Rust items that embed them.
//!
//! Measured for five translations together (all but the BSB), dictionaries included: dictionaries of
//! 32 KiB make 7.39 MB, 64 KiB 7.22, 112 KiB 7.22, 200 kB 7.36, 400 kB 7.84.

use std::fmt::Write;
use std::path::Path;

use serde::Serialize;

use crate::frames::embed;
use crate::{Failure, write};

/// Size of a translation's dictionary in bytes: the largest that still saves more than it takes, so
/// that the frames are as small and as quick to read as they get.
pub const CHAPTER_DICTIONARY: usize = 112 * 1024;

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
        let frames = embed(self.folder, name, &encode(name, items)?, dictionary_size)?;
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
        let frames = embed(self.folder, name, &encode(name, &chunks)?, dictionary_size)?;
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
}

fn encode<T: Serialize>(name: &str, items: &[T]) -> Result<Vec<Vec<u8>>, Failure> {
    let encoded = items.iter().map(postcard::to_allocvec);
    let encoded: Result<_, _> = encoded.collect();
    encoded.map_err(|error| format!("encoding {name}: {error}"))
}
