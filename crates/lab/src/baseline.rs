//! What simpler rules say of the same stalls. Each knows what Whystall knows of the media segment that playback waited
//! for longest, and names zones; none where it blames nobody.

use whystall::verdict::{SegmentAccount, Stage, Stall, Zone};

/// Another rule.
pub struct Baseline {
    pub name: &'static str,
    pub judge: fn(&Stall) -> Vec<Zone>,
}

/// All of them; records have their answers in this order.
pub const BASELINES: [Baseline; 2] = [
    // As video services told their viewers in 2014.
    Baseline { name: "throughput below usual: the ISP", judge: isp },
    Baseline { name: "long first byte: the server, long body: the network", judge: last_segment },
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
    fn said(story: Story) -> Vec<Vec<Zone>> {
        let report = whystall::explain(&story.tell().inputs);
        BASELINES.iter().map(|rule| (rule.judge)(&report.stalls[0])).collect()
    }

    #[test]
    fn a_withheld_answer_is_slow_and_the_servers() {
        let story = Story::new(30_000).withhold(TrackKind::Video, 8, 12_000);
        assert_eq!(said(story), [vec![Zone::Access], vec![Zone::Edge, Zone::Origin]]);
    }
}
