//! What inputs can be, beyond their form.

use super::BundleError;
use crate::event::{
    CHECK_BYTES_LIMIT, CHECK_TIME_LIMIT, Event, Input, Listed, Named, PLACE_NAME_LIMIT, Rendition,
    SIDE_LIMIT, Span, TABLE_DATES, Target, Timing,
};
use crate::manifest::{FILM_LIMIT, NAMED_LIMIT, RENDITION_LIMIT};
use crate::time::{BITRATE_LIMIT, LIMIT, MediaTime, Micros, Wall};

/// Inputs of a bundle. A session keeps 20,000; twice that and more is no session's.
pub const INPUTS_LIMIT: usize = 50_000;
/// Spans of one append or one `buffered`, as ingress has it.
const SPANS_LIMIT: usize = 32;
/// A host name and its port: 253 characters (RFC 1035 §2.3.4), a colon, five digits.
const HOST_LIMIT: usize = 259;
/// Fastest playback rate either way, in thousandths, as ingress has it.
const RATE_LIMIT: u32 = 100_000;
/// `HTMLMediaElement.HAVE_ENOUGH_DATA`.
const READY_LIMIT: u8 = 4;
/// Names and versions of the program that made a bundle.
const BUILD_LIMIT: usize = 100;

/// Checks that the inputs can have come from [`crate::ingress::Ingress`]: not too many, and every time, count and text
/// within bounds.
pub fn validate_inputs(inputs: &[Input]) -> Result<(), BundleError> {
    if inputs.len() > INPUTS_LIMIT {
        let allowed = format!("{} inputs, at most {INPUTS_LIMIT}", inputs.len());
        return Err(out("inputs", allowed));
    }
    for (index, input) in inputs.iter().enumerate() {
        if let Some((member, allowed)) = fault(input) {
            return Err(out(&format!("inputs[{index}].{member}"), allowed));
        }
    }
    Ok(())
}

/// Checks the name of the program that made a bundle.
pub fn validate_build(build: &str) -> Result<(), BundleError> {
    if build.len() <= BUILD_LIMIT && build.bytes().all(|byte| (b' '..=b'~').contains(&byte)) {
        return Ok(());
    }
    let allowed = format!("at most {BUILD_LIMIT} printable ASCII characters");
    Err(out("build", allowed))
}

fn out(place: &str, allowed: String) -> BundleError {
    let place = place.to_owned();
    BundleError::OutOfBounds { place, allowed }
}

