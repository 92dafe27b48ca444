//! Inputs folded into what is known of a frame: elements, tracks, requests. No judgement is made here.

pub mod measurement;
pub mod places;
mod progress;
pub mod requests;

use crate::adjustment::{Quality, Short};
use crate::conditions::{CLOCKS, Conditions};
use crate::event::{Blindness, ElementId, Event, Input, Moment, SourceId, Tab, TrackId};
use crate::manifest;
use crate::sort::Sort;
use crate::stall::{Detector, Look};
use crate::time::{MediaTime, Micros, Wall};
use crate::timeline::Track;

use measurement::Measurement;
use places::Places;
use requests::Requests;
use std::collections::BTreeMap;

/// What is known of a media element.
#[derive(Clone, Debug)]
pub struct Element {
    /// The `MediaSource` it plays.
    pub source: Option<SourceId>,
    /// It plays one that a worker fills, since then.
    pub in_worker_since: Option<Wall>,
    /// Watches its progress.
    pub detector: Detector,
    /// What it shows.
    pub quality: Quality,
    /// Where it was when.
    path: Vec<(Wall, MediaTime)>,
    /// When it was sought, by whomever.
    pub sought: Vec<Wall>,
    /// Its playback rates in thousandths, each since when; not those at which nothing moves.
    rates: Vec<(Wall, i32)>,
}

impl Element {
    fn new(id: ElementId) -> Element {
        Element {
            source: None,
            in_worker_since: None,
            detector: Detector::new(id),
            quality: Quality::default(),
            path: Vec::new(),
            sought: Vec::new(),
            rates: Vec::new(),
        }
    }

    /// The rate, in thousandths, at which it last moved by then. A player that sets it to 0 buffers.
    pub fn rate_at(&self, at: Wall) -> i32 {
        self.rates.iter().rev().find(|(since, _)| *since <= at).map_or(1000, |(_, rate)| *rate)
    }

    /// The longest stretch between then and then in which nobody looked at it.
    pub fn unseen(&self, from: Wall, to: Wall) -> Micros {
        let inside = self.path.iter().map(|(at, _)| *at).filter(|at| from < *at && *at < to);
        let mut longest = Micros::ZERO;
        let mut before = from;
        for at in inside.chain([to]) {
            longest = longest.max(at - before);
            before = before.max(at);
        }
        longest
    }

    /// Where the playhead was, as last seen at or before `at`, moved on by no more than the next look.
    pub fn position_at(&self, at: Wall) -> Option<MediaTime> {
        let after = self.path.partition_point(|(when, _)| *when <= at);
        let Some(&(when, position)) = after.checked_sub(1).and_then(|before| self.path.get(before)) else {
            return self.path.first().map(|(_, position)| *position);
        };
        let Some(&(next_when, next)) = self.path.get(after) else {
            return Some(position);
        };
        let moved = (next - position).0;
        let between = (next_when - when).0.max(1);
        let share = i128::from(moved) * i128::from((at - when).0) / i128::from(between);
        Some(position + Micros(i64::try_from(share).unwrap_or(0)))
    }
}

/// A frame, as the inputs tell it.
#[derive(Clone, Debug, Default)]
pub struct Machine {
    /// Media elements.
    pub elements: BTreeMap<ElementId, Element>,
    /// Tracks and the source each belongs to.
    pub tracks: BTreeMap<TrackId, (SourceId, Track)>,
    /// Requests.
    pub requests: Requests,
    /// What went on around playback.
    pub conditions: Conditions,
    /// What checks measured.
    pub checks: Vec<Measurement>,
    /// What is known of the viewer's line.
    pub line: Line,
    /// What the viewer said of other use of the home's connection.
    pub home_use: Vec<HomeUse>,
    /// Where servers are.
    pub places: Places,
    /// The tab is frozen: nothing is seen.
    frozen_since: Option<Wall>,
    /// Manifests.
    pub manifests: manifest::Known,
    /// What could not be observed, and when.
    pub blind: Vec<(Wall, Wall, Blindness)>,
    /// The newest time told.
    pub now: Wall,
}

/// What the viewer said of other use of the home's connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HomeUse {
    /// The input that said so.
    pub fact: u32,
    /// A moment of the stall that it is about.
    pub during: Wall,
    /// Something else used it.
    pub others: bool,
}

