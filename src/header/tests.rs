use super::*;
use crate::time::{Micros, Wall};
use proptest::prelude::*;

#[track_caller]
fn check(input: &str, expected: Confession) {
    assert_eq!(read(input), Some(expected).filter(|said| *said != Confession::default()), "{input}");
}

fn ms(millis: i64) -> Option<Micros> {
    Some(Micros::from_millis(millis))
}

#[test]
fn akamai() {
    // Seen in a public capture.
    check(
        "server-timing: cdn-cache; desc=MISS\nserver-timing: edge; dur=12\nserver-timing: origin; dur=126",
        Confession { cache: Some(CacheWord::Miss), edge: ms(12), origin: ms(126), ..Confession::default() },
    );
    check(
        "x-cache: TCP_MISS from a23-33-30-21.deploy.akamaitechnologies.com (AkamaiGHost/22.0.1) (-)\n\
         server-timing: cdn-cache; desc=MISS, edge; dur=20, origin; dur=83",
        Confession { cache: Some(CacheWord::Miss), edge: ms(20), origin: ms(83), ..Confession::default() },
    );
}

#[test]
fn fastly() {
    let shielded = |cache: &str| {
        format!(
            "x-served-by: cache-jfk1041-JFK, cache-ord1720-ORD\nx-cache: {cache}\nx-cache-hits: 0, 3\n\
             x-timer: S1638559460.244161,VS0,VE75\nage: 142\nvia: 1.1 varnish, 1.1 varnish"
        )
    };
    let told = Confession { age: ms(142_000), tiers: Some(2), ..Confession::default() };
    check(&shielded("MISS, HIT"), Confession { cache: Some(CacheWord::Hit), edge: ms(75), ..told });
    check(&shielded("HIT, MISS"), Confession { cache: Some(CacheWord::Miss), server: ms(75), ..told });
}

#[test]
fn cloudflare() {
    check(
        "cf-cache-status: HIT\nage: 9\nserver-timing: cfCacheStatus;desc=\"HIT\"\nserver-timing: cfEdge;dur=39,cfOrigin;dur=0\n\
         alt-svc: h3=\":443\"; ma=86400",
        Confession {
            cache: Some(CacheWord::Hit),
            age: ms(9_000),
            edge: ms(39),
            origin: ms(0),
            offers_h3: Some(true),
            ..Confession::default()
        },
    );
}

#[test]
fn a_hit_in_a_second_tier_is_not_the_edges_time() {
    check(
        "x-cache: Hit from cloudfront\n\
         server-timing: cdn-cache-hit,cdn-hit-layer;desc=\"REC\",cdn-downstream-fbl;dur=137",
        Confession { cache: Some(CacheWord::Hit), server: ms(137), ..Confession::default() },
    );
}

#[test]
fn two_cdns_in_a_row_are_not_believed() {
    // Cloudflare before Akamai: their words differ, and neither's times are the whole.
    check(
        "cf-cache-status: MISS\nserver-timing: cdn-cache; desc=HIT, edge; dur=1\nserver-timing: cfEdge;dur=4,cfOrigin;dur=900",
        Confession::default(),
    );
}

#[test]
fn youtube_and_the_generic() {
    check(
        "x-bandwidth-app-limited: true\nx-head-seqnum: 19978\nx-sequence-num: 19975\nretry-after: 3\n\
         cmsd-static: at=1700000000000",
        Confession {
            source_limited: Some(true),
            behind_live: Some(3),
            retry_after: ms(3_000),
            available: Some(Wall(1_700_000_000_000_000)),
            ..Confession::default()
        },
    );
    check("retry-after: Wed, 21 Oct 2026 07:28:00 GMT\nage: -1\nx-cache: maybe", Confession::default());
}

#[test]
fn what_is_too_long_is_passed_over_as_a_whole() {
    let long = format!("age: 1{}", " ".repeat(LINE_LIMIT));
    check(&long, Confession::default());
    check(&format!("{}age: 1", "x: y\n".repeat(LINES)), Confession::default());
    check(
        &format!("{}age: 1", "x: y\n".repeat(LINES - 1)),
        Confession { age: ms(1_000), ..Confession::default() },
    );
}

proptest! {
    /// Whatever a server writes: it is read without a panic, and what comes of it is within its limits.
    #[test]
    fn anything_is_read(
        lines in proptest::collection::vec(
            (
                proptest::sample::select(vec![
                    "server-timing", "cmsd-static", "cmsd-dynamic", "age", "cache-status", "x-cache", "cf-cache-status",
                    "x-served-by", "via", "x-timer", "alt-svc", "retry-after", "x-head-seqnum", "x-sequence-num",
                ]),
                prop_oneof![
                    "\\PC{0,60}",
                    "((edge|origin|cfEdge|cfL4|cdn-downstream-fbl|\"x\")(;(dur|desc|rtt|rd|etp|at)=[\"0-9.?&=a-z-]{0,20}){0,3},?){0,4}",
                    "[0-9]{0,25}",
                ],
            ),
            0..12,
        ),
    ) {
        let text: String = lines.iter().map(|(name, value)| format!("{name}: {value}\n")).collect();
        prop_assert!(read(&text).is_none_or(|confession| confession.is_sound()));
    }
}
