//! What may be known of a URL: who serves it, what it looks like, and whether it is the same as another.

use super::checked::Malformed;
use crate::event::{Claim, ResourceKind};
use crate::header::cmcd;
use percent_encoding::percent_decode_str;
use sha2::{Digest, Sha256};

/// Longest URL taken, bytes. Browsers themselves refuse far longer ones (2 MiB in Chromium).
const URL_LIMIT: usize = 64 << 10;

/// Longest host with port. RFC 1035 §2.3.4 allows 253 characters, a colon and a port 6 more.
const HOST_LIMIT: usize = 253 + 6;

/// How the names of the parameters begin in which players tell a server when to answer with a playlist, and with how much of
/// it (RFC 8216bis §6.2.5): it is the same playlist.
const DIRECTIVE: &str = "_HLS_";

/// The parameter in which players tell a server how they are doing (CTA-5004 §2): it is the same resource however that is.
const CLAIM: &str = "CMCD=";

/// A URL, redacted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Redacted {
    /// `http:` or `https:`.
    Web {
        /// Equal for equal URLs (without fragment and user name), says nothing else.
        digest: u64,
        /// Host in lower case, with the port if it is not the scheme's own.
        host: String,
        /// By the extension of the path.
        kind: ResourceKind,
    },
    /// Of another scheme: nothing travels over the network.
    Local,
    /// Malformed.
    Invalid,
}

/// Redacts a URL. It is absolute and serialised by a browser, else it is invalid or taken for local.
pub fn redact(url: &str) -> Redacted {
    let Some((scheme, rest)) = url.split_once(':') else {
        return Redacted::Invalid;
    };
    let default_port = match scheme {
        _ if scheme.eq_ignore_ascii_case("https") => "443",
        _ if scheme.eq_ignore_ascii_case("http") => "80",
        _ => return Redacted::Local,
    };
    let Some(rest) = rest.strip_prefix("//").filter(|_| url.len() <= URL_LIMIT) else {
        return Redacted::Invalid;
    };
    let (rest, _fragment) = rest.split_once('#').unwrap_or((rest, ""));
    let (authority, path_query) = rest.split_at(rest.find(['/', '?', '\\']).unwrap_or(rest.len()));
    let (_user, authority) = authority.rsplit_once('@').unwrap_or(("", authority));
    let Some(host) = host(authority, default_port) else {
        return Redacted::Invalid;
    };
    let (path, query) = path_query.split_once('?').unwrap_or((path_query, ""));
    let kind = kind(path);
    let same = same(path, query, kind);
    let digest = digest(&[default_port, &host, &same]);
    Redacted::Web { digest, host, kind }
}

/// What tells one resource from another: the path, and the query without what only says how it is asked for.
fn same(path: &str, query: &str, kind: ResourceKind) -> String {
    let asks =
        |part: &str| part.starts_with(CLAIM) || kind == ResourceKind::Manifest && part.starts_with(DIRECTIVE);
    let own: Vec<&str> = query.split('&').filter(|part| !asks(part)).collect();
    let query = own.join("&");
    if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
}

/// What the player says of itself in the query of this URL.
pub fn claim(url: &str) -> Option<Claim> {
    let url = Some(url).filter(|url| url.len() <= URL_LIMIT)?;
    let (rest, _fragment) = url.split_once('#').unwrap_or((url, ""));
    let (_, query) = rest.split_once('?')?;
    let text = query.split('&').find_map(|part| part.strip_prefix(CLAIM))?;
    cmcd::read(&percent_decode_str(text).decode_utf8().ok()?)
}

/// The host of a URL of the network.
pub fn host_of(url: &str) -> Result<String, Malformed> {
    match redact(url) {
        Redacted::Web { host, .. } => Ok(host),
        Redacted::Local | Redacted::Invalid => Err(Malformed),
    }
}

/// 53 bits of SHA-256 over these texts: a number JavaScript can hold too. Among 4096 URLs, two that differ are
/// taken for the same with a probability of 10⁻⁹.
pub fn digest(texts: &[&str]) -> u64 {
    let mut hash = Sha256::new();
    for text in texts {
        hash.update((text.len() as u64).to_be_bytes());
        hash.update(text);
    }
    let bytes = hash.finalize();
    bytes.iter().take(8).fold(0, |number, &byte| number << 8 | u64::from(byte)) >> 11
}

