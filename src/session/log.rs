//! The inputs a session keeps. What is forgotten can no longer be evidence, so the rules are written out here.

use crate::event::{ElementId, Event, Input, Moment, Observer, RequestId, TrackId};
use crate::machine::Machine;
use crate::sort::gather;
use crate::time::{MediaTime, Micros, Wall};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// Inputs kept at most; beyond it the older half goes, whatever it is.
const MOST: usize = 20_000;
/// The log is looked through whenever this many inputs were added.
const EVERY: usize = 2_000;
/// What is older than this is forgotten: 90 media segments of 2 s, enough to know what is usual.
const MEMORY: Micros = Micros::from_millis(180_000);
/// A stall under way keeps what came this long before it.
const BEFORE_STALL: Micros = Micros::from_millis(60_000);
/// Played media is forgotten this far behind the playhead.
const BEHIND: Micros = Micros::from_millis(10_000);
/// Progress of downloads is kept this long.
const PROGRESS: Micros = Micros::from_millis(60_000);
/// Frames and every look are kept this close to a stall; elsewhere looks are thinned.
const NEAR: Micros = Micros::from_millis(3_000);
/// Frames are kept this long though no stall has come yet.
const FRAMES: Micros = Micros::from_millis(10_000);
/// Looks far from a stall are thinned to one in this time.
const THINNED: Micros = Micros::from_millis(1_000);

/// The retained inputs, in the order in which they came.
#[derive(Clone, Debug, Default)]
pub struct Log {
    inputs: Vec<Input>,
    kept: usize,
}

impl Log {
    /// The index the next input will have.
    pub fn next_fact(&self) -> u32 {
        u32::try_from(self.inputs.len()).unwrap_or(u32::MAX)
    }

    /// Adds an input.
    pub fn push(&mut self, input: Input) {
        self.inputs.push(input);
    }

    /// The retained inputs.
    pub fn inputs(&self) -> &[Input] {
        &self.inputs
    }

    /// Time to [`Log::forget`].
    pub fn is_full(&self) -> bool {
        self.inputs.len() >= self.kept + EVERY
    }

    /// Drops what no verdict to come can use.
    pub fn forget(&mut self, machine: &Machine) {
        let open = machine.elements.values().filter_map(|element| element.detector.open());
        let horizon = open.map(|stall| stall.began.wall - BEFORE_STALL).min().unwrap_or(machine.now);
        let from = horizon.min(machine.now - MEMORY);
        self.inputs = Sieve::new(machine, from, machine.now).keep(&self.inputs);
        if self.inputs.len() > MOST {
            let drop = self.inputs.len() - MOST / 2;
            let lasting = self.inputs.iter().take(drop).filter(|input| lasts(&input.event)).cloned();
            self.inputs = lasting.chain(self.inputs.iter().skip(drop).cloned()).collect();
        }
        self.kept = self.inputs.len();
    }

    /// What a bundle needs: everything retained, up to `until`, with looks thinned before `from`.
    pub fn evidence(&self, machine: &Machine, from: Wall, until: Wall) -> Vec<Input> {
        let mut sieve = Sieve::new(machine, machine.now - MEMORY - MEMORY, from);
        let until: Vec<Input> = self.inputs.iter().filter(|input| input.at <= until).cloned().collect();
        sieve.frames_from = Wall::MAX;
        let mut inputs = sieve.keep(&until);
        hide_own_network(&mut inputs);
        inputs
    }
}

/// Facts that hold until the page goes.
fn lasts(event: &Event) -> bool {
    matches!(
        event,
        Event::SourceOpened { .. }
            | Event::Attached { .. }
            | Event::AttachedInWorker { .. }
            | Event::TrackAdded { .. }
            | Event::TimingsShown { .. }
            | Event::Placed { .. }
    )
}

/// Where a server is in the viewer's own network, its address would tell which one that is.
fn hide_own_network(inputs: &mut [Input]) {
    let own = |input: &Input| match &input.event {
        Event::Placed { host, own: Some(true), .. } => Some(host.clone()),
        _ => None,
    };
    let own: BTreeSet<String> = gather(inputs.iter().filter_map(own));
    let mut asked: BTreeSet<(Observer, RequestId)> = BTreeSet::new();
    for input in inputs {
        match &mut input.event {
            Event::RequestStarted { observer, request, host, .. } if own.contains(host) => {
                asked.insert((*observer, *request));
            }
            Event::ResponseBegan { observer, request, network, .. }
                if asked.contains(&(*observer, *request)) =>
            {
                *network = None;
            }
            _ => {}
        }
    }
}

