//! MPEG-DASH (ISO/IEC 23009-1): what an MPD says. A pull parser, so that memory is bounded by what is kept.

use super::date::{duration, millionths, moment};
use super::hls::side;
use super::{Manifest, RENDITION_LIMIT};
use crate::event::{Playlist, Rendition, TrackKind};
use crate::mime::kind_of_codecs;
use crate::time::{Micros, Wall};
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

/// Elements inside of each other, at most: an MPD has seven.
const DEPTH_LIMIT: usize = 32;

/// Reads an MPD. `None` for what is none. One that breaks off says as much as it said until then.
pub fn read(text: &str) -> Option<Manifest<'_>> {
    if !text.starts_with('<') {
        return None;
    }
    let mut reader = Reader::from_str(text);
    reader.config_mut().check_end_names = false;
    let mut reading = Reading::default();
    let mut depth = 0usize;
    loop {
        match reader.read_event() {
            Ok(Event::Start(element)) => {
                depth += 1;
                reading.open(&element, depth)?;
            }
            Ok(Event::Empty(element)) => {
                reading.open(&element, depth + 1)?;
                reading.close(element.local_name().as_ref());
            }
            Ok(Event::End(element)) => {
                depth = depth.saturating_sub(1);
                reading.close(element.local_name().as_ref());
            }
            Ok(Event::Eof) | Err(_) => break,
            Ok(_) => {}
        }
        if depth > DEPTH_LIMIT {
            break;
        }
    }
    reading.mpd.then(|| Manifest {
        renditions: reading.renditions,
        playlist: Some(reading.playlist),
        names: Vec::new(),
    })
}

/// What an `AdaptationSet` says for the `Representation`s in it.
#[derive(Clone, Debug, Default)]
struct Common {
    kind: Option<TrackKind>,
    size: (Option<u32>, Option<u32>),
    frame_rate: Option<u32>,
}

/// The `SegmentTimeline` under way, in ticks.
#[derive(Clone, Copy, Debug, Default)]
struct Timeline {
    timescale: u64,
    first: Option<u64>,
    segments: u64,
    ticks: u64,
    longest: u64,
    /// Media time at which the presentation of the period begins (`presentationTimeOffset`).
    origin: u64,
    /// Media time at which the last of them ends; `None` where a repeat count leaves that open.
    end: Option<u64>,
}

#[derive(Default)]
struct Reading {
    mpd: bool,
    renditions: Vec<Rendition>,
    playlist: Playlist,
    set: Common,
    /// When the period begins in the presentation; `None` where only the lengths of those before it say so.
    period: Option<Micros>,
    periods: u32,
    timeline: Timeline,
}

impl Reading {
    /// `None`: the document is no MPD.
    fn open(&mut self, element: &BytesStart, depth: usize) -> Option<()> {
        let attribute = |name: &str| {
            let mut attributes = element.attributes();
            let found = attributes.with_checks(false).flatten();
            let mut found = found.filter(|attribute| attribute.key.local_name().as_ref() == name);
            found.next().map(|attribute| attribute.value.into_owned())
        };
        let number = |name| {
            attribute(name)
                .and_then(|value| value.trim().parse::<u64>().ok())
                .filter(|number| *number < 1 << 53)
        };
        match element.local_name().as_ref() {
            "MPD" if depth == 1 => {
                self.mpd = true;
                let time = |name| attribute(name).and_then(|text| duration(&text));
                self.playlist.live = attribute("type").is_some_and(|kind| kind.trim() == "dynamic");
                self.playlist.available_from =
                    attribute("availabilityStartTime").and_then(|text| moment(&text));
                self.playlist.update = time("minimumUpdatePeriod");
                self.playlist.window = time("timeShiftBufferDepth");
                self.playlist.target = time("maxSegmentDuration");
            }
            _ if !self.mpd => return None,
            "Period" => {
                let first = (self.periods == 0).then_some(Micros::ZERO);
                self.period = attribute("start").and_then(|text| duration(&text)).or(first);
                self.periods = self.periods.saturating_add(1);
            }
            "AdaptationSet" => self.set = common(&attribute, &Common::default()),
            "Representation" => {
                let own = common(&attribute, &self.set);
                let kind = own.kind.unwrap_or(if own.size.1.is_some() {
                    TrackKind::Video
                } else {
                    TrackKind::Muxed
                });
                if let Some(bitrate) = number("bandwidth").filter(|bitrate| *bitrate > 0)
                    && kind != TrackKind::Muxed
                    && self.renditions.len() < RENDITION_LIMIT
                {
                    let size = own.size.0.zip(own.size.1);
                    self.renditions.push(Rendition { bitrate, kind, size, frame_rate: own.frame_rate });
                }
            }
            "SegmentTemplate" | "SegmentList" => {
                let timescale = number("timescale").unwrap_or(1);
                let origin = number("presentationTimeOffset").unwrap_or(0);
                let (first, end) = (number("startNumber"), Some(0));
                self.timeline = Timeline { timescale, first, origin, end, ..Timeline::default() };
                let length = number("duration").and_then(|ticks| self.timeline.time(ticks));
                self.playlist.target = self.playlist.target.max(length);
                // "INF" says that everything is there from the start.
                let early = attribute("availabilityTimeOffset").and_then(|text| millionths(&text));
                self.playlist.early = self.playlist.early.max(early.map(Micros));
            }
            "S" => {
                let length = number("d").unwrap_or(0);
                // A negative repeat count goes up to the next S or the period's end: how far is not told here.
                let times = number("r").unwrap_or(0).saturating_add(1);
                let timeline = &mut self.timeline;
                timeline.segments = timeline.segments.saturating_add(times);
                timeline.ticks = timeline.ticks.saturating_add(length.saturating_mul(times));
                timeline.longest = timeline.longest.max(length);
                let open = attribute("r").is_some_and(|times| times.trim().starts_with('-'));
                let begin = number("t").or(timeline.end).filter(|_| !open);
                timeline.end = begin.map(|begin| begin.saturating_add(length.saturating_mul(times)));
            }
            _ => {}
        }
        Some(())
    }

