//! Requests, as the browser and the page saw them, put together into fetches.

use super::progress::Progress;
use crate::event::{Confession, Failure, Named, Observer, RequestId, ResourceId, ResourceKind, Timing};
use crate::sort::Sort;
use crate::time::{Micros, Wall};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// The browser's and the page's account of one request begin this close together [P]: the page may be busy between.
const SAME_START: Micros = Micros::from_millis(2000);

/// What began longer ago and is not over was lost sight of [P].
const LONGEST: Micros = Micros::from_millis(30_000);

/// One observer's account of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// Which URL.
    pub resource: ResourceId,
    /// Its host.
    pub host: String,
    /// What it seems to be.
    pub kind: ResourceKind,
    /// The film that names it.
    pub named: Option<Named>,
    /// When it began.
    pub started: Wall,
    /// When the headers (in Firefox: the first byte) arrived.
    pub response: Option<Wall>,
    /// HTTP status.
    pub status: Option<u16>,
    /// It came from the browser's cache.
    pub cached: bool,
    /// What its server said of itself.
    pub confession: Option<Confession>,
    /// `Content-Length`.
    pub length: Option<u64>,
    /// Reports of how much had arrived, newest last; the first and the newest are kept.
    pub first_received: Option<(Wall, u64)>,
    /// See `first_received`.
    pub last_received: Option<(Wall, u64)>,
    /// How it came on, from report to report.
    pub progress: Rc<Progress>,
    /// When it ended well.
    pub ended: Option<Wall>,
    /// When and how it failed.
    pub failed: Option<(Wall, Failure)>,
    /// Inputs that told of it: start, response, end.
    pub facts: Vec<u32>,
}

/// All requests of a frame.
#[derive(Clone, Debug, Default)]
pub struct Requests {
    seen: BTreeMap<(Observer, RequestId), Request>,
    timings: Vec<(u32, ResourceId, Wall, Timing)>,
    /// What turned out to be a manifest, whatever its address looks like.
    manifests: BTreeSet<ResourceId>,
}

impl Requests {
    /// A request began.
    pub fn started(
        &mut self,
        fact: u32,
        at: Wall,
        observer: Observer,
        id: RequestId,
        what: (ResourceId, &str, ResourceKind, Option<Named>),
    ) {
        let (resource, host, kind, named) = what;
        // After a redirect the browser reports the same request again: it began when it first began, and the name was that
        // of what was asked for then.
        let before = self.seen.get(&(observer, id));
        let started = before.map_or(at, |request| request.started.min(at));
        let named = before.and_then(|request| request.named).or(named);
        self.seen.insert(
            (observer, id),
            Request {
                resource,
                host: host.to_owned(),
                kind,
                named,
                started,
                response: None,
                status: None,
                cached: false,
                confession: None,
                length: None,
                first_received: None,
                last_received: None,
                progress: Rc::default(),
                ended: None,
                failed: None,
                facts: vec![fact],
            },
        );
    }

    /// Changes a request that has begun; one that has not is passed over (it began before anyone looked).
    pub fn change(
        &mut self,
        fact: u32,
        observer: Observer,
        id: RequestId,
        change: impl FnOnce(&mut Request),
    ) {
        if let Some(request) = self.seen.get_mut(&(observer, id)) {
            change(request);
            request.facts.push(fact);
        }
    }

    /// Bytes arrived. Kept apart from [`Requests::change`]: there are many of these and no finding cites them.
    pub fn received(&mut self, at: Wall, observer: Observer, id: RequestId, bytes: u64) {
        if let Some(request) = self.seen.get_mut(&(observer, id)) {
            request.first_received.get_or_insert((at, bytes));
            request.last_received = Some((at, bytes));
            Rc::make_mut(&mut request.progress).add(at, bytes);
        }
    }

    /// Resource Timing of a finished request.
    pub fn timing(&mut self, fact: u32, resource: ResourceId, at: Wall, timing: Timing) {
        self.timings.push((fact, resource, at, timing));
    }

