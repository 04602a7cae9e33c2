//! The embedded translations, and a cache of the chapters read last.

use std::cell::RefCell;
use std::sync::Arc;

use crate::chapter_format::PackedChapter;
use crate::translation::TranslationCode;
use crate::zstd_frames::ZstdFrames;

include!(concat!(env!("OUT_DIR"), "/translations.rs"));

/// How many chapters each thread keeps decompressed: after one verse of a chapter, others of the
/// same chapter are usually read.
const CACHE_SIZE: usize = 16;

thread_local! {
    /// The chapters read last, the latest at the end.
    static CACHE: RefCell<Vec<(TranslationCode, usize, Arc<PackedChapter>)>> =
        const { RefCell::new(Vec::new()) };
}

fn frames_of(translation: TranslationCode) -> &'static ZstdFrames {
    match translation {
        TranslationCode::Web => &WEB,
        TranslationCode::Kjv => &KJV,
        TranslationCode::Asv => &ASV,
        TranslationCode::Ylt => &YLT,
        TranslationCode::Bsb => &BSB,
        TranslationCode::Srv => &SRV,
    }
}

/// The chapter with this ordinal (Genesis 1 is 0, Revelation 22 is 1188).
///
/// `None` if there is none, or if the embedded bytes are damaged.
pub fn read_chapter(translation: TranslationCode, ordinal: usize) -> Option<Arc<PackedChapter>> {
    CACHE.with_borrow_mut(|cache| {
        let index = cache
            .iter()
            .position(|(code, number, _)| (*code, *number) == (translation, ordinal));
        let cached = index.map(|index| cache.remove(index).2);
        let chapter = cached.or_else(|| frames_of(translation).read(ordinal).map(Arc::new))?;
        if cache.len() >= CACHE_SIZE {
            cache.remove(0);
        }
        cache.push((translation, ordinal, Arc::clone(&chapter)));
        Some(chapter)
    })
}