    fn close(&mut self, element: &str) {
        if element != "SegmentTimeline" {
            return;
        }
        // The longest of the timelines: they are of the same media, cut alike or nearly so.
        let timeline = std::mem::take(&mut self.timeline);
        self.playlist.ends = self.playlist.ends.max(self.ends(&timeline));
        let Some(length) = timeline.time(timeline.ticks) else {
            return;
        };
        if Some(length) > self.playlist.length {
            self.playlist.length = Some(length);
            self.playlist.segments = Some(u32::try_from(timeline.segments).unwrap_or(u32::MAX));
            self.playlist.first = timeline.first;
            self.playlist.next =
                timeline.first.map(|first| first.saturating_add(timeline.segments).min((1 << 53) - 1));
            self.playlist.target = self.playlist.target.or(timeline.time(timeline.longest));
        }
    }
}

impl Reading {
    /// When the last media segment of this timeline ends, on the server's clock.
    fn ends(&self, timeline: &Timeline) -> Option<Wall> {
        let into_period = timeline.time(timeline.end?.checked_sub(timeline.origin)?)?;
        Some(self.playlist.available_from? + self.period? + into_period)
    }
}

impl Timeline {
    fn time(&self, ticks: u64) -> Option<Micros> {
        let micros = u128::from(ticks) * 1_000_000 / u128::from(self.timescale.max(1));
        i64::try_from(micros).ok().filter(|micros| *micros < crate::time::LIMIT).map(Micros)
    }
}

fn common(attribute: &dyn Fn(&str) -> Option<String>, outer: &Common) -> Common {
    let by_name = ["contentType", "mimeType"].into_iter().find_map(|name| {
        match attribute(name)?.split('/').next()? {
            "video" => Some(TrackKind::Video),
            "audio" => Some(TrackKind::Audio),
            // Subtitles and the like: neither.
            _ => Some(TrackKind::Muxed),
        }
    });
    let by_codecs = attribute("codecs").map(|codecs| match kind_of_codecs(&codecs) {
        TrackKind::Audio => TrackKind::Audio,
        _ => TrackKind::Video,
    });
    let pixels = |name| attribute(name).and_then(|text| side(&text));
    Common {
        kind: by_name.or(outer.kind).or(by_codecs),
        size: (pixels("width").or(outer.size.0), pixels("height").or(outer.size.1)),
        frame_rate: attribute("frameRate").and_then(|text| frame_rate(&text)).or(outer.frame_rate),
    }
}

/// `25` or `30000/1001`, in thousandths.
fn frame_rate(text: &str) -> Option<u32> {
    let (frames, seconds) = text.split_once('/').unwrap_or((text, "1"));
    let (frames, seconds): (u32, u32) = (frames.trim().parse().ok()?, seconds.trim().parse().ok()?);
    let rate = (u64::from(frames) * 1000).checked_div(u64::from(seconds))?;
    u32::try_from(rate).ok().filter(|rate| (1..1_000_000).contains(rate))
}

#[cfg(test)]
mod tests {
    use super::super::read;
    use super::*;

