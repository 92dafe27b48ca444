//! What simpler rules say of the same stalls. Each knows what Whystall knows of the media segment that playback waited
//! for longest, and names zones; none where it blames nobody.

use whystall::verdict::{SegmentAccount, Stage, Stall, Zone};

/// Another rule.
pub struct Baseline {
    pub name: &'static str,
    /// Of the stall, and why the browser says that it stopped, if it does; `None` where it can't judge.
    pub judge: fn(&Stall, Option<&str>) -> Option<Vec<Zone>>,
}

/// All of them; records have their answers in this order.
pub const BASELINES: [Baseline; 3] = [
    // As video services told their viewers in 2014.
    Baseline { name: "throughput below usual: the ISP", judge: |stall, _| Some(isp(stall)) },
    Baseline {
        name: "long first byte: the server, long body: the network",
        judge: |stall, _| Some(last_segment(stall)),
    },
    // Chromium's developer tools have it, and nothing else has.
    Baseline { name: "Chromium's reason: no data, or decoding", judge: |_, reason| reason.map(underflow) },
];

/// Throughput is below usual where fetching took more than so many times its usual time [P].
const BELOW: i64 = 2;

fn isp(stall: &Stall) -> Vec<Zone> {
    let Some(segment) = longest(stall) else { return Vec::new() };
    let stages = || segment.stages.iter().filter(|time| fetching(time.stage) && time.usual.is_some());
    let spent: i64 = stages().map(|time| time.spent.0).sum();
    let usual: i64 = stages().filter_map(|time| time.usual).map(|usual| usual.0).sum();
    if spent > BELOW * usual { vec![Zone::Access] } else { Vec::new() }
}

fn last_segment(stall: &Stall) -> Vec<Zone> {
    let Some(segment) = longest(stall) else { return Vec::new() };
    let spent = |of: fn(Stage) -> bool| -> i64 {
        segment.stages.iter().filter(|time| of(time.stage)).map(|time| time.spent.0).sum()
    };
    let first_byte = spent(|stage| fetching(stage) && stage != Stage::Transfer);
    let body = spent(|stage| stage == Stage::Transfer);
    match first_byte + body {
        0 => Vec::new(),
        _ if first_byte > body => vec![Zone::Edge, Zone::Origin],
        _ => vec![Zone::Home, Zone::Access, Zone::Interconnect],
    }
}

/// As Chromium calls what it lacks (media/base/buffering_state.h).
fn underflow(reason: &str) -> Vec<Zone> {
    match reason {
        "DEMUXER_UNDERFLOW" => vec![Zone::Home, Zone::Access, Zone::Interconnect, Zone::Edge, Zone::Origin],
        "DECODER_UNDERFLOW" => vec![Zone::Device],
        _ => Vec::new(),
    }
}

/// What there is to measure of a session without knowing what any of it means, for rules that are fitted: how long it stood,
/// which part of getting the media segment each stage had, and how many times its usual time it took.
pub fn features(stall: &Stall) -> Vec<f64> {
    /// More is as good as this.
    const MOST: f64 = 50.0;
    let longest = longest(stall);
    let of =
        |stage: Stage| longest.and_then(|segment| segment.stages.iter().find(|time| time.stage == stage));
    let elapsed = longest.map_or(1.0, |segment| segment.elapsed.0.max(1) as f64);
    let parts = Stage::ALL.map(|stage| of(stage).map_or(0.0, |time| time.spent.0 as f64 / elapsed));
    let times = Stage::ALL.map(|stage| {
        let time = of(stage).and_then(|time| Some((time.spent, time.usual?)));
        time.map_or(1.0, |(spent, usual)| (spent.0 as f64 / usual.0.max(1) as f64).min(MOST))
    });
    let stood = stall.duration.0 as f64 / 1e6;
    [stood, stall.blocking.len() as f64].into_iter().chain(parts).chain(times).collect()
}

/// From asking to the last byte.
fn fetching(stage: Stage) -> bool {
    (Stage::Queue..=Stage::Transfer).contains(&stage)
}

fn longest(stall: &Stall) -> Option<&SegmentAccount> {
    stall.ledger.segments.iter().filter(|segment| segment.blocking).max_by_key(|segment| segment.elapsed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use whystall::event::TrackKind;
    use whystall::story::Story;

    /// What they say, in the order of [`BASELINES`].
    fn said(story: Story, reason: Option<&str>) -> Vec<Option<Vec<Zone>>> {
        let report = whystall::explain(&story.tell().inputs);
        BASELINES.iter().map(|rule| (rule.judge)(&report.stalls[0], reason)).collect()
    }

    #[test]
    fn a_withheld_answer_is_slow_and_the_servers() {
        let story = Story::new(30_000).withhold(TrackKind::Video, 8, 12_000);
        let [isp, last, browser] = &said(story, None)[..] else { panic!() };
        assert_eq!((isp, last), (&Some(vec![Zone::Access]), &Some(vec![Zone::Edge, Zone::Origin])));
        assert_eq!(*browser, None);
    }

    #[test]
    fn the_browser_knows_whether_it_lacks_data() {
        assert_eq!(underflow("DEMUXER_UNDERFLOW").len(), 5);
        assert_eq!(underflow("DECODER_UNDERFLOW"), [Zone::Device]);
        assert!(underflow("UNKNOWN").is_empty());
    }
}
