//! Whether two hosts are in different networks, as far as their names tell.
//!
//! Where the networks that addresses belong to are not known (`src/machine/places.rs`), hosts of different registrable domains are taken
//! for being *probably* in different networks: two services may be with the same CDN, and one company has many domains.
//! What rests on this has a lower cap, and the verdict says so.

/// Endings of names that never leave the home or the machine (RFC 6761, RFC 6762, RFC 8375, and what routers use).
const LOCAL: &[&str] = &[
    "localhost",
    "local",
    "lan",
    "home",
    "internal",
    "intranet",
    "home.arpa",
    "corp",
    "localdomain",
    "fritz.box",
];

/// The part of a host's name that its owner registered, or less; `None` for a host that need not be on the internet, or of
/// which nothing can be told: an address, a name without a dot, a local one. Of names such as `a.co.uk` only `co.uk`
/// remains, so that too many hosts count as the same, never too few.
pub fn domain(host: &str) -> Option<&str> {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    let name = name.trim_end_matches('.');
    let address = name.starts_with('[') || name.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let local =
        |ending: &&str| name.strip_suffix(*ending).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
    if address || LOCAL.iter().any(local) {
        return None;
    }
    let (before, _) = name.rsplit_once('.')?;
    let start = before.rfind('.').map_or(0, |dot| dot + 1);
    name.get(start..)
}

#[cfg(test)]
mod tests {
    use super::domain;

    #[test]
    fn domains() {
        for (host, expected) in [
            ("a.b.example.com", Some("example.com")),
            ("example.com:8443", Some("example.com")),
            ("video.example", Some("video.example")),
            ("www.shop.co.uk", Some("co.uk")),
            ("example.com.", Some("example.com")),
            ("localhost", None),
            ("video.localhost:35439", None),
            ("nas.home.arpa", None),
            ("fritz.box", None),
            ("router", None),
            ("192.168.1.1", None),
            ("8.8.8.8:443", None),
            ("[2001:db8::1]", None),
            ("[2001:db8::1]:8080", None),
            ("", None),
            (".", None),
            ("é.example", Some("é.example")),
        ] {
            assert_eq!(domain(host), expected, "{host}");
        }
    }
}
