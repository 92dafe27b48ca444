//! What a manifest says: the renditions a stream is offered in, and how far its timeline goes. Read from the text that
//! the page itself fetched, at ingress; nothing of the text goes further.

mod dash;
mod date;
mod hls;
mod known;

pub use known::{Known, Read};

use crate::event::{Playlist, Rendition};
use crate::sort::Sort;
use crate::time::LIMIT;

/// Longest manifest read, bytes. The probe's limit too, in characters. Of a long playlist the probe leaves out the middle;
/// what is as long as this without it is a DASH manifest that lists every media segment of a film.
pub const TEXT_LIMIT: usize = 256 << 10;
/// The line that the probe puts in place of the middle of a long playlist, less its `#`.
const CUT: &str = "WHYSTALL-CUT";
/// Most renditions kept. Services offer up to about 30, counted by codec.
pub const RENDITION_LIMIT: usize = 64;
/// Most names of media segments kept of a live playlist, the last: what a player at the live edge has still to ask for.
const NAME_LIMIT: usize = 64;
/// Most kept of a film, the first: with the usual six seconds, of an hour and three quarters.
pub const FILM_LIMIT: usize = 1024;

/// Most media segments told as newly named by one reading.
pub const NAMED_LIMIT: usize = 8;

impl Playlist {
    /// Its times and numbers are within what evidence can hold.
    pub fn is_sound(&self) -> bool {
        let times = [self.target, self.part_target, self.update, self.window, self.early, self.length];
        let moments = [self.available_from, self.ends].into_iter().flatten().map(|moment| moment.0);
        let numbers = [self.first, self.next].into_iter().flatten();
        let mut all = times.into_iter().flatten().map(|time| time.0).chain(moments);
        all.all(|micros| (0..LIMIT).contains(&micros)) && numbers.max().is_none_or(|number| number < 1 << 53)
    }
}

/// What was read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Manifest<'a> {
    /// What is offered, the lowest bit rate first; empty where a playlist is of one rendition.
    pub renditions: Vec<Rendition>,
    /// The timeline; `None` where it is in other playlists.
    pub playlist: Option<Playlist>,
    /// Addresses as written, oldest first: of a live playlist those of the last media segments, of a film one for each from the
    /// first on. Empty where they are byte ranges or made by a template, and of a film with gaps.
    pub names: Vec<&'a str>,
}

/// Reads a manifest of either kind. `None` for what is none, or is too long.
pub fn read(text: &str) -> Option<Manifest<'_>> {
    let text = text.trim_start_matches('\u{feff}');
    if text.len() > TEXT_LIMIT {
        return None;
    }
    let mut manifest =
        if text.starts_with("#EXTM3U") { hls::read(text)? } else { dash::read(text.trim_start())? };
    if manifest.playlist.as_ref().is_some_and(|playlist| !playlist.is_sound()) {
        return None;
    }
    manifest.renditions.arrange();
    manifest.renditions.dedup();
    manifest.renditions.truncate(RENDITION_LIMIT);
    Some(manifest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// What manifests are made of.
    const PARTS: [&str; 24] = [
        "\n",
        ",",
        "=",
        "\"",
        "#EXTINF:",
        "9007199254",
        "4.5",
        "-1",
        "#EXT-X-STREAM-INF:",
        "BANDWIDTH=",
        "RESOLUTION=1x",
        "#EXT-X-MEDIA-SEQUENCE:9007199254740991",
        "#EXT-X-PROGRAM-DATE-TIME:2026-11-25T00:00:00Z",
        "a.ts",
        "<Period>",
        "<SegmentTemplate timescale='1' startNumber='9007199254740991'>",
        "<SegmentTimeline>",
        "<S d='9007199254740991' r='-1'/>",
        "<S d='4' r='18446744073709551615'/>",
        "</SegmentTimeline>",
        "<Representation bandwidth='7' width='",
        "'/>",
        "<",
        ">",
    ];

    proptest! {
        /// Whatever is put together of them, what is said of it is within bounds.
        #[test]
        fn anything_is_read_or_refused(
            hls in any::<bool>(), parts in proptest::collection::vec(0usize..24, 0..60), junk in ".{0,20}"
        ) {
            let start = if hls { "#EXTM3U\n" } else { "<MPD type='dynamic'>" };
            let parts = parts.iter().filter_map(|part| PARTS.get(*part)).copied();
            let text: String = [start, &junk].into_iter().chain(parts).collect();
            if let Some(manifest) = read(&text) {
                prop_assert!(manifest.renditions.len() <= RENDITION_LIMIT && manifest.renditions.is_sorted());
                let live = manifest.playlist.as_ref().is_some_and(|playlist| playlist.live);
                let most = if live { NAME_LIMIT } else { FILM_LIMIT };
                prop_assert!(manifest.names.len() <= most);
                prop_assert!(manifest.playlist.is_none_or(|playlist| playlist.is_sound()));
            }
        }
    }
}
