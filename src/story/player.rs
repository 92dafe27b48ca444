//! The player of a [`Story`], a millisecond at a time.

use super::track::{Log, Track};
use super::{Act, SEGMENT, Story, Told, TrueStall, at, media};
use crate::event::{ElementId, Event, Moment, SourceId, Span, TrackKind};
use crate::time::{MediaTime, Wall};
use crate::verdict::{Instant, StallKind};

const ELEMENT: ElementId = ElementId(0);
const SOURCE: SourceId = SourceId(0);
/// The content script looks this often, and when the buffer is low or nothing moves, this often.
const LOOK: (i64, i64) = (250, 100);
/// Below this lead the buffer is low, and frames are reported.
const LOW: i64 = 2_000;
/// Data playable to first frame.
const PRESENT: i64 = 20;
const FRAMES_PER_SECOND: i64 = 24;

pub fn play(story: &Story) -> Told {
    let mut player = Player::new(story);
    for now in 0..=story.until {
        player.step(now);
    }
    player.told()
}

struct Player<'a> {
    story: &'a Story,
    log: Log,
    tracks: [Track; 2],
    buffered: Vec<Span>,
    /// How many media segments that is, over both tracks.
    held: usize,
    /// Microseconds of media.
    position: i64,
    paused: bool,
    seeking: bool,
    ended: bool,
    gesture_until: i64,
    /// Frozen, or getting ready to show a frame, until then.
    held_until: i64,
    frozen: bool,
    /// It plays at a third of its rate until then.
    crawls_until: i64,
    /// It stands where the data ends.
    dry: bool,
    dry_since: i64,
    /// The first frame was shown.
    started: bool,
    last_frame: (i64, Instant),
    next_look: i64,
    stalls: Vec<TrueStall>,
}

