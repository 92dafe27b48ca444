//! Milliseconds of the stall by zone: measured where a stage names its zone, by belief on the path (ATTRIBUTION §3.0, §3.2).
//! They add up, with what is chronic or unexplained, to the stall.

use super::PATH;
use super::belief::{Evidence, MILLION};
use crate::time::Micros;
use crate::time::apportion;
use crate::verdict::{Ledger, Stage, StallKind, Zone, ZoneTime};

/// A part of the stall, and where it can sit.
struct Part {
    time: Micros,
    zones: Vec<Zone>,
}

/// The stall's time by zone, in path order, only those that have any. `zones` is where its cause can sit, `absent` what is not
/// on the path at all, `besides` what may as well have made it wait that seems to wait on the path.
pub fn by_zone(
    kind: StallKind,
    duration: Micros,
    ledger: &Ledger,
    (cause, zones): (&str, &[Zone]),
    (absent, besides): (Option<Zone>, Option<Zone>),
    evidence: &Evidence,
) -> Vec<ZoneTime> {
    let part = |time, zones: &[Zone]| {
        let on_path = zones.contains(&Zone::Access) && !zones.contains(&Zone::Device);
        let besides = besides.filter(|_| on_path);
        let zones = besides.into_iter().chain(zones.iter().copied());
        let zones = zones.filter(|zone| Some(*zone) != absent).collect();
        Part { time, zones }
    };
    let parts: Vec<Part> = if kind == StallKind::Starved {
        // Where a server tells its own time apart from what is behind it, the cause knows.
        let own = |stage| stage == Stage::Edge && *zones == [Zone::Edge];
        let of = |stage| if own(stage) || claimed(cause).contains(&stage) { zones } else { of_stage(stage) };
        ledger.shares.iter().map(|share| part(share.share, of(share.stage))).collect()
    } else {
        vec![part(duration, zones)]
    };
    let mut times = Zone::ALL.map(|zone| ZoneTime { zone, direct: Micros::ZERO, believed: Micros::ZERO });
    for part in parts {
        let weights = weights(&part.zones, evidence);
        let named: Vec<i128> = weights.iter().map(|(_, weight)| *weight).collect();
        let direct = part.zones.len() == 1;
        for ((zone, _), time) in weights.iter().zip(apportion(part.time, &named)) {
            for of in times.iter_mut().filter(|of| of.zone == *zone) {
                let sum = if direct { &mut of.direct } else { &mut of.believed };
                *sum = *sum + time;
            }
        }
    }
    times.into_iter().filter(|time| time.total() > Micros::ZERO).collect()
}

/// Each zone's weight. Zones of the path share by belief what an even split gives them together; nothing measured says how
/// likely device and player are among others.
pub fn weights(zones: &[Zone], evidence: &Evidence) -> Vec<(Zone, i128)> {
    let belief = evidence.belief(zones);
    let on_path = belief.len() as i128;
    let weight = |zone: &Zone| {
        let of = belief.iter().find(|(other, _)| other == zone);
        of.map_or(i128::from(MILLION), |(_, part)| i128::from(*part) * on_path)
    };
    zones.iter().map(|zone| (*zone, weight(zone))).collect()
}

/// Where a stage's time can sit if the cause does not say (ATTRIBUTION §3.2).
fn of_stage(stage: Stage) -> &'static [Zone] {
    use Zone::{Access, Device, Edge, Home, Interconnect, Origin, Player};
    match stage {
        Stage::Decide => &[Player],
        Stage::Process => &[Device, Player],
        Stage::Append | Stage::Present => &[Device],
        Stage::Queue => &[Player, Home, Access, Interconnect, Edge],
        Stage::Dns => &[Home, Access],
        Stage::Connect | Stage::Tls => &[Home, Access, Interconnect, Edge],
        Stage::RoundTrip => &[Home, Access, Interconnect],
        Stage::Edge => &[Edge, Origin],
        Stage::Origin => &[Origin],
        Stage::Failed | Stage::Wait | Stage::Response | Stage::Transfer => &PATH,
    }
}

/// The stages that a cause explains: their time sits where the cause does.
fn claimed(cause: &str) -> &'static [Stage] {
    use Stage::{
        Append, Connect, Decide, Dns, Failed, Present, Process, Queue, Response, Tls, Transfer, Wait,
    };
    match cause {
        "offline" => &[Decide, Failed, Queue, Dns, Connect, Tls, Wait, Response, Transfer],
        "http-error" => &[Failed],
        "not-yet-published" => &[Decide, Failed],
        "manifest-late" => &[Decide],
        "abr-overreach" => &[Transfer],
        "append-late" | "buffer-full" | "buffer-hole" => &[Process, Append],
        "request-idle" => &[Decide],
        "slow-response" => &[Response],
        "frozen" => &[Present],
        "cpu-busy" | "tab-throttled" | "licence-wait" | "decoder-slow" => &[Decide, Process, Append, Present],
        _ => &[],
    }
}