/// The absolute form of an address as a manifest at `base` has it, as a browser would write it (RFC 3986 §5.2, less
/// the rarer escapes). `None` for what names nothing on the network.
pub fn resolve(base: &str, reference: &str) -> Option<String> {
    let (reference, _fragment) = reference.split_once('#').unwrap_or((reference, ""));
    let (scheme, _) = base.split_once("://").unwrap_or(("", ""));
    let absolute = reference.split_once(':').is_some_and(|(scheme, _)| {
        !scheme.is_empty() && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b))
    });
    let url = if absolute {
        reference.to_owned()
    } else if let Some(rest) = reference.strip_prefix("//").filter(|_| !scheme.is_empty()) {
        format!("{scheme}://{rest}")
    } else {
        let authority = scheme.len() + 3;
        let end = authority + base.get(authority..)?.find(['/', '?', '#']).unwrap_or(base.len() - authority);
        let (origin, rest) = base.split_at_checked(end)?;
        let (path, _) = rest.split_at(rest.find(['?', '#']).unwrap_or(rest.len()));
        let directory = path.rsplit_once('/').map_or("", |(directory, _)| directory);
        match reference.as_bytes().first() {
            _ if scheme.is_empty() => return None,
            Some(b'/') => format!("{origin}{reference}"),
            Some(b'?') => format!("{origin}{path}{reference}"),
            _ => format!("{origin}{directory}/{reference}"),
        }
    };
    (url.len() <= URL_LIMIT).then(|| without_dots(&url)).flatten()
}

/// The URL without `.` and `..` in its path.
fn without_dots(url: &str) -> Option<String> {
    let (scheme, rest) = url.split_once("://")?;
    let (authority, rest) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
    let (path, query) = rest.split_at(rest.find('?').unwrap_or(rest.len()));
    let mut parts: Vec<&str> = Vec::new();
    let mut named = path.split('/').skip(1).peekable();
    while let Some(part) = named.next() {
        let last = named.peek().is_none();
        match part {
            ".." => drop(parts.pop()),
            "." => {}
            part => parts.push(part),
        }
        if last && matches!(part, "." | "..") {
            parts.push("");
        }
    }
    let path = parts.join("/").replace(' ', "%20");
    Some(format!("{scheme}://{authority}/{path}{query}"))
}

fn host(authority: &str, default_port: &str) -> Option<String> {
    // The last colon begins the port, unless it is within an IPv6 address.
    let (name, port) = match authority.rsplit_once(':') {
        Some((name, port)) if !port.contains(']') => (name, port),
        _ => (authority, ""),
    };
    let valid_name = match name.strip_prefix('[') {
        Some(address) => address.strip_suffix(']').is_some_and(|address| {
            !address.is_empty() && address.bytes().all(|b| b.is_ascii_hexdigit() || b == b':' || b == b'.')
        }),
        None => !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._".contains(&b)),
    };
    if !valid_name || !port.bytes().all(|b| b.is_ascii_digit()) || authority.len() > HOST_LIMIT {
        return None;
    }
    let name = name.to_ascii_lowercase();
    Some(if port.is_empty() || port == default_port { name } else { format!("{name}:{port}") })
}

