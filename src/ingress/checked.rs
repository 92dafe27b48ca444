//! Values as JavaScript has them, checked.

use crate::event::{
    AppendOutcome, Asker, Blindness, CHECK_BYTES_LIMIT, CHECK_TIME_LIMIT, Failure, LicenceStep, Moment,
    PLACE_NAME_LIMIT, Reply, SIDE_LIMIT, Span, Stands, Tab, Target,
};
use crate::time::{BITRATE_LIMIT, LIMIT, MediaTime, Micros, Wall, micros_from_millis, micros_from_seconds};

/// Most ranges of `buffered`, as the content script also has it.
const RANGE_LIMIT: usize = 32;

/// Fastest playback, either way. Chromium refuses rates beyond 16, Firefox mutes them.
const RATE_LIMIT: f64 = 100.0;

/// Not what a browser says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Malformed;

/// Milliseconds since the epoch.
pub fn wall(millis: f64) -> Result<Wall, Malformed> {
    micros_from_millis(millis).map(Wall).ok_or(Malformed)
}

/// Seconds.
pub fn micros(seconds: f64) -> Result<i64, Malformed> {
    micros_from_seconds(seconds).ok_or(Malformed)
}

/// Seconds on the media timeline.
pub fn media(seconds: f64) -> Result<MediaTime, Malformed> {
    micros(seconds).map(MediaTime)
}

/// A rate of playback.
pub fn thousandths(rate: f64) -> Result<i32, Malformed> {
    let sound = (-RATE_LIMIT..=RATE_LIMIT).contains(&rate);
    sound.then_some((rate * 1000.0).round() as i32).ok_or(Malformed)
}

/// `HTMLMediaElement.readyState`.
pub fn ready_state(state: u8) -> Result<u8, Malformed> {
    (state <= 4).then_some(state).ok_or(Malformed)
}

/// The status of a response; 0 where there was none to be had.
pub fn http_status(status: u16) -> Result<u16, Malformed> {
    (status <= 999).then_some(status).ok_or(Malformed)
}

/// What `remove` was given: `remove(0, Infinity)` is the usual way to say "all".
pub fn removed(start: f64, end: f64) -> Result<Span, Malformed> {
    let end = if end == f64::INFINITY { MediaTime(LIMIT - 1) } else { media(end)? };
    let span = Span { start: media(start)?, end };
    (span.start < span.end).then_some(span).ok_or(Malformed)
}

/// `appendWindowStart` and `appendWindowEnd`.
pub fn append_window(start: Option<f64>, end: Option<f64>) -> Result<Span, Malformed> {
    let start = start.map_or(Ok(MediaTime(0)), media)?;
    let end = end.map_or(Ok(MediaTime::MAX), media)?;
    (MediaTime(0) <= start && start < end).then_some(Span { start, end }).ok_or(Malformed)
}

/// A number of bytes.
pub fn count(value: f64) -> Result<u64, Malformed> {
    (0.0..LIMIT as f64).contains(&value).then_some(value as u64).ok_or(Malformed)
}

/// A number of things, none of which can be many.
pub fn small_count(value: f64) -> Result<u32, Malformed> {
    (0.0..=f64::from(u32::MAX)).contains(&value).then_some(value as u32).ok_or(Malformed)
}

/// A side of a picture, pixels.
pub fn side(pixels: f64) -> Result<u32, Malformed> {
    (1.0..=f64::from(SIDE_LIMIT)).contains(&pixels).then_some(pixels as u32).ok_or(Malformed)
}

/// `buffered` as the content script flattens it: ranges that are sorted and apart, else malformed. What is shorter
/// than a microsecond is nothing.
pub fn ranges(flat: &[f64]) -> Result<Vec<Span>, Malformed> {
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

/// The name of an event of the element, or `sample`.
pub fn moment(why: &str) -> Result<Moment, Malformed> {
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
        "encrypted" => Moment::Encrypted,
        "waitingforkey" => Moment::Waitingforkey,
        _ => return Err(Malformed),
    })
}

/// What a `Tab` fact says.
pub fn tab(state: &str) -> Result<Tab, Malformed> {
    match state {
        "visible" => Ok(Tab::Visible),
        "hidden" => Ok(Tab::Hidden),
        "frozen" => Ok(Tab::Frozen),
        _ => Err(Malformed),
    }
}

