//! What a media element was seen to do at one moment.

use crate::event::Moment;
use crate::time::{MediaTime, Wall};

/// The element as it stood, from [`crate::Event::Playback`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Look {
    /// When.
    pub at: Wall,
    /// Index of the input that told it.
    pub fact: u32,
    /// What made us look.
    pub why: Moment,
    /// `currentTime`.
    pub position: MediaTime,
    /// Playback rate in thousandths.
    pub rate: i32,
    /// `paused`.
    pub paused: bool,
    /// `seeking`.
    pub seeking: bool,
    /// `ended`.
    pub ended: bool,
    /// `readyState`.
    pub ready: u8,
    /// The viewer touched the page just before.
    pub gesture: bool,
}