fn kind(path: &str) -> ResourceKind {
    let file = path.rsplit('/').next().unwrap_or(path);
    match file.rsplit_once('.') {
        Some((_, extension)) if ["m3u8", "mpd"].iter().any(|known| extension.eq_ignore_ascii_case(known)) => {
            ResourceKind::Manifest
        }
        _ => ResourceKind::Data,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn web(url: &str) -> (u64, String, ResourceKind) {
        match redact(url) {
            Redacted::Web { digest, host, kind } => (digest, host, kind),
            other => panic!("{url}: {other:?}"),
        }
    }

    #[test]
    fn keeps_host_and_port_only() {
        for (url, host) in [
            ("https://Media.Example.COM/a/b.m4s?token=1", "media.example.com"),
            ("https://media.example.com:443/", "media.example.com"),
            ("http://media.example.com:443/", "media.example.com:443"),
            ("http://media.example.com:80", "media.example.com"),
            ("HTTPS://user:pass@media.example.com:8443?q", "media.example.com:8443"),
            ("https://a@b@c.example/", "c.example"),
            ("http://[2001:DB8::1]/x", "[2001:db8::1]"),
            ("http://[2001:db8::1]:8080/x", "[2001:db8::1]:8080"),
            ("http://127.0.0.1:9/x", "127.0.0.1:9"),
            ("https://xn--bcher-kva.example/x", "xn--bcher-kva.example"),
            ("https://_dmarc.example/x", "_dmarc.example"),
        ] {
            assert_eq!(web(url).1, host, "{url}");
        }
    }

    #[test]
    fn tells_manifests_by_their_extension() {
        for (url, kind) in [
            ("https://a.example/master.m3u8", ResourceKind::Manifest),
            ("https://a.example/x/MANIFEST.MPD?v=1.ts#t", ResourceKind::Manifest),
            ("https://a.example/seg.m4s?from=a.m3u8", ResourceKind::Data),
            ("https://a.example/a.m3u8/seg", ResourceKind::Data),
            ("https://m3u8", ResourceKind::Data),
        ] {
            assert_eq!(web(url).2, kind, "{url}");
        }
    }

    #[test]
    fn same_resource_same_digest() {
        let digest = web("https://a.example/x?y").0;
        assert_eq!(web("https://u:p@A.example:443/x?y#z").0, digest);
        for other in [
            "https://a.example/x?z",
            "http://a.example/x?y",
            "https://a.example:1/x?y",
            "https://b.example/x?y",
        ] {
            assert_ne!(web(other).0, digest, "{other}");
        }
        assert!(digest < 1 << 53);
    }

    #[test]
    fn a_playlist_is_the_same_however_it_is_asked_for() {
        let digest = web("https://a.example/x.m3u8?y=1&z").0;
        for same in ["?_HLS_msn=4&y=1&z", "?y=1&_HLS_skip=v2&z&_HLS_part=0"] {
            assert_eq!(web(&format!("https://a.example/x.m3u8{same}")).0, digest, "{same}");
        }
        assert_eq!(web("https://a.example/x.m3u8?_HLS_msn=4").0, web("https://a.example/x.m3u8").0);
        assert_ne!(web("https://a.example/x.m3u8?_hls_msn=4&y=1&z").0, digest);
        assert_ne!(web("https://a.example/x?_HLS_msn=4").0, web("https://a.example/x").0);
    }

    #[test]
    fn what_a_player_says_of_itself_makes_no_other_resource() {
        let said = "CMCD=bl%3D21300%2Cbs%2Cmtp%3D48100";
        for (url, same) in [
            (format!("https://a.example/x.m4s?{said}"), "https://a.example/x.m4s"),
            (format!("https://a.example/x.m4s?y=1&{said}&z"), "https://a.example/x.m4s?y=1&z"),
            (format!("https://a.example/x.mpd?{said}#t"), "https://a.example/x.mpd"),
        ] {
            assert_eq!(web(&url).0, web(same).0, "{url}");
            let buffer = Some(crate::time::Micros::from_millis(21_300));
            let expected = Claim { buffer, starved: true, throughput: Some(48_100_000) };
            assert_eq!(claim(&url), Some(expected), "{url}");
            assert_eq!(claim(same), None);
        }
        for url in [
            "",
            "CMCD=bs",
            "https://a.example/CMCD=bs",
            "https://a.example/?CMCD=%FF",
            "https://a.example/?x#CMCD=bs",
        ] {
            assert_eq!(claim(url), None, "{url}");
        }
    }

    #[test]
    fn refuses_what_no_browser_writes() {
        for url in [
            "",
            "relative/path",
            "https:a.example",
            "https://",
            "https:///x",
            "https://a b/",
            "http://[::1",
            "http://[]/",
            "http://a:b/",
            "http://ex\u{e4}mple/",
            "https://a\u{0}b/",
        ] {
            assert_eq!(redact(url), Redacted::Invalid, "{url}");
        }
        let long = format!("https://a.example/{}", "x".repeat(URL_LIMIT));
        assert_eq!(redact(&long), Redacted::Invalid);
        assert_eq!(redact(&format!("https://{}/", "x".repeat(300))), Redacted::Invalid);
    }

    #[test]
    fn addresses_in_a_manifest() {
        let base = "https://a.example:8443/live/720p/index.m3u8?token=a/b";
        for (reference, url) in [
            ("segment-1.m4s", Some("https://a.example:8443/live/720p/segment-1.m4s")),
            ("../s.ts?x=../y#f", Some("https://a.example:8443/live/s.ts?x=../y")),
            ("/./a/../s.ts", Some("https://a.example:8443/s.ts")),
            ("//b.example/s.ts", Some("https://b.example/s.ts")),
            ("http://c.example", Some("http://c.example/")),
            ("?n=1", Some("https://a.example:8443/live/720p/index.m3u8?n=1")),
            ("a b/..", Some("https://a.example:8443/live/720p/")),
            ("../../../../s", Some("https://a.example:8443/s")),
            ("data:x,y", None),
        ] {
            assert_eq!(resolve(base, reference).as_deref(), url, "{reference}");
        }
        assert_eq!(resolve("", "s.ts"), None);
        assert_eq!(resolve("https://a", "s").as_deref(), Some("https://a/s"));
        assert_eq!(resolve("é://", "s").as_deref(), Some("é:///s"));
    }

    #[test]
    fn other_schemes_are_local() {
        for url in
            ["blob:https://a.example/1", "data:text/plain,x", "chrome-extension://abc/x", "about:blank"]
        {
            assert_eq!(redact(url), Redacted::Local, "{url}");
        }
    }
}