type Fault = Option<(&'static str, String)>;

/// When something began that was over at this moment.
fn began(from: Wall, at: Wall) -> Fault {
    wall("from", from).or_else(|| (from > at).then(|| ("from", "no later than at".to_owned())))
}

/// The first member that is out of bounds, and what is allowed.
fn fault(input: &Input) -> Fault {
    wall("at", input.at).or_else(|| match &input.event {
        Event::Append { bytes, media, .. } => count("bytes", *bytes).or_else(|| spans("media", media)),
        Event::Removed { span, .. } => spans("span", std::slice::from_ref(span)),
        Event::Playback { position, rate, ready, .. } => media("position", *position)
            .or_else(|| {
                let allowed = || format!("a rate of at most {RATE_LIMIT} thousandths");
                (rate.unsigned_abs() > RATE_LIMIT).then(|| ("rate", allowed()))
            })
            .or_else(|| {
                let allowed = || format!("at most {READY_LIMIT}");
                (*ready > READY_LIMIT).then(|| ("ready", allowed()))
            }),
        Event::Frame { position, .. } => media("position", *position),
        Event::Buffered { spans: all, .. } => spans("spans", all),
        Event::RequestStarted { host: name, named, .. } => host("host", name).or_else(|| {
            let allowed = || format!("an index below {FILM_LIMIT}");
            let far = |named: &Named| usize::try_from(named.index).is_ok_and(|index| index >= FILM_LIMIT);
            named.as_ref().is_some_and(far).then(|| ("named", allowed()))
        }),
        Event::ResponseBegan { length, network, confession, .. } => count("length", length.unwrap_or(0))
            .or_else(|| {
                let allowed = || "the first 24 or 48 bits of an address".to_owned();
                network.filter(|network| !network.is_sound()).map(|_| ("network", allowed()))
            })
            .or_else(|| {
                let allowed = || "times and counts within the limits of docs/evidence-format.md".to_owned();
                confession.as_ref().filter(|said| !said.is_sound()).map(|_| ("confession", allowed()))
            }),
        Event::Received { bytes, .. } => count("bytes", *bytes),
        Event::RequestEnded { bytes, .. } => count("bytes", bytes.unwrap_or(0)),
        Event::Timing { timing, .. } => phases(timing),
        Event::TimingsShown { host: of } => host("host", of),
        Event::OtherTabs { from, bytes, .. } => began(*from, input.at).or_else(|| count("bytes", *bytes)),
        Event::Claimed { claim, .. } => {
            let allowed = || "a buffer of at most 600 s, and no faster than a line can be".to_owned();
            (!claim.is_sound()).then(|| ("claim", allowed()))
        }
        Event::HomeUse { during, .. } => wall("during", *during),
        Event::Busy { from } | Event::NotObservable { from, .. } => wall("from", *from),
        Event::Quality { dropped, total, .. } => {
            count("dropped", *dropped).or_else(|| count("total", *total))
        }
        Event::Size { width, height, .. } | Event::Coded { width, height, .. } => {
            size("width", *width).or_else(|| size("height", *height))
        }
        Event::Ladder { renditions, .. } => ladder(renditions),
        Event::Playlist { playlist, named, .. } => {
            let allowed = || "times and numbers below 2^53".to_owned();
            let many = || format!("at most {NAMED_LIMIT} media segments");
            let unsound = (!playlist.is_sound()).then(|| ("playlist", allowed()));
            unsound.or_else(|| (named.len() > NAMED_LIMIT).then(|| ("named", many())))
        }
        Event::Checked { target, host: name, from, connect, answer, bytes, took, listed, found, .. } => {
            began(*from, input.at)
                .or_else(|| name.as_ref().and_then(|name| host("host", name)))
                .or_else(|| {
                    let allowed = || "only of the stalled server and one beside it".to_owned();
                    (name.is_some() && !target.is_named()).then(|| ("host", allowed()))
                })
                .or_else(|| {
                    let allowed = || format!("0 to {} microseconds", CHECK_TIME_LIMIT.0);
                    let sound = |time: &Micros| (Micros::ZERO..=CHECK_TIME_LIMIT).contains(time);
                    let mut times = [("connect", connect), ("answer", answer), ("took", took)].into_iter();
                    let unsound = times.find(|(_, time)| time.as_ref().is_some_and(|time| !sound(time)));
                    unsound.map(|(member, _)| (member, allowed()))
                })
                .or_else(|| {
                    let allowed = || format!("at most {CHECK_BYTES_LIMIT} bytes");
                    bytes.filter(|bytes| *bytes > CHECK_BYTES_LIMIT).map(|_| ("bytes", allowed()))
                })
                .or_else(|| {
                    let sound = |listed: &Listed| *target == Target::Sibling && listed.playlist.is_sound();
                    let allowed = || "of the server beside, with times and numbers below 2^53".to_owned();
                    listed.as_ref().is_some_and(|listed| !sound(listed)).then(|| ("listed", allowed()))
                })
                .or_else(|| {
                    let unsound = *found && *target != Target::Sibling;
                    unsound.then(|| ("found", "only of the server beside".to_owned()))
                })
        }
        Event::Line { plan, capacity } => {
            let allowed = || format!("1 to {BITRATE_LIMIT} bits a second");
            let mut rates = [("plan", plan), ("capacity", capacity)].into_iter();
            let sound = |rate: u64| (1..=BITRATE_LIMIT).contains(&rate);
            let unsound = rates.find(|(_, rate)| rate.is_some_and(|rate| !sound(rate)));
            unsound.map(|(member, _)| (member, allowed()))
        }
        Event::Placed { host: of, asn, name, own, service, table, .. } => host("host", of)
            .or_else(|| {
                let allowed = || format!("text of 1 to {PLACE_NAME_LIMIT} bytes");
                let fits = |name: &str| {
                    (1..=PLACE_NAME_LIMIT).contains(&name.len()) && !name.contains(char::is_control)
                };
                let names = [("name", name), ("service", service)];
                let unfit =
                    names.into_iter().find(|(_, name)| name.as_deref().is_some_and(|name| !fits(name)));
                unfit.map(|(member, _)| (member, allowed()))
            })
            .or_else(|| {
                let allowed = || "a number from 1 on, and none for the viewer's own network".to_owned();
                let told = asn.is_some() || name.is_some();
                (*asn == Some(0) || told && *own == Some(true)).then(|| ("asn", allowed()))
            })
            .or_else(|| (!TABLE_DATES.contains(table)).then(|| ("table", "a date".to_owned()))),
        Event::SourceOpened { .. }
        | Event::Attached { .. }
        | Event::AttachedInWorker { .. }
        | Event::TrackAdded { .. }
        | Event::AppendRefused { .. }
        | Event::AppendEnded { .. }
        | Event::StreamEnded { .. }
        | Event::RequestFailed { .. }
        | Event::Tab { .. }
        | Event::Online { .. }
        | Event::Licence { .. }
        | Event::Tick => None,
    })
}

fn ladder(renditions: &[Rendition]) -> Fault {
    let many = || format!("at most {RENDITION_LIMIT} renditions");
    let sizes = renditions.iter().filter_map(|rung| rung.size);
    (renditions.len() > RENDITION_LIMIT)
        .then(|| ("renditions", many()))
        .or_else(|| renditions.iter().find_map(|rung| count("bitrate", rung.bitrate)))
        .or_else(|| sizes.flat_map(|(width, height)| [width, height]).find_map(|side| size("size", side)))
}

fn size(member: &'static str, side: u32) -> Fault {
    let allowed = || format!("1 to {SIDE_LIMIT} pixels");
    (!(1..=SIDE_LIMIT).contains(&side)).then(|| (member, allowed()))
}

fn phases(timing: &Timing) -> Fault {
    let single = [timing.started, timing.secure, timing.sent, timing.first_byte];
    let pairs = [timing.dns, timing.connect].into_iter().flatten();
    let moments = single.into_iter().flatten();
    let mut moments = moments.chain(pairs.flat_map(|(start, end)| [start, end]));
    moments.find_map(|at| wall("timing", at)).or_else(|| count("timing", timing.bytes.unwrap_or(0)))
}

fn wall(member: &'static str, at: Wall) -> Fault {
    exact(member, at.0)
}

fn media(member: &'static str, at: MediaTime) -> Fault {
    exact(member, at.0)
}

fn exact(member: &'static str, micros: i64) -> Fault {
    let allowed = || "less than 2^53 microseconds from zero".to_owned();
    (micros.unsigned_abs() >= LIMIT.unsigned_abs()).then(|| (member, allowed()))
}

fn count(member: &'static str, bytes: u64) -> Fault {
    let allowed = || "less than 2^53 bytes".to_owned();
    (bytes >= LIMIT.unsigned_abs()).then(|| (member, allowed()))
}

fn spans(member: &'static str, spans: &[Span]) -> Fault {
    let many = || format!("{} spans, at most {SPANS_LIMIT}", spans.len());
    let inverted = || "the end of a span comes after its start".to_owned();
    (spans.len() > SPANS_LIMIT)
        .then(|| (member, many()))
        .or_else(|| spans.iter().any(|span| span.start >= span.end).then(|| (member, inverted())))
        .or_else(|| spans.iter().flat_map(|span| [span.start, span.end]).find_map(|at| media(member, at)))
}

fn host(member: &'static str, name: &str) -> Fault {
    let allowed = || format!("at most {HOST_LIMIT} characters of a host name and port");
    let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-._:[]".contains(&byte);
    (name.len() > HOST_LIMIT || !name.bytes().all(fits)).then(|| (member, allowed()))
}
