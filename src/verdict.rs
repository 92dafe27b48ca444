//! The verdict: what the core concludes of one stall. Ids, numbers and sets only; sentences are made of it by
//! [`crate::wording`], so the same verdict reads in every language and compares byte for byte.

use crate::event::{Span, TrackKind};
use crate::read::Read;
use crate::sort::{Sort, gather};
use crate::time::{MediaTime, Micros, Wall};
use serde::Serialize;

/// Version of the rules that made a verdict. A bundle made with other rules is not replayed with these.
pub const MODEL: u32 = 1;

/// All stalls that the recorded inputs hold, oldest first. The last is the one a bundle is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Read)]
#[serde(deny_unknown_fields)]
pub struct Report {
    /// [`MODEL`].
    pub model: u32,
    /// The stalls.
    pub stalls: Vec<Stall>,
}

/// One stall, explained.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Read)]
#[serde(deny_unknown_fields)]
pub struct Stall {
    /// What was wrong with the buffer.
    pub kind: StallKind,
    /// The last frame before progress stopped.
    pub began: Instant,
    /// The first frame after it; `None` while it lasts.
    pub ended: Option<Instant>,
    /// Why it ended.
    pub ending: Option<Ending>,
    /// `ended - began`, or so far.
    pub duration: Micros,
    /// The media segments playback waited for, one per dry track; empty unless starved.
    pub blocking: Vec<BlockingSegment>,
    /// Where the time of the media segments in the drain window went.
    pub ledger: Ledger,
    /// Id of the cause, see `src/cause/`.
    pub cause: String,
    /// The zones the stall can have come from, in path order.
    pub zones: Vec<Zone>,
    /// The zones that it could have come from before a check was made, if that told something else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unchecked: Option<Vec<Zone>>,
    /// The zones that the evidence rules out, in path order.
    pub cleared: Vec<Zone>,
    /// Whether the evidence told zones of the path apart: some of the path's are in `zones`, not all.
    pub path_split: bool,
    /// The stall's time by zone, in path order; with the ledger's `chronic` and `unexplained` it adds up to `duration`
    /// exactly. What is only believed is not to be shown unless the path was split: without evidence it is a prior.
    pub by_zone: Vec<ZoneTime>,
    /// The observations that would best separate the zones that are left, the most telling first.
    pub would_decide: Vec<String>,
    /// The evidence. Every sentence shown rests on these.
    pub findings: Vec<Finding>,
    /// What could not be observed and might have changed the verdict.
    pub not_observed: Vec<String>,
}

/// A moment on both clocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Read)]
#[serde(deny_unknown_fields)]
pub struct Instant {
    /// On the page's clock.
    pub wall: Wall,
    /// On the media timeline.
    pub media: MediaTime,
}

/// DESIGN §4: the split that comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Read)]
#[serde(rename_all = "kebab-case")]
pub enum StallKind {
    /// No playable data ahead in some track: data is late.
    Starved,
    /// Data is there, playback is not.
    Frozen,
    /// Playback moves, but much slower than its rate.
    SlowMotion,
}

/// How a stall ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Read)]
#[serde(rename_all = "kebab-case")]
pub enum Ending {
    /// Playback went on.
    Resumed,
    /// The viewer paused, sought, changed the rate or left.
    Viewer,
    /// The page went elsewhere in the stream or dropped it.
    Page,
    /// Nobody looked any more (sleep, frozen tab): known to have lasted until then.
    Unseen,
}

/// A place on the path a stall can come from, in path order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Read)]
#[serde(rename_all = "kebab-case")]
pub enum Zone {
    /// Decoder, CPU, memory, the browser's throttling.
    Device,
    /// The page's code.
    Player,
    /// Wi-Fi, wiring, router, other traffic in the home.
    Home,
    /// The ISP's access line and own network.
    Access,
    /// Peering and transit between the ISP and the CDN.
    Interconnect,
    /// The CDN server that answered.
    Edge,
    /// Behind the edge.
    Origin,
}

impl Zone {
    /// All of them, in path order.
    pub const ALL: [Zone; 7] =
        [Zone::Device, Zone::Player, Zone::Home, Zone::Access, Zone::Interconnect, Zone::Edge, Zone::Origin];
}

/// What one zone has of a stall.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Read)]
#[serde(deny_unknown_fields)]
pub struct ZoneTime {
    /// Which.
    pub zone: Zone,
    /// Of stages that can be nowhere else.
    pub direct: Micros,
    /// Its part of what can be in several zones, by how likely each is.
    pub believed: Micros,
}

