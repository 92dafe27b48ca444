//! Canonical JSON: one value, one sequence of bytes (RFC 8785). Why it is written here: docs/decisions/0004.

use crate::sort::Sort;
use serde_json::Value;

/// Integers that every JSON program holds exactly: RFC 8785 numbers are those of JavaScript.
const EXACT: u64 = (1 << 53) - 1;

/// The canonical bytes of a value whose numbers are [`exact`].
pub fn to_bytes(value: &Value) -> Vec<u8> {
    let mut bytes = Vec::new();
    write(value, &mut bytes);
    bytes
}

/// Where in the value the first number is that is not an integer between ±(2^53 - 1).
pub fn inexact(value: &Value) -> Option<String> {
    match value {
        Value::Number(number) => {
            let size = number.as_i64().map(i64::unsigned_abs).or(number.as_u64());
            size.is_none_or(|size| size > EXACT).then(String::new)
        }
        Value::Array(items) => {
            items.iter().enumerate().find_map(|(index, item)| Some(element(index) + &inexact(item)?))
        }
        Value::Object(members) => {
            members.iter().find_map(|(name, value)| Some(member(name) + &inexact(value)?))
        }
        Value::Null | Value::Bool(_) | Value::String(_) => None,
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
pub fn difference(first: &Value, second: &Value) -> Option<Difference> {
    match (first, second) {
        (Value::Object(first), Value::Object(second)) => {
            let differs = first.iter().find_map(|(name, value)| {
                let here = || member(name);
                match second.get(name) {
                    Some(other) => Some(difference(value, other)?.within(here())),
                    None => Some(Difference::Extra(here())),
                }
            });
            let missing = || second.keys().find(|name| !first.contains_key(*name));
            differs.or_else(|| Some(Difference::Missing(member(missing()?))))
        }
        (Value::Array(first), Value::Array(second)) => {
            let pairs = first.iter().zip(second).enumerate();
            let mut differences =
                pairs.filter_map(|(index, (a, b))| Some(difference(a, b)?.within(element(index))));
            let common = element(first.len().min(second.len()));
            differences.next().or(match first.len().cmp(&second.len()) {
                std::cmp::Ordering::Greater => Some(Difference::Extra(common)),
                std::cmp::Ordering::Less => Some(Difference::Missing(common)),
                std::cmp::Ordering::Equal => None,
            })
        }
        _ => (first != second).then(|| Difference::Changed(String::new())),
    }
}

impl Difference {
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

fn write(value: &Value, bytes: &mut Vec<u8>) {
    match value {
        Value::Array(items) => {
            bytes.push(b'[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    bytes.push(b',');
                }
                write(item, bytes);
            }
            bytes.push(b']');
        }
        Value::Object(members) => {
            let mut members: Vec<_> = members.iter().collect();
            members.arrange_by(|(a, _), (b, _)| a.encode_utf16().cmp(b.encode_utf16()));
            bytes.push(b'{');
            for (index, (name, value)) in members.into_iter().enumerate() {
                if index > 0 {
                    bytes.push(b',');
                }
                quote(name, bytes);
                bytes.push(b':');
                write(value, bytes);
            }
            bytes.push(b'}');
        }
        Value::String(text) => quote(text, bytes),
        // Not by `Number` itself, which can write fractions too: that has tables of 10 KB.
        Value::Number(number) => {
            let whole = number.as_i64().map(i128::from).or(number.as_u64().map(i128::from));
            bytes.extend(whole.unwrap_or_default().to_string().bytes());
        }
        Value::Bool(flag) => bytes.extend(flag.to_string().bytes()),
        Value::Null => bytes.extend(b"null"),
    }
}

/// serde_json escapes just what RFC 8785 §3.2.2.2 wants escaped, and in the same way.
fn quote(text: &str, bytes: &mut Vec<u8>) {
    bytes.extend(serde_json::to_vec(text).unwrap_or_default());
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn canonical(json: &str) -> String {
        let value = serde_json::from_str(json).expect("JSON");
        String::from_utf8(to_bytes(&value)).expect("UTF-8")
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
        let found = |json: &str| inexact(&serde_json::from_str(json).expect("JSON"));
        assert_eq!(found("[9007199254740991, -9007199254740991]"), None);
        for number in ["9007199254740992", "-9007199254740992", "1.5", "1e3", "-0"] {
            let json = format!(r#"{{"a":[0,{{"b":{number}}}]}}"#);
            assert_eq!(found(&json).as_deref(), Some(".a[1].b"), "{number}");
        }
    }

    #[test]
    fn differences_name_their_place() {
        let value = |json: &str| serde_json::from_str::<Value>(json).expect("JSON");
        let found = |a: &str, b: &str| difference(&value(a), &value(b));
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
            let bytes = to_bytes(&value);
            prop_assert_eq!(&serde_json::from_slice::<Value>(&bytes).expect("JSON"), &value);
            prop_assert_eq!(inexact(&value), None);
        }

        #[test]
        fn values_differ_or_are_equal(a in any_json(), b in any_json()) {
            prop_assert_eq!(difference(&a, &b).is_none(), a == b);
            prop_assert_eq!(difference(&a, &a), None);
        }
    }
}
