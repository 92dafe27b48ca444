//! Redaction: from what the scripts report to what may be recorded.
//!
//! Everything reported is hostile: numbers are checked, names are matched against those known, texts go no further
//! than here (but for host names). A fact that cannot be right is dropped as a whole, and counted.

mod address;
mod checked;
mod clock;
mod manifests;
mod network;
mod table;
mod timing;
mod url;

use crate::container::{Reader, Settings};
use crate::event::{
    Blindness, ElementId, Event, Input, LicenceId, Refusal, SourceId, TABLE_DATES, Target, TrackId, TrackKind,
};
use crate::header::cmcd;
use crate::mime;
use crate::read::Read;
use crate::time::Wall;
use crate::wire::Fact;
use checked::*;
use clock::Clock;
use manifests::Manifests;
use network::{Key, Network, Response};
use serde::Serialize;
use table::Table;

/// Most media elements of a frame that are told apart.
const ELEMENT_LIMIT: usize = 16;
/// Most `MediaSource`s; pages make a new one for each advertisement.
const SOURCE_LIMIT: usize = 64;
/// Most `SourceBuffer`s. Browsers allow about 16 to a `MediaSource`, players use two.
const TRACK_LIMIT: usize = 32;

/// Most `MediaKeySession`s; players make one for each key, and anew when keys are rotated.
const LICENCE_LIMIT: usize = 64;

/// Turns [`Fact`]s into [`Input`]s. Its own state can be snapshotted (serde), and holds no URL either.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Read)]
pub struct Ingress {
    elements: Table<u32, (), ELEMENT_LIMIT>,
    sources: Table<u32, (), SOURCE_LIMIT>,
    /// By digest of the `blob:` URL.
    blobs: Table<u64, SourceId, SOURCE_LIMIT>,
    /// Elements whose `blob:` URL is not known yet, by its digest.
    waiting: Table<u64, ElementId, ELEMENT_LIMIT>,
    tracks: Table<u32, Track, TRACK_LIMIT>,
    #[serde(default)]
    licences: Table<u32, (), LICENCE_LIMIT>,
    network: Network,
    manifests: Manifests,
    clock: Clock,
    dropped: u64,
}

#[derive(Clone, Debug, PartialEq, Serialize, Read)]
struct Track {
    source: SourceId,
    kind: TrackKind,
    reader: Reader,
    /// Width and height last told.
    size: Option<(u32, u32)>,
}

impl Ingress {
    /// Adds to `inputs` what this fact amounts to: usually one input, none if it is malformed or of no use.
    pub fn take(&mut self, fact: Fact, inputs: &mut Vec<Input>) {
        match self.accept(fact, inputs) {
            Ok((at, event)) => inputs.extend(event.map(|event| Input { at, event })),
            Err(Malformed) => self.dropped += 1,
        }
    }

    /// How many facts were malformed, out of range, or about something never announced.
    pub fn dropped(&self) -> u64 {
        self.dropped
    }

