//! Comma-separated lists whose members have parameters: `a;b=1;c="x, y", d`. `Server-Timing` (W3C), structured fields
//! (RFC 9651: `Cache-Status`, CMSD), and the plain lists of `X-Cache` and `Via` are all of this form, and none is
//! written by everyone as it should be: what makes no sense is passed over.

/// Members that are looked at. Akamai and CloudFront send four to eight.
const MEMBERS: usize = 64;
/// Parameters of a member that are looked at.
const PARAMETERS: usize = 24;

/// One member of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Member<'a> {
    /// What comes before the parameters, without its quotes.
    pub name: &'a str,
    parameters: &'a str,
}

/// The members of a list, in order; empty ones left out.
pub fn members(text: &str) -> impl Iterator<Item = Member<'_>> {
    let members = split(text, b',').take(MEMBERS).map(|member| {
        let name = split(member, b';').next().unwrap_or_default();
        Member { name: unquoted(name), parameters: member.get(name.len() + 1..).unwrap_or_default() }
    });
    members.filter(|member| !member.name.is_empty() || !member.parameters.is_empty())
}

impl<'a> Member<'a> {
    /// The name is this one, in whatever case.
    pub fn is(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name)
    }

    /// All parameters: name and value, which is empty where there is none.
    pub fn parameters(self) -> impl Iterator<Item = (&'a str, &'a str)> {
        let parameters = split(self.parameters, b';').take(PARAMETERS).map(pair);
        parameters.filter(|(name, _)| !name.is_empty())
    }

    /// The value of the first parameter of this name.
    pub fn value(self, name: &str) -> Option<&'a str> {
        self.parameters().find(|(other, _)| other.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }
}

/// `name=value`, without quotes.
pub fn pair(text: &str) -> (&str, &str) {
    let (name, value) = text.split_once('=').unwrap_or((text, ""));
    (name.trim(), unquoted(value))
}

/// Pieces between these bytes, those in quotes not counted.
fn split(text: &str, at: u8) -> impl Iterator<Item = &str> {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let text = rest?;
        let (mut quoted, mut escaped) = (false, false);
        let end = text.bytes().position(|byte| match byte {
            _ if std::mem::take(&mut escaped) => false,
            b'\\' if quoted => {
                escaped = true;
                false
            }
            b'"' => {
                quoted = !quoted;
                false
            }
            byte => byte == at && !quoted,
        });
        rest = end.and_then(|end| text.get(end + 1..));
        text.get(..end.unwrap_or(text.len()))
    })
}

fn unquoted(text: &str) -> &str {
    let text = text.trim();
    text.strip_prefix('"').map_or(text, |text| text.strip_suffix('"').unwrap_or(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(input: &str, expected: &[(&str, &[(&str, &str)])]) {
        let read: Vec<(&str, Vec<(&str, &str)>)> =
            members(input).map(|member| (member.name, member.parameters().collect())).collect();
        let expected: Vec<(&str, Vec<(&str, &str)>)> =
            expected.iter().map(|(name, parameters)| (*name, parameters.to_vec())).collect();
        assert_eq!(read, expected, "{input}");
    }

    #[test]
    fn lists() {
        check("", &[]);
        check(" , ;,", &[]);
        check(
            "cdn-cache; desc=HIT, edge; dur=1",
            &[("cdn-cache", &[("desc", "HIT")]), ("edge", &[("dur", "1")])],
        );
        // RFC 9211 §2; a comma and a semicolon in quotes part nothing.
        check(
            "OriginCache; hit; ttl=1100, \"CDN; Company, Here\"; hit; ttl=545",
            &[
                ("OriginCache", &[("hit", ""), ("ttl", "1100")]),
                ("CDN; Company, Here", &[("hit", ""), ("ttl", "545")]),
            ],
        );
        // A quote that nobody closes goes on to the end.
        check("a;desc=\"x, b;dur=1", &[("a", &[("desc", "x, b;dur=1")])]);
        check("a;desc=\"x\\\", b\";dur=1", &[("a", &[("desc", "x\\\", b"), ("dur", "1")])]);
        check("é;ü=ö", &[("é", &[("ü", "ö")])]);
    }

    #[test]
    fn hostile_lists_are_bounded() {
        assert_eq!(members(&"a,".repeat(100_000)).count(), MEMBERS);
        let many = format!("a{}", ";b=1".repeat(100_000));
        assert_eq!(members(&many).flat_map(Member::parameters).count(), PARAMETERS);
    }
}
