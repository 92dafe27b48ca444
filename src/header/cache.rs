//! What caches say of an answer: `X-Cache` of Akamai, CloudFront, Fastly and nginx, `CF-Cache-Status`, `Cache-Status`
//! (RFC 9211), `desc` of the cache metrics in `Server-Timing`.

use super::confession::CacheWord;
use super::list::{Member, members};

/// The word for a status of any vendor. `None` for what says neither.
///
/// Cloudflare: developers.cloudflare.com/cache/concepts/cache-responses. Akamai: techdocs.akamai.com, pragma headers.
/// CloudFront: Developer Guide, `x-cache`. nginx: `$upstream_cache_status`.
pub fn word(status: &str) -> Option<CacheWord> {
    const WORDS: &[(CacheWord, &[&str])] = &[
        (
            CacheWord::Hit,
            // Stale and updating: it is renewed behind the viewer's back.
            &[
                "hit",
                "stale",
                "updating",
                "tcp_hit",
                "tcp_mem_hit",
                "tcp_ims_hit",
                "tcp_negative_hit",
                "tcp_disk_hit",
            ],
        ),
        (
            CacheWord::Revalidated,
            &[
                "revalidated",
                "revalidate",
                "refreshhit",
                "refresh_hit",
                "tcp_refresh_hit",
                "tcp_refresh_fail_hit",
            ],
        ),
        (
            CacheWord::Miss,
            &[
                "miss",
                "expired",
                "bypass",
                "dynamic",
                "pass",
                "tcp_miss",
                "tcp_refresh_miss",
                "tcp_client_refresh_miss",
            ],
        ),
    ];
    // `Hit from cloudfront`, `TCP_MISS from a165-… (AkamaiGHost/…)`, `HIT-CLUSTER`.
    let first = status.trim().split([' ', '-']).next().unwrap_or_default();
    let is_it =
        |(_, names): &&(CacheWord, &[&str])| names.iter().any(|name| name.eq_ignore_ascii_case(first));
    WORDS.iter().find(is_it).map(|(word, _)| *word)
}

/// `X-Cache: MISS, HIT`: from the origin to the viewer, as Fastly appends them in `vcl_deliver`. The last is nearest.
pub fn x_cache(value: &str) -> Option<CacheWord> {
    members(value).last().and_then(|nearest| word(nearest.name))
}

/// `Cache-Status` (RFC 9211 §2): from the origin to the viewer. `fwd` says that it asked behind it, whatever came of it.
pub fn cache_status(value: &str) -> Option<CacheWord> {
    let nearest = members(value).last()?;
    match (nearest.value("hit").is_some(), nearest.value("fwd")) {
        (true, None) => Some(CacheWord::Hit),
        (false, Some("stale")) if revalidated(nearest) => Some(CacheWord::Revalidated),
        (false, Some(_)) => Some(CacheWord::Miss),
        // Both is forbidden (§2.1), neither is nothing said.
        _ => None,
    }
}

/// What was there was too old and still holds.
fn revalidated(nearest: Member) -> bool {
    nearest.value("fwd-status") == Some("304")
}

#[cfg(test)]
mod tests {
    use super::*;
    use CacheWord::{Hit, Miss, Revalidated};

    #[test]
    fn x_cache_of_each_vendor() {
        for (input, expected) in [
            // techdocs.akamai.com, pragma headers; seen in public captures.
            (
                "TCP_MISS from a165-254-246-9.deploy.akamaitechnologies.com (AkamaiGHost/22.0.1) (-)",
                Some(Miss),
            ),
            (
                "TCP_MEM_HIT from a23-33-30-21.deploy.akamaitechnologies.com (AkamaiGHost/22.0.1) (-)",
                Some(Hit),
            ),
            ("TCP_REFRESH_HIT from a1", Some(Revalidated)),
            ("TCP_REFRESH_MISS from a1", Some(Miss)),
            // AWS CloudFront Developer Guide.
            ("Hit from cloudfront", Some(Hit)),
            ("Miss from cloudfront", Some(Miss)),
            ("RefreshHit from cloudfront", Some(Revalidated)),
            ("Error from cloudfront", None),
            ("LambdaGeneratedResponse from cloudfront", None),
            // fastly.com/documentation/reference/http/http-headers/X-Cache; with a shield.
            ("MISS, HIT", Some(Hit)),
            ("HIT, MISS", Some(Miss)),
            ("MISS, HIT, HIT", Some(Hit)),
            // `fastly_info.state`.
            ("HIT-CLUSTER", Some(Hit)),
            ("", None),
            ("cached", None),
        ] {
            assert_eq!(x_cache(input), expected, "{input}");
        }
    }

    #[test]
    fn cf_cache_status() {
        // developers.cloudflare.com/cache/concepts/cache-responses.
        for (input, expected) in [
            ("HIT", Some(Hit)),
            ("MISS", Some(Miss)),
            ("EXPIRED", Some(Miss)),
            ("STALE", Some(Hit)),
            ("BYPASS", Some(Miss)),
            ("REVALIDATED", Some(Revalidated)),
            ("UPDATING", Some(Hit)),
            ("DYNAMIC", Some(Miss)),
            ("NONE/UNKNOWN", None),
        ] {
            assert_eq!(word(input), expected, "{input}");
        }
    }

    #[test]
    fn cache_status_of_rfc_9211() {
        // Its §3 has most of these.
        for (input, expected) in [
            ("ExampleCache; hit", Some(Hit)),
            ("ExampleCache; hit; ttl=-412", Some(Hit)),
            ("ExampleCache; fwd=uri-miss; fwd-status=200; stored; collapsed", Some(Miss)),
            ("ExampleCache; fwd=stale; fwd-status=304", Some(Revalidated)),
            ("ExampleCache; fwd=stale; fwd-status=200", Some(Miss)),
            ("OriginCache; hit; ttl=1100, \"CDN Company Here\"; fwd=uri-miss;", Some(Miss)),
            ("OriginCache; fwd=uri-miss, CDN; hit; ttl=545", Some(Hit)),
            ("ExampleCache; hit; fwd=miss", None),
            ("ExampleCache", None),
            ("", None),
        ] {
            assert_eq!(cache_status(input), expected, "{input}");
        }
    }
}
