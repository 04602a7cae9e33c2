//! Reads the zstd frames that the build script embedded. The first read prepares the dictionary;
//! nothing runs before it.

use std::cell::RefCell;
use std::sync::OnceLock;

use serde::de::DeserializeOwned;
use zstd::zstd_safe::{DCtx, DDict};

/// Frames with one dictionary.
pub struct ZstdFrames {
    /// The dictionary of all frames; may be empty.
    dictionary: &'static [u8],
    /// The frames, one after the other.
    compressed: &'static [u8],
    /// The start of each frame, then the end of the last.
    offsets: &'static [u32],
    /// Size of the largest frame when decompressed.
    largest: usize,
    decoder: OnceLock<DDict<'static>>,
}

thread_local! {
    /// zstd's work area, which is kept so that a read does not allocate it again.
    static CONTEXT: RefCell<DCtx<'static>> = RefCell::new(DCtx::create());
}

impl ZstdFrames {
    /// For the code that a build script writes.
    #[must_use]
    pub const fn new(
        dictionary: &'static [u8],
        compressed: &'static [u8],
        offsets: &'static [u32],
        largest: usize,
    ) -> Self {
        Self {
            dictionary,
            compressed,
            offsets,
            largest,
            decoder: OnceLock::new(),
        }
    }

    /// How many frames there are.
    #[must_use]
    #[expect(
        clippy::len_without_is_empty,
        reason = "no work is embedded without frames"
    )]
    pub fn len(&self) -> usize {
        self.offsets.len().saturating_sub(1)
    }

    /// Decompresses and decodes one frame.
    ///
    /// `None` if there is no frame with this index, or if the embedded bytes are damaged.
    pub fn read<T: DeserializeOwned>(&self, index: usize) -> Option<T> {
        postcard::from_bytes(&self.read_bytes(index)?).ok()
    }

    /// Decompresses one frame.
    ///
    /// `None` if there is no frame with this index, or if the embedded bytes are damaged.
    #[must_use]
    pub fn read_bytes(&self, index: usize) -> Option<Vec<u8>> {
        let start = usize::try_from(*self.offsets.get(index)?).ok()?;
        let end = usize::try_from(*self.offsets.get(index + 1)?).ok()?;
        let frame = self.compressed.get(start..end)?;
        let dictionary = self.decoder.get_or_init(|| DDict::create(self.dictionary));
        let size = zstd::zstd_safe::get_frame_content_size(frame).ok()??;
        let size = usize::try_from(size).ok()?.min(self.largest);
        let mut bytes = Vec::with_capacity(size);
        CONTEXT
            .with_borrow_mut(|zstd| zstd.decompress_using_ddict(&mut bytes, frame, dictionary))
            .ok()?;
        Some(bytes)
    }
}

/// Frames that each hold several items, sorted by name.
pub struct SortedFrames {
    /// The frames, in the order of the names.
    pub frames: ZstdFrames,
    /// The name of each frame's first item.
    pub first_names: &'static [&'static str],
}

impl SortedFrames {
    /// The index of the last frame that can hold an item of this name.
    #[must_use]
    pub fn frame_of(&self, name: &str) -> Option<usize> {
        self.first_names
            .partition_point(|first| *first <= name)
            .checked_sub(1)
    }
}