impl<'a> Player<'a> {
    fn new(story: &'a Story) -> Player<'a> {
        let mut player = Player {
            story,
            log: Log::default(),
            tracks: [
                Track::new(0, TrackKind::Video, "video.example"),
                Track::new(1, TrackKind::Audio, "audio.example"),
            ],
            buffered: Vec::new(),
            held: 0,
            position: 0,
            paused: false,
            seeking: false,
            ended: false,
            gesture_until: 0,
            held_until: 0,
            frozen: false,
            crawls_until: 0,
            dry: true,
            dry_since: 0,
            started: false,
            last_frame: (-1, Instant { wall: Wall(0), media: MediaTime(0) }),
            next_look: 0,
            stalls: Vec::new(),
        };
        player.log.add(0, Event::SourceOpened { source: SOURCE });
        player.log.add(0, Event::Attached { element: ELEMENT, source: SOURCE });
        for track in &player.tracks {
            let (track, kind) = (track.id, track.kind);
            player.log.add(0, Event::TrackAdded { source: SOURCE, track, kind });
            // The initialisation segment.
            player.log.add(0, Event::Append { track, bytes: 700, media: Vec::new() });
        }
        for track in &player.tracks {
            track.append_ended(1, &mut player.log);
        }
        player.look(0, Moment::Play);
        player
    }

    fn step(&mut self, now: i64) {
        let story = self.story;
        for (_, act) in story.acts.iter().filter(|(when, _)| *when == now) {
            self.act(now, *act);
        }
        for (_, event) in story.notes.iter().filter(|(when, _)| *when == now) {
            self.log.add(now, event.clone());
        }
        for index in [0, 1] {
            let waits = story.in_turn && self.waits_its_turn(index);
            if let Some(track) = self.tracks.get_mut(index).filter(|_| !waits) {
                track.step(now, self.position, story, &mut self.log);
            }
        }
        self.report_buffered(now);
        if self.seeking && self.dry_at() > self.position {
            self.seeking = false;
            self.held_until = now + PRESENT;
            self.look(now, Moment::Seeked);
        }
        if !self.paused && !self.seeking && !self.ended {
            self.progress(now);
        }
        if now >= self.next_look {
            self.look(now, Moment::Sample);
        }
    }

    /// One request at a time: this track makes none while another is under way, or emptier.
    fn waits_its_turn(&self, index: usize) -> bool {
        let (Some(one), Some(other)) = (self.tracks.get(index), self.tracks.get(1 - index)) else {
            return false;
        };
        let first = (one.missing(self.position), index) < (other.missing(self.position), 1 - index);
        !one.is_asking() && (other.is_asking() || !first)
    }

    fn act(&mut self, now: i64, act: Act) {
        if let Act::Happen(moment) = act {
            self.look(now, moment);
            return;
        }
        if let Act::Freeze(length) = act {
            self.frozen = true;
            self.held_until = now + length;
            self.begin_stall(StallKind::Frozen);
            return;
        }
        if let Act::Crawl(length) = act {
            self.crawls_until = now + length;
            return;
        }
        // The viewer's touch lets the content script say so for a second.
        self.gesture_until = now + 1_000;
        let here = Instant { wall: at(now), media: MediaTime(self.position) };
        self.end_stall(here);
        match act {
            Act::Pause => {
                self.paused = true;
                self.look(now, Moment::Pause);
            }
            Act::Play => {
                self.paused = false;
                self.look(now, Moment::Play);
            }
            Act::Seek(to) => {
                self.position = to * 1000;
                self.seeking = true;
                self.dry = false;
                self.ended = false;
                self.last_frame.0 = frame_before(self.position);
                for track in &mut self.tracks {
                    track.abort(now, &mut self.log);
                }
                self.look(now, Moment::Seeking);
            }
            Act::Freeze(_) | Act::Crawl(_) | Act::Happen(_) => {}
        }
    }

    /// A millisecond of playback.
    fn progress(&mut self, now: i64) {
        if self.position >= self.story.length * 1000 {
            self.ended = true;
            self.look(now, Moment::Ended);
            return;
        }
        let dry_at = self.dry_at();
        if self.position >= dry_at {
            if !std::mem::replace(&mut self.dry, true) && !self.frozen {
                self.begin_stall(StallKind::Starved);
                self.look(now, Moment::Waiting);
                self.dry_since = now;
            }
            self.jump_hole(now);
            return;
        }
        if std::mem::take(&mut self.dry) {
            self.held_until = self.held_until.max(now + PRESENT);
        }
        if now < self.held_until || (now < self.crawls_until && now % 3 > 0) {
            return;
        }
        self.frozen = false;
        let shown = self.show_frame(now, dry_at);
        if shown && (self.open_stall().is_some() || !self.started) {
            self.started = true;
            self.end_stall(self.last_frame.1);
            self.look(now, Moment::Playing);
        }
        self.position = (self.position + 1000).min(dry_at);
    }

    /// The player jumps over the hole it stands at.
    fn jump_hole(&mut self, now: i64) {
        let jump = self.story.hole.filter(|(hole, patience)| {
            media(*hole).start.0 == self.position && now - self.dry_since >= *patience
        });
        if let Some((hole, _)) = jump {
            self.position = media(hole).end.0;
            self.seeking = true;
            self.look(now, Moment::Seeking);
        }
    }

    /// Shows the newest frame that is due, if it was not shown yet.
    fn show_frame(&mut self, now: i64, dry_at: i64) -> bool {
        let due = self.position * FRAMES_PER_SECOND / 1_000_000;
        let media = (due * 1_000_000 + FRAMES_PER_SECOND - 1) / FRAMES_PER_SECOND;
        if due == self.last_frame.0 || media >= dry_at {
            return false;
        }
        let position = MediaTime(media);
        let shown = Instant { wall: at(now), media: position };
        self.last_frame = (due, shown);
        if self.lead() < LOW || self.open_stall().is_some() {
            let element = ELEMENT;
            self.log.add(now, Event::Frame { element, position });
        }
        true
    }

    fn begin_stall(&mut self, kind: StallKind) {
        if !self.started || self.open_stall().is_some() {
            return;
        }
        let dry = self.tracks.iter().filter(|_| kind == StallKind::Starved);
        let missing = dry.map(|track| (track.kind, media(track.missing(self.position))));
        let blocking = missing.filter(|(_, range)| range.start.0 <= self.position);
        self.stalls.push(TrueStall {
            kind,
            began: self.last_frame.1,
            ended: None,
            blocking: blocking.collect(),
        });
    }

    fn end_stall(&mut self, end: Instant) {
        if let Some(stall) = self.stalls.last_mut().filter(|stall| stall.ended.is_none()) {
            stall.ended = Some(end);
        }
    }

    fn open_stall(&self) -> Option<&TrueStall> {
        self.stalls.last().filter(|stall| stall.ended.is_none())
    }

    /// Where playback runs dry, microseconds of media.
    fn dry_at(&self) -> i64 {
        let ends = self.tracks.iter().map(|track| track.missing(self.position) * SEGMENT * 1000);
        let end = ends.min().unwrap_or(0).max(self.position);
        end.min(self.story.length * 1000)
    }

    /// Milliseconds of media ahead.
    fn lead(&self) -> i64 {
        (self.dry_at() - self.position) / 1000
    }

    fn report_buffered(&mut self, now: i64) {
        let [video, audio] = &self.tracks;
        // Nothing is ever taken out.
        let held = video.held.len() + audio.held.len();
        if std::mem::replace(&mut self.held, held) == held {
            return;
        }
        let mut spans: Vec<Span> = Vec::new();
        for segment in video.held.intersection(&audio.held) {
            let span = media(*segment);
            match spans.last_mut().filter(|last| last.end == span.start) {
                Some(last) => last.end = span.end,
                None => spans.push(span),
            }
        }
        if spans != self.buffered {
            self.buffered.clone_from(&spans);
            let element = ELEMENT;
            self.log.add(now, Event::Buffered { element, spans });
        }
    }

    fn look(&mut self, now: i64, why: Moment) {
        let (element, position) = (ELEMENT, MediaTime(self.position));
        let event = Event::Playback {
            element,
            why,
            position,
            rate: 1000,
            paused: self.paused,
            seeking: self.seeking,
            ended: self.ended,
            ready: if self.dry { 2 } else { 4 },
            gesture: now < self.gesture_until,
        };
        self.log.add(now, event);
        let near = self.lead() < LOW || self.open_stall().is_some();
        self.next_look = now + if near { LOOK.1 } else { LOOK.0 };
    }

    fn told(mut self) -> Told {
        self.log.facts.sort_by_key(|(logged, _)| *logged);
        Told { inputs: self.log.facts.into_iter().map(|(_, fact)| fact).collect(), stalls: self.stalls }
    }
}

/// The number of the frame before the one at this position.
fn frame_before(position: i64) -> i64 {
    (position * FRAMES_PER_SECOND).div_euclid(1_000_000) - 1
}
