//! Resource Timing: zeros mean that the server did not let the page see, not that it was fast.

use crate::event::Timing;
use crate::time::{Wall, micros_from_millis};

/// The attributes of a `PerformanceResourceTiming` entry, milliseconds from `origin`.
pub struct Entry {
    /// `performance.timeOrigin`.
    pub origin: f64,
    /// `startTime`.
    pub start_time: f64,
    /// `domainLookupStart`, `domainLookupEnd`.
    pub domain_lookup: (f64, f64),
    /// `connectStart`, `connectEnd`.
    pub connect: (f64, f64),
    /// `secureConnectionStart`.
    pub secure_connection_start: f64,
    /// `requestStart`.
    pub request_start: f64,
    /// `responseStart`.
    pub response_start: f64,
    /// `responseEnd`.
    pub response_end: f64,
    /// `encodedBodySize`.
    pub encoded_body_size: Option<u64>,
}

impl Entry {
    /// When the response ended, and what the phases were. `None` if that is absurd, or it never ended.
    ///
    /// A connection that was used again has no `dns`, `connect` or `secure`: the browser writes the time the fetch
    /// began for all of them, so that `connectStart` = `connectEnd`. Phases out of order are not believed.
    pub fn read(&self) -> Option<(Wall, Timing)> {
        let ended = self.wall(self.response_end)?;
        let started = self.wall(self.start_time).filter(|started| *started <= ended);
        let within = |moment: &Wall| *moment <= ended && started.is_none_or(|started| started <= *moment);
        let moment = |millis| self.wall(millis).filter(within);
        let period = |(start, end)| Some((moment(start)?, moment(end)?)).filter(|(start, end)| start <= end);

        let connect = period(self.connect).filter(|(start, end)| start < end);
        let dns = connect.and_then(|connect| period(self.domain_lookup).filter(|dns| dns.1 <= connect.0));
        let secure = connect.and_then(|(start, end)| {
            moment(self.secure_connection_start).filter(|secure| (start..=end).contains(secure))
        });
        let sent = moment(self.request_start);
        let first_byte = moment(self.response_start).filter(|first| sent.is_none_or(|sent| sent <= *first));
        let bytes = self.encoded_body_size.filter(|&bytes| bytes > 0);
        Some((ended, Timing { started, dns, connect, secure, sent, first_byte, bytes }))
    }

    fn wall(&self, millis: f64) -> Option<Wall> {
        if millis <= 0.0 {
            return None;
        }
        micros_from_millis(self.origin + millis).map(Wall)
    }
}