impl ZoneTime {
    /// Both.
    pub fn total(&self) -> Micros {
        self.direct + self.believed
    }
}

/// A media segment that playback ran dry on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Read)]
#[serde(deny_unknown_fields)]
pub struct BlockingSegment {
    /// Whose data was missing.
    pub track: TrackKind,
    /// What it holds; while it is awaited, where the buffer ended and the usual length of a segment.
    pub range: Span,
    /// Whether it has come, so that `range` is seen and not expected.
    pub arrived: bool,
    /// The server asked for it.
    pub host: Option<String>,
    /// How sure it is that this request brought this media segment.
    pub join: Join,
}

/// How an append was joined to a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Read)]
#[serde(rename_all = "kebab-case")]
pub enum Join {
    /// By exact size.
    Size,
    /// By order in time alone.
    Order,
    /// By nothing: it is the only request outstanding that fits.
    Awaited,
    /// No request was seen.
    None,
}

/// Where the time went, see DESIGN §5.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Read)]
#[serde(deny_unknown_fields)]
pub struct Ledger {
    /// The drain window: from where the buffer was fullest to the end of the stall.
    pub window: Option<(Wall, Wall)>,
    /// The media segments fetched in it, oldest first; the blocking ones last.
    pub segments: Vec<SegmentAccount>,
    /// What each stage that took longer than usual has of the stall, the largest share first. These shares, `chronic` and
    /// `unexplained` add up to the stall exactly if it is a starved one; else all of them are nothing.
    pub shares: Vec<StageShare>,
    /// What is left of the stall when every stage takes its usual time: nothing was slower than it is here anyway.
    pub chronic: Micros,
    /// What no stage accounts for, and what the media segments' times do not give.
    pub unexplained: Micros,
}

/// What a stage has of a stall, over all media segments of the drain window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Read)]
#[serde(deny_unknown_fields)]
pub struct StageShare {
    /// Which.
    pub stage: Stage,
    /// The weakest source of the usual values it was compared with.
    pub usual_from: UsualFrom,
    /// How much longer than usual it took in all.
    pub excess: Micros,
    /// By how much the stall would have been shorter, had this stage alone taken its usual time.
    pub avoided: Micros,
    /// Its part of the stall: its Shapley value.
    pub share: Micros,
}

/// What has a part of a stall.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// A stage that took longer than usual.
    Stage(Stage),
    /// See [`Ledger::chronic`].
    Chronic,
    /// See [`Ledger::unexplained`].
    Unexplained,
}

impl Ledger {
    /// All that has a part of the stall worth a per cent or more, and how many; they add up to a hundred.
    pub fn percents(&self) -> Vec<(Part, Micros, u8)> {
        let stages = self.shares.iter().take(Stage::ALL.len());
        let stages = stages.map(|share| (Part::Stage(share.stage), share.share));
        let rest = [(Part::Chronic, self.chronic), (Part::Unexplained, self.unexplained)];
        let parts: Vec<(Part, Micros)> = stages.chain(rest).collect();
        let weights: Vec<i128> = parts.iter().map(|(_, time)| i128::from(time.0)).collect();
        let percents = crate::time::apportion(Micros(100), &weights).into_iter();
        let all =
            parts.into_iter().zip(percents).map(|((part, time), percent)| (part, time, percent.0 as u8));
        all.filter(|(.., percent)| *percent > 0).collect()
    }

    /// This stage has all that no other has, where that is known otherwise.
    pub fn leave_to(&mut self, stage: Stage) {
        let left = std::mem::take(&mut self.chronic) + std::mem::take(&mut self.unexplained);
        let before = self.shares.iter().position(|share| share.stage == stage);
        let nothing = StageShare {
            stage,
            usual_from: UsualFrom::None,
            excess: Micros::ZERO,
            avoided: Micros::ZERO,
            share: Micros::ZERO,
        };
        let mut own = before.map_or(nothing, |place| self.shares.remove(place));
        for time in [&mut own.excess, &mut own.avoided, &mut own.share] {
            *time = *time + left;
        }
        self.shares.insert(0, own);
        self.shares.arrange_by_key(|share| std::cmp::Reverse(share.share));
    }

    /// The part of the stall that these stages have.
    pub fn share(&self, stages: &[Stage]) -> Micros {
        self.shares.iter().filter(|share| stages.contains(&share.stage)).map(|share| share.share).sum()
    }
}

