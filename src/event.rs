//! What the core is told: [`Input`]s. They are already redacted (no URL, no media byte, no header text) and are
//! exactly what an evidence bundle records, so that a replay sees what the browser saw.

pub use crate::header::{CacheWord, Claim, Confession};
pub use crate::placed::{Network, PLACE_NAME_LIMIT, Stands, TABLE_DATES};
use crate::read::Read;
pub use crate::target::{Asker, CHECK_BYTES_LIMIT, CHECK_TIME_LIMIT, Reply, Target};
use crate::time::{MediaTime, Micros, Wall};
use serde::Serialize;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Read)]
        #[serde(transparent)]
        pub struct $name(pub u32);
    };
}
id!(/// A media element of the page.
    ElementId);
id!(/// A `MediaSource` of the page.
    SourceId);
id!(/// A `SourceBuffer` of the page.
    TrackId);
id!(/// A network request. Numbered apart for each [`Observer`].
    RequestId);
id!(/// A `MediaKeySession` of the page.
    LicenceId);
id!(/// A distinct URL. Stands for it wherever sameness matters and the text does not.
    ResourceId);

/// One fact and when it was true.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Read)]
pub struct Input {
    /// When, on the page's clock.
    pub at: Wall,
    /// What.
    #[serde(flatten)]
    pub event: Event,
}

/// What was observed. Ids are the session's own small numbers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Read)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub enum Event {
    /// The page made a `MediaSource` ready to be played.
    SourceOpened { source: SourceId },
    /// A media element plays that source.
    Attached { element: ElementId, source: SourceId },
    /// A media element plays a source that a worker fills: what is appended there is not seen.
    AttachedInWorker { element: ElementId },
    /// `addSourceBuffer`.
    TrackAdded { source: SourceId, track: TrackId, kind: TrackKind },
    /// `appendBuffer` was called and accepted. `media` is what the bytes' container headers say they hold,
    /// after `timestampOffset`; empty for an initialisation segment or when the headers could not be read.
    Append { track: TrackId, bytes: u64, media: Vec<Span> },
    /// `appendBuffer` threw.
    AppendRefused { track: TrackId, reason: Refusal },
    /// The append that was under way came to its end.
    AppendEnded { track: TrackId, outcome: AppendOutcome },
    /// `SourceBuffer.remove`.
    Removed { track: TrackId, span: Span },
    /// `endOfStream`.
    StreamEnded { source: SourceId },
    /// The media element as it stood.
    Playback {
        element: ElementId,
        why: Moment,
        position: MediaTime,
        /// Playback rate in thousandths.
        rate: i32,
        paused: bool,
        seeking: bool,
        ended: bool,
        /// `HTMLMediaElement.readyState`, 0 to 4.
        ready: u8,
        /// The viewer touched the page (key, pointer) within the second before.
        gesture: bool,
    },
    /// A video frame with this media time was put on the screen.
    Frame { element: ElementId, position: MediaTime },
    /// The picture now shown has this many pixels (`videoWidth`, `videoHeight`).
    Size { element: ElementId, width: u32, height: u32 },
    /// The initialisation segment appended says so of the media that follows it: which rendition the player fetches.
    Coded { track: TrackId, width: u32, height: u32 },
    /// The page read a manifest that offers these, the lowest bit rate first. Told when it is another than before.
    Ladder { resource: Option<ResourceId>, renditions: Vec<Rendition> },
    /// The page read a playlist (HLS) or a manifest with a timeline (DASH). `named`: the newest media segments that it
    /// names and no reading before did, at most 8, oldest first.
    Playlist { resource: Option<ResourceId>, playlist: Box<Playlist>, named: Vec<ResourceId> },
    /// `HTMLMediaElement.buffered` as it stood.
    Buffered { element: ElementId, spans: Vec<Span> },
    /// A request began.
    RequestStarted {
        observer: Observer,
        request: RequestId,
        resource: ResourceId,
        host: String,
        kind: ResourceKind,
        /// The film that names this media segment, if the page has read one that does.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        named: Option<Named>,
    },
    /// With it the player told the server how it was doing.
    Claimed { observer: Observer, request: RequestId, claim: Claim },
    /// Its response headers arrived. In Firefox only with the first byte of the body.
    ResponseBegan {
        observer: Observer,
        request: RequestId,
        status: u16,
        length: Option<u64>,
        cached: bool,
        /// Where the server is, as far as an evidence file may say it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        network: Option<Network>,
        /// What the server said of itself. Files from before this was read have none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        confession: Option<Box<Confession>>,
    },
    /// This many bytes of the body had arrived.
    Received { observer: Observer, request: RequestId, bytes: u64 },
    /// It ended well.
    RequestEnded { observer: Observer, request: RequestId, bytes: Option<u64> },
    /// It failed or was given up.
    RequestFailed { observer: Observer, request: RequestId, failure: Failure },
    /// Resource Timing of a finished request; `at` is its `responseEnd`. What the browser hid is `None`.
    Timing { resource: ResourceId, timing: Timing },
    /// The page's main thread did something else from `from` until `at`.
    Busy { from: Wall },
    /// How the viewer has the tab, from now on.
    Tab { tab: Tab },
    /// Whether the browser has any connection, from now on.
    Online { online: bool },
    /// A licence to decrypt came a step further.
    Licence { licence: LicenceId, step: LicenceStep },
    /// How many video frames the element was to show so far, and how many of those it did not.
    Quality { element: ElementId, dropped: u64, total: u64 },
    /// One measurement of a check ended, which the viewer asked for or allowed. It began at `from`.
    Checked {
        by: Asker,
        target: Target,
        /// Whose answer time it is, for [`Target::Stalled`] and [`Target::Sibling`].
        host: Option<String>,
        from: Wall,
        reply: Reply,
        /// How long connecting took, or being refused, if that had to be done for it.
        connect: Option<Micros>,
        /// Request sent to first byte.
        answer: Option<Micros>,
        /// Bytes of the body that came, and in how long, if it was to be a transfer.
        bytes: Option<u64>,
        took: Option<Micros>,
        /// What that body said, where it was a playlist.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        listed: Option<Box<Listed>>,
        /// Of [`Target::Sibling`]: nobody vouches for it. It has sent the page something, and its address is next to the late server's.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        found: bool,
    },
    /// From now on answers of this host say `Timing-Allow-Origin`, whatever the server says: the viewer wants it so.
    TimingsShown { host: String },
    /// Answers to other tabs of the browser that came to their end between `from` and `at`: how many, and the bytes that they
    /// had announced. `open`: how many large ones were under way at the end. Only if the viewer wants them counted.
    OtherTabs { from: Wall, answers: u32, bytes: u64, open: u32 },
    /// From `from` until `at` this could not be observed.
    NotObservable { from: Wall, what: Blindness },
    /// Time passed.
    Tick,
    /// What is known of the viewer's line from now on, bits a second: what is paid for, and the most that it was measured to carry.
    Line { plan: Option<u64>, capacity: Option<u64> },
    /// The viewer says whether anything else in the home used the connection during the stall that stood at this moment.
    HomeUse { during: Wall, others: bool },
    /// Where a server is: by its address, in a table of networks, and by its name. Told again if it is elsewhere later.
    Placed {
        host: String,
        /// The number of its network, an autonomous system. That of the viewer's own is not told.
        asn: Option<u32>,
        /// Who runs that network; likewise.
        name: Option<String>,
        /// It is the network that the viewer is in; `None` where either is not known.
        own: Option<bool>,
        /// Whose servers have such names.
        service: Option<String>,
        /// Where those stand.
        stands: Stands,
        /// Of when the table is: year, month and day as one decimal number.
        table: u32,
    },
}

