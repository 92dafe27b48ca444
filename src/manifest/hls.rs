//! HTTP Live Streaming (RFC 8216bis): what a playlist says, line by line.

use super::date::{millionths, moment};
use super::{FILM_LIMIT, Manifest, NAME_LIMIT, RENDITION_LIMIT};
use crate::event::{Playlist, Rendition, TrackKind};
use crate::time::Micros;

/// Reads a playlist that begins with `#EXTM3U`. What is not understood is passed over, as RFC 8216 §6.3.1 wants it.
/// `None` for one that holds nothing that is looked for.
pub fn read(text: &str) -> Option<Manifest<'_>> {
    let mut reading = Reading::default();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        match line.strip_prefix('#') {
            Some(tag) => reading.tag(tag),
            None => reading.address(line),
        }
    }
    reading.done()
}

#[derive(Default)]
struct Reading<'a> {
    renditions: Vec<Rendition>,
    /// `EXT-X-STREAM-INF`: the next address is another playlist.
    offered: bool,
    media: bool,
    playlist: Playlist,
    ended: bool,
    byte_ranges: bool,
    names: Vec<&'a str>,
    segments: u32,
    lengths: Micros,
    /// Lines were left out.
    cut: bool,
    /// The names in front of those, if there is one for each media segment.
    beginning: Option<Vec<&'a str>>,
    /// The length of the media segment whose address comes next.
    length: Micros,
    /// When the media segment that comes next begins.
    begins: Option<crate::time::Wall>,
}

impl<'a> Reading<'a> {
    fn tag(&mut self, tag: &'a str) {
        let (name, value) = tag.split_once(':').unwrap_or((tag, ""));
        match name {
            "EXT-X-STREAM-INF" => {
                self.offered = true;
                if self.renditions.len() < RENDITION_LIMIT {
                    self.renditions.extend(rendition(value));
                }
            }
            "EXT-X-TARGETDURATION" => {
                self.media = true;
                self.playlist.target = seconds(value);
            }
            "EXT-X-MEDIA-SEQUENCE" => {
                self.playlist.first = value.trim().parse().ok().filter(|first| *first < 1 << 53)
            }
            "EXTINF" => {
                self.media = true;
                self.length = seconds(value.split(',').next().unwrap_or("")).unwrap_or_default();
            }
            "EXT-X-PROGRAM-DATE-TIME" => self.begins = moment(value),
            "EXT-X-DISCONTINUITY" => {
                self.playlist.discontinuities = self.playlist.discontinuities.saturating_add(1)
            }
            "EXT-X-GAP" => self.playlist.gaps = self.playlist.gaps.saturating_add(1),
            "EXT-X-BYTERANGE" => self.byte_ranges = true,
            "EXT-X-PART-INF" => self.playlist.part_target = attribute(value, "PART-TARGET").and_then(seconds),
            "EXT-X-PART" => {
                self.byte_ranges |= attribute(value, "BYTERANGE").is_some();
                self.name(attribute(value, "URI").unwrap_or(""));
            }
            "EXT-X-ENDLIST" => self.ended = true,
            super::CUT => {
                self.begins = None;
                self.beginning = self.one_each().then(|| std::mem::take(&mut self.names));
                // What comes before is old, and would look new the next time, when it was left out before.
                self.names.clear();
                self.cut = true;
            }
            _ => {}
        }
    }

    fn address(&mut self, line: &'a str) {
        if std::mem::take(&mut self.offered) {
            return;
        }
        self.media = true;
        self.segments = self.segments.saturating_add(1);
        let length = std::mem::take(&mut self.length);
        self.lengths = self.lengths + length;
        self.begins = self.begins.map(|begins| begins + length);
        self.playlist.ends = self.begins;
        self.name(line);
    }

    fn name(&mut self, name: &'a str) {
        if !name.is_empty() {
            self.names.push(name);
        }
    }

    /// The names so far are those of the media segments so far, and none of these is missing.
    fn one_each(&self) -> bool {
        u32::try_from(self.names.len()) == Ok(self.segments) && self.playlist.gaps == 0
    }