    const LIVE: &str = r#"<?xml version="1.0" encoding="UTF-8"?><!-- c -->
<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="dynamic" availabilityStartTime="2026-11-25T00:00:00Z"
  minimumUpdatePeriod="PT2S" timeShiftBufferDepth="PT1M" maxSegmentDuration="PT4S">
 <Period id="1" start="PT0S">
  <AdaptationSet contentType="video" frameRate="30000/1001" codecs="avc1.64001f">
   <SegmentTemplate timescale="1000" startNumber="7" media="$RepresentationID$/$Number$.m4s" availabilityTimeOffset="1.5">
    <SegmentTimeline><S t="0" d="4000" r="2"/><S d="2000"/></SegmentTimeline>
   </SegmentTemplate>
   <Representation id="a" bandwidth="2200000" width="1280" height="720"/>
   <Representation id="b" bandwidth="600000" width="640" height="360" frameRate="15"></Representation>
   <Representation id="c" bandwidth="0" width="1" height="1"/>
  </AdaptationSet>
  <AdaptationSet mimeType="audio/mp4"><Representation bandwidth="96000"/></AdaptationSet>
  <AdaptationSet mimeType="application/mp4"><Representation bandwidth="1000"/></AdaptationSet>
  <AdaptationSet><Representation bandwidth="5" codecs="opus"/></AdaptationSet>
 </Period>
</MPD>"#;

    #[test]
    fn a_live_presentation() {
        let manifest = read(LIVE).unwrap();
        let rung = |bitrate, kind, size, frame_rate| Rendition { bitrate, kind, size, frame_rate };
        assert_eq!(
            manifest.renditions,
            [
                rung(5, TrackKind::Audio, None, None),
                rung(96_000, TrackKind::Audio, None, None),
                rung(600_000, TrackKind::Video, Some((640, 360)), Some(15_000)),
                rung(2_200_000, TrackKind::Video, Some((1280, 720)), Some(29_970)),
            ]
        );
        assert_eq!(
            manifest.playlist,
            Some(Playlist {
                live: true,
                target: Some(Micros(4_000_000)),
                update: Some(Micros(2_000_000)),
                window: Some(Micros(60_000_000)),
                available_from: Some(Wall(1_795_564_800_000_000)),
                early: Some(Micros(1_500_000)),
                first: Some(7),
                next: Some(11),
                segments: Some(4),
                length: Some(Micros(14_000_000)),
                ends: Some(Wall(1_795_564_814_000_000)),
                ..Playlist::default()
            })
        );
    }

    #[test]
    fn where_a_live_presentation_ends() {
        let ends = |period: &str, template: &str, timeline: &str| {
            let text = format!(
                "<MPD type='dynamic' availabilityStartTime='1970-01-01T00:01:00Z'><Period {period}><AdaptationSet><SegmentTemplate timescale='10' {template}><SegmentTimeline>{timeline}</SegmentTimeline></SegmentTemplate></AdaptationSet></Period></MPD>"
            );
            read(&text).unwrap().playlist.unwrap().ends.map(|ends| ends.0 / 1_000_000)
        };
        let offset = "presentationTimeOffset='100'";
        assert_eq!(ends("start='PT5S'", offset, "<S t='120' d='20' r='1'/><S d='10'/>"), Some(60 + 5 + 7));
        assert_eq!(ends("", "", "<S t='100' d='20'/><S t='150' d='20'/>"), Some(60 + 17));
        assert_eq!(ends("", "", "<S t='0' d='20' r='-1'/>"), None);
        assert_eq!(ends("", offset, "<S t='0' d='20'/>"), None);
        assert_eq!(
            ends("", offset, "<S t='9007199254740991' d='9007199254740991' r='9007199254740991'/>"),
            None
        );
    }

    #[test]
    fn a_film() {
        let manifest = read("<MPD type='static'><Period><AdaptationSet mimeType='video/webm'><SegmentTemplate timescale='0' duration='2'/><Representation bandwidth='1' width='9' height='99999999'/></AdaptationSet></Period></MPD>").unwrap();
        let playlist = manifest.playlist.unwrap();
        assert_eq!((playlist.live, playlist.target, playlist.next), (false, Some(Micros(2_000_000)), None));
        assert_eq!(manifest.renditions[0].size, None);
    }

    /// Cut anywhere it says less, and never goes wrong.
    #[test]
    fn one_that_breaks_off() {
        for end in (0..LIVE.len()).filter(|end| LIVE.is_char_boundary(*end)) {
            let manifest = read(&LIVE[..end]);
            assert!(manifest.is_none_or(|manifest| manifest.renditions.len() <= 4));
        }
        let deep = format!("<MPD>{}", "<a>".repeat(10_000));
        assert!(read(&deep).is_some());
    }

    #[test]
    fn what_is_no_mpd() {
        for text in [
            "<html><MPD/></html>",
            "<",
            "<?xml?>",
            "<a",
            "MPD",
            "<!DOCTYPE x [<!ENTITY a \"b\">]><html>&a;</html>",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
