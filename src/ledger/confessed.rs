//! How much is believed of what a server says of its own time, and the stages that makes (ATTRIBUTION §3.2).
//!
//! The server's word is all there is: nobody else saw what it did. It is held against what was seen. What does not fit into
//! the wait for the first byte is not believed, and neither is what an answer that was kept for a while says of the time it
//! was first given.

use crate::event::{CacheWord, Confession};
use crate::machine::requests::Fetch;
use crate::time::Micros;
use crate::verdict::Stage;

/// Two clocks tell the same time differently: both may tell whole milliseconds (Firefox does, ATTRIBUTION M1, M2), and Firefox
/// on a busy machine dates the sending late: of 7,800 ms that a server kept it waiting it told 7,796. Five times that [P]; a
/// server that speaks of something else is off by more.
const GRAIN: Micros = Micros::from_millis(20);
/// `Age` is in whole seconds, rounded up by some.
const AGE_GRAIN: Micros = Micros::from_millis(1_000);

/// What the wait for the first byte is split into.
const PARTS: [Stage; 3] = [Stage::RoundTrip, Stage::Edge, Stage::Origin];

/// The stages of the wait for the first byte that the server accounts for, in order. Together they are no longer than it, but
/// for what a clock may round.
pub fn parts(fetch: &Fetch) -> impl Iterator<Item = (Stage, Micros)> {
    PARTS.into_iter().zip(believed(fetch)).filter_map(|(stage, took)| Some((stage, took?)))
}

/// The stages that the server says nothing of, so that their absence means nothing.
pub fn silent(fetch: &Fetch) -> impl Iterator<Item = Stage> {
    PARTS.into_iter().zip(believed(fetch)).filter(|(_, took)| took.is_none()).map(|(stage, _)| stage)
}

/// The server tells its own time and what it waited for as one.
pub fn is_in_one(confession: &Confession) -> bool {
    confession.server.is_some() && confession.edge.is_none() && confession.origin.is_none()
}

/// How long each of [`PARTS`] took, if the server says so and can be right.
fn believed(fetch: &Fetch) -> [Option<Micros>; 3] {
    let Some((said, waited)) = fetch.confession.filter(|_| !fetch.cached).zip(waited(fetch)) else {
        return [None; 3];
    };
    let hit = said.cache == Some(CacheWord::Hit);
    // A cache that passes on what it had kept passes on its headers too. On a hit it is right that the answer is older.
    let kept = !hit && said.age.is_some_and(|age| age > waited + AGE_GRAIN);
    // Nothing behind the edge is asked on a hit: what is said of it is of the time when it was not one.
    let origin = said.origin.filter(|_| !hit && !kept);
    let edge = said.edge.or(said.server).filter(|_| !kept);
    let server = edge.unwrap_or_default() + origin.unwrap_or_default();
    let fits = server <= waited + GRAIN;
    let left = if fits { (waited - server).at_least_zero() } else { waited };
    let round_trip = said.round_trip.map(|round_trip| round_trip.min(left));
    [round_trip, edge.filter(|_| fits), origin.filter(|_| fits)]
}

/// From the request to the first byte of its answer: from where it was sent if that is told, else from where it was asked.
fn waited(fetch: &Fetch) -> Option<Micros> {
    let told = fetch.timing.as_ref().and_then(|timing| timing.sent.zip(timing.first_byte));
    let (from, to) = told.or(Some((fetch.asked, fetch.response?)))?;
    Some((to - from).at_least_zero())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{ResourceId, ResourceKind};
    use crate::time::Wall;

    fn ms(millis: i64) -> Option<Micros> {
        Some(Micros::from_millis(millis))
    }

    /// The stages of an answer that took three seconds to begin, in milliseconds.
    #[track_caller]
    fn check(confession: Confession, expected: &str) {
        let fetch = Fetch {
            resource: ResourceId(1),
            host: String::new(),
            kind: ResourceKind::Data,
            named: None,
            asked: Wall(0),
            response: Some(Wall(3_000_000)),
            status: Some(200),
            cached: false,
            confession: Some(confession),
            size: None,
            received: None,
            progress: std::rc::Rc::default(),
            network_end: None,
            page_end: None,
            failed: None,
            timing: None,
            facts: vec![],
        };
        let told = parts(&fetch).map(|(stage, took)| format!("{stage:?} {}", took.as_millis()));
        assert_eq!(told.collect::<Vec<_>>().join(", "), expected, "{confession:?}");
        assert_eq!(parts(&Fetch { cached: true, ..fetch.clone() }).count(), 0);
        assert_eq!(parts(&fetch).count() + silent(&fetch).count(), 3);
    }

    #[test]
    fn what_fits_is_believed() {
        use CacheWord::{Hit, Miss};
        let said = Confession::default();
        check(said, "");
        // Only that it missed: how long that took nobody said.
        check(Confession { cache: Some(Miss), ..said }, "");
        check(Confession { edge: ms(30), origin: ms(2_800), ..said }, "Edge 30, Origin 2800");
        check(Confession { server: ms(2_800), ..said }, "Edge 2800");
        check(Confession { round_trip: ms(40), edge: ms(2_990), ..said }, "RoundTrip 10, Edge 2990");
        check(Confession { round_trip: ms(40), ..said }, "RoundTrip 40");
        // More than it took: neither.
        check(Confession { edge: ms(30), origin: ms(3_000), round_trip: ms(40), ..said }, "RoundTrip 40");
        check(Confession { edge: ms(1), origin: ms(3_000), ..said }, "Edge 1, Origin 3000");
        // A hit waits for no origin.
        check(Confession { cache: Some(Hit), edge: ms(2), origin: ms(2_800), ..said }, "Edge 2");
        // The headers are a minute old; on a hit the age is that of the answer.
        check(Confession { age: ms(60_000), edge: ms(5), origin: ms(2_800), ..said }, "");
        check(Confession { age: ms(4_000), edge: ms(5), origin: ms(2_800), ..said }, "Edge 5, Origin 2800");
        check(Confession { age: ms(60_000), cache: Some(Hit), edge: ms(2_900), ..said }, "Edge 2900");
    }
}
