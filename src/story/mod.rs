//! Playbacks made up for tests, with what truly happened in them.
//!
//! A [`Story`] says what goes wrong; [`Story::tell`] lets a simple player play it, millisecond by millisecond, and
//! gives back the inputs that an extension would have recorded, and the stalls as the player knows them:
//!
//! ```
//! use whystall::event::TrackKind::Video;
//! use whystall::story::Story;
//!
//! let told = Story::new(40_000).withhold(Video, 6, 15_000).tell();
//! assert_eq!(told.stalls.len(), 1);
//! assert_eq!(told.stalls[0].blocking, [(Video, whystall::story::media(6))]);
//! ```
//!
//! The player fetches media segments of two seconds one at a time for each of its two tracks, each track from a host of
//! its own, and asks while it holds less than ten seconds ahead. Nothing is random.

mod player;
mod track;

use crate::event::{
    Confession, Event, Input, Moment, Observer, RequestId, ResourceId, ResourceKind, Span, Timing, TrackKind,
};
use crate::time::{MediaTime, Wall};
use crate::verdict::{Instant, StallKind};
use std::collections::BTreeMap;

/// When every story begins.
pub const START: Wall = Wall(1_750_000_000_000_000);
/// Length of a media segment, milliseconds.
pub const SEGMENT: i64 = 2_000;
/// The player asks while it holds less than this ahead, if nothing else is said, milliseconds.
pub const GOAL: i64 = 10_000;

/// What the media segment with this number holds.
pub fn media(segment: i64) -> Span {
    let at = |segment: i64| MediaTime(segment * SEGMENT * 1000);
    Span { start: at(segment), end: at(segment + 1) }
}

/// So many milliseconds into a story.
pub fn at(millis: i64) -> Wall {
    Wall(START.0 + millis * 1000)
}

/// How one media segment comes to the player. Milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// The player could ask and does not.
    pub idle: i64,
    /// Attempts that the server answers with 503; the next is made a second later.
    pub failures: u32,
    /// It breaks the connection instead.
    pub broken: bool,
    /// The player gives up its first request after so long, and asks for another quality instead.
    pub patience: Option<i64>,
    /// Asked to first byte.
    pub wait: i64,
    /// First byte to last.
    pub transfer: i64,
    /// Last byte to `appendBuffer`.
    pub process: i64,
    /// `appendBuffer` to `updateend`.
    pub append: i64,
}

/// How they come when nothing is wrong.
pub const USUAL: Delivery = Delivery {
    idle: 0,
    failures: 0,
    broken: false,
    patience: None,
    wait: 40,
    transfer: 120,
    process: 2,
    append: 5,
};

/// A request to a host that brings no media. Milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Elsewhere {
    /// Its name.
    pub host: &'static str,
    /// How long connecting takes, if it has to and the server lets the page know.
    pub connect: Option<i64>,
    /// Asked to first byte.
    pub wait: i64,
    /// First byte to last.
    pub transfer: i64,
    /// Size of the body.
    pub bytes: u64,
}

/// Requests to other hosts are numbered from here on.
const ELSEWHERE: u32 = 200_000;

/// What happens at the media element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Act {
    Pause,
    Play,
    Seek(i64),
    Freeze(i64),
    Crawl(i64),
    Happen(Moment),
}

/// A playback to be told. Times are milliseconds since it began.
#[derive(Clone, Debug)]
pub struct Story {
    length: i64,
    until: i64,
    goal: i64,
    timing_allowed: bool,
    /// The page makes one request at a time, for whichever track is emptier.
    in_turn: bool,
    deliveries: BTreeMap<(TrackKind, i64), Delivery>,
    confessions: BTreeMap<(TrackKind, i64), Confession>,
    acts: Vec<(i64, Act)>,
    notes: Vec<(i64, Event)>,
    /// Media segments that come from another host than the track's own.
    hosts: BTreeMap<(TrackKind, i64), &'static str>,
    /// Requests to other hosts so far.
    elsewhere: u32,
    /// Video segment that the player leaves out, and how long it stands before it until it jumps.
    hole: Option<(i64, i64)>,
}