    /// What is being fetched, or was since then: from which host, and for how long its body came.
    pub fn fetched_since(&self, since: Wall, now: Wall) -> impl Iterator<Item = (&str, Micros)> {
        self.seen.values().filter_map(move |request| {
            let over = request.ended.or(request.failed.map(|(at, _)| at));
            let lately = over.map_or(since - request.started <= LONGEST, |over| over >= since);
            // Of one that is over and whose answer was not seen it may be all of it.
            let body = request.response.or(request.first_received.map(|(at, _)| at));
            let body = body.or(request.ended.map(|_| request.started));
            let came = body.map_or(Micros::ZERO, |from| over.unwrap_or(now) - from);
            lately.then_some((request.host.as_str(), came))
        })
    }

    /// Hosts that were asked for data then or before and have not answered, and when they were asked.
    pub fn unanswered_since(&self, since: Wall) -> impl Iterator<Item = (&str, Wall)> {
        let waits = move |request: &&Request| {
            let over = request.response.or(request.ended).or(request.failed.map(|(at, _)| at));
            let data = request.kind == ResourceKind::Data && request.first_received.is_none();
            data && over.is_none() && request.started <= since && since - request.started <= LONGEST
        };
        self.seen.values().filter(waits).map(|request| (request.host.as_str(), request.started))
    }

    /// What was read from this resource is a manifest.
    pub fn is_manifest(&mut self, resource: ResourceId) {
        self.manifests.insert(resource);
    }

    /// Both accounts put together, in the order in which they began.
    pub fn fetches(&self) -> Vec<Fetch> {
        let of = |wanted: Observer| {
            let mut requests: Vec<&Request> = self
                .seen
                .iter()
                .filter(|((observer, _), _)| *observer == wanted)
                .map(|(_, request)| request)
                .collect();
            requests.arrange_by_key(|request| request.started);
            requests
        };
        let mut by_page: Vec<Option<&Request>> = of(Observer::Page).into_iter().map(Some).collect();
        let mut fetches: Vec<Fetch> = of(Observer::Browser)
            .into_iter()
            .map(|browser| {
                let same =
                    by_page.iter_mut().filter(|page| page.is_some_and(|page| same_request(page, browser)));
                let page =
                    same.min_by_key(|page| page.map_or(0, |page| (page.started - browser.started).0.abs()));
                Fetch::of(Some(browser), page.and_then(Option::take))
            })
            .collect();
        fetches.extend(by_page.into_iter().flatten().map(|page| Fetch::of(None, Some(page))));
        fetches.arrange_by_key(|fetch| fetch.asked);
        for fetch in fetches.iter_mut().filter(|fetch| self.manifests.contains(&fetch.resource)) {
            fetch.kind = ResourceKind::Manifest;
        }
        for (fact, resource, at, timing) in &self.timings {
            let fitting =
                fetches.iter_mut().filter(|fetch| fetch.resource == *resource && fetch.timing.is_none());
            let nearest = fitting.min_by_key(|fetch| (timing.started.unwrap_or(*at) - fetch.asked).0.abs());
            if let Some(fetch) =
                nearest.filter(|f| (timing.started.unwrap_or(*at) - f.asked).0.abs() < SAME_START.0)
            {
                fetch.network_end = Some(*at);
                fetch.size = fetch.size.or(timing.bytes);
                fetch.timing = Some(timing.clone());
                fetch.facts.push(*fact);
            }
        }
        fetches
    }
}

/// How far back it is looked for what had come lately [P]: a few media segments.
const LATELY: Micros = Micros::from_millis(15_000);
/// With less than this the round trip and not the line decides how long it takes [P].
const TELLING: u64 = 64 << 10;

impl Requests {
    /// Bits in a second that larger requests brought lately, before this moment. `None` if there were none.
    pub fn bitrate_before(&self, moment: Wall) -> Option<u64> {
        let fetches = self.fetches();
        let lately = fetches.iter().filter(|fetch| {
            fetch.kind == ResourceKind::Data && (moment - LATELY..moment).contains(&fetch.asked)
        });
        let came = lately.filter_map(|fetch| match fetch.delivered().filter(|at| *at <= moment) {
            Some(at) => Some((at - fetch.asked, fetch.size?)),
            None => fetch.received.map(|(at, bytes)| (at - fetch.asked, bytes)),
        });
        let (took, bytes) =
            came.filter(|(_, bytes)| *bytes >= TELLING).fold((0i64, 0u64), |(took, all), (lasted, bytes)| {
                (took.saturating_add(lasted.0.max(0)), all.saturating_add(bytes))
            });
        let rate = (u128::from(bytes) * 8 * 1_000_000).checked_div(u128::from(took.unsigned_abs()))?;
        u64::try_from(rate).ok()
    }
}

