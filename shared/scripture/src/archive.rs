//! The embedded texts and how one chapter is taken out of them.
//!
//! Nothing happens before the first read of a translation; that one prepares its dictionary.

use std::cell::RefCell;
use std::sync::{Arc, OnceLock};

use zstd::zstd_safe::{DCtx, DDict};

use crate::packed::Packed;
use crate::translation::TranslationCode;

include!(concat!(env!("OUT_DIR"), "/archives.rs"));

/// One translation as the build script left it.
pub struct Archive {
    dictionary: &'static [u8],
    /// The chapters' frames, one after the other in canon order.
    frames: &'static [u8],
    /// Where each frame begins, and at last where the last one ends.
    offsets: &'static [usize],
    /// The largest chapter's size when unpacked.
    largest: usize,
    decoder: OnceLock<DDict<'static>>,
}

/// The archive of a translation.
pub fn archive(translation: TranslationCode) -> &'static Archive {
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
    /// What zstd works in; kept, so that it is not allocated anew for each chapter.
    static CONTEXT: RefCell<DCtx<'static>> = RefCell::new(DCtx::create());
    /// The chapters read last, the latest at the end, by where their frames are.
    static LATEST: RefCell<Vec<(*const u8, Arc<Packed>)>> = const { RefCell::new(Vec::new()) };
}

impl Archive {
    /// The chapter with this ordinal (Genesis 1 is 0, Revelation 22 is 1188), unpacked unless it was read lately.
    ///
    /// `None` if there is none, or if the embedded bytes are not what the build script wrote.
    pub fn read(&self, ordinal: usize) -> Option<Arc<Packed>> {
        let (start, end) = (*self.offsets.get(ordinal)?, *self.offsets.get(ordinal + 1)?);
        let frame = self.frames.get(start..end)?;
        LATEST.with_borrow_mut(|latest| {
            let place = latest.iter().position(|(at, _)| *at == frame.as_ptr());
            let kept = place.map(|place| latest.remove(place).1);
            let chapter = kept.or_else(|| self.unpack(frame).map(Arc::new))?;
            if latest.len() >= KEPT {
                latest.remove(0);
            }
            latest.push((frame.as_ptr(), Arc::clone(&chapter)));
            Some(chapter)
        })
    }

    fn unpack(&self, frame: &[u8]) -> Option<Packed> {
        let dictionary = self.decoder.get_or_init(|| DDict::create(self.dictionary));
        let mut bytes = Vec::with_capacity(self.largest);
        CONTEXT
            .with_borrow_mut(|zstd| zstd.decompress_using_ddict(&mut bytes, frame, dictionary))
            .ok()?;
        postcard::from_bytes(&bytes).ok()
    }
}
