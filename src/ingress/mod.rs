//! Redaction: from what the scripts report to what may be recorded.
//!
//! Everything reported is hostile: numbers are checked, names are matched against those known, texts go no further
//! than here (but for host names). A fact that cannot be right is dropped as a whole, and counted.

mod clock;
mod mime;
mod network;
mod table;
mod timing;
mod url;

use crate::container::Reader;
use crate::event::{
    AppendOutcome, Blindness, ElementId, Event, Failure, Input, Moment, Refusal, SourceId, Span, TrackId,
    TrackKind,
};
use crate::time::{LIMIT, MediaTime, Wall, micros_from_millis, micros_from_seconds};
use crate::wire::Fact;
use clock::Clock;
use network::{Key, Malformed, Network};
use serde::{Deserialize, Serialize};
use table::Table;

/// Most media elements of a frame that are told apart.
const ELEMENT_LIMIT: usize = 16;
/// Most `MediaSource`s; pages make a new one for each advertisement.
const SOURCE_LIMIT: usize = 64;
/// Most `SourceBuffer`s. Browsers allow about 16 to a `MediaSource`, players use two.
const TRACK_LIMIT: usize = 32;
/// Most ranges of `buffered`, as the content script also has it.
const RANGE_LIMIT: usize = 32;
/// Fastest playback, either way. Chromium refuses rates beyond 16, Firefox mutes them.
const RATE_LIMIT: f64 = 100.0;

/// Turns [`Fact`]s into [`Input`]s. Its own state can be snapshotted (serde), and holds no URL either.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Ingress {
    elements: Table<u32, (), ELEMENT_LIMIT>,
    sources: Table<u32, (), SOURCE_LIMIT>,
    /// By digest of the `blob:` URL.
    blobs: Table<u64, SourceId, SOURCE_LIMIT>,
    /// Elements whose `blob:` URL is not known yet, by its digest.
    waiting: Table<u64, ElementId, ELEMENT_LIMIT>,
    tracks: Table<u32, Track, TRACK_LIMIT>,
    network: Network,
    clock: Clock,
    dropped: u64,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Track {
    source: SourceId,
    kind: TrackKind,
    reader: Reader,
}

impl Ingress {
    /// Adds to `inputs` what this fact amounts to: usually one input, none if it is malformed or of no use.
    pub fn take(&mut self, fact: Fact, inputs: &mut Vec<Input>) {
        if self.accept(fact, inputs).is_err() {
            self.dropped += 1;
        }
    }

    /// How many facts were malformed, out of range, or about something never announced.
    pub fn dropped(&self) -> u64 {
        self.dropped
    }

