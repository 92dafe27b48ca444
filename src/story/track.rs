//! The tracks of a [`Story`]'s player: requests and appends.

use super::{Delivery, SEGMENT, Story, at, media};
use crate::event::{
    AppendOutcome, Event, Failure, Input, Observer, RequestId, ResourceId, ResourceKind, Timing, TrackId,
    TrackKind,
};
use std::collections::BTreeSet;

/// Progress of a download is reported this often.
const PROGRESS: i64 = 50;
/// Added to a resource's number: the same in a better quality.
const BETTER: u32 = 50_000;
/// A failed attempt is followed by the next after this.
const RETRY: i64 = 1_000;
/// Resource Timing reaches the log this long after the end of the request.
const TIMING_DELAY: i64 = 60;

/// Facts, and when each reaches the log.
#[derive(Default)]
pub struct Log {
    pub facts: Vec<(i64, Input)>,
    requests: u32,
}

impl Log {
    pub fn add(&mut self, now: i64, event: Event) {
        self.add_late(now, 0, event);
    }

    fn add_late(&mut self, now: i64, delay: i64, event: Event) {
        let input = Input { at: at(now), event };
        self.facts.push((now + delay, input));
    }

    pub fn both(&mut self, now: i64, event: impl Fn(Observer) -> Event) {
        self.add(now, event(Observer::Browser));
        self.add(now, event(Observer::Page));
    }
}

/// A request under way, and the moments it will come to.
struct Fetch {
    request: RequestId,
    segment: i64,
    resource: ResourceId,
    failures: u32,
    /// The player has lost patience.
    given_up: Option<i64>,
    asked: i64,
    headers: i64,
    end: i64,
    append: i64,
    playable: i64,
}

/// One track of the player: what it holds, and the request it waits for.
pub struct Track {
    pub id: TrackId,
    pub kind: TrackKind,
    host: &'static str,
    pub held: BTreeSet<i64>,
    fetch: Option<Fetch>,
}

impl Track {
    pub fn new(id: u32, kind: TrackKind, host: &'static str) -> Track {
        Track { id: TrackId(id), kind, host, held: BTreeSet::new(), fetch: None }
    }

    /// The first media segment from this position on that is not held.
    pub fn missing(&self, position: i64) -> i64 {
        let mut segment = position / (SEGMENT * 1000);
        while self.held.contains(&segment) {
            segment += 1;
        }
        segment
    }

    /// A request is under way, or what it brought is.
    pub fn is_asking(&self) -> bool {
        self.fetch.is_some()
    }

    fn bytes(&self, segment: i64) -> u64 {
        let base = match self.kind {
            TrackKind::Audio => 32_000,
            _ => 500_000,
        };
        base + 1000 * (segment as u64 % 7) + segment as u64
    }