/// What is known of the viewer's line, bits a second.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Line {
    /// The input that said so.
    pub fact: u32,
    /// What is paid for.
    pub plan: Option<u64>,
    /// The most that it was measured to carry.
    pub capacity: Option<u64>,
}

impl Machine {
    /// Folds inputs in the order of their times (they are logged as they reach the log, which is not quite that).
    pub fn replay(inputs: &[Input]) -> Machine {
        let mut order: Vec<(u32, &Input)> = (0u32..).zip(inputs).collect();
        order.arrange_by_key(|(_, input)| input.at);
        let mut machine = Machine::default();
        for (fact, input) in order {
            machine.take(fact, input);
        }
        machine
    }

    /// Folds one input; `fact` is its index, for findings to cite.
    pub fn take(&mut self, fact: u32, input: &Input) {
        let at = input.at;
        self.now = self.now.max(at);
        self.conditions.take(fact, input);
        match &input.event {
            Event::SourceOpened { .. } | Event::Tick => {}
            Event::StreamEnded { source } => self.complete(*source, true),
            Event::Busy { .. } | Event::Online { .. } | Event::Claimed { .. } | Event::OtherTabs { .. } => {}
            // What it shows are timings like any others.
            Event::TimingsShown { .. } => {}
            Event::Tab { tab: Tab::Frozen } => {
                self.frozen_since.get_or_insert(at);
                for element in self.elements.values_mut() {
                    element.detector.unseen_from(at);
                }
            }
            Event::Tab { .. } => {
                self.blind.extend(self.frozen_since.take().map(|from| (from, at, Blindness::Page)));
            }
            Event::Licence { .. } | Event::Quality { .. } => {}
            Event::Attached { element, source } => {
                let element = self.element(*element);
                (element.source, element.in_worker_since) = (Some(*source), None);
            }
            Event::AttachedInWorker { element } => {
                let element = self.element(*element);
                (element.source, element.in_worker_since) = (None, Some(at));
            }
            Event::TrackAdded { source, track, kind } => {
                // Told again when `changeType` or the `moov` shows it to be of another kind: what it holds stays.
                let known = self.tracks.entry(*track).or_insert_with(|| (*source, Track::new(*kind)));
                known.1.kind = *kind;
            }
            Event::Append { track, bytes, media } => {
                self.track(*track, |track| track.append(fact, at, *bytes, media));
                // It opens a source again that had ended (Media Source Extensions §3.5.1).
                if let Some((source, _)) = self.tracks.get(track) {
                    self.complete(*source, false);
                }
            }
            Event::AppendEnded { track, .. } => self.track(*track, |track| track.append_ended(at)),
            Event::AppendRefused { .. } => {}
            Event::Removed { track, span } => self.track(*track, |track| track.removed(at, *span)),
            Event::Playback { element, why, position, rate, paused, seeking, ended, ready, gesture } => {
                let element = self.element(*element);
                element.path.push((at, *position));
                if *why == Moment::Seeking {
                    element.sought.push(at);
                }
                if *rate > 0 && element.rates.last().is_none_or(|(_, last)| last != rate) {
                    element.rates.push((at, *rate));
                }
                let look = Look {
                    at,
                    fact,
                    why: *why,
                    position: *position,
                    rate: *rate,
                    paused: *paused,
                    seeking: *seeking,
                    ended: *ended,
                    ready: *ready,
                    gesture: *gesture,
                };
                element.quality.look(&look);
                element.detector.look(look);
            }
            Event::Frame { element, position } => self.element(*element).detector.frame(at, *position),
            Event::Buffered { element, spans } => self.element(*element).detector.buffered(at, fact, spans),
            Event::RequestStarted { observer, request, resource, host, kind, named } => {
                self.requests.started(fact, at, *observer, *request, (*resource, host, *kind, *named));
            }
            Event::ResponseBegan { observer, request, status, length, cached, network: _, confession } => {
                self.requests.change(fact, *observer, *request, |request| {
                    request.response = Some(at);
                    request.status = Some(*status);
                    request.length = *length;
                    request.cached = *cached;
                    request.confession = confession.as_deref().copied();
                });
            }
            Event::Received { observer, request, bytes } => {
                self.requests.received(at, *observer, *request, *bytes)
            }
            Event::RequestEnded { observer, request, bytes } => {
                if let Some(bytes) = bytes {
                    self.requests.received(at, *observer, *request, *bytes);
                }
                self.requests.change(fact, *observer, *request, |request| request.ended = Some(at));
            }
            Event::RequestFailed { observer, request, failure } => {
                self.requests
                    .change(fact, *observer, *request, |request| request.failed = Some((at, *failure)));
            }
            Event::Ladder { resource, renditions } => {
                resource.map(|resource| self.requests.is_manifest(resource));
                self.manifests.ladder.clone_from(renditions);
            }
            Event::Playlist { resource, playlist, named } => {
                resource.map(|resource| self.requests.is_manifest(resource));
                let (resource, playlist, named) = (*resource, playlist.clone(), named.clone());
                self.manifests.reads.push(manifest::Read { fact, at, resource, playlist, named });
            }
            Event::Size { element, width, height } => self.resized(*element, at, (*width, *height)),
            Event::Coded { track, width, height } => {
                self.track(*track, |track| track.coded.push((at, (*width, *height))));
                let source = self.tracks.get(track).map(|(source, _)| *source);
                for element in self.elements.values_mut().filter(|element| element.source == source) {
                    element.quality.fetched(at, (*width, *height));
                }
            }
            Event::Timing { resource, timing } => self.requests.timing(fact, *resource, at, timing.clone()),
            Event::Checked { .. } => self.checks.extend(Measurement::of(fact, input)),
            Event::Line { plan, capacity } => {
                self.line = Line { fact, plan: *plan, capacity: *capacity };
            }
            Event::HomeUse { during, others } => {
                self.home_use.push(HomeUse { fact, during: *during, others: *others });
            }
            Event::Placed { .. } => self.places.take(fact, &input.event),
            Event::NotObservable { from, what } => self.blind.push((*from, at, *what)),
        }
    }