impl Story {
    /// A healthy playback, watched for so long, of media that goes on for longer.
    pub fn new(until: i64) -> Story {
        Story {
            length: until + 60_000,
            until,
            goal: GOAL,
            timing_allowed: false,
            in_turn: false,
            deliveries: BTreeMap::new(),
            confessions: BTreeMap::new(),
            acts: Vec::new(),
            notes: Vec::new(),
            hosts: BTreeMap::new(),
            elsewhere: 0,
            hole: None,
        }
    }

    /// The media is so long, so that playback can come to its end.
    pub fn media_length(mut self, millis: i64) -> Story {
        self.length = millis;
        self
    }

    /// The player asks while it holds less than this ahead.
    pub fn keeps(mut self, millis: i64) -> Story {
        self.goal = millis;
        self
    }

    /// The servers send `Timing-Allow-Origin`: Resource Timing shows its phases.
    pub fn timing_allowed(mut self) -> Story {
        self.timing_allowed = true;
        self
    }

    /// The page makes one request at a time for both tracks, and the next when what came is appended.
    pub fn in_turn(mut self) -> Story {
        self.in_turn = true;
        self
    }

    /// A media segment comes like this.
    pub fn deliver(mut self, track: TrackKind, segment: i64, delivery: Delivery) -> Story {
        self.deliveries.insert((track, segment), delivery);
        self
    }

    /// The server says this of itself when it answers with a media segment.
    pub fn confess(mut self, track: TrackKind, segment: i64, confession: Confession) -> Story {
        self.confessions.insert((track, segment), confession);
        self
    }

    /// The server withholds a media segment: its first byte takes so long.
    pub fn withhold(self, track: TrackKind, segment: i64, wait: i64) -> Story {
        self.deliver(track, segment, Delivery { wait, ..USUAL })
    }

    /// The server withholds a media segment, and the player gives it up after so long and asks for another quality.
    pub fn give_up(self, track: TrackKind, segment: i64, wait: i64, patience: i64) -> Story {
        self.deliver(track, segment, Delivery { wait, patience: Some(patience), ..USUAL })
    }

    /// The body of a media segment takes so long.
    pub fn slow_body(self, track: TrackKind, segment: i64, transfer: i64) -> Story {
        self.deliver(track, segment, Delivery { transfer, ..USUAL })
    }

    /// The player asks for a media segment so late.
    pub fn asked_late(self, track: TrackKind, segment: i64, idle: i64) -> Story {
        self.deliver(track, segment, Delivery { idle, ..USUAL })
    }

    /// The player appends a media segment so long after it has arrived.
    pub fn appended_late(self, track: TrackKind, segment: i64, process: i64) -> Story {
        self.deliver(track, segment, Delivery { process, ..USUAL })
    }

    /// So many attempts at a media segment fail.
    pub fn fail(self, track: TrackKind, segment: i64, failures: u32) -> Story {
        self.deliver(track, segment, Delivery { failures, ..USUAL })
    }

    /// So many times the connection is broken before a media segment comes.
    pub fn break_off(self, track: TrackKind, segment: i64, failures: u32) -> Story {
        self.deliver(track, segment, Delivery { failures, broken: true, ..USUAL })
    }

    /// The viewer pauses.
    pub fn pause(self, when: i64) -> Story {
        self.act(when, Act::Pause)
    }

    /// The viewer plays on.
    pub fn play(self, when: i64) -> Story {
        self.act(when, Act::Play)
    }

    /// The viewer seeks to a position (milliseconds of media).
    pub fn seek(self, when: i64, to: i64) -> Story {
        self.act(when, Act::Seek(to))
    }

    /// The device stops showing frames for so long, whatever is buffered.
    pub fn freeze(self, when: i64, length: i64) -> Story {
        self.act(when, Act::Freeze(length))
    }