    /// What a fact says, and when. What has to be said before goes to `inputs`, once all of the fact was checked.
    fn accept(&mut self, fact: Fact, inputs: &mut Vec<Input>) -> Result<(Wall, Option<Event>), Malformed> {
        Ok(match fact {
            Fact::Source { t, source, url } => {
                let at = wall(t)?;
                let source = self.source(source, at, inputs);
                let blob = url::digest(&[&url]);
                self.blobs.insert(blob, source);
                let element = self.waiting.remove(&blob);
                (at, element.map(|(_, element)| Event::Attached { element, source }))
            }
            Fact::Track { t, source, track, mime } => {
                let at = wall(t)?;
                let source = self.source(source, at, inputs);
                let new = Track::new(source, &mime);
                let kind = new.kind;
                let track = TrackId(self.tracks.insert(track, new));
                (at, Some(Event::TrackAdded { source, track, kind }))
            }
            Fact::Retyped { t, track, mime } => {
                let at = wall(t)?;
                let (id, track) = self.track(track)?;
                track.reader.retype(&mime);
                (at, track.changed_kind(id, mime::kind(&mime)))
            }
            Fact::Append { t, track, bytes, head, offset, sequence, aborted, window_start, window_end } => {
                let (at, bytes, offset) = (wall(t)?, count(bytes)?, micros(offset)?);
                let window = append_window(window_start, window_end)?;
                let (id, track) = self.track(track)?;
                let settings = Settings { offset, window, sequence, aborted };
                let media = track.reader.append(&head, bytes, &settings);
                let kind = track.reader.kind();
                let changed = kind.and_then(|kind| track.changed_kind(id, kind));
                inputs.extend(changed.map(|event| Input { at, event }));
                inputs.extend(track.changed_size(id).map(|event| Input { at, event }));
                (at, Some(Event::Append { track: id, bytes, media }))
            }
            Fact::Refused { t, track, error } => {
                let reason = if error == "QuotaExceededError" { Refusal::Quota } else { Refusal::Other };
                let track = self.track(track)?.0;
                (wall(t)?, Some(Event::AppendRefused { track, reason }))
            }
            Fact::Updated { t, track, outcome } => {
                let (outcome, track) = (append_outcome(&outcome)?, self.track(track)?.0);
                (wall(t)?, Some(Event::AppendEnded { track, outcome }))
            }
            Fact::Removed { t, track, start, end } => {
                let (span, track) = (removed(start, end)?, self.track(track)?.0);
                (wall(t)?, Some(Event::Removed { track, span }))
            }
            Fact::StreamEnded { t, source } => {
                let source = SourceId(self.sources.number(&source).ok_or(Malformed)?);
                (wall(t)?, Some(Event::StreamEnded { source }))
            }
            Fact::PageRequest { t, id, url } => {
                (wall(t)?, self.network.begin(Key::Page(id), &url, &self.manifests)?)
            }
            Fact::PageProgress { t, id, loaded } => {
                (wall(t)?, self.network.receive(Key::Page(id), count(loaded)?))
            }
            Fact::PageDone { t, id, loaded, outcome } => {
                let (at, bytes, key) = (wall(t)?, count(loaded)?, Key::Page(id));
                let event = match page_failure(&outcome)? {
                    None => self.network.end(key, Some(bytes)),
                    Some(failure) => self.network.fail(key, failure),
                };
                (at, event)
            }
            Fact::Licence { t, session, step } => {
                let (at, step) = (wall(t)?, licence_step(&step)?);
                let licence = LicenceId(self.licences.enter(session).0);
                (at, Some(Event::Licence { licence, step }))
            }
            Fact::Manifest { t, url, text } => {
                let at = wall(t)?;
                let events = self.manifests.read(&url, &text, &mut self.network)?;
                inputs.extend(events.into_iter().map(|event| Input { at, event }));
                (at, None)
            }
            Fact::Size { t, element, width, height } => {
                let (at, width, height) = (wall(t)?, side(width)?, side(height)?);
                let element = self.element(element);
                (at, Some(Event::Size { element, width, height }))
            }
            Fact::Attached { t, element, url } => {
                let at = wall(t)?;
                let element = self.element(element);
                let blob = url::digest(&[&url]);
                self.waiting.retain(|waiting| *waiting != element);
                let source = self.blobs.get_mut(&blob).map(|(_, source)| *source);
                if source.is_none() {
                    self.waiting.insert(blob, element);
                }
                (at, source.map(|source| Event::Attached { element, source }))
            }
            Fact::AttachedInWorker { t, element } => {
                let at = wall(t)?;
                let element = self.element(element);
                self.waiting.retain(|waiting| *waiting != element);
                (at, Some(Event::AttachedInWorker { element }))
            }
            Fact::Playback { t, element, why, position, rate, paused, seeking, ended, ready, gesture } => {
                let (at, position) = (wall(t)?, media(position)?);
                let (why, rate, ready) = (moment(&why)?, thousandths(rate)?, ready_state(ready)?);
                let element = self.element(element);
                (
                    at,
                    Some(Event::Playback {
                        element,
                        why,
                        position,
                        rate,
                        paused,
                        seeking,
                        ended,
                        ready,
                        gesture,
                    }),
                )
            }
            Fact::Frame { t, element, position } => {
                let (at, position) = (wall(t)?, media(position)?);
                let element = self.element(element);
                (at, Some(Event::Frame { element, position }))
            }
            Fact::Buffered { t, element, spans } => {
                let (at, spans) = (wall(t)?, ranges(&spans)?);
                let element = self.element(element);
                (at, Some(Event::Buffered { element, spans }))
            }
            Fact::Quality { t, element, dropped, total } => {
                let (at, dropped, total) = (wall(t)?, count(dropped)?, count(total)?);
                let element = self.element(element);
                (at, Some(Event::Quality { element, dropped, total }))
            }
            Fact::Busy { t, from } => {
                let (at, from) = (wall(t)?, wall(from)?);
                (at, (from < at).then_some(Event::Busy { from }))
            }
            Fact::Tab { t, state } => (wall(t)?, Some(Event::Tab { tab: tab(&state)? })),
            Fact::Online { t, online } => (wall(t)?, Some(Event::Online { online })),
            Fact::Timing(entry) => {
                let (at, timing) = timing::read(&entry).ok_or(Malformed)?;
                let resource = self.network.resource(&entry.url)?;
                (at, resource.map(|resource| Event::Timing { resource, timing }))
            }
            Fact::Clock { t, wall: machine } => {
                let at = wall(t)?;
                let what = Blindness::Clock;
                let from = self.clock.compare(at, wall(machine)?);
                (at, from.map(|from| Event::NotObservable { from, what }))
            }
            Fact::Lost { t, from, what } => {
                let at = wall(t)?;
                let (from, what) = (wall(from)?.min(at), blindness(&what)?);
                (at, Some(Event::NotObservable { from, what }))
            }
            Fact::Request { t, id, url } => {
                let (at, key) = (self.background(t)?, Key::Browser(&id));
                let begun = self.network.begin(key, &url, &self.manifests)?;
                let claimed = begun.as_ref().and_then(|_| self.network.claim(key, url::claim(&url)));
                // What the request says comes after it.
                match (begun, claimed) {
                    (Some(event), Some(claimed)) => {
                        inputs.push(Input { at, event });
                        (at, Some(claimed))
                    }
                    (begun, _) => (at, begun),
                }
            }
            Fact::Claims { t, id, text } => {
                (self.background(t)?, self.network.claim(Key::Browser(&id), cmcd::read(&text)))
            }
            Fact::Response { t, id, status, length, cached, headers, ip } => {
                let (at, status) = (self.background(t)?, http_status(status)?);
                let length = if length < 0.0 { None } else { Some(count(length)?) };
                let response = Response { status, length, cached, headers: &headers, ip: ip.as_deref() };
                (at, self.network.respond(Key::Browser(&id), response))
            }
            Fact::Completed { t, id } => (self.background(t)?, self.network.end(Key::Browser(&id), None)),
            Fact::Checked {
                t,
                from,
                by,
                target,
                url,
                reply,
                connect,
                answer,
                bytes,
                took,
                of,
                text,
                found,
            } => {
                let (at, from) = (self.background(t)?, self.background(from)?);
                let (by, target, reply) = (asker(&by)?, check_target(&target)?, check_reply(&reply)?);
                let (connect, answer, took) = (check_time(connect)?, check_time(answer)?, check_time(took)?);
                let bytes = check_bytes(bytes)?;
                let host = url.as_deref().filter(|_| target.is_named()).map(url::host_of).transpose()?;
                let sound = from <= at && host.is_some() == (target.is_named() && url.is_some());
                let listed = of.zip(text).filter(|_| target == Target::Sibling);
                let listed = listed.and_then(|(of, text)| manifests::listed(&of, &text, &mut self.network));
                let found = found && target == Target::Sibling;
                let event = Event::Checked {
                    by,
                    target,
                    host,
                    from,
                    reply,
                    connect,
                    answer,
                    bytes,
                    took,
                    listed,
                    found,
                };
                (at, Some(sound.then_some(event).ok_or(Malformed)?))
            }
            Fact::Line { t, plan, capacity } => {
                let (plan, capacity) = (line_rate(plan)?, line_rate(capacity)?);
                (self.background(t)?, Some(Event::Line { plan, capacity }))
            }
            Fact::TimingsShown { t, url } => {
                (self.background(t)?, Some(Event::TimingsShown { host: url::host_of(&url)? }))
            }
            Fact::OtherTabs { t, from, answers, bytes, open } => {
                let (at, from) = (self.background(t)?, self.background(from)?);
                let (answers, bytes, open) = (small_count(answers)?, count(bytes)?, small_count(open)?);
                let event = Event::OtherTabs { from, answers, bytes, open };
                (at, Some((from <= at).then_some(event).ok_or(Malformed)?))
            }
            Fact::Placed { t, url, asn, name, own, service, stands, table } => {
                let (at, host) = (self.background(t)?, url::host_of(&url)?);
                let (name, service, stands) =
                    (place_name(name)?, place_name(service)?, place_stands(&stands)?);
                let sound = TABLE_DATES.contains(&table) && asn != Some(0);
                // Which network the viewer is in is nobody's business: that it is the same one says enough.
                let told = own != Some(true);
                let (asn, name) = (asn.filter(|_| told), name.filter(|_| told));
                let event = Event::Placed { host, asn, name, own, service, stands, table };
                (at, Some(sound.then_some(event).ok_or(Malformed)?))
            }
            Fact::Failed { t, id, error } => {
                (self.background(t)?, self.network.fail(Key::Browser(&id), browser_failure(&error)))
            }
        })
    }

