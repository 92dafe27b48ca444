//! Requests, as the browser and as the page saw them.

use super::table::Table;
use super::url::{Redacted, digest, redact};
use crate::event::{Event, Failure, Observer, RequestId, ResourceId};
use serde::{Deserialize, Serialize};

/// Most requests under way of one observer. A browser has at most six to a host at a time over HTTP/1.1, players a
/// handful in all.
const OPEN_LIMIT: usize = 512;

/// Most URLs told apart: hours of media segments.
const RESOURCE_LIMIT: usize = 4096;

/// The requests under way and the resources seen.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
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

impl Network {
    /// A request began, or was redirected. `Err` for a malformed URL, `Ok(None)` for one that is not the network's.
    pub fn start(&mut self, key: Key, url: &str) -> Result<Option<Event>, Malformed> {
        match redact(url) {
            Redacted::Invalid => Err(Malformed),
            Redacted::Local => Ok(None),
            Redacted::Web { digest, host, kind } => {
                let (observer, open, key) = self.open(key);
                let request = RequestId(open.enter(key).0);
                let resource = ResourceId(self.resources.enter(digest).0);
                Ok(Some(Event::RequestStarted { observer, request, resource, host, kind }))
            }
        }
    }

    /// The request of this name, unless it is unknown (not the network's, or over).
    pub fn under_way(&mut self, key: Key) -> Option<(Observer, RequestId)> {
        let (observer, open, key) = self.open(key);
        Some((observer, RequestId(open.number(&key)?)))
    }

    /// Same, and it is over.
    pub fn end(&mut self, key: Key) -> Option<(Observer, RequestId)> {
        let (observer, open, key) = self.open(key);
        Some((observer, RequestId(open.remove(&key)?.0)))
    }

    /// The resource of a URL. `Err` and `Ok(None)` as for [`Network::start`].
    pub fn resource(&mut self, url: &str) -> Result<Option<ResourceId>, Malformed> {
        match redact(url) {
            Redacted::Invalid => Err(Malformed),
            Redacted::Local => Ok(None),
            Redacted::Web { digest, .. } => Ok(Some(ResourceId(self.resources.enter(digest).0))),
        }
    }

    fn open(&mut self, key: Key) -> (Observer, &mut Table<u64, (), OPEN_LIMIT>, u64) {
        match key {
            Key::Browser(id) => (Observer::Browser, &mut self.browser, digest(&[id])),
            Key::Page(id) => (Observer::Page, &mut self.page, id.into()),
        }
    }
}

/// Not what a browser writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Malformed;

/// What `onErrorOccurred` means. Chromium says `ERR_FAILED` where a page aborts a `fetch` (ATTRIBUTION M24), and
/// `ERR_ABORTED` for an `XMLHttpRequest`.
pub fn failure(error: &str) -> Failure {
    match error {
        "net::ERR_ABORTED" | "net::ERR_FAILED" | "NS_BINDING_ABORTED" | "NS_ERROR_ABORT" => Failure::Aborted,
        _ => Failure::Network,
    }
}
