//! The live playlist that is overdue to name something new, by the server beside the one that gives it out.
//!
//! # What it looks at
//! How far that playlist goes there (its media sequence, or when its last media segment ends), beside what the player read.
//!
//! # What it says
//! - It goes further there, and a second later the player was still given the old one: the late server, or its cache, keeps it.
//! - It goes no further there either, though it was overdue already: what has to publish it has not.
//!
//! # When it is silent
//! Where it goes further there and the player has not read it again since: it may just have been published. Where it goes less far
//! there: that server keeps an old one itself.

use super::belief::{Row, ln};
use super::{Observation, Told, finding};
use crate::event::Playlist;
use crate::ledger::{Blocking, Books};
use crate::machine::measurement::Measurement;
use crate::manifest::Read;
use crate::time::{Micros, Wall};
use crate::verdict::Value;

/// A reading this much later was asked for later [P].
const LATER: Micros = Micros::from_millis(1_000);

/// The origin has given it out elsewhere [P].
pub const FURTHER: Row = [0, 0, 0, 0, ln::R05];
/// Two servers seldom keep an old one at once; one behind both that does is next to the origin [P].
pub const NO_FURTHER: Row = [0, 0, 0, ln::R05, 0];

pub fn test(books: &Books, blocking: &[Blocking], checks: &[Measurement]) -> Option<Told> {
    let unpublished = blocking.iter().find_map(|blocking| books.overdue(blocking))?;
    let last = unpublished.last;
    let resource = last.resource?;
    let old = reach(&last.playlist)?;
    let after = |at: Wall| books.readings(resource).filter(move |read| read.at > at);
    let asked = checks.iter().filter_map(|measured| {
        let listed = measured.listed.as_ref().filter(|listed| listed.resource == resource)?;
        let reach = reach(&listed.playlist).filter(|reach| reach.is_number == old.is_number)?;
        (measured.at > last.at).then_some((measured, reach))
    });
    let asked: Vec<(&Measurement, Reach)> = asked.collect();
    let less =
        |playlist: &Playlist, reach: Reach| self::reach(playlist).is_some_and(|less| less.at < reach.at);
    let kept = asked.iter().filter(|(_, reach)| reach.at > old.at).find_map(|(measured, reach)| {
        let still = |read: &&Read| read.at - measured.at >= LATER && less(&read.playlist, *reach);
        Some((*measured, after(measured.at).find(still)?.fact))
    });
    let (id, row, measured, read) = match kept {
        Some((measured, read)) => ("sibling-lists-more", FURTHER, measured, read),
        None => {
            let unclear = |(measured, reach): &(&Measurement, Reach)| {
                let next = after(measured.at).next();
                reach.at > old.at && next.is_none_or(|next| less(&next.playlist, *reach))
            };
            let as_old = |(measured, reach): &&(&Measurement, Reach)| {
                reach.at == old.at && unpublished.overdue_at(measured.at)
            };
            let (measured, _) = asked.iter().rfind(as_old).filter(|_| !asked.iter().any(unclear))?;
            ("sibling-lists-no-more", NO_FURTHER, *measured, last.fact)
        }
    };
    let host = Value::Name(measured.host.clone()?);
    let facts = vec![last.fact, measured.fact, read];
    Some(Told {
        finding: finding(id, facts, [("host", host)]),
        row,
        observed: Some(Observation::OtherList),
        networks_assumed: false,
    })
}

/// How far a playlist goes: a number of media segments, or a moment.
#[derive(Clone, Copy)]
struct Reach {
    is_number: bool,
    at: i64,
}

fn reach(playlist: &Playlist) -> Option<Reach> {
    let number = playlist.next.and_then(|next| i64::try_from(next).ok()).map(|at| (true, at));
    let (is_number, at) = number.or(playlist.ends.map(|ends| (false, ends.0)))?;
    Some(Reach { is_number, at })
}