    /// When the background saw something, on the page's clock.
    fn background(&self, millis: f64) -> Result<Wall, Malformed> {
        Ok(self.clock.page(wall(millis)?))
    }

    fn element(&mut self, element: u32) -> ElementId {
        ElementId(self.elements.enter(element).0)
    }

    /// The source of this number; says so if it is new.
    fn source(&mut self, source: u32, at: Wall, inputs: &mut Vec<Input>) -> SourceId {
        let (number, new) = self.sources.enter(source);
        let source = SourceId(number);
        if new {
            inputs.push(Input { at, event: Event::SourceOpened { source } });
        }
        source
    }

    fn track(&mut self, track: u32) -> Result<(TrackId, &mut Track), Malformed> {
        let (number, track) = self.tracks.get_mut(&track).ok_or(Malformed)?;
        Ok((TrackId(number), track))
    }
}

impl Track {
    fn new(source: SourceId, mime: &str) -> Track {
        Track { source, kind: mime::kind(mime), reader: Reader::new(mime), size: None }
    }

    /// The track is announced anew when it turns out to be of another kind than was said.
    fn changed_kind(&mut self, track: TrackId, kind: TrackKind) -> Option<Event> {
        let before = std::mem::replace(&mut self.kind, kind);
        (before != kind).then_some(Event::TrackAdded { source: self.source, track, kind })
    }

    /// Media of another picture size follows.
    fn changed_size(&mut self, track: TrackId) -> Option<Event> {
        let size = self.reader.size().filter(|size| self.size != Some(*size))?;
        self.size = Some(size);
        Some(Event::Coded { track, width: size.0, height: size.1 })
    }
}