    /// The device plays at a third of the rate for so long, whatever is buffered. No [`TrueStall`] is told of it: frames go
    /// on, and none of them is where it begins.
    pub fn crawl(self, when: i64, length: i64) -> Story {
        self.act(when, Act::Crawl(length))
    }

    /// The player leaves out a video segment, fetches those after it, and jumps over it when it has stood so long.
    pub fn hole(mut self, segment: i64, patience: i64) -> Story {
        self.hole = Some((segment, patience));
        self
    }

    /// The element says that it waits for a key. To be told beside [`Story::freeze`].
    pub fn wait_for_key(self, when: i64) -> Story {
        self.act(when, Act::Happen(Moment::Waitingforkey))
    }

    /// The page seeks to where it is.
    pub fn nudge(self, when: i64) -> Story {
        self.act(when, Act::Happen(Moment::Seeking))
    }

    /// This is seen as well, whatever it means.
    pub fn note(mut self, when: i64, event: Event) -> Story {
        self.notes.push((when, event));
        self
    }

    /// The player takes a media segment from this host; of one that it gives up first, the second attempt.
    pub fn from_host(mut self, track: TrackKind, segment: i64, host: &'static str) -> Story {
        self.hosts.insert((track, segment), host);
        self
    }

    /// The page asks another host for something that is no media.
    pub fn elsewhere(mut self, when: i64, request: Elsewhere) -> Story {
        self.elsewhere += 1;
        let id = ELSEWHERE + self.elsewhere;
        let (observer, resource, kind) = (Observer::Browser, ResourceId(id), ResourceKind::Data);
        let Elsewhere { host, connect, wait, transfer, bytes } = request;
        let (id, host) = (RequestId(id), host.to_owned());
        let (sent, length) = (when + connect.unwrap_or(0), Some(bytes));
        let timing = Timing {
            started: Some(at(when)),
            connect: connect.map(|_| (at(when), at(sent))),
            sent: connect.map(|_| at(sent)),
            first_byte: connect.map(|_| at(sent + wait)),
            ..Timing::default()
        };
        let end = sent + wait + transfer;
        self.note(when, Event::RequestStarted { observer, request: id, resource, host, kind, named: None })
            .note(
                sent + wait,
                Event::ResponseBegan {
                    observer,
                    request: id,
                    status: 200,
                    length,
                    cached: false,
                    network: None,
                    confession: None,
                },
            )
            .note(end, Event::RequestEnded { observer, request: id, bytes: None })
            .note(end, Event::Timing { resource, timing })
    }

    /// The main thread is busy for so long. To be told beside what that does to the player.
    pub fn busy(self, when: i64, length: i64) -> Story {
        self.note(when + length, Event::Busy { from: at(when) })
    }

    /// Plays it.
    pub fn tell(&self) -> Told {
        player::play(self)
    }

    fn act(mut self, when: i64, act: Act) -> Story {
        self.acts.push((when, act));
        self
    }

    pub(crate) fn confession(&self, track: TrackKind, segment: i64) -> Option<Confession> {
        self.confessions.get(&(track, segment)).copied()
    }

    pub(crate) fn host(&self, track: TrackKind, segment: i64) -> Option<&'static str> {
        self.hosts.get(&(track, segment)).copied()
    }

    pub(crate) fn delivery(&self, track: TrackKind, segment: i64) -> Delivery {
        let delivery = self.deliveries.get(&(track, segment));
        delivery.copied().unwrap_or(USUAL)
    }
}

/// A playback that was told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// What an extension would have recorded, in the order in which it would have reached the log.
    pub inputs: Vec<Input>,
    /// What truly happened.
    pub stalls: Vec<TrueStall>,
}

/// A stall, as the player knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrueStall {
    /// Starved or frozen.
    pub kind: StallKind,
    /// The last frame before it.
    pub began: Instant,
    /// The first frame after it, or where the viewer ended it; `None` if it goes on.
    pub ended: Option<Instant>,
    /// The media segments that playback waited for.
    pub blocking: Vec<(TrackKind, Span)>,
}
