//! The player's own account of its buffer beside ours (CMCD, CTA-5004): words only, and a reason for doubt where the two
//! part.
//!
//! # What it looks at
//! What the player told servers with its requests from the drain window's begin until the stall's end, or since for a buffer
//! that ran dry: of that, a player tells with the first request after it.
//!
//! # What it says
//! Both agree, or don't: then what is said of the buffer rests on one of two that contradict each other.
//!
//! # When it is silent
//! Where the player tells servers nothing of its buffer, as most do.

use super::Case;
use crate::conditions::Noted;
use crate::event::Claim;
use crate::sort::Sort;
use crate::time::Micros;
use crate::verdict::{Finding, Value, finding};

/// A player writes its buffer to the nearest 100 ms (CTA-5004), as it was when the request was made ready; and a media segment
/// may be appended between that and when it is sent [P].
const ALIKE: Micros = Micros::from_millis(1_000);

pub fn told(case: &Case) -> Vec<Finding> {
    let (began, ended) = case.stall();
    let from = case.ledger.window.map_or(began, |(from, _)| from.min(began));
    let claims = || case.machine.conditions.claims.iter().filter(|claim| claim.at >= from);
    let mut told = Vec::new();
    let dry: Vec<u32> =
        claims().filter(|claim| claim.at >= began && claim.what.starved).map(|claim| claim.fact).collect();
    if !dry.is_empty() {
        told.push(finding("player-says-dry", dry, []));
    }
    let compared = claims().filter(|claim| claim.at <= ended).filter_map(|claim| beside(case, claim));
    let mut compared: Vec<Compared> = compared.collect();
    compared.arrange_by_key(|one| one.apart());
    let Some(median) = compared.get(compared.len() / 2).copied() else { return told };
    let facts = compared.iter().map(|one| one.fact).collect();
    told.push(if median.apart() <= ALIKE {
        let count = u64::try_from(compared.len()).unwrap_or(u64::MAX);
        finding("player-agrees", facts, [("count", Value::Count(count))])
    } else {
        let values = [("claimed", Value::Micros(median.claimed)), ("seen", Value::Micros(median.seen))];
        finding("player-differs", facts, values)
    });
    told
}

#[derive(Clone, Copy)]
struct Compared {
    fact: u32,
    claimed: Micros,
    seen: Micros,
}

impl Compared {
    fn apart(&self) -> Micros {
        Micros((self.claimed - self.seen).0.abs())
    }
}

/// What was seen of the buffer that is most like this claim: of which track it is, a claim need not say.
fn beside(case: &Case, claim: &Noted<Claim>) -> Option<Compared> {
    let element = case.machine.elements.get(&case.sighting.element)?;
    let (claimed, position) = (claim.what.buffer?, element.position_at(claim.at)?);
    let leads = case.machine.tracks_of(element).into_iter().map(|track| track.lead_at(claim.at, position));
    let compared = leads.map(|seen| Compared { fact: claim.fact, claimed, seen });
    compared.min_by_key(Compared::apart)
}