/// What a `Licence` fact says.
pub fn licence_step(step: &str) -> Result<LicenceStep, Malformed> {
    match step {
        "asked" => Ok(LicenceStep::Asked),
        "given" => Ok(LicenceStep::Given),
        "usable" => Ok(LicenceStep::Usable),
        "refused" => Ok(LicenceStep::Refused),
        _ => Err(Malformed),
    }
}

/// What an append ended with.
pub fn append_outcome(event: &str) -> Result<AppendOutcome, Malformed> {
    match event {
        "updateend" => Ok(AppendOutcome::Done),
        "abort" => Ok(AppendOutcome::Aborted),
        "error" => Ok(AppendOutcome::Failed),
        _ => Err(Malformed),
    }
}

/// What an `XMLHttpRequest` ended with; `None`: well.
pub fn page_failure(event: &str) -> Result<Option<Failure>, Malformed> {
    match event {
        "load" => Ok(None),
        "abort" | "timeout" => Ok(Some(Failure::Aborted)),
        "error" => Ok(Some(Failure::Network)),
        _ => Err(Malformed),
    }
}

/// What `onErrorOccurred` means. Where a page aborts a request Chromium says `ERR_FAILED` (156, measured) or
/// `ERR_ABORTED`, Firefox `NS_BINDING_ABORTED`.
pub fn browser_failure(error: &str) -> Failure {
    match error {
        "net::ERR_ABORTED" | "net::ERR_FAILED" | "NS_BINDING_ABORTED" | "NS_ERROR_ABORT" => Failure::Aborted,
        _ => Failure::Network,
    }
}

/// What a `Lost` fact is about.
pub fn blindness(what: &str) -> Result<Blindness, Malformed> {
    match what {
        "page" => Ok(Blindness::Page),
        "network" => Ok(Blindness::Network),
        _ => Err(Malformed),
    }
}

/// Who wanted a check.
pub fn asker(by: &str) -> Result<Asker, Malformed> {
    match by {
        "viewer" => Ok(Asker::Viewer),
        "automatic" => Ok(Asker::Automatic),
        _ => Err(Malformed),
    }
}

/// Whom it measured.
pub fn check_target(name: &str) -> Result<Target, Malformed> {
    Target::ALL.into_iter().find(|target| target.id() == name).ok_or(Malformed)
}

/// What came of it.
pub fn check_reply(reply: &str) -> Result<Reply, Malformed> {
    match reply {
        "answered" => Ok(Reply::Answered),
        "refused" => Ok(Reply::Refused),
        "error" => Ok(Reply::Error),
        "failed" => Ok(Reply::Failed),
        "reset" => Ok(Reply::Reset),
        "not-probed" => Ok(Reply::NotProbed),
        "blocked" => Ok(Reply::Blocked),
        "unfit" => Ok(Reply::Unfit),
        _ => Err(Malformed),
    }
}

/// A time that it took, milliseconds.
pub fn check_time(millis: Option<f64>) -> Result<Option<Micros>, Malformed> {
    let time = millis.map(|millis| micros_from_millis(millis).map(Micros).ok_or(Malformed)).transpose()?;
    let sound = time.is_none_or(|time| (Micros::ZERO..=CHECK_TIME_LIMIT).contains(&time));
    sound.then_some(time).ok_or(Malformed)
}

/// What a line carries, bits a second.
pub fn line_rate(bits: Option<f64>) -> Result<Option<u64>, Malformed> {
    let bits = bits.map(count).transpose()?;
    bits.is_none_or(|bits| (1..=BITRATE_LIMIT).contains(&bits)).then_some(bits).ok_or(Malformed)
}

/// Bytes that it moved.
pub fn check_bytes(bytes: Option<f64>) -> Result<Option<u64>, Malformed> {
    let bytes = bytes.map(count).transpose()?;
    bytes.is_none_or(|bytes| bytes <= CHECK_BYTES_LIMIT).then_some(bytes).ok_or(Malformed)
}

/// The name of a network or a service; none if it is empty.
pub fn place_name(name: Option<String>) -> Result<Option<String>, Malformed> {
    let name = name.filter(|name| !name.is_empty());
    let sound =
        name.as_ref().is_none_or(|name| name.len() <= PLACE_NAME_LIMIT && !name.contains(char::is_control));
    sound.then_some(name).ok_or(Malformed)
}

/// What the name of a server says of where it stands.
pub fn place_stands(stands: &str) -> Result<Stands, Malformed> {
    match stands {
        "anywhere" => Ok(Stands::Anywhere),
        "in-provider" => Ok(Stands::InProvider),
        "at-exchange" => Ok(Stands::AtExchange),
        _ => Err(Malformed),
    }
}
