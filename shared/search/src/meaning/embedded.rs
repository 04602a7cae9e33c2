//! The embedded index.

use verse_scripture::zstd_frames::{SortedFrames, ZstdFrames};

include!(concat!(env!("OUT_DIR"), "/meaning.rs"));
