//! Compressed frames, as the build script left them in the binary, and how one is taken out.
//!
//! Nothing happens before the first read; that one prepares the dictionary.

use std::cell::RefCell;
use std::sync::OnceLock;

use serde::de::DeserializeOwned;
use zstd::zstd_safe::{DCtx, DDict};

/// Frames with one dictionary.
pub struct Frames {
    /// What the frames were compressed with; may be empty.
    dictionary: &'static [u8],
    /// The frames, one after the other.
    packed: &'static [u8],
    /// Where each frame begins, and at last where the last one ends.
    offsets: &'static [u32],
    /// The largest frame's size when unpacked.
    largest: usize,
    decoder: OnceLock<DDict<'static>>,
}

thread_local! {
    /// What zstd works in; kept, so that it is not allocated anew for each frame.
    static CONTEXT: RefCell<DCtx<'static>> = RefCell::new(DCtx::create());
}

impl Frames {
    pub(crate) const fn new(
        dictionary: &'static [u8],
        packed: &'static [u8],
        offsets: &'static [u32],
        largest: usize,
    ) -> Self {
        Self {
            dictionary,
            packed,
            offsets,
            largest,
            decoder: OnceLock::new(),
        }
    }

    /// How many frames there are.
    pub(crate) fn len(&self) -> usize {
        self.offsets.len().saturating_sub(1)
    }

    /// Unpacks one frame.
    ///
    /// `None` if there is none of this number, or if the embedded bytes are not what the build script wrote.
    pub(crate) fn read<T: DeserializeOwned>(&self, index: usize) -> Option<T> {
        let start = usize::try_from(*self.offsets.get(index)?).ok()?;
        let end = usize::try_from(*self.offsets.get(index + 1)?).ok()?;
        let frame = self.packed.get(start..end)?;
        let dictionary = self.decoder.get_or_init(|| DDict::create(self.dictionary));
        let mut bytes = Vec::with_capacity(self.largest);
        CONTEXT
            .with_borrow_mut(|zstd| zstd.decompress_using_ddict(&mut bytes, frame, dictionary))
            .ok()?;
        postcard::from_bytes(&bytes).ok()
    }
}

/// Frames of things in the order of their names.
pub struct Named {
    /// Each holds several things, in order.
    pub frames: Frames,
    /// The name of each frame's first thing.
    pub firsts: &'static [&'static str],
}

impl Named {
    /// The number of the frame in which a thing of this name stands, if it stands anywhere.
    pub(crate) fn frame_of(&self, name: &str) -> Option<usize> {
        self.firsts
            .partition_point(|first| *first <= name)
            .checked_sub(1)
    }
}