    pub fn step(&mut self, now: i64, position: i64, story: &Story, log: &mut Log) {
        let Some(fetch) = &self.fetch else {
            let mut segment = self.missing(position);
            if self.kind == TrackKind::Video && story.hole.is_some_and(|(hole, _)| hole == segment) {
                segment = self.missing(media(segment).end.0);
            }
            let begins = segment * SEGMENT;
            if begins < story.length && begins - position / 1000 < story.goal {
                let delivery = story.delivery(self.kind, segment);
                self.ask(now + delivery.idle, segment, delivery, log);
            }
            return;
        };
        let (request, segment, size) = (fetch.request, fetch.segment, self.bytes(fetch.segment));
        if now == fetch.asked {
            let resource = fetch.resource;
            // What is given up was asked of the usual host.
            let other = story.host(self.kind, segment).filter(|_| fetch.given_up.is_none());
            let host = other.unwrap_or(self.host).to_owned();
            log.both(now, |observer| Event::RequestStarted {
                observer,
                request,
                resource,
                host: host.clone(),
                kind: ResourceKind::Data,
                named: None,
            });
        }
        if fetch.given_up == Some(now) {
            log.both(now, |observer| Event::RequestFailed { observer, request, failure: Failure::Aborted });
            // Another quality comes at the same moment.
            let delivery = story.delivery(self.kind, segment);
            let wait = delivery.wait - (now + 1 - fetch.asked);
            self.ask(now, segment, Delivery { patience: None, wait, ..delivery }, log);
            return;
        }
        let failed = fetch.failures > 0;
        let broken = failed && story.delivery(self.kind, segment).broken;
        if now == fetch.headers && !broken {
            log.add(
                now,
                Event::ResponseBegan {
                    observer: Observer::Browser,
                    request,
                    status: if failed { 503 } else { 200 },
                    length: Some(if failed { 0 } else { size }),
                    cached: false,
                    network: None,
                    confession: story.confession(self.kind, fetch.segment).filter(|_| !failed).map(Box::new),
                },
            );
        }
        if failed {
            if now == fetch.headers {
                log.both(now, |observer| match broken {
                    true => Event::RequestFailed { observer, request, failure: Failure::Network },
                    false => Event::RequestEnded { observer, request, bytes: Some(0) },
                });
                let delivery =
                    Delivery { failures: fetch.failures - 1, ..story.delivery(self.kind, segment) };
                self.ask(now + RETRY, segment, delivery, log);
            }
            return;
        }
        let past = now - fetch.headers;
        if past > 0 && now < fetch.end && past % PROGRESS == 0 {
            log.add(
                now,
                Event::Received {
                    observer: Observer::Page,
                    request,
                    bytes: size * past as u64 / (fetch.end - fetch.headers) as u64,
                },
            );
        }
        if now == fetch.end {
            log.both(now, |observer| Event::RequestEnded {
                observer,
                request,
                bytes: (observer == Observer::Page).then_some(size),
            });
            let told = |when: i64| story.timing_allowed.then_some(at(when));
            let timing = Timing {
                started: Some(at(fetch.asked)),
                sent: told(fetch.asked),
                first_byte: told(fetch.headers),
                bytes: story.timing_allowed.then_some(size),
                ..Timing::default()
            };
            let resource = fetch.resource;
            log.add_late(now, TIMING_DELAY, Event::Timing { resource, timing });
        }
        if now == fetch.append {
            let (track, media) = (self.id, vec![media(segment)]);
            log.add(now, Event::Append { track, bytes: size, media });
        }
        if now == fetch.playable {
            self.append_ended(now, log);
            self.held.insert(segment);
            self.fetch = None;
        }
    }

    fn ask(&mut self, asked: i64, segment: i64, delivery: Delivery, log: &mut Log) {
        log.requests += 1;
        let headers = asked.max(1) + delivery.wait;
        let end = headers + delivery.transfer;
        self.fetch = Some(Fetch {
            request: RequestId(log.requests),
            segment,
            resource: ResourceId(
                (segment * 2) as u32 + self.id.0 + if delivery.patience.is_some() { BETTER } else { 0 },
            ),
            given_up: delivery.patience.map(|patience| asked + 1 + patience),
            failures: delivery.failures,
            asked: asked + 1,
            headers: headers + 1,
            end: end + 1,
            append: end + delivery.process + 1,
            playable: end + delivery.process + delivery.append + 1,
        });
    }

    /// The viewer sought: what is under way is given up, but for what is being appended.
    pub fn abort(&mut self, now: i64, log: &mut Log) {
        let Some(fetch) = self.fetch.take_if(|fetch| now < fetch.append) else {
            return;
        };
        let request = fetch.request;
        if fetch.asked < now && now <= fetch.end {
            log.both(now, |observer| Event::RequestFailed { observer, request, failure: Failure::Aborted });
        }
    }

    pub fn append_ended(&self, now: i64, log: &mut Log) {
        log.add(now, Event::AppendEnded { track: self.id, outcome: AppendOutcome::Done });
    }
}