/// A stretch of media time, `start` included, `end` not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Read)]
#[serde(deny_unknown_fields)]
pub struct Span {
    /// First instant.
    pub start: MediaTime,
    /// First instant no longer in it.
    pub end: MediaTime,
}

impl Span {
    /// How long it is; never negative.
    pub fn length(self) -> Micros {
        (self.end - self.start).at_least_zero()
    }
}

/// What a `SourceBuffer` holds, from its MIME type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Read)]
#[serde(rename_all = "kebab-case")]
pub enum TrackKind {
    /// Pictures.
    Video,
    /// Sound.
    Audio,
    /// Both in one buffer.
    Muxed,
}

impl TrackKind {
    /// The name it is recorded under.
    pub fn id(self) -> &'static str {
        match self {
            TrackKind::Video => "video",
            TrackKind::Audio => "audio",
            TrackKind::Muxed => "muxed",
        }
    }
}

/// Why `appendBuffer` threw.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Read)]
#[serde(rename_all = "kebab-case")]
pub enum Refusal {
    /// `QuotaExceededError`: the buffer is full.
    Quota,
    /// Anything else.
    Other,
}

/// How an append came to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Read)]
#[serde(rename_all = "kebab-case")]
pub enum AppendOutcome {
    /// `updateend` alone.
    Done,
    /// `abort` first.
    Aborted,
    /// `error` first.
    Failed,
}

/// Longest side of a picture, pixels. No decoder of a browser goes beyond 16,384.
pub const SIDE_LIMIT: u32 = 1 << 16;

/// A quality that a stream is offered in.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Read)]
#[serde(deny_unknown_fields)]
pub struct Rendition {
    /// Bits in a second: the average if the manifest says one, else the peak.
    pub bitrate: u64,
    /// Video (with or without sound in it) or audio.
    pub kind: TrackKind,
    /// Width and height in pixels.
    pub size: Option<(u32, u32)>,
    /// Thousandths of a frame in a second.
    pub frame_rate: Option<u32>,
}

