//! What other tabs of the browser got meanwhile, if the viewer wants that counted: the only other use of the home's connection
//! that an extension can see.
//!
//! # What it looks at
//! The bytes of answers to other tabs that ended while the late bodies were slow, against the late bodies, and both together
//! against what bodies of the same media usually came at in this session.
//!
//! # What it says
//! Other tabs got as much as the video or more, though not so much more that the video had less than a fair part of it, and both
//! together no less than the video alone usually gets (within a fifth): the way was as fast as ever, and shared. Had they not,
//! playback would have had all of it. Otherwise it is told how much they got, and nothing is made of it: where a server is slow,
//! whatever else there is takes all of the line, too.
//!
//! # When it is silent
//! Where nothing was counted, or less than the video got; where answers, not bodies, were late. Browsers tell of an answer when it has
//! ended: large ones still under way are told of, and nothing is made of them.

use super::belief::{Row, ln};
use super::line_full::{bitrate, meanwhile};
use super::references::bitrate as rate_of;
use super::scene::{LateBy, Scene, rate, usual, within};
use super::{Told, finding};
use crate::verdict::Value;

/// Of what the video alone usually gets, in per cent: transfers that share a line waste some of it [P].
const AS_EVER: u128 = 80;

/// With more than so many times what the video got, others had not just their part of a line that is shared [P]: in the laboratory
/// six connections of another tab got 5 to 17 times as much as the player's one.
const FAIR: u128 = 24;

/// The way as fast as ever, and shared [P]. What is slow beyond the home can look so where another tab happens to download: a third
/// as often as where that is the cause.
pub const TOOK: Row = [0, ln::R15, ln::R30, ln::R30, ln::R30];
/// Told, and not weighed.
const NOTHING: Row = [0; 5];

pub fn test(scene: &Scene) -> Option<Told> {
    if scene.late_by != Some(LateBy::Bodies) {
        return None;
    }
    let counts = scene.other_tabs.iter();
    let came = counts
        .map(|count| (count.what.bytes, (count.what.from, count.at), std::slice::from_ref(&count.fact)));
    let (others, mut facts) = meanwhile(scene, came)?;
    let late = u128::from(rate_of(scene.late_rate()?));
    let told = |id, row, values, facts| {
        let finding = finding(id, facts, values);
        Some(Told { finding, row, observed: None, networks_assumed: false })
    };
    if others == 0 || others < late {
        let slow = |at| within(&scene.transferring, at);
        let under_way = scene.other_tabs.iter().filter(|count| count.what.open > 0 && slow(count.at));
        let most = under_way.clone().map(|count| count.what.open).max()?;
        facts.extend(under_way.map(|count| count.fact));
        return told("other-tabs-open", NOTHING, vec![("count", Value::Count(most.into()))], facts);
    }
    let values = vec![bitrate("rate", others), bitrate("late", late)];
    match usually(scene) {
        Some(usually) if others <= late * FAIR && (late + others) * 100 >= usually * AS_EVER => {
            told("other-tabs-took", TOOK, values, facts)
        }
        _ => told("other-tabs-busy", NOTHING, values, facts),
    }
}

/// What bodies of this media came at before, bits a second.
fn usually(scene: &Scene) -> Option<u128> {
    let before = scene.media.iter().map(|(_, fetch)| fetch);
    let before =
        before.filter(|fetch| !fetch.cached && fetch.delivered().is_some_and(|at| at < scene.window.0));
    usual(before.filter_map(|fetch| rate(fetch)).map(rate_of).map(u128::from).collect())
}