/// What was last reported of each element, track and stream, of the tab and the browser: it holds until it is reported
/// again, however long ago that was.
fn newest_reports(inputs: &[Input]) -> BTreeSet<usize> {
    let mut newest: BTreeMap<(u8, u32), usize> = BTreeMap::new();
    for (index, input) in inputs.iter().enumerate() {
        match input.event {
            Event::Buffered { element, .. } => newest.insert((0, element.0), index),
            Event::Playback { element, .. } => newest.insert((1, element.0), index),
            Event::Size { element, .. } => newest.insert((2, element.0), index),
            Event::Coded { track, .. } => newest.insert((3, track.0), index),
            Event::Ladder { .. } => newest.insert((4, 0), index),
            Event::Tab { .. } => newest.insert((5, 0), index),
            Event::Online { .. } => newest.insert((6, 0), index),
            Event::Line { .. } => newest.insert((7, 0), index),
            Event::StreamEnded { source } => newest.insert((8, source.0), index),
            _ => None,
        };
    }
    gather(newest.into_values())
}

struct Sieve {
    /// Older inputs go.
    horizon: Wall,
    /// Looks from here on are all kept.
    looks_from: Wall,
    frames_from: Wall,
    progress_from: Wall,
    /// Around stalls everything is kept.
    near: Vec<(Wall, Wall)>,
    playhead: Option<MediaTime>,
    /// Whether each append under way was kept, for its end to go with it.
    appends: BTreeMap<TrackId, VecDeque<bool>>,
    looked: BTreeMap<ElementId, Wall>,
}

impl Sieve {
    fn new(machine: &Machine, horizon: Wall, looks_from: Wall) -> Sieve {
        let detectors = || machine.elements.values().map(|element| &element.detector);
        let over = detectors().flat_map(|detector| detector.finished());
        let stalls = over.chain(detectors().filter_map(|detector| detector.open().cloned()));
        Sieve {
            horizon,
            looks_from: looks_from - NEAR,
            frames_from: machine.now - FRAMES,
            progress_from: machine.now - PROGRESS,
            near: stalls
                .map(|stall| (stall.began.wall - NEAR, stall.began.wall + stall.duration(machine.now) + NEAR))
                .collect(),
            playhead: detectors().filter_map(|detector| detector.last()).map(|look| look.position).min(),
            appends: BTreeMap::new(),
            looked: BTreeMap::new(),
        }
    }

    fn keep(mut self, inputs: &[Input]) -> Vec<Input> {
        let newest = newest_reports(inputs);
        let numbered = inputs.iter().enumerate();
        let kept = numbered.filter(|(index, input)| self.keeps(input) || newest.contains(index));
        kept.map(|(_, input)| input.clone()).collect()
    }

    fn keeps(&mut self, input: &Input) -> bool {
        let recent = input.at >= self.horizon;
        let near = self.near.iter().any(|(from, to)| *from <= input.at && input.at <= *to);
        match &input.event {
            event if lasts(event) => true,
            Event::Append { track, media, .. } => {
                let ahead = |position: MediaTime| media.iter().any(|span| span.end + BEHIND >= position);
                let keep = recent || self.playhead.is_none_or(ahead);
                self.appends.entry(*track).or_default().push_back(keep);
                keep
            }
            Event::AppendEnded { track, .. } => {
                self.appends.get_mut(track).and_then(VecDeque::pop_front).unwrap_or(false)
            }
            Event::Playback { element, why, .. } => {
                let last = self.looked.get(element).copied().unwrap_or(Wall::MIN);
                let keep = near
                    || input.at >= self.looks_from
                    || *why != Moment::Sample
                    || input.at - last >= THINNED;
                if keep && recent {
                    self.looked.insert(*element, input.at);
                }
                keep && recent
            }
            Event::Frame { .. } => near || input.at >= self.frames_from,
            Event::Received { .. } => near || input.at >= self.progress_from,
            Event::Tick => false,
            _ => recent,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Tab;

    #[test]
    fn what_holds_still_is_not_forgotten() {
        let at = |seconds: i64| Wall(seconds * 1_000_000);
        let tab = Input { at: at(1), event: Event::Tab { tab: Tab::Hidden } };
        let online = Input { at: at(2), event: Event::Online { online: false } };
        let before = Input { at: at(0), event: Event::Tab { tab: Tab::Visible } };
        let busy = Input { at: at(3), event: Event::Busy { from: at(2) } };
        let now = Input { at: at(3_600), event: Event::Busy { from: at(3_599) } };
        let mut log = Log::default();
        for input in [before, tab.clone(), online.clone(), busy, now.clone()] {
            log.push(input);
        }
        let machine = Machine::replay(log.inputs());
        log.forget(&machine);
        assert_eq!(log.inputs(), [tab, online, now]);
    }
}