    /// What was shown and lost is remembered beyond the log.
    pub fn remember_quality(&mut self, before: Machine) {
        for (id, element) in before.elements {
            if let Some(same) = self.elements.get_mut(&id) {
                same.quality = element.quality;
            }
        }
    }

    /// What could not be observed of this element, from when to when.
    pub fn blind_for(&self, element: ElementId) -> impl Iterator<Item = (Wall, Wall, Blindness)> + '_ {
        let since = self.elements.get(&element).and_then(|element| element.in_worker_since);
        let in_worker = since.map(|since| (since, self.now, Blindness::Worker));
        self.blind.iter().copied().chain(in_worker)
    }

    /// The server that a licence is awaited from, and since when.
    pub fn licensing(&self) -> Option<(&str, Wall)> {
        let asked = self.conditions.licence_awaited(self.now)?;
        let apart = |at: Wall| (at - asked).max(asked - at);
        let open = self.requests.unanswered_since(self.now).filter(|(_, at)| apart(*at) <= CLOCKS);
        open.min_by_key(|(_, at)| apart(*at))
    }

    /// The tracks of an element's source.
    pub fn tracks_of(&self, element: &Element) -> Vec<&Track> {
        self.tracks
            .values()
            .filter(|(source, _)| Some(*source) == element.source)
            .map(|(_, track)| track)
            .collect()
    }

    fn resized(&mut self, id: ElementId, at: Wall, size: (u32, u32)) {
        self.element(id);
        let (elements, manifests, requests) = (&mut self.elements, &self.manifests, &self.requests);
        let Some(element) = elements.get_mut(&id) else { return };
        element.quality.size(at, size, |former, decided| {
            let (needed, came) = (manifests.bitrate(former)?, requests.bitrate_before(decided)?);
            (came < needed).then_some(Short { needed, came })
        });
    }

    fn element(&mut self, id: ElementId) -> &mut Element {
        self.elements.entry(id).or_insert_with(|| Element::new(id))
    }

    fn complete(&mut self, source: SourceId, complete: bool) {
        for element in self.elements.values_mut().filter(|element| element.source == Some(source)) {
            element.detector.complete(complete);
        }
    }

    fn track(&mut self, id: TrackId, change: impl FnOnce(&mut Track)) {
        if let Some((_, track)) = self.tracks.get_mut(&id) {
            change(track);
        }
    }
}

/// The overlap of two stretches of wall time is not empty.
pub fn overlap(a: (Wall, Wall), b: (Wall, Wall)) -> bool {
    a.0 <= b.1 && b.0 <= a.1
}
