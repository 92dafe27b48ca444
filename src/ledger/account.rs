//! The account of one media segment: every stage from "the player could have asked" to "playable".

use super::fetch::Fetch;
use crate::time::{Micros, Wall};
use crate::verdict::{Stage, StageTime, UsualFrom};

/// The moments that bound the stages of one media segment. `None`: not observed, or not yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Life<'a> {
    /// The player could have asked.
    pub could_ask: Wall,
    /// It asked for the first time.
    pub first_asked: Wall,
    /// The request that brought it, or that is awaited.
    pub fetch: Option<&'a Fetch>,
    /// The first `appendBuffer`.
    pub appended: Option<Wall>,
    /// The last `updateend`.
    pub playable: Option<Wall>,
    /// The first frame, if playback waited for it.
    pub shown: Option<Wall>,
}

/// The stages up to `until`, in order, and the time that none of them accounts for.
pub fn stages(life: &Life, until: Wall) -> (Vec<(Stage, Micros)>, Micros) {
    let mut account = Account { cursor: life.could_ask, until, stages: Vec::new(), unexplained: Micros::ZERO };
    account.stage(Stage::Decide, Some(life.first_asked));
    if let Some(fetch) = life.fetch {
        account.stage(Stage::Failed, Some(fetch.asked));
        account.request(fetch);
        account.stage(Stage::Transfer, fetch.network_end);
    }
    if life.appended.is_none() {
        account.still_going_on(life.fetch);
    }
    // Bytes can be appended while more arrive; then processing took no time of its own.
    account.stage(Stage::Process, life.appended);
    account.stage(Stage::Append, life.playable);
    account.stage(Stage::Present, life.shown);
    account.unexplained = (until - account.cursor).at_least_zero();
    (account.stages, account.unexplained)
}

struct Account {
    cursor: Wall,
    until: Wall,
    stages: Vec<(Stage, Micros)>,
    unexplained: Micros,
}

impl Account {
    /// The stage that lasted from the cursor to `end`; one whose end was not observed leaves the cursor where it is.
    fn stage(&mut self, stage: Stage, end: Option<Wall>) {
        let Some(end) = end.map(|end| end.min(self.until)).filter(|end| *end > self.cursor) else { return };
        self.stages.push((stage, end - self.cursor));
        self.cursor = end;
    }

    /// Nothing was appended yet: the stage that is under way lasts until now.
    fn still_going_on(&mut self, fetch: Option<&Fetch>) {
        let Some(fetch) = fetch else { return };
        let stage = match (fetch.failed.is_some(), fetch.network_end.is_some(), fetch.response.is_some()) {
            (true, ..) => Stage::Failed,
            (_, true, _) => Stage::Process,
            (.., true) => Stage::Transfer,
            _ => Stage::Response,
        };
        self.stage(stage, Some(self.until));
    }

    /// Asked to first byte: in parts where the browser tells them, in one where it hides them.
    fn request(&mut self, fetch: &Fetch) {
        let told = fetch.timing.as_ref().and_then(|timing| Some((timing, timing.sent?, timing.first_byte?)));
        let Some((timing, sent, first_byte)) = told else {
            self.stage(Stage::Response, fetch.response);
            return;
        };
        let secure = timing.secure;
        let before_network = timing.dns.or(timing.connect).map_or(sent, |(start, _)| start);
        self.stage(Stage::Queue, Some(before_network));
        self.stage(Stage::Dns, timing.dns.map(|(_, end)| end));
        self.stage(Stage::Connect, timing.connect.map(|(_, end)| secure.unwrap_or(end)));
        self.stage(Stage::Tls, timing.connect.filter(|_| secure.is_some()).map(|(_, end)| end));
        self.stage(Stage::Queue, Some(sent));
        self.stage(Stage::Wait, Some(first_byte));
    }
}

/// How long stages usually take on one host and track.
#[derive(Clone, Debug, Default)]
pub struct Usual {
    samples: Vec<(Stage, Micros)>,
}

/// Fewer samples than this say nothing of what is usual; more than the newest [`MOST`] say what was (ATTRIBUTION §3.3).
const FEWEST: usize = 8;
const MOST: usize = 40;

/// What stages take where nothing is known of this host [P]: a broadband line some 30 ms from a CDN edge that has the
/// media segment in its cache. `transfer` depends on the rendition and the line: it has none.
fn default_for(stage: Stage) -> Option<Micros> {
    let millis = match stage {
        Stage::Decide | Stage::Failed | Stage::Queue => 0,
        Stage::Dns => 20,
        Stage::Connect | Stage::Tls => 40,
        Stage::Wait => 100,
        Stage::Response => 150,
        Stage::Process | Stage::Present => 50,
        Stage::Append => 10,
        Stage::Transfer => return None,
    };
    Some(Micros::from_millis(millis))
}

impl Usual {
    /// Learns from the stages of a media segment that no stall waited for. Newest last.
    pub fn learn(&mut self, stages: &[(Stage, Micros)]) {
        self.samples.extend_from_slice(stages);
    }

    /// The stage's time beside what is usual for it.
    pub fn compare(&self, stage: Stage, spent: Micros) -> StageTime {
        let newest = self.samples.iter().rev().filter(|(of, _)| *of == stage).map(|(_, took)| *took).take(MOST);
        let mut samples: Vec<Micros> = newest.collect();
        samples.sort();
        let session = samples.get(samples.len() / 2).filter(|_| samples.len() >= FEWEST).copied();
        let (usual, usual_from) = match (session, default_for(stage)) {
            (Some(median), _) => (Some(median), UsualFrom::Session),
            (None, Some(default)) => (Some(default), UsualFrom::Default),
            (None, None) => (None, UsualFrom::None),
        };
        StageTime { stage, spent, usual, usual_from, share: None }
    }
}
