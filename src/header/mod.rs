//! What servers confess in the headers of their answers: caches, times of their own, statistics of the connection.
//!
//! Lenient, since servers write what they like; bounded, since they can write anything; and all that is kept is numbers
//! ([`Confession`]). How much of it is believed is decided where it is used (`src/ledger/confessed.rs`).

mod cache;
mod cfl4;
pub mod cmcd;
mod cmsd;
mod confession;
mod fastly;
mod list;
mod number;
mod server_timing;
mod youtube;

pub use cmcd::Claim;
pub use confession::{CacheWord, Confession};

use confession::{AGE_LIMIT, TIERS_LIMIT, TIME_LIMIT};
use server_timing::{Said, Times};

/// Lines that are looked at, as `extension/network.js` also has it. Akamai sends four `Server-Timing`s.
const LINES: usize = 32;
/// Longest line that is looked at; half of one could say something else. CloudFront's `Server-Timing` has 300.
const LINE_LIMIT: usize = 1024;

/// Reads the headers of one response, a line `name: value` each, names in lower case. Those of the same name are one list
/// (RFC 9110 §5.3). `None` if they say nothing that is understood.
pub fn read(text: &str) -> Option<Confession> {
    let lines: Vec<(&str, &str)> = text
        .split('\n')
        .take(LINES)
        .filter(|line| line.len() <= LINE_LIMIT)
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.trim(), value.trim()))
        .collect();
    let all = |name: &str| {
        let values = lines.iter().filter(|(other, _)| *other == name).map(|(_, value)| *value);
        let values: Vec<&str> = values.collect();
        Some(values.join(", ")).filter(|joined| !joined.is_empty())
    };
    // Of what is no list the last: it was added nearest to the viewer.
    let last = |name: &str| lines.iter().rev().find(|(other, _)| *other == name).map(|(_, value)| *value);

    let mut confession = Confession::default();
    if let Some(value) = all("cmsd-static") {
        cmsd::fixed(&value, &mut confession);
    }
    let delay = all("cmsd-dynamic").and_then(|value| cmsd::dynamic(&value, &mut confession));
    let timing =
        all("server-timing").map(|value| server_timing::read(&value, &mut confession)).unwrap_or_default();
    let node = last("x-timer").and_then(fastly::x_timer);

    let words = [
        all("x-cache").and_then(|value| cache::x_cache(&value)),
        last("cf-cache-status").and_then(cache::word),
        all("cache-status").and_then(|value| cache::cache_status(&value)),
    ];
    let mut words = words.into_iter().flatten().chain(timing.words.iter().copied());
    let word = words.next();
    // Caches in a row that do not agree: which of them is nearest is not known.
    confession.cache = word.filter(|word| words.all(|other| other == *word));
    // On a hit nothing behind it was asked, and all of it is its own.
    let hit = confession.cache == Some(CacheWord::Hit);
    let own = |times: Times| if hit { Times { edge: times.server, ..Times::default() } } else { times };
    let Times { edge, origin, server } = times(&timing, node.map(own), delay.map(own));
    (confession.edge, confession.origin, confession.server) = (edge, origin, server);

    confession.age = last("age").and_then(|value| number::seconds(value, AGE_LIMIT));
    confession.retry_after = last("retry-after").and_then(|value| number::seconds(value, TIME_LIMIT));
    let limited = ["x-bandwidth-app-limited", "x-bandwidth-est-app-limited"];
    confession.source_limited = limited.into_iter().find_map(|name| youtube::source_limited(last(name)?));
    confession.behind_live = last("x-head-seqnum")
        .zip(last("x-sequence-num"))
        .and_then(|(head, this)| youtube::behind_live(head, this));
    let tiers = ["via", "x-served-by", "cache-status"].map(|name| all(name).map(|value| tiers(&value)));
    confession.tiers = tiers.into_iter().flatten().max();
    let offers_h3 = |value: String| list::members(&value).any(|offer| list::pair(offer.name).0 == "h3");
    confession.offers_h3 = all("alt-svc").map(offers_h3);
    (confession != Confession::default()).then_some(confession)
}

/// The times that count. Of several CDNs in a row each speaks of what is behind it, and which is the first is not known: none
/// counts. What a server tells players is the same once more.
fn times(timing: &Said, node: Option<Times>, delay: Option<Times>) -> Times {
    let mut spoken = timing.times.iter().copied().chain(node);
    match (spoken.next(), spoken.next()) {
        (Some(only), None) => only,
        (None, _) => delay.unwrap_or_default(),
        (Some(_), Some(_)) => Times::default(),
    }
}

/// Caches named in this list.
fn tiers(value: &str) -> u8 {
    u8::try_from(list::members(value).count()).unwrap_or(u8::MAX).min(TIERS_LIMIT)
}

#[cfg(test)]
mod tests;
