//! The embedded translations and how one chapter is taken out of them.

use std::cell::RefCell;
use std::sync::Arc;

use crate::frames::Frames;
use crate::packed::Packed;
use crate::translation::TranslationCode;

include!(concat!(env!("OUT_DIR"), "/archives.rs"));

fn archive(translation: TranslationCode) -> &'static Frames {
    match translation {
        TranslationCode::Web => &WEB,
        TranslationCode::Kjv => &KJV,
        TranslationCode::Asv => &ASV,
        TranslationCode::Ylt => &YLT,
        TranslationCode::Srv => &SRV,
    }
}

/// How many chapters a thread keeps unpacked: whoever reads one verse of a chapter reads on.
const KEPT: usize = 16;

thread_local! {
    /// The chapters read last, the latest at the end.
    static LATEST: RefCell<Vec<(TranslationCode, usize, Arc<Packed>)>> =
        const { RefCell::new(Vec::new()) };
}

/// The chapter with this ordinal (Genesis 1 is 0, Revelation 22 is 1188), unpacked unless it was read lately.
///
/// `None` if there is none, or if the embedded bytes are not what the build script wrote.
pub fn read_chapter(translation: TranslationCode, ordinal: usize) -> Option<Arc<Packed>> {
    LATEST.with_borrow_mut(|latest| {
        let place = latest
            .iter()
            .position(|(code, number, _)| (*code, *number) == (translation, ordinal));
        let kept = place.map(|place| latest.remove(place).2);
        let chapter = kept.or_else(|| archive(translation).read(ordinal).map(Arc::new))?;
        if latest.len() >= KEPT {
            latest.remove(0);
        }
        latest.push((translation, ordinal, Arc::clone(&chapter)));
        Some(chapter)
    })
}