    fn done(mut self) -> Option<Manifest<'a>> {
        if !self.media && self.renditions.is_empty() {
            return None;
        }
        self.playlist.live = !self.ended;
        if !self.cut {
            self.playlist.next = Some(self.playlist.first.unwrap_or(0) + u64::from(self.segments));
            self.playlist.segments = Some(self.segments);
            self.playlist.length = Some(self.lengths);
        }
        if self.playlist.live {
            self.names.drain(..self.names.len().saturating_sub(NAME_LIMIT));
        } else {
            let whole = (!self.cut && self.one_each()).then(|| std::mem::take(&mut self.names));
            self.names = whole.or(self.beginning).unwrap_or_default();
            self.names.truncate(FILM_LIMIT);
        }
        if self.byte_ranges || !self.media {
            self.names.clear();
        }
        let playlist = self.media.then_some(self.playlist);
        Some(Manifest { renditions: self.renditions, playlist, names: self.names })
    }
}

fn rendition(attributes: &str) -> Option<Rendition> {
    let number = |name| attribute(attributes, name).and_then(|value| value.parse().ok());
    let bitrate = number("AVERAGE-BANDWIDTH")
        .or(number("BANDWIDTH"))
        .filter(|bitrate: &u64| (1..1 << 53).contains(bitrate))?;
    let size = attribute(attributes, "RESOLUTION").and_then(|size| size.split_once(['x', 'X']));
    let size = size.and_then(|(width, height)| Some((side(width)?, side(height)?)));
    let codecs = attribute(attributes, "CODECS").map(crate::mime::kind_of_codecs);
    let kind = match (size, codecs) {
        (None, Some(TrackKind::Audio)) => TrackKind::Audio,
        _ => TrackKind::Video,
    };
    let frame_rate = attribute(attributes, "FRAME-RATE").and_then(millionths);
    let frame_rate = frame_rate.map(|rate| rate / 1000).filter(|rate| (1..1_000_000).contains(rate));
    let frame_rate = frame_rate.and_then(|rate| u32::try_from(rate).ok());
    Some(Rendition { bitrate, kind, size, frame_rate })
}

/// A side of a picture in pixels.
pub fn side(text: &str) -> Option<u32> {
    text.trim().parse().ok().filter(|side| (1..=crate::event::SIDE_LIMIT).contains(side))
}

/// Seconds of which there are some.
fn seconds(text: &str) -> Option<Micros> {
    millionths(text.trim()).map(Micros)
}

/// The value of an attribute, without its quotes. A comma in quotes parts nothing.
fn attribute<'a>(list: &'a str, wanted: &str) -> Option<&'a str> {
    let mut rest = list;
    while let Some((name, after)) = rest.split_once('=') {
        let (value, after) = match after.strip_prefix('"') {
            Some(quoted) => quoted.split_once('"').unwrap_or((quoted, "")),
            None => {
                let end = after.find(',').unwrap_or(after.len());
                after.split_at(end)
            }
        };
        if name.trim() == wanted {
            return Some(value.trim());
        }
        rest = after.trim_start().strip_prefix(',').unwrap_or(after);
    }
    None
}

#[cfg(test)]
mod tests {
    use super::super::read;
    use super::*;
    use crate::time::Wall;

    #[test]
    fn a_ladder() {
        let text = "#EXTM3U\n#EXT-X-VERSION:7\r\n\
            #EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"a\",NAME=\"x, y\",URI=\"a.m3u8\"\n\
            #EXT-X-STREAM-INF:BANDWIDTH=2200000,CODECS=\"avc1.64001f,mp4a.40.2\",RESOLUTION=1280x720,FRAME-RATE=23.976\n720p/index.m3u8\n\
            #EXT-X-STREAM-INF:AVERAGE-BANDWIDTH=500000, BANDWIDTH=600000,RESOLUTION=640x360\n360p.m3u8?t=1\n\
            #EXT-X-STREAM-INF:BANDWIDTH=64000,CODECS=\"mp4a.40.5\"\nsound.m3u8\n\
            #EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=1,URI=\"i.m3u8\"\n\
            #EXT-X-STREAM-INF:BANDWIDTH=0\nnone\n#EXT-X-STREAM-INF:RESOLUTION=1x1\nnone\n";
        let rung = |bitrate, kind, size, frame_rate| Rendition { bitrate, kind, size, frame_rate };
        let manifest = read(text).unwrap();
        assert_eq!(
            manifest.renditions,
            [
                rung(64_000, TrackKind::Audio, None, None),
                rung(500_000, TrackKind::Video, Some((640, 360)), None),
                rung(2_200_000, TrackKind::Video, Some((1280, 720)), Some(23_976)),
            ]
        );
        assert_eq!((manifest.playlist, manifest.names.len()), (None, 0));
    }