    fn accept(&mut self, fact: Fact, inputs: &mut Vec<Input>) -> Result<(), Malformed> {
        let mut tell = |at, event| inputs.push(Input { at, event });
        match fact {
            Fact::Source { t, source, url } => {
                let at = wall(t)?;
                let blob = url::digest(&[&url]);
                let source = self.source(source, at, &mut tell);
                self.blobs.insert(blob, source);
                if let Some((_, element)) = self.waiting.remove(&blob) {
                    tell(at, Event::Attached { element, source });
                }
            }
            Fact::Track { t, source, track, mime } => {
                let at = wall(t)?;
                let source = self.source(source, at, &mut tell);
                let kind = mime::kind(&mime);
                let track =
                    TrackId(self.tracks.insert(track, Track { source, kind, reader: Reader::new(&mime) }));
                tell(at, Event::TrackAdded { source, track, kind });
            }
            Fact::Retyped { t, track, mime } => {
                let at = wall(t)?;
                let (id, track) = self.track(track)?;
                track.reader = Reader::new(&mime);
                track.become_kind(mime::kind(&mime), id, at, &mut tell);
            }
            Fact::Append { t, track, bytes, head, offset } => {
                let (at, bytes, offset) =
                    (wall(t)?, count(bytes)?, micros_from_seconds(offset).ok_or(Malformed)?);
                let (id, track) = self.track(track)?;
                let media = track.reader.append(&head, bytes, offset);
                if let Some(kind) = track.reader.kind() {
                    track.become_kind(kind, id, at, &mut tell);
                }
                tell(at, Event::Append { track: id, bytes, media });
            }
            Fact::Refused { t, track, error } => {
                let reason = if error == "QuotaExceededError" { Refusal::Quota } else { Refusal::Other };
                tell(wall(t)?, Event::AppendRefused { track: self.track(track)?.0, reason });
            }
            Fact::Updated { t, track, outcome } => {
                let outcome = match outcome.as_str() {
                    "updateend" => AppendOutcome::Done,
                    "abort" => AppendOutcome::Aborted,
                    "error" => AppendOutcome::Failed,
                    _ => return Err(Malformed),
                };
                tell(wall(t)?, Event::AppendEnded { track: self.track(track)?.0, outcome });
            }
            Fact::Removed { t, track, start, end } => {
                // `remove(0, Infinity)` is the usual way to say "all".
                let end = if end == f64::INFINITY { MediaTime(LIMIT - 1) } else { media(end)? };
                let span = Span { start: media(start)?, end };
                if span.start >= span.end {
                    return Err(Malformed);
                }
                tell(wall(t)?, Event::Removed { track: self.track(track)?.0, span });
            }
            Fact::StreamEnded { t, source } => {
                let source = SourceId(self.sources.number(&source).ok_or(Malformed)?);
                tell(wall(t)?, Event::StreamEnded { source });
            }
            Fact::PageRequest { t, id, url } => {
                let at = wall(t)?;
                self.network.start(Key::Page(id), &url)?.into_iter().for_each(|event| tell(at, event));
            }
            Fact::PageProgress { t, id, loaded } => {
                let (at, bytes) = (wall(t)?, count(loaded)?);
                if let Some((observer, request)) = self.network.under_way(Key::Page(id)) {
                    tell(at, Event::Received { observer, request, bytes });
                }
            }
            Fact::PageDone { t, id, loaded, outcome } => {
                let (at, bytes) = (wall(t)?, count(loaded)?);
                let failure = match outcome.as_str() {
                    "load" => None,
                    "abort" | "timeout" => Some(Failure::Aborted),
                    "error" => Some(Failure::Network),
                    _ => return Err(Malformed),
                };
                if let Some((observer, request)) = self.network.end(Key::Page(id)) {
                    tell(
                        at,
                        match failure {
                            None => Event::RequestEnded { observer, request, bytes: Some(bytes) },
                            Some(failure) => Event::RequestFailed { observer, request, failure },
                        },
                    );
                }
            }
            Fact::Attached { t, element, url } => {
                let at = wall(t)?;
                let element = self.element(element);
                let blob = url::digest(&[&url]);
                self.waiting.retain(|waiting| *waiting != element);
                match self.blobs.get_mut(&blob) {
                    Some((_, source)) => tell(at, Event::Attached { element, source: *source }),
                    None => {
                        self.waiting.insert(blob, element);
                    }
                }
            }
            Fact::Playback { t, element, why, position, rate, paused, seeking, ended, ready, gesture } => {
                if !(-RATE_LIMIT..=RATE_LIMIT).contains(&rate) || ready > 4 {
                    return Err(Malformed);
                }
                let (at, position, why) = (wall(t)?, media(position)?, moment(&why)?);
                let rate = (rate * 1000.0).round() as i32;
                let element = self.element(element);
                tell(
                    at,
                    Event::Playback { element, why, position, rate, paused, seeking, ended, ready, gesture },
                );
            }
            Fact::Frame { t, element, position } => {
                let (at, position) = (wall(t)?, media(position)?);
                tell(at, Event::Frame { element: self.element(element), position });
            }
            Fact::Buffered { t, element, spans } => {
                let (at, spans) = (wall(t)?, ranges(&spans)?);
                tell(at, Event::Buffered { element: self.element(element), spans });
            }
            Fact::Timing {
                t,
                url,
                origin,
                start_time,
                domain_lookup_start,
                domain_lookup_end,
                connect_start,
                connect_end,
                secure_connection_start,
                request_start,
                response_start,
                response_end,
                encoded_body_size,
            } => {
                wall(t)?;
                let entry = timing::Entry {
                    origin,
                    start_time,
                    domain_lookup: (domain_lookup_start, domain_lookup_end),
                    connect: (connect_start, connect_end),
                    secure_connection_start,
                    request_start,
                    response_start,
                    response_end,
                    encoded_body_size: count(encoded_body_size).ok(),
                };
                let (at, timing) = entry.read().ok_or(Malformed)?;
                if let Some(resource) = self.network.resource(&url)? {
                    tell(at, Event::Timing { resource, timing });
                }
            }
            Fact::Clock { t, wall: machine } => {
                let at = wall(t)?;
                if let Some(from) = self.clock.compare(at, wall(machine)?) {
                    tell(at, Event::NotObservable { from, what: Blindness::Clock });
                }
            }
            Fact::Lost { t, from, what } => {
                let (at, from) = (wall(t)?, wall(from)?);
                let what = match what.as_str() {
                    "page" => Blindness::Page,
                    "network" => Blindness::Network,
                    _ => return Err(Malformed),
                };
                tell(at, Event::NotObservable { from: from.min(at), what });
            }
            Fact::Request { t, id, url } => {
                let at = self.clock.page(wall(t)?);
                self.network.start(Key::Browser(&id), &url)?.into_iter().for_each(|event| tell(at, event));
            }
            Fact::Response { t, id, status, length, cached } => {
                let at = self.clock.page(wall(t)?);
                let length = if length < 0.0 { None } else { Some(count(length)?) };
                if status > 999 {
                    return Err(Malformed);
                }
                if let Some((observer, request)) = self.network.under_way(Key::Browser(&id)) {
                    tell(at, Event::ResponseBegan { observer, request, status, length, cached });
                }
            }
            Fact::Completed { t, id } => {
                let at = self.clock.page(wall(t)?);
                if let Some((observer, request)) = self.network.end(Key::Browser(&id)) {
                    tell(at, Event::RequestEnded { observer, request, bytes: None });
                }
            }
            Fact::Failed { t, id, error } => {
                let at = self.clock.page(wall(t)?);
                if let Some((observer, request)) = self.network.end(Key::Browser(&id)) {
                    tell(at, Event::RequestFailed { observer, request, failure: network::failure(&error) });
                }
            }
        }
        Ok(())
    }

