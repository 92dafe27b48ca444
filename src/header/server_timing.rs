//! `Server-Timing` (W3C), in the dialects of the CDNs. Metrics of unknown names are the service's own and say nothing here.
//!
//! The format lets anyone write anything: durations are milliseconds by convention only, and Akamai was seen to send
//! negative ones. What contradicts itself has no times at all.

use super::confession::{CacheWord, Confession};
use super::list::{Member, members};
use super::number::millis;
use super::{cache, cfl4};
use crate::time::Micros;

/// Four whole milliseconds, rounded each by itself, can be together so much off.
const ROUNDED: Micros = Micros::from_millis(2);

/// How long a server says that an answer took it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Times {
    /// As [`Confession::edge`].
    pub edge: Option<Micros>,
    /// As [`Confession::origin`].
    pub origin: Option<Micros>,
    /// As [`Confession::server`].
    pub server: Option<Micros>,
}

/// What one `Server-Timing` says: the words of caches, and times in each dialect that is spoken. Several dialects are
/// several CDNs in a row.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Said {
    /// Of each cache metric.
    pub words: Vec<CacheWord>,
    /// Of each dialect.
    pub times: Vec<Times>,
}

/// Reads it; statistics of the connection go to `confession`.
pub fn read(value: &str, confession: &mut Confession) -> Said {
    let metrics: Vec<Member> = members(value).collect();
    let mut said = Said::default();
    for metric in &metrics {
        let desc = || metric.value("desc").unwrap_or_default();
        said.words.extend(match () {
            () if metric.is("cdn-cache") || metric.is("cfCacheStatus") => cache::word(desc()),
            () if metric.is("cdn-cache-hit") => Some(CacheWord::Hit),
            () if metric.is("cdn-cache-refresh") => Some(CacheWord::Revalidated),
            () if metric.is("cdn-cache-miss") => Some(CacheWord::Miss),
            () => None,
        });
        if metric.is("cfL4") {
            cfl4::read(desc(), confession);
        }
    }
    let dialects = [akamai(&metrics), cloudflare(&metrics), cloudfront(&metrics), speedtest(&metrics)];
    said.times = dialects.into_iter().flatten().collect();
    said
}

/// `cdn-cache; desc=MISS`, `edge; dur=30`, `origin; dur=457`: `edge` is from the first byte of the request to the first of the
/// answer without `origin`, which is the round trip to the origin with what it does
/// (developer.akamai.com/blog/2018/11/16).
fn akamai(metrics: &[Member]) -> Option<Times> {
    parts(metrics, "edge", "origin")
}

/// `cfEdge;dur=39,cfOrigin;dur=0`, as captured; taken not to overlap. A `cfWorker` beside them may wait for others in turn: it
/// is in neither.
fn cloudflare(metrics: &[Member]) -> Option<Times> {
    parts(metrics, "cfEdge", "cfOrigin")
}

/// `cdn-upstream-dns`, `cdn-upstream-connect` and `cdn-upstream-fbl` follow each other: name found, connected, request sent
/// to first byte. `cdn-downstream-fbl` has all of them in it: request received to first byte sent (AWS CloudFront Developer
/// Guide, response headers policies).
fn cloudfront(metrics: &[Member]) -> Option<Times> {
    let all = duration(metrics, "cdn-downstream-fbl").ok()??;
    let has = |name: &str| metrics.iter().any(|metric| metric.is(name));
    // The answer came from CloudFront's own second tier: how long that took is in neither.
    let behind_the_edge = metrics.iter().any(|metric| {
        metric.is("cdn-hit-layer")
            && metric.value("desc").is_some_and(|layer| !layer.eq_ignore_ascii_case("EDGE"))
    });
    if has("cdn-cache-hit") && !behind_the_edge {
        return Some(Times { edge: Some(all), ..Times::default() });
    }
    let upstream = ["cdn-upstream-dns", "cdn-upstream-connect"].map(|name| duration(metrics, name));
    match (duration(metrics, "cdn-upstream-fbl"), upstream) {
        (Ok(Some(answer)), [Ok(dns), Ok(connect)]) => {
            let origin = answer + dns.unwrap_or_default() + connect.unwrap_or_default();
            let edge = Some(all - origin).filter(|edge| *edge + ROUNDED >= Micros::ZERO)?;
            Some(Times { edge: Some(edge.max(Micros::ZERO)), origin: Some(origin), server: None })
        }
        (Ok(None), [Ok(_), Ok(_)]) => Some(Times { server: Some(all), ..Times::default() }),
        _ => None,
    }
}

/// The server's part of a measurement: `cfRequestDuration` or `cfReqDur`, else all `cfSpeed*` together (cloudflare/speedtest,
/// `BandwidthEngine`).
fn speedtest(metrics: &[Member]) -> Option<Times> {
    let whole =
        ["cfRequestDuration", "cfReqDur"].into_iter().find_map(|name| duration(metrics, name).ok()?);
    let is_speed =
        |metric: &&Member| metric.name.get(..7).is_some_and(|start| start.eq_ignore_ascii_case("cfSpeed"));
    let mut pieces = metrics.iter().filter(is_speed).filter_map(|metric| millis(metric.value("dur")?));
    let pieces = || Some(pieces.next()? + pieces.sum());
    Some(Times { server: Some(whole.or_else(pieces)?), ..Times::default() })
}

fn parts(metrics: &[Member], edge: &str, origin: &str) -> Option<Times> {
    let (edge, origin) = (duration(metrics, edge).ok()?, duration(metrics, origin).ok()?);
    edge.or(origin)?;
    Some(Times { edge, origin, server: None })
}

/// A duration that makes no sense.
struct Senseless;

