//! Other surroundings than those that rules were made in. Of a run that is *drawn* the seed decides how far everything is, how
//! much each line carries and what waits before it, what Wi-Fi loses, by which rule servers send, which player plays what and how
//! much it keeps ahead, what else the page fetches, and how bad the fault is, when it comes and how long it stays. Its place and
//! kind stay what they are, and so does what is true.
//!
//! A seed draws the same for a scenario as long as this file stays as it is: kept runs were made by it.

use crate::link::{Change, Nanos, Shape};
use crate::scenario::{Fault, Play, Scenario, What};
use crate::topology::Topology;
use fastrand::Rng;

/// What is multiplied by something between these; each doubling is as likely.
type Times = [f64; 2];

/// A link, and by what its rate, its queue, its delay and its jitter are multiplied, both ways alike.
const LINKS: [(&str, Times, Times, Times, Times); 10] = [
    ("wifi", [0.3, 3.0], [0.5, 4.0], [0.3, 3.0], [0.5, 8.0]),
    ("access", [0.3, 3.0], [0.25, 4.0], [0.5, 6.0], AS_IT_IS),
    ("in-isp", [0.5, 4.0], [0.5, 4.0], [0.5, 8.0], AS_IT_IS),
    ("peering", [0.5, 4.0], [0.5, 4.0], [0.3, 12.0], AS_IT_IS),
    ("transit-2", [0.5, 4.0], [0.5, 4.0], [0.3, 6.0], AS_IT_IS),
    ("cdn", [0.5, 4.0], [0.5, 4.0], [0.3, 3.0], AS_IT_IS),
    ("cdn-beside", [0.5, 4.0], [0.5, 4.0], [0.3, 3.0], AS_IT_IS),
    ("backhaul", [0.5, 4.0], [0.5, 4.0], [0.3, 4.0], AS_IT_IS),
    ("path-a", [0.5, 4.0], [0.5, 4.0], [0.3, 6.0], AS_IT_IS),
    ("path-b", [0.5, 4.0], [0.5, 4.0], [0.3, 6.0], AS_IT_IS),
];
const AS_IT_IS: Times = [1.0, 1.0];
/// Of two homes one has Wi-Fi that loses up to so many packets, in rows of up to so many. Video does not stand for that.
const WIFI_LOSS: f64 = 0.004;
const WIFI_BURST: f64 = 3.0;
/// Players that play the stream that has no name; a fault that is the page's own is made for one of them.
const PLAYERS: [&str; 3] = ["hls", "dash", "shaka"];
/// Seconds that a player keeps ahead where the story does not say so.
const BUFFER: [u32; 2] = [3, 8];

/// How bad a fault is.
const RATE: Times = [0.5, 1.1];
const QUEUE: Times = [0.5, 4.0];
const DELAY: Times = [0.7, 1.5];
const LOSS: Times = [0.6, 1.1];
const SILENCE: Times = [0.7, 1.5];
const COUNT: Times = [0.5, 1.2];
/// When it comes, and how long it stays.
const AT: Times = [0.7, 1.5];
const LASTS: Times = [0.9, 1.5];

/// Other surroundings for this story.
pub fn draw(scenario: &mut Scenario, topology: &mut Topology, seed: u64) {
    let mut random = random_of(&scenario.name, seed);
    let line = surround(topology, &mut random);
    let own = scenario.faults.iter().any(|fault| matches!(fault.what, What::Page { .. }));
    watch(&mut scenario.play, own, line, &mut random);
    // A control has its faults for something to be absorbed.
    if scenario.truth.is_some()
        && let Some(fault) = scenario.faults.last_mut()
    {
        let later = befall(fault, &mut random);
        scenario.play.until += later;
    }
}