/// How far a stream's timeline goes, as one playlist says. What it does not say is `None`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Read)]
#[serde(deny_unknown_fields)]
pub struct Playlist {
    /// More may come: no `EXT-X-ENDLIST`, or `type="dynamic"`.
    pub live: bool,
    /// The longest media segment.
    pub target: Option<Micros>,
    /// The longest partial segment (low-latency HLS).
    pub part_target: Option<Micros>,
    /// How soon it may be out of date (`minimumUpdatePeriod`).
    pub update: Option<Micros>,
    /// How far back it goes (`timeShiftBufferDepth`).
    pub window: Option<Micros>,
    /// `availabilityStartTime`, on the server's clock.
    pub available_from: Option<Wall>,
    /// How long before its end a media segment may be asked for (`availabilityTimeOffset`).
    pub early: Option<Micros>,
    /// Number of the first media segment.
    pub first: Option<u64>,
    /// Number that the media segment after the last will have.
    pub next: Option<u64>,
    /// Media segments in it; `None` where it was too long to be read whole.
    pub segments: Option<u32>,
    /// Their length together; likewise.
    pub length: Option<Micros>,
    /// When the last of them ends (`EXT-X-PROGRAM-DATE-TIME`, `SegmentTimeline`), on the server's clock.
    pub ends: Option<Wall>,
    /// `EXT-X-DISCONTINUITY`.
    pub discontinuities: u32,
    /// `EXT-X-GAP`: media segments that are missing at the source.
    pub gaps: u32,
}

/// Which media segment of a film it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Read)]
#[serde(deny_unknown_fields)]
pub struct Named {
    /// The film's playlist.
    pub by: ResourceId,
    /// How many media segments are named before it.
    pub index: u32,
}

/// How far a stream's timeline goes by the server beside the one that the player asks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Read)]
#[serde(deny_unknown_fields)]
pub struct Listed {
    /// The playlist of that name which the player asks for.
    pub resource: ResourceId,
    /// What it says here.
    pub playlist: Playlist,
}

/// What made the content script look at the media element.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Read)]
#[serde(rename_all = "kebab-case")]
pub enum Moment {
    /// The sampling timer.
    Sample,
    /// The event of that name.
    Play,
    /// The event of that name.
    Playing,
    /// The event of that name.
    Pause,
    /// The event of that name.
    Waiting,
    /// The event of that name.
    Seeking,
    /// The event of that name.
    Seeked,
    /// The event of that name.
    Ratechange,
    /// The event of that name.
    Ended,
    /// The event of that name: the element was given another source, or none.
    Emptied,
    /// The event of that name.
    Loadeddata,
    /// The event of that name.
    Error,
    /// The event of that name: encrypted media came.
    Encrypted,
    /// The event of that name: playback can't go on without a key.
    Waitingforkey,
}

/// How the viewer has the tab.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Read)]
#[serde(rename_all = "kebab-case")]
pub enum Tab {
    /// On the screen.
    Visible,
    /// Behind another, or its window is minimised.
    Hidden,
    /// Hidden, and stopped by the browser altogether.
    Frozen,
}

/// How far a licence to decrypt has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Read)]
#[serde(rename_all = "kebab-case")]
pub enum LicenceStep {
    /// The decryption module gave the page a request for the licence server.
    Asked,
    /// The page handed the answer over.
    Given,
    /// A key of it can be used.
    Usable,
    /// None can.
    Refused,
}

/// Who saw a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Read)]
#[serde(rename_all = "kebab-case")]
pub enum Observer {
    /// The browser (`webRequest`).
    Browser,
    /// The page (`XMLHttpRequest`, `fetch`).
    Page,
}

/// What a URL looks like it names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Read)]
#[serde(rename_all = "kebab-case")]
pub enum ResourceKind {
    /// A playlist or manifest, by its extension.
    Manifest,
    /// Anything else a script fetched: media, as far as can be told.
    Data,
}

/// How a request failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Read)]
#[serde(rename_all = "kebab-case")]
pub enum Failure {
    /// The page gave it up (also when its own time limit passed).
    Aborted,
    /// The network refused or broke it.
    Network,
}

/// Phases of a finished request, as Resource Timing tells them. Cross-origin servers that do not send
/// `Timing-Allow-Origin` have all of them hidden: `None`, never zero.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Read)]
#[serde(deny_unknown_fields)]
pub struct Timing {
    /// `startTime`.
    pub started: Option<Wall>,
    /// `domainLookupStart` and `domainLookupEnd`.
    pub dns: Option<(Wall, Wall)>,
    /// `connectStart` and `connectEnd` (TLS included).
    pub connect: Option<(Wall, Wall)>,
    /// `secureConnectionStart`.
    pub secure: Option<Wall>,
    /// `requestStart`.
    pub sent: Option<Wall>,
    /// `responseStart`.
    pub first_byte: Option<Wall>,
    /// `encodedBodySize`.
    pub bytes: Option<u64>,
}

impl Blindness {
    /// The name it is recorded under.
    pub fn id(self) -> &'static str {
        match self {
            Blindness::Page => "page",
            Blindness::Network => "network",
            Blindness::Clock => "clock",
            Blindness::Worker => "worker",
        }
    }
}

/// What could not be observed for a while.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Read)]
#[serde(rename_all = "kebab-case")]
pub enum Blindness {
    /// Facts of the page were lost.
    Page,
    /// The browser's view of the network (`webRequest`) was down.
    Network,
    /// The machine's clock was set meanwhile.
    Clock,
    /// What a worker of the page appended. Follows from [`Event::AttachedInWorker`].
    Worker,
}
