//! The facts as the extension's scripts report them, before redaction. One enum for three reporters; the field
//! names are the JavaScript ones. [`crate::ingress::Ingress`] turns a [`Fact`] into [`crate::Input`]s.
//!
//! Every fact has `t`: milliseconds since the epoch. The page's scripts use
//! `performance.timeOrigin + performance.now()`, the background `webRequest`'s `timeStamp`.
//! Ids are the reporter's own; media positions are seconds.

use crate::read::Read;

/// One fact, in the order in which the content script numbered it.
#[derive(Clone, Debug, PartialEq, Read)]
#[serde(tag = "k", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub enum Fact {
    // The probe, in the page's own world.
    /// `URL.createObjectURL(mediaSource)`; `url` is the `blob:` URL.
    Source { t: f64, source: u32, url: String },
    /// `addSourceBuffer`.
    Track { t: f64, source: u32, track: u32, mime: String },
    /// `changeType`.
    Retyped { t: f64, track: u32, mime: String },
    /// `appendBuffer` accepted `bytes` bytes. `head`: what `extension/walker.js` gave for them, see
    /// [`crate::container`].
    Append {
        t: f64,
        track: u32,
        bytes: f64,
        head: Vec<u8>,
        /// `timestampOffset`, seconds.
        offset: f64,
        /// `mode` is `sequence`.
        #[serde(default)]
        sequence: bool,
        /// `abort` or `changeType` was called since the append before.
        #[serde(default)]
        aborted: bool,
        /// `appendWindowStart`, seconds; left out while it is 0.
        window_start: Option<f64>,
        /// `appendWindowEnd`, seconds; left out while it is infinite.
        window_end: Option<f64>,
    },
    /// `appendBuffer` threw; `error` is the exception's name.
    Refused { t: f64, track: u32, error: String },
    /// The append ended. `outcome`: `updateend`, or the `abort` or `error` that came before it.
    Updated { t: f64, track: u32, outcome: String },
    /// `remove(start, end)`.
    Removed { t: f64, track: u32, start: f64, end: f64 },
    /// `endOfStream`.
    StreamEnded { t: f64, source: u32 },
    /// `XMLHttpRequest.send`.
    PageRequest { t: f64, id: u32, url: String },
    /// Its `progress`.
    PageProgress { t: f64, id: u32, loaded: f64 },
    /// Its `loadend`; `outcome` is `load`, `error`, `abort` or `timeout`.
    PageDone { t: f64, id: u32, loaded: f64, outcome: String },
    /// A `MediaKeySession`: `asked` (its `message`), `given` (`update` was called), `usable` or `refused`
    /// (`keystatuseschange`: some key is usable, or none).
    Licence { t: f64, session: u32, step: String },
    /// The page read the text of a manifest. `url` is that of the response, empty where it was not seen.
    Manifest { t: f64, url: String, text: String },

    // The content script.
    /// An element's `src` is this `blob:` URL.
    Attached { t: f64, element: u32, url: String },
    /// An element's `srcObject` is the handle of a `MediaSource` in a worker.
    AttachedInWorker { t: f64, element: u32 },
    /// The element as it stood; `why` is an event's name or `sample`.
    Playback {
        t: f64,
        element: u32,
        why: String,
        position: f64,
        rate: f64,
        paused: bool,
        seeking: bool,
        ended: bool,
        ready: u8,
        gesture: bool,
    },
    /// `requestVideoFrameCallback`: `position` is `metadata.mediaTime`, `t` its `presentationTime`.
    Frame { t: f64, element: u32, position: f64 },
    /// `videoWidth` and `videoHeight`.
    Size { t: f64, element: u32, width: f64, height: f64 },
    /// `buffered`, flattened: start, end, start, end … seconds. At most 32 ranges.
    Buffered { t: f64, element: u32, spans: Vec<f64> },
    /// `getVideoPlaybackQuality()`: `droppedVideoFrames` and `totalVideoFrames`.
    Quality { t: f64, element: u32, dropped: f64, total: f64 },
    /// The main thread did something else from `from` (as `t`) until `t`.
    Busy { t: f64, from: f64 },
    /// The tab is from now on `visible`, `hidden` or `frozen`.
    Tab { t: f64, state: String },
    /// `navigator.onLine` from now on.
    Online { t: f64, online: bool },
    /// A finished request, as the page may know it.
    Timing(ResourceTiming),
    /// `wall` is `Date.now()` at `t`.
    Clock { t: f64, wall: f64 },
    /// Facts were lost from `from` (as `t`) on; `what` is `page` or `network`.
    Lost { t: f64, from: f64, what: String },

    // The background (`webRequest`). `id` is `requestId`.
    /// `onBeforeRequest`.
    Request { t: f64, id: String, url: String },
    /// `onSendHeaders`: what the player tells the server in headers `CMCD-…`, one after the other.
    Claims { t: f64, id: String, text: String },
    /// `onResponseStarted`; `length` is `Content-Length`, negative when absent.
    Response {
        t: f64,
        id: String,
        status: u16,
        length: f64,
        cached: bool,
        /// The headers that `extension/network.js` names, a line `name: value` each; see [`crate::header`].
        #[serde(default)]
        headers: String,
        /// The server's address.
        ip: Option<String>,
    },
    /// `onCompleted`.
    Completed { t: f64, id: String },
    /// `onErrorOccurred`; `error` as the browser words it.
    Failed { t: f64, id: String, error: String },

    // The background (`check.js`).
    /// A measurement that [`crate::check::Step`] asked for, over at `t`. `url`: whom it asked. `reply`: `answered`,
    /// `refused`, `failed`, `not-probed`, `blocked` or `unfit`. Milliseconds; left out where it was not seen. `text`: of the
    /// playlist there that has the name of that at `of`. `found`: of a server that no setting names, beside the late one.
    Checked {
        t: f64,
        from: f64,
        by: String,
        target: String,
        url: Option<String>,
        reply: String,
        connect: Option<f64>,
        answer: Option<f64>,
        bytes: Option<f64>,
        took: Option<f64>,
        of: Option<String>,
        text: Option<String>,
        #[serde(default)]
        found: bool,
    },

    // The background (`plan.js`).
    /// What is known of the viewer's line from now on, bits a second: what is paid for, and the most that it was measured
    /// to carry.
    Line { t: f64, plan: Option<f64>, capacity: Option<f64> },

    // The background (`timings.js`).
    /// From now on answers of this host say `Timing-Allow-Origin`.
    TimingsShown { t: f64, url: String },

    // The background (`beside.js`).
    /// What came to other tabs between `from` and `t`: answers that ended, bytes of those, and large ones still under way.
    OtherTabs { t: f64, from: f64, answers: f64, bytes: f64, open: f64 },

    // The background (`places.js`).
    /// Where the server is that answered at this address. `asn`, `name`: of its network; `own`: it is the viewer's, left out where
    /// that is not known; `service`, `stands`: what the host's name says; `table`: when the table is of, as 20260617.
    Placed {
        t: f64,
        url: String,
        asn: Option<u32>,
        name: Option<String>,
        own: Option<bool>,
        service: Option<String>,
        stands: String,
        table: u32,
    },
}

/// A `PerformanceResourceTiming` entry: every value as the entry has it, milliseconds after `origin` (0 = hidden or
/// none).
#[derive(Clone, Debug, PartialEq, Read)]
#[serde(rename_all = "camelCase")]
pub struct ResourceTiming {
    /// As for every fact.
    pub t: f64,
    /// `name`.
    pub url: String,
    /// `performance.timeOrigin`.
    pub origin: f64,
    /// The attribute of that name, like all that follow.
    pub start_time: f64,
    /// As named.
    pub domain_lookup_start: f64,
    /// As named.
    pub domain_lookup_end: f64,
    /// As named.
    pub connect_start: f64,
    /// As named.
    pub connect_end: f64,
    /// As named.
    pub secure_connection_start: f64,
    /// As named.
    pub request_start: f64,
    /// As named.
    pub response_start: f64,
    /// As named.
    pub response_end: f64,
    /// Bytes.
    pub encoded_body_size: f64,
}