/// The account of one media segment: its stages and `unexplained` add up to `elapsed`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Read)]
#[serde(deny_unknown_fields)]
pub struct SegmentAccount {
    /// Its track.
    pub track: TrackKind,
    /// What it holds.
    pub range: Span,
    /// Whether playback waited for it.
    pub blocking: bool,
    /// The player could have asked for it.
    pub from: Wall,
    /// It was playable (or now, if it is not yet).
    pub to: Wall,
    /// `to - from`.
    pub elapsed: Micros,
    /// In order; only those that took time or could be observed.
    pub stages: Vec<StageTime>,
    /// What no stage accounts for.
    pub unexplained: Micros,
    /// Failed attempts before the one that brought it.
    pub retries: u32,
}

/// The time one stage took.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Read)]
#[serde(deny_unknown_fields)]
pub struct StageTime {
    /// Which.
    pub stage: Stage,
    /// How long.
    pub spent: Micros,
    /// How long it usually takes; `None` where nothing is known.
    pub usual: Option<Micros>,
    /// Where `usual` comes from.
    pub usual_from: UsualFrom,
}

/// Where a usual value comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Read)]
#[serde(rename_all = "kebab-case")]
pub enum UsualFrom {
    /// The median of this session on this host, outside drain windows.
    Session,
    /// The same, of fewer samples than make it certain.
    Few,
    /// A documented default: no history.
    Default,
    /// Nothing is known.
    None,
}

/// A part of a media segment's life, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Read)]
#[serde(rename_all = "kebab-case")]
pub enum Stage {
    /// The player could have asked and did not.
    Decide,
    /// An attempt that failed, and the pause before the next.
    Failed,
    /// The browser held the request.
    Queue,
    /// Looking the name up.
    Dns,
    /// Connecting.
    Connect,
    /// Securing the connection.
    Tls,
    /// One round trip of the connection, as the server says.
    RoundTrip,
    /// The edge itself took so long for the answer to begin, as it says; with what is behind it where it does not tell them
    /// apart.
    Edge,
    /// The edge waited so long for what is behind it, as it says.
    Origin,
    /// Request sent to first byte; what is left of it where the server accounts for a part.
    Wait,
    /// Asked to first byte where the browser hides the parts: `queue` to `wait` in one; what is left of it likewise.
    Response,
    /// First byte to last.
    Transfer,
    /// Arrived, not yet appended.
    Process,
    /// Append called to `updateend`.
    Append,
    /// Playable to first frame.
    Present,
}

impl Stage {
    /// All of them, in order.
    pub const ALL: [Stage; 15] = [
        Stage::Decide,
        Stage::Failed,
        Stage::Queue,
        Stage::Dns,
        Stage::Connect,
        Stage::Tls,
        Stage::RoundTrip,
        Stage::Edge,
        Stage::Origin,
        Stage::Wait,
        Stage::Response,
        Stage::Transfer,
        Stage::Process,
        Stage::Append,
        Stage::Present,
    ];
}

/// One piece of evidence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Read)]
#[serde(deny_unknown_fields)]
pub struct Finding {
    /// Which, e.g. `first-byte-late`; the words are keyed by it.
    pub id: String,
    /// Indices into the bundle's inputs: the facts it rests on.
    pub facts: Vec<u32>,
    /// The numbers its sentence needs, by name.
    pub values: std::collections::BTreeMap<String, Value>,
}

/// A finding of this id, with the inputs it rests on in order.
pub(crate) fn finding(
    id: &str,
    mut facts: Vec<u32>,
    values: impl IntoIterator<Item = (&'static str, Value)>,
) -> Finding {
    facts.arrange();
    facts.dedup();
    let values = values.into_iter().map(|(name, value)| (name.to_owned(), value));
    Finding { id: id.to_owned(), facts, values: gather(values) }
}

/// A number in a finding, with its unit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Read)]
#[serde(rename_all = "kebab-case")]
pub enum Value {
    /// A length of time.
    Micros(Micros),
    /// A position in the media.
    Media(MediaTime),
    /// An amount of data.
    Bytes(u64),
    /// Bits in a second.
    Bitrate(u64),
    /// A count.
    Count(u64),
    /// A host name or an id.
    Name(String),
}

impl Report {
    /// Canonical bytes: JSON, keys sorted, no white space (RFC 8785; all numbers are integers below 2^53).
    pub fn to_bytes(&self) -> Vec<u8> {
        crate::canonical::to_bytes(self)
    }
}