    #[test]
    fn a_live_window() {
        let text = "#EXTM3U\n#EXT-X-TARGETDURATION:6\n#EXT-X-MEDIA-SEQUENCE:100\n#EXT-X-PART-INF:PART-TARGET=0.33334\n\
            #EXT-X-PROGRAM-DATE-TIME:2026-11-25T00:00:00.000Z\n#EXTINF:6.006,title, with comma\na-100.ts\n\
            #EXT-X-DISCONTINUITY\n#EXTINF:4,\n\n  b-101.ts  \n#EXT-X-GAP\n#EXTINF:6\nc\n\
            #EXT-X-PART:DURATION=0.33,URI=\"d.part,1\",INDEPENDENT=YES\n#EXT-X-PRELOAD-HINT:TYPE=PART,URI=\"e\"\n#UNKNOWN\n";
        let manifest = read(text).unwrap();
        assert_eq!(
            manifest.playlist,
            Some(Playlist {
                live: true,
                target: Some(Micros(6_000_000)),
                part_target: Some(Micros(333_340)),
                first: Some(100),
                next: Some(103),
                segments: Some(3),
                length: Some(Micros(16_006_000)),
                ends: Some(Wall(1_795_564_816_006_000)),
                discontinuities: 1,
                gaps: 1,
                ..Playlist::default()
            })
        );
        assert_eq!(manifest.names, ["a-100.ts", "b-101.ts", "c", "d.part,1"]);
    }

    #[test]
    fn the_whole_of_a_film_and_byte_ranges() {
        let whole: String = (0..2000).map(|n| format!("#EXTINF:2,\n{n}\n")).collect();
        let whole = format!("#EXTM3U\n#EXT-X-TARGETDURATION:2\n{whole}#EXT-X-ENDLIST");
        let manifest = read(&whole).unwrap();
        let playlist = manifest.playlist.unwrap();
        assert_eq!((playlist.live, playlist.segments, playlist.next), (false, Some(2000), Some(2000)));
        assert_eq!((manifest.names.len(), manifest.names[1023]), (1024, "1023"));
        // Which name is which media segment is not known where one is missing, nor behind what was left out.
        let with = |beside: &str| whole.replacen("#EXTINF:2,\n7\n", &format!("{beside}\n#EXTINF:2,\n7\n"), 1);
        for beside in ["#EXT-X-GAP", "#EXT-X-PART:DURATION=1,URI=\"part\""] {
            assert!(read(&with(beside)).unwrap().names.is_empty(), "{beside}");
        }
        assert_eq!(read(&with("#WHYSTALL-CUT")).unwrap().names, ["0", "1", "2", "3", "4", "5", "6"]);
        let ranges = "#EXTM3U\n#EXTINF:2\n#EXT-X-BYTERANGE:10@0\nfile.mp4\n";
        assert!(read(ranges).unwrap().names.is_empty());
    }

    #[test]
    fn one_with_its_middle_left_out() {
        let text = "#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXT-X-MEDIA-SEQUENCE:5\n\
            #EXT-X-PROGRAM-DATE-TIME:2026-11-25T00:00:00.000Z\n#EXTINF:2,\na\n#WHYSTALL-CUT\n#EXTINF:2,\ny\n#EXTINF:2,\nz\n";
        let manifest = read(text).unwrap();
        assert_eq!(manifest.names, ["y", "z"]);
        let expected =
            Playlist { live: true, target: Some(Micros(2_000_000)), first: Some(5), ..Playlist::default() };
        assert_eq!(manifest.playlist, Some(expected));
    }

    #[test]
    fn what_is_no_playlist() {
        for text in [
            "",
            "#EXTM3U",
            "#EXTM3U\n#EXT-X-VERSION:3\n",
            "<html>",
            "{}",
            "\u{feff}",
            "#EXTM",
            "#EXTM3U\n#EXT-X-STREAM-INF:\"\n",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
        assert_eq!(read(&format!("#EXTM3U\n#EXTINF:2\n{}", "x".repeat(super::super::TEXT_LIMIT))), None);
    }
}
