//! Canonical JSON: one value, one sequence of bytes (RFC 8785). Why it is written here: docs/decisions/0004.

use crate::json::Json;
use crate::sort::Sort;
use serde::Serialize;
use serde_json::ser::{Formatter, Serializer};
use std::cell::RefCell;
use std::cmp::Ordering;
use std::io;

/// Integers that every JSON program holds exactly: RFC 8785 numbers are those of JavaScript.
const EXACT: u64 = (1 << 53) - 1;

/// The canonical form of whatever has no fractions in it: what serde_json writes, members sorted by the UTF-16 code units of
/// their names. It escapes just what RFC 8785 §3.2.2.2 wants escaped, and in the same way.
pub fn to_bytes(content: &impl Serialize) -> Vec<u8> {
    let bytes = RefCell::default();
    let sorting = Sorting { bytes: &bytes, open: Vec::new() };
    // Writing fails only for maps with other keys than strings and for errors that a type makes up: none here.
    let _ = content.serialize(&mut Serializer::with_formatter(Shared(&bytes), sorting));
    bytes.into_inner()
}

/// Where in the value the first number is that is not an integer between ±(2^53 - 1).
pub fn inexact(value: &Json) -> Option<String> {
    match value {
        Json::Number(number) => {
            let size = number.as_i64().map(i64::unsigned_abs).or(number.as_u64());
            size.is_none_or(|size| size > EXACT).then(String::new)
        }
        Json::Array(items) => {
            let within = |(index, item)| inexact(item).map(|rest| element(index) + &rest);
            items.iter().enumerate().find_map(within)
        }
        Json::Object(members) => {
            members.iter().find_map(|(name, value)| inexact(value).map(|rest| member(name) + &rest))
        }
        Json::Null | Json::Bool(_) | Json::String(_) => None,
    }
}

/// How two values differ first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Difference {
    /// Only the first has something here.
    Extra(String),
    /// Only the second has something here.
    Missing(String),
    /// Both have, and it is not the same.
    Changed(String),
}

/// The first difference between two values.
pub fn difference(first: &Json, second: &Json) -> Option<Difference> {
    // Most are the same, which is quicker to tell than where they are not.
    if first == second {
        return None;
    }
    match (first, second) {
        (Json::Object(first), Json::Object(second)) => {
            let differs = first.iter().find_map(|(name, value)| {
                let here = || member(name);
                match second.get(name) {
                    Some(other) => Some(difference(value, other)?.within(here())),
                    None => Some(Difference::Extra(here())),
                }
            });
            let missing = || second.iter().map(|(name, _)| name).find(|name| first.get(name).is_none());
            differs.or_else(|| Some(Difference::Missing(member(missing()?))))
        }
        (Json::Array(first), Json::Array(second)) => {
            let pairs = first.iter().zip(second).enumerate();
            let mut differences =
                pairs.filter_map(|(index, (a, b))| Some(difference(a, b)?.within(element(index))));
            let common = || element(first.len().min(second.len()));
            differences.next().or(match first.len().cmp(&second.len()) {
                std::cmp::Ordering::Greater => Some(Difference::Extra(common())),
                std::cmp::Ordering::Less => Some(Difference::Missing(common())),
                std::cmp::Ordering::Equal => None,
            })
        }
        _ => Some(Difference::Changed(String::new())),
    }
}

impl Difference {
    /// Where it is.
    pub fn place(self) -> String {
        let (Difference::Extra(place) | Difference::Missing(place) | Difference::Changed(place)) = self;
        place
    }

    fn within(self, place: String) -> Difference {
        match self {
            Difference::Extra(rest) => Difference::Extra(place + &rest),
            Difference::Missing(rest) => Difference::Missing(place + &rest),
            Difference::Changed(rest) => Difference::Changed(place + &rest),
        }
    }
}

fn member(name: &str) -> String {
    format!(".{name}")
}

fn element(index: usize) -> String {
    format!("[{index}]")
}

/// What is written so far: the writer adds to it, and members are sorted in it.
struct Shared<'a>(&'a RefCell<Vec<u8>>);

impl io::Write for Shared<'_> {
    fn write(&mut self, more: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().extend_from_slice(more);
        Ok(more.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

struct Sorting<'a> {
    bytes: &'a RefCell<Vec<u8>>,
    /// The members so far of each object that is not closed yet: where one begins, and where its name ends.
    open: Vec<Vec<(usize, usize)>>,
}

impl Formatter for Sorting<'_> {
    fn begin_object<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.open.push(Vec::new());
        writer.write_all(b"{")
    }
    fn begin_object_key<W: ?Sized + io::Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        if !first {
            writer.write_all(b",")?;
        }
        let at = self.bytes.borrow().len();
        self.open.last_mut().into_iter().for_each(|members| members.push((at, at)));
        Ok(())
    }
    fn end_object_key<W: ?Sized + io::Write>(&mut self, _: &mut W) -> io::Result<()> {
        let at = self.bytes.borrow().len();
        let member = self.open.last_mut().and_then(|members| members.last_mut());
        member.into_iter().for_each(|(_, end)| *end = at);
        Ok(())
    }
    fn end_object<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        let members = self.open.pop().unwrap_or_default();
        sort(&mut self.bytes.borrow_mut(), &members);
        writer.write_all(b"}")
    }
}