fn random_of(name: &str, seed: u64) -> Rng {
    // FNV-1a.
    let mix = |sum: u64, byte: u8| (sum ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    Rng::with_seed(name.bytes().fold(0xcbf2_9ce4_8422_2325 ^ seed, mix))
}

/// The path; by what the access line is faster.
fn surround(topology: &mut Topology, random: &mut Rng) -> f64 {
    let mut line = 1.0;
    for (name, rates, queues, delays, jitters) in LINKS {
        let [rate, queue, delay, jitter] =
            [rates, queues, delays, jitters].map(|times| between(times, random));
        if name == "access" {
            line = rate;
        }
        let Some(wire) = topology.links.iter_mut().find(|wire| wire.name == name) else { continue };
        wire.both.queue.get_or_insert(Shape::WIRE.queue as u64);
        for change in [&mut wire.both, &mut wire.up, &mut wire.down] {
            scale(&mut change.rate, rate);
            scale(&mut change.queue, queue);
            scale(&mut change.delay, delay);
            scale(&mut change.jitter, jitter);
        }
        if name == "wifi" && random.bool() {
            wire.both.loss = Some(random.f64() * WIFI_LOSS);
            wire.both.burst = Some(1.0 + random.f64() * (WIFI_BURST - 1.0));
        }
    }
    for server in ["edge", "edge-2", "isp-cache"] {
        let congestion = if random.bool() { "bbr" } else { "cubic" };
        if let Some(node) = topology.nodes.get_mut(server) {
            congestion.clone_into(&mut node.congestion);
        }
    }
    line
}

/// Who plays what. `own`: the fault is one of the page.
fn watch(play: &mut Play, own: bool, line: f64, random: &mut Rng) {
    let usual = Play::default();
    let [least, most] = BUFFER;
    let (player, buffer) = (random.usize(0..PLAYERS.len()), random.u32(least..=most));
    let [secure, elsewhere] = [3, 4].map(|of| random.u8(0..of) == 0);
    if play.stream.is_empty() && !own {
        play.player = PLAYERS.get(player).copied().unwrap_or_default().into();
        play.secure |= secure;
        play.elsewhere |= elsewhere;
    }
    if play.stream.is_empty() && play.buffer == usual.buffer {
        play.buffer = buffer;
    }
    // Else the story has a line of its own.
    if play.line == usual.line {
        play.line = (play.line as f64 * line).round() as u64;
    }
}

/// What goes wrong; by how many media seconds later it is over.
fn befall(fault: &mut Fault, random: &mut Rng) -> f64 {
    let [at, lasts] = [AT, LASTS].map(|times| between(times, random));
    let before = fault.at + seconds(fault.lasts);
    fault.at *= at;
    fault.lasts = (fault.lasts as f64 * lasts).round() as Nanos;
    match &mut fault.what {
        What::Link { to, .. } => worsen(to, random),
        What::Trace { kbps, .. } => {
            let rate = between(RATE, random);
            kbps.iter_mut().for_each(|kbps| *kbps = (*kbps as f64 * rate).round() as u64);
        }
        What::Server { silence, rate, .. } => {
            *silence = (*silence as f64 * between(SILENCE, random)).round() as Nanos;
            *rate = (*rate as f64 * between(RATE, random)).round() as u64;
        }
        What::Tab { transfers: count }
        | What::Download { transfers: count }
        | What::Processor { percent: count } => {
            *count = ((f64::from(*count) * between(COUNT, random)).round() as u32).max(1);
        }
        What::Hung { .. } | What::Unpublished {} | What::Page { .. } | What::Hidden {} => {}
    }
    (fault.at + seconds(fault.lasts) - before).max(0.0)
}

fn worsen(to: &mut Change, random: &mut Rng) {
    scale(&mut to.rate, between(RATE, random));
    scale(&mut to.queue, between(QUEUE, random));
    scale(&mut to.delay, between(DELAY, random));
    let loss = between(LOSS, random);
    to.loss = to.loss.map(|part| part * loss);
}

fn scale(value: &mut Option<u64>, times: f64) {
    *value = value.map(|value| (value as f64 * times).round() as u64);
}

fn between([least, most]: Times, random: &mut Rng) -> f64 {
    least * (most / least).powf(random.f64())
}

fn seconds(time: Nanos) -> f64 {
    time as f64 / 1e9
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    const OURS: &str = include_str!("../../../lab/topology.toml");

    fn drawn(name: &str, seed: u64) -> (Scenario, Topology) {
        let scenarios = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../lab/scenarios");
        let mut scenario = Scenario::read(&scenarios, name).unwrap();
        let mut topology = Topology::parse(OURS).unwrap();
        draw(&mut scenario, &mut topology, seed);
        (scenario, topology)
    }

    #[test]
    fn a_seed_draws_the_same_again_and_another_something_else() {
        let told = |name, seed| format!("{:?}", drawn(name, seed));
        assert_eq!(told("edge-throttled", 7), told("edge-throttled", 7));
        assert_ne!(told("edge-throttled", 7), told("edge-throttled", 8));
    }

    /// A line that is too slow for the stream as it is would be a fault of its own.
    #[test]
    fn whatever_is_drawn_carries_the_stream() {
        const STREAM: u64 = 3_000_000;
        for seed in 0..200 {
            let (scenario, topology) = drawn("interconnect-congested", seed);
            for wire in &topology.links {
                let [_, down] = wire.shapes();
                assert!(down.rate.is_none_or(|rate| rate > STREAM), "{}", wire.name);
                assert!(down.queue > 20_000, "{}: {}", wire.name, down.queue);
            }
            assert!((3..=8).contains(&scenario.play.buffer));
        }
    }

    #[test]
    fn what_is_true_stays_true() {
        let (scenario, _) = drawn("player-idle", 3);
        assert_eq!(scenario.play.player, "hls");
        let (scenario, _) = drawn("player-quality-pinned", 3);
        assert_eq!(scenario.play.line, 1_900_000);
    }
}