fn same_request(page: &Request, browser: &Request) -> bool {
    page.resource == browser.resource && (page.started - browser.started).0.abs() < SAME_START.0
}

/// One request, with what both observers and Resource Timing say of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fetch {
    /// Which URL.
    pub resource: ResourceId,
    /// Its host.
    pub host: String,
    /// What it seems to be.
    pub kind: ResourceKind,
    /// The film that names it.
    pub named: Option<Named>,
    /// The page asked.
    pub asked: Wall,
    /// The headers (in Firefox: the first byte) had arrived by then.
    pub response: Option<Wall>,
    /// HTTP status, as the browser saw it.
    pub status: Option<u16>,
    /// It came from the browser's cache.
    pub cached: bool,
    /// What its server said of itself.
    pub confession: Option<Confession>,
    /// Size of the body as the server announced or the page counted it.
    pub size: Option<u64>,
    /// The newest report of how much had arrived.
    pub received: Option<(Wall, u64)>,
    /// How it came on, as the page saw it, else the browser.
    pub progress: Rc<Progress>,
    /// The last byte arrived.
    pub network_end: Option<Wall>,
    /// The page had all of it.
    pub page_end: Option<Wall>,
    /// When and how it failed.
    pub failed: Option<(Wall, Failure)>,
    /// What the browser tells of its phases.
    pub timing: Option<Timing>,
    /// Inputs that told of it.
    pub facts: Vec<u32>,
}

impl Fetch {
    fn of(browser: Option<&Request>, page: Option<&Request>) -> Fetch {
        let both = || [browser, page].into_iter().flatten();
        let any = || both().next();
        // The browser sees the network; the page sees only what its own thread was free to see.
        let first_byte =
            browser.and_then(|b| b.response).or(page.and_then(|p| p.first_received.map(|(at, _)| at)));
        let counted = page.and_then(|p| p.ended.and(p.last_received)).map(|(_, bytes)| bytes);
        let ended = any().and_then(|request| request.ended);
        Fetch {
            resource: any().map_or(ResourceId(0), |request| request.resource),
            host: any().map(|request| request.host.clone()).unwrap_or_default(),
            kind: any().map_or(ResourceKind::Data, |request| request.kind),
            named: both().find_map(|request| request.named),
            asked: both().map(|request| request.started).min().unwrap_or_default(),
            response: first_byte,
            status: browser.and_then(|b| b.status),
            cached: browser.is_some_and(|b| b.cached),
            confession: browser.and_then(|b| b.confession),
            size: browser.and_then(|b| b.length).or(counted),
            received: both().filter_map(|request| request.last_received).max(),
            progress: [page, browser]
                .into_iter()
                .flatten()
                .map(|request| &request.progress)
                .find(|progress| !progress.is_empty())
                .cloned()
                .unwrap_or_default(),
            network_end: ended.or(page.and_then(|p| p.ended)),
            page_end: page.and_then(|p| p.ended),
            failed: page.and_then(|p| p.failed).or(browser.and_then(|b| b.failed)),
            timing: None,
            facts: both().flat_map(|request| request.facts.iter().copied()).collect(),
        }
    }

    /// It was over by then, well or not.
    pub fn over(&self) -> Option<Wall> {
        self.failed.map(|(at, _)| at).or(self.page_end).or(self.network_end)
    }

    /// The page broke it off.
    pub fn given_up(&self) -> bool {
        matches!(self.failed, Some((_, Failure::Aborted)))
    }

    /// The page had, or could have had, all of it.
    pub fn delivered(&self) -> Option<Wall> {
        if self.failed.is_some() { None } else { self.page_end.or(self.network_end) }
    }

    /// It brought a body.
    pub fn succeeded(&self) -> bool {
        self.failed.is_none() && self.status.is_none_or(|status| (200..300).contains(&status))
    }
}
