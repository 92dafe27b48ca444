//! What the manifests that a page read say together.

use crate::event::{Playlist, Rendition, ResourceId, TrackKind};
use crate::time::Wall;

/// A playlist, and when the page had read it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Read {
    /// Index of the input that told it.
    pub fact: u32,
    /// When.
    pub at: Wall,
    /// Which playlist; `None` where its address was not seen.
    pub resource: Option<ResourceId>,
    /// What it said.
    pub playlist: Box<Playlist>,
    /// Media segments that it was the first to name.
    pub named: Vec<ResourceId>,
}

/// All manifests of a frame.
#[derive(Clone, Debug, Default)]
pub struct Known {
    /// What the newest ladder offers, the lowest bit rate first.
    pub ladder: Vec<Rendition>,
    /// Every time a playlist was read, oldest first.
    pub reads: Vec<Read>,
}

impl Known {
    /// The video renditions of this size.
    pub fn of_size(&self, size: (u32, u32)) -> impl Iterator<Item = &Rendition> {
        self.ladder.iter().filter(move |rung| rung.kind == TrackKind::Video && rung.size == Some(size))
    }

    /// The bit rate that this size is offered at; `None` if at none or at several.
    pub fn bitrate(&self, size: (u32, u32)) -> Option<u64> {
        let mut rungs = self.of_size(size).map(|rung| rung.bitrate);
        rungs.next().filter(|_| rungs.next().is_none())
    }
}