    fn element(&mut self, element: u32) -> ElementId {
        ElementId(self.elements.enter(element).0)
    }

    fn source(&mut self, source: u32, at: Wall, tell: &mut impl FnMut(Wall, Event)) -> SourceId {
        let (number, new) = self.sources.enter(source);
        if new {
            tell(at, Event::SourceOpened { source: SourceId(number) });
        }
        SourceId(number)
    }

    fn track(&mut self, track: u32) -> Result<(TrackId, &mut Track), Malformed> {
        let (number, track) = self.tracks.get_mut(&track).ok_or(Malformed)?;
        Ok((TrackId(number), track))
    }
}

impl Track {
    /// Says so if it is of another kind than was said.
    fn become_kind(&mut self, kind: TrackKind, track: TrackId, at: Wall, tell: &mut impl FnMut(Wall, Event)) {
        if self.kind != kind {
            self.kind = kind;
            tell(at, Event::TrackAdded { source: self.source, track, kind });
        }
    }
}

fn wall(millis: f64) -> Result<Wall, Malformed> {
    micros_from_millis(millis).map(Wall).ok_or(Malformed)
}

fn media(seconds: f64) -> Result<MediaTime, Malformed> {
    micros_from_seconds(seconds).map(MediaTime).ok_or(Malformed)
}

/// A number of bytes.
fn count(value: f64) -> Result<u64, Malformed> {
    (0.0..LIMIT as f64).contains(&value).then_some(value as u64).ok_or(Malformed)
}

/// `buffered` as the content script flattens it: ranges that are sorted and apart, else malformed. What is shorter
/// than a microsecond is nothing.
fn ranges(flat: &[f64]) -> Result<Vec<Span>, Malformed> {
    let (pairs, rest) = flat.as_chunks();
    if !rest.is_empty() || pairs.len() > RANGE_LIMIT {
        return Err(Malformed);
    }
    let spans = pairs.iter().map(|&[start, end]| Ok(Span { start: media(start)?, end: media(end)? }));
    let mut spans = spans.collect::<Result<Vec<Span>, Malformed>>()?;
    let sound =
        spans.iter().all(|span| span.start <= span.end) && spans.is_sorted_by(|a, b| a.end <= b.start);
    spans.retain(|span| span.start < span.end);
    sound.then_some(spans).ok_or(Malformed)
}

fn moment(why: &str) -> Result<Moment, Malformed> {
    Ok(match why {
        "sample" => Moment::Sample,
        "play" => Moment::Play,
        "playing" => Moment::Playing,
        "pause" => Moment::Pause,
        "waiting" => Moment::Waiting,
        "seeking" => Moment::Seeking,
        "seeked" => Moment::Seeked,
        "ratechange" => Moment::Ratechange,
        "ended" => Moment::Ended,
        "emptied" => Moment::Emptied,
        "loadeddata" => Moment::Loadeddata,
        "error" => Moment::Error,
        _ => return Err(Malformed),
    })
}
