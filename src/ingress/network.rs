//! Requests, as the browser and as the page saw them.

use super::address;
use super::checked::Malformed;
use super::manifests::Manifests;
use super::table::Table;
use super::url::{Redacted, digest, redact};
use crate::event::{Claim, Event, Failure, Observer, RequestId, ResourceId};
use crate::header;
use crate::read::Read;
use serde::Serialize;

/// Most requests under way of one observer. A browser has at most six to a host at a time over HTTP/1.1, players a
/// handful in all.
const OPEN_LIMIT: usize = 512;

/// Most URLs told apart: hours of media segments.
const RESOURCE_LIMIT: usize = 4096;

/// The requests under way and the resources seen.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Read)]
pub struct Network {
    /// By digest of `webRequest`'s `requestId`.
    browser: Table<u64, (), OPEN_LIMIT>,
    /// By the probe's number.
    page: Table<u64, (), OPEN_LIMIT>,
    /// By digest of the URL.
    resources: Table<u64, (), RESOURCE_LIMIT>,
}

/// A reporter's name of a request.
#[derive(Clone, Copy)]
pub enum Key<'a> {
    /// `webRequest`'s `requestId`.
    Browser(&'a str),
    /// The probe's number.
    Page(u32),
}

/// What the browser says when an answer begins.
pub struct Response<'a> {
    /// HTTP status.
    pub status: u16,
    /// `Content-Length`.
    pub length: Option<u64>,
    /// It comes from the browser's cache.
    pub cached: bool,
    /// A line each.
    pub headers: &'a str,
    /// The server's address.
    pub ip: Option<&'a str>,
}

impl Network {
    /// A request began, or was redirected: then it keeps its id. `Ok(None)` for a URL that is not the network's.
    pub fn begin(&mut self, key: Key, url: &str, manifests: &Manifests) -> Result<Option<Event>, Malformed> {
        match redact(url) {
            Redacted::Invalid => Err(Malformed),
            Redacted::Local => Ok(None),
            Redacted::Web { digest, host, kind } => {
                let (observer, open, key) = self.open(key);
                let request = RequestId(open.enter(key).0);
                let resource = ResourceId(self.resources.enter(digest).0);
                let named = manifests.named(digest);
                Ok(Some(Event::RequestStarted { observer, request, resource, host, kind, named }))
            }
        }
    }

    /// With it the player told the server how it was doing.
    pub fn claim(&self, key: Key, claim: Option<Claim>) -> Option<Event> {
        let (Key::Browser(id), claim) = (key, claim?) else { return None };
        let request = RequestId(self.browser.number(&digest(&[id]))?);
        Some(Event::Claimed { observer: Observer::Browser, request, claim })
    }

    /// The headers of its response came. This and what follows is `None` for a request that is unknown: not the
    /// network's, or over.
    pub fn respond(&mut self, key: Key, response: Response) -> Option<Event> {
        let (observer, request) = self.under_way(key)?;
        let Response { status, length, cached, headers, ip } = response;
        // What was kept on this machine tells of another time.
        let confession = header::read(headers).filter(|_| !cached).map(Box::new);
        let network = ip.and_then(address::network).filter(|_| !cached);
        Some(Event::ResponseBegan { observer, request, status, length, cached, network, confession })
    }

    /// Part of its body came.
    pub fn receive(&mut self, key: Key, bytes: u64) -> Option<Event> {
        let (observer, request) = self.under_way(key)?;
        Some(Event::Received { observer, request, bytes })
    }

    /// It ended well.
    pub fn end(&mut self, key: Key, bytes: Option<u64>) -> Option<Event> {
        let (observer, request) = self.over(key)?;
        Some(Event::RequestEnded { observer, request, bytes })
    }

    /// It failed.
    pub fn fail(&mut self, key: Key, failure: Failure) -> Option<Event> {
        let (observer, request) = self.over(key)?;
        Some(Event::RequestFailed { observer, request, failure })
    }

    /// The resource of a URL. `Ok(None)` as for [`Network::begin`].
    pub fn resource(&mut self, url: &str) -> Result<Option<ResourceId>, Malformed> {
        match redact(url) {
            Redacted::Invalid => Err(Malformed),
            Redacted::Local => Ok(None),
            Redacted::Web { digest, .. } => Ok(Some(ResourceId(self.resources.enter(digest).0))),
        }
    }

    fn under_way(&mut self, key: Key) -> Option<(Observer, RequestId)> {
        let (observer, open, key) = self.open(key);
        Some((observer, RequestId(open.number(&key)?)))
    }

    fn over(&mut self, key: Key) -> Option<(Observer, RequestId)> {
        let (observer, open, key) = self.open(key);
        Some((observer, RequestId(open.remove(&key)?.0)))
    }

    fn open(&mut self, key: Key) -> (Observer, &mut Table<u64, (), OPEN_LIMIT>, u64) {
        match key {
            Key::Browser(id) => (Observer::Browser, &mut self.browser, digest(&[id])),
            Key::Page(id) => (Observer::Page, &mut self.page, id.into()),
        }
    }
}