/// Sorts the members that what is written ends with.
fn sort(bytes: &mut Vec<u8>, members: &[(usize, usize)]) {
    let ends = members.iter().skip(1).map(|(next, _)| next - 1).chain([bytes.len()]);
    let parts = members.iter().zip(ends).map(|((start, name), end)| {
        let part = |from, to| bytes.get(from..to).unwrap_or_default();
        (part(start + 1, name - 1), part(*start, end))
    });
    let mut parts: Vec<(&[u8], &[u8])> = parts.collect();
    if parts.is_sorted_by(|(a, _), (b, _)| order(a, b).is_lt()) {
        return;
    }
    parts.arrange_by(|(a, _), (b, _)| order(a, b));
    let sorted = parts.into_iter().map(|(_, member)| member).collect::<Vec<_>>().join(&b',');
    bytes.truncate(bytes.len() - sorted.len());
    bytes.extend(sorted);
}

/// The order of two names, as they are written between the quotes.
fn order(a: &[u8], b: &[u8]) -> Ordering {
    // The names of evidence are such, and then bytes have the same order.
    let is_plain = |name: &[u8]| name.is_ascii() && !name.contains(&b'\\');
    if is_plain(a) && is_plain(b) {
        return a.cmp(b);
    }
    let units = |name| -> Vec<u16> {
        let quoted = format!("\"{}\"", String::from_utf8_lossy(name));
        let name: Json = serde_json::from_str(&quoted).unwrap_or_default();
        name.as_str().unwrap_or_default().encode_utf16().collect()
    };
    units(a).cmp(&units(b))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::Value;

    fn canonical(json: &str) -> String {
        String::from_utf8(to_bytes(&read(json))).expect("UTF-8")
    }

    fn read(json: &str) -> Json<'_> {
        serde_json::from_str(json).expect("JSON")
    }

    #[test]
    fn members_are_sorted_by_their_utf_16_code_units() {
        // The example of RFC 8785 §3.2.3: by code point, U+1F600 would come after U+FB33.
        let json = r#"{"\u20ac":"Euro Sign","\r":"Carriage Return","\ufb33":"Hebrew Letter Dalet With Dagesh",
            "1":"One","\ud83d\ude00":"Emoji: Grinning Face","\u0080":"Control","\u00f6":"Latin Small Letter O With Diaeresis"}"#;
        let names: Vec<String> = canonical(json)
            .split("\",\"")
            .map(|pair| pair.split("\":\"").nth(1).unwrap_or_default().to_owned())
            .collect();
        let expected = [
            "Carriage Return",
            "One",
            "Control",
            "Latin Small Letter O With Diaeresis",
            "Euro Sign",
            "Emoji: Grinning Face",
            "Hebrew Letter Dalet With Dagesh\"}",
        ];
        assert_eq!(names, expected);
    }

    #[test]
    fn strings_are_escaped_as_rfc_8785_has_it() {
        // RFC 8785 §3.2.2, without its numbers, which are not all integers.
        let json = r#"{ "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/", "literals": [null, true, false] }"#;
        assert_eq!(canonical(json), r#"{"literals":[null,true,false],"string":"€$\u000f\nA'B\"\\\\\"/"}"#);
    }

    #[test]
    fn inexact_numbers_are_found() {
        let found = |json: &str| inexact(&read(json));
        assert_eq!(found("[9007199254740991, -9007199254740991]"), None);
        for number in ["9007199254740992", "-9007199254740992", "1.5", "1e3", "-0"] {
            let json = format!(r#"{{"a":[0,{{"b":{number}}}]}}"#);
            assert_eq!(found(&json).as_deref(), Some(".a[1].b"), "{number}");
        }
    }

    #[test]
    fn differences_name_their_place() {
        let found = |a: &str, b: &str| difference(&read(a), &read(b));
        let (extra, missing) = (Difference::Extra, Difference::Missing);
        assert_eq!(found(r#"{"a":[1,{}]}"#, r#"{"a":[1,{}]}"#), None);
        assert_eq!(found(r#"[{"a":1}]"#, "[{}]"), Some(extra("[0].a".into())));
        assert_eq!(found(r#"[{}]"#, r#"[{"a":1}]"#), Some(missing("[0].a".into())));
        assert_eq!(found("[1]", "[]"), Some(extra("[0]".into())));
        assert_eq!(found("[1]", "[1,2]"), Some(missing("[1]".into())));
        assert_eq!(found("[1]", "[2]"), Some(Difference::Changed("[0]".into())));
    }

    fn any_json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            (-(1i64 << 53) + 1..1 << 53).prop_map(Value::from),
            any::<String>().prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 32, 6, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
                proptest::collection::btree_map(any::<String>(), inner, 0..6)
                    .prop_map(|members| Value::Object(members.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn canonical_bytes_read_back_as_the_same_value(value in any_json()) {
            let text = value.to_string();
            let bytes = to_bytes(&read(&text));
            prop_assert_eq!(&serde_json::from_slice::<Value>(&bytes).expect("JSON"), &value);
            prop_assert_eq!(inexact(&read(&text)), None);
        }

        #[test]
        fn values_differ_or_are_equal(a in any_json(), b in any_json()) {
            let (first, second) = (a.to_string(), b.to_string());
            let (first, second) = (read(&first), read(&second));
            prop_assert_eq!(difference(&first, &second).is_none(), a == b);
            prop_assert_eq!(difference(&first, &first), None);
        }
    }
}
