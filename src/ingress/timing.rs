//! Resource Timing: zeros mean that the server did not let the page see, not that it was fast.

use super::checked::count;
use crate::event::Timing;
use crate::time::{Wall, micros_from_millis};
use crate::wire::ResourceTiming;

/// When the response ended, and what the phases were. `None` if that is absurd, or it never ended.
///
/// A connection that was used again has no `dns`, `connect` or `secure`: the browser writes the time the fetch
/// began for all of them, so that `connectStart` = `connectEnd`. Phases out of order are not believed.
pub fn read(entry: &ResourceTiming) -> Option<(Wall, Timing)> {
    let wall = |millis: f64| {
        let micros = micros_from_millis(entry.origin + millis).filter(|_| millis > 0.0);
        micros.map(Wall)
    };
    let ended = wall(entry.response_end)?;
    let started = wall(entry.start_time).filter(|started| *started <= ended);
    let within = |moment: &Wall| *moment <= ended && started.is_none_or(|started| started <= *moment);
    let moment = |millis| wall(millis).filter(within);
    let period = |start, end| Some((moment(start)?, moment(end)?)).filter(|(start, end)| start <= end);

    let connect = period(entry.connect_start, entry.connect_end).filter(|(start, end)| start < end);
    let dns = connect.and_then(|connect| {
        period(entry.domain_lookup_start, entry.domain_lookup_end).filter(|dns| dns.1 <= connect.0)
    });
    let secure = connect.and_then(|(start, end)| {
        moment(entry.secure_connection_start).filter(|secure| (start..=end).contains(secure))
    });
    let sent = moment(entry.request_start);
    let first_byte = moment(entry.response_start).filter(|first| sent.is_none_or(|sent| sent <= *first));
    let bytes = count(entry.encoded_body_size).ok().filter(|&bytes| bytes > 0);
    Some((ended, Timing { started, dns, connect, secure, sent, first_byte, bytes }))
}
