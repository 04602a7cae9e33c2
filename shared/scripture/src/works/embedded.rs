//! The works' frames, as the build script left them.

use crate::frames::{Frames, Named};

include!(concat!(env!("OUT_DIR"), "/works.rs"));