/// The duration of the metrics of this name; of several (each tier adds its own) the least, which claims least.
fn duration(metrics: &[Member], name: &str) -> Result<Option<Micros>, Senseless> {
    let mut least: Option<Micros> = None;
    for text in metrics.iter().filter(|metric| metric.is(name)).filter_map(|metric| metric.value("dur")) {
        let took = millis(text).ok_or(Senseless)?;
        least = Some(least.map_or(took, |least| least.min(took)));
    }
    Ok(least)
}

#[cfg(test)]
mod tests {
    use super::*;
    use CacheWord::{Hit, Miss, Revalidated};

    /// Milliseconds of edge, origin and both in one.
    type Expected = (Option<i64>, Option<i64>, Option<i64>);

    #[track_caller]
    fn check(input: &str, words: &[CacheWord], times: &[Expected]) {
        let said = read(input, &mut Confession::default());
        let ms = |time: Option<Micros>| time.map(Micros::as_millis);
        let read: Vec<Expected> =
            said.times.iter().map(|times| (ms(times.edge), ms(times.origin), ms(times.server))).collect();
        assert_eq!((said.words.as_slice(), read.as_slice()), (words, times), "{input}");
    }

    #[test]
    fn akamai() {
        // Lines joined, as seen in public captures.
        check("cdn-cache; desc=MISS, edge; dur=12, origin; dur=126", &[Miss], &[(Some(12), Some(126), None)]);
        check("cdn-cache; desc=HIT, edge; dur=1", &[Hit], &[(Some(1), None, None)]);
        check(
            "cdn-cache; desc=REVALIDATE, edge; dur=20, origin; dur=83",
            &[Revalidated],
            &[(Some(20), Some(83), None)],
        );
        check(
            "cdn-cache; desc=HIT, edge; dur=1, ak_p; desc=\"1780585026762_388937167_2176452374_50665_12718_2_0_219\";dur=1",
            &[Hit],
            &[(Some(1), None, None)],
        );
        // Seen in a public capture: the origin is said to have taken longer than all.
        check("cdn-cache; desc=MISS, edge; dur=-48, origin; dur=67", &[Miss], &[]);
        // Its own name for the service's metrics.
        check("inner; dur=45", &[], &[]);
        check("cdn-cache; desc=MISS", &[Miss], &[]);
        // Two tiers.
        check("origin; dur=300, edge; dur=4, origin; dur=900", &[], &[(Some(4), Some(300), None)]);
    }

    #[test]
    fn cloudflare() {
        // Seen in public captures.
        check(
            "cfCacheStatus;desc=\"HIT\", cfEdge;dur=39,cfOrigin;dur=0",
            &[Hit],
            &[(Some(39), Some(0), None)],
        );
        check("cfEdge;dur=9, cfOrigin;dur=34481", &[], &[(Some(9), Some(34_481), None)]);
        check("cfEdge;dur=205, cfOrigin;dur=0, cfWorker;dur=272", &[], &[(Some(205), Some(0), None)]);
        check("cfExtPri", &[], &[]);
        // cloudflare/speedtest.
        check(
            "cfSpeedEdge;dur=8, cfSpeedWorker;dur=32, cfL4;desc=\"?proto=TCP\"",
            &[],
            &[(None, None, Some(40))],
        );
        check("cfRequestDuration;dur=12.5", &[], &[(None, None, Some(13))]);
    }

    #[test]
    fn cloudfront() {
        // The examples of the Developer Guide.
        check(
            "cdn-upstream-layer;desc=\"EDGE\",cdn-upstream-dns;dur=0,cdn-upstream-connect;dur=114,cdn-upstream-fbl;dur=177,\
             cdn-cache-miss,cdn-pop;desc=\"PHX50-C2\",cdn-rid;desc=\"yNPsyYn7skvTzwWkq3Wcc8Nj_foxUjQUe9H1ifslzWhb0w7aLbFvGg==\",\
             cdn-downstream-fbl;dur=436",
            &[Miss],
            &[(Some(145), Some(291), None)],
        );
        // A hit in the second tier.
        check(
            "cdn-cache-hit,cdn-pop;desc=\"SEA19-C1\",cdn-rid;desc=\"x\",cdn-hit-layer;desc=\"REC\",cdn-downstream-fbl;dur=137",
            &[Hit],
            &[(None, None, Some(137))],
        );
        check(
            "cdn-cache-hit,cdn-pop;desc=\"SEA19-C1\",cdn-hit-layer;desc=\"EDGE\",cdn-downstream-fbl;dur=3",
            &[Hit],
            &[(Some(3), None, None)],
        );
        check("cdn-cache-refresh,cdn-downstream-fbl;dur=80", &[Revalidated], &[(None, None, Some(80))]);
        // Seen in public code: connecting and answering take longer together than all of it.
        check(
            "cdn-upstream-dns;dur=0,cdn-upstream-connect;dur=60,cdn-upstream-fbl;dur=120,cdn-cache-miss,cdn-downstream-fbl;dur=120",
            &[Miss],
            &[],
        );
        // One millisecond of rounding is no contradiction.
        check(
            "cdn-cache-miss, cdn-upstream-fbl;dur=7066, cdn-downstream-fbl;dur=7065",
            &[Miss],
            &[(Some(0), Some(7066), None)],
        );
        check("cdn-cache-miss, cdn-upstream-fbl;dur=7068, cdn-downstream-fbl;dur=7065", &[Miss], &[]);
    }

    #[test]
    fn two_cdns_in_a_row_are_two_dialects() {
        let both = "cdn-cache; desc=HIT, edge; dur=1, cfEdge;dur=4,cfOrigin;dur=900";
        check(both, &[Hit], &[(Some(1), None, None), (Some(4), Some(900), None)]);
    }
}
