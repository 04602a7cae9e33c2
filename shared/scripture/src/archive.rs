//! The embedded texts and how one chapter is taken out of them.
//!
//! Nothing happens before the first read of a translation; that one prepares its dictionary.

use std::cell::RefCell;
use std::sync::OnceLock;

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

thread_local! {
    /// What zstd works in; kept, so that it is not allocated anew for each chapter.
    static CONTEXT: RefCell<DCtx<'static>> = RefCell::new(DCtx::create());
}

impl Archive {
    /// Unpacks the chapter with this ordinal (Genesis 1 is 0, Revelation 22 is 1188).
    ///
    /// `None` if there is none, or if the embedded bytes are not what the build script wrote.
    pub fn read(&self, ordinal: usize) -> Option<Packed> {
        let (start, end) = (*self.offsets.get(ordinal)?, *self.offsets.get(ordinal + 1)?);
        let frame = self.frames.get(start..end)?;
        let dictionary = self.decoder.get_or_init(|| DDict::create(self.dictionary));
        let mut bytes = Vec::with_capacity(self.largest);
        CONTEXT
            .with_borrow_mut(|zstd| zstd.decompress_using_ddict(&mut bytes, frame, dictionary))
            .ok()?;
        postcard::from_bytes(&bytes).ok()
    }
}
