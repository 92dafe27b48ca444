//! JSON as it was read: a tree that borrows its texts and keeps members in vectors. A map and an own text for each name, as
//! `serde_json::Value` has them, were most of what checking evidence cost.

use crate::sort::Sort;
use serde::de::{Error, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Serialize};
use serde_json::Number;
use std::borrow::Cow;
use std::fmt;

/// Any JSON.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Json<'a> {
    /// `null`.
    #[default]
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number.
    Number(Number),
    /// A text.
    String(Cow<'a, str>),
    /// An array.
    Array(Vec<Json<'a>>),
    /// An object.
    Object(Members<'a>),
}

/// The members of an object, sorted by name. Of those with the same name, the last.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Members<'a>(Vec<(Cow<'a, str>, Json<'a>)>);

impl<'a> Members<'a> {
    fn new(mut members: Vec<(Cow<'a, str>, Json<'a>)>) -> Members<'a> {
        if !members.is_sorted_by(|(a, _), (b, _)| a < b) {
            members.arrange_by(|(a, _), (b, _)| a.cmp(b));
            members.dedup_by(|later, earlier| {
                let same = later.0 == earlier.0;
                if same {
                    std::mem::swap(later, earlier);
                }
                same
            });
        }
        Members(members)
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Json<'a>)> {
        self.0.iter().map(|(name, value)| (&**name, value))
    }

    /// That of this name.
    pub fn get(&self, name: &str) -> Option<&Json<'a>> {
        self.0.get(self.find(name)?).map(|(_, value)| value)
    }

    /// Takes out that of this name.
    pub fn remove(&mut self, name: &str) -> Option<Json<'a>> {
        self.find(name).map(|at| self.0.remove(at).1)
    }

    fn find(&self, name: &str) -> Option<usize> {
        self.0.binary_search_by(|(known, _)| (**known).cmp(name)).ok()
    }
}

impl<'a> Json<'a> {
    /// The member of that name, if this is an object that has it.
    pub fn get(&self, name: &str) -> Option<&Json<'a>> {
        self.as_object()?.get(name)
    }

    /// Its members, if this is an object.
    pub fn as_object(&self) -> Option<&Members<'a>> {
        if let Json::Object(members) = self { Some(members) } else { None }
    }

    /// What is in it, if this is an array.
    pub fn as_array(&self) -> Option<&[Json<'a>]> {
        if let Json::Array(items) = self { Some(items) } else { None }
    }

    /// The text, if this is one.
    pub fn as_str(&self) -> Option<&str> {
        if let Json::String(text) = self { Some(text) } else { None }
    }

    /// The number, if this is one from 0 to 2^64 - 1.
    pub fn as_u64(&self) -> Option<u64> {
        self.as_number()?.as_u64()
    }

    /// The number, if this is one.
    pub fn as_number(&self) -> Option<&Number> {
        if let Json::Number(number) = self { Some(number) } else { None }
    }
}

impl<'de> Deserialize<'de> for Json<'de> {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Json<'de>, D::Error> {
        from.deserialize_any(AnyJson)
    }
}

impl Serialize for Json<'_> {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self {
            Json::Null => to.serialize_unit(),
            Json::Bool(flag) => to.serialize_bool(*flag),
            // Not by `Number` itself, which can write fractions too: that has tables of 10 KB.
            Json::Number(number) => match number.as_u64() {
                Some(number) => to.serialize_u64(number),
                None => to.serialize_i64(number.as_i64().unwrap_or_default()),
            },
            Json::String(text) => to.serialize_str(text),
            Json::Array(items) => to.collect_seq(items),
            Json::Object(members) => to.collect_map(members.iter()),
        }
    }
}

struct AnyJson;

impl<'de> Visitor<'de> for AnyJson {
    type Value = Json<'de>;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("JSON")
    }
    fn visit_unit<E>(self) -> Result<Json<'de>, E> {
        Ok(Json::Null)
    }
    fn visit_bool<E>(self, flag: bool) -> Result<Json<'de>, E> {
        Ok(Json::Bool(flag))
    }
    fn visit_i64<E>(self, number: i64) -> Result<Json<'de>, E> {
        Ok(Json::Number(number.into()))
    }
    fn visit_u64<E>(self, number: u64) -> Result<Json<'de>, E> {
        Ok(Json::Number(number.into()))
    }
    fn visit_f64<E>(self, number: f64) -> Result<Json<'de>, E> {
        Ok(Number::from_f64(number).map_or(Json::Null, Json::Number))
    }
    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Json<'de>, E> {
        Ok(Json::String(Cow::Borrowed(text)))
    }
    fn visit_str<E>(self, text: &str) -> Result<Json<'de>, E> {
        Ok(Json::String(Cow::Owned(text.to_owned())))
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Json<'de>, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element()? {
            items.push(item);
        }
        Ok(Json::Array(items))
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Json<'de>, A::Error> {
        let mut members = Vec::new();
        while let Some((name, value)) = map.next_entry()? {
            // A name is read as any text is, so that it is borrowed, too.
            let Json::String(name) = name else { return Err(A::Error::custom("expected a name")) };
            members.push((name, value));
        }
        Ok(Json::Object(Members::new(members)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::Value;

    /// The same, as serde_json has it.
    fn value(json: &Json) -> Value {
        match json {
            Json::Null => Value::Null,
            Json::Bool(flag) => Value::Bool(*flag),
            Json::Number(number) => Value::Number(number.clone()),
            Json::String(text) => Value::String(text.clone().into_owned()),
            Json::Array(items) => items.iter().map(value).collect(),
            Json::Object(members) => members.iter().map(|(name, of)| (name.to_owned(), value(of))).collect(),
        }
    }

    #[test]
    fn all_kinds_are_read_as_serde_json_reads_them() {
        let text = r#"{"b":[null,true,-1,18446744073709551615,1.5,"x","\u00e4\n"],"a":{},"\ud83d\ude00":1,"\ufb33":2}"#;
        let json: Json = serde_json::from_str(text).expect("JSON");
        assert_eq!(value(&json), serde_json::from_str::<Value>(text).expect("JSON"));
    }

    #[test]
    fn of_members_with_one_name_the_last_counts() {
        let read = |text| serde_json::from_str::<Json>(text).expect("JSON");
        assert_eq!(read(r#"{"b":1,"a":2,"b":3,"b":4,"a":5}"#), read(r#"{"a":5,"b":4}"#));
    }

    proptest! {
        #[test]
        fn members_are_found_and_taken(names: Vec<String>, other: String) {
            let members = names.iter().map(|name| (Cow::Borrowed(name.as_str()), Json::Null)).collect();
            let mut members = Members::new(members);
            prop_assert!(members.0.is_sorted_by(|(a, _), (b, _)| a < b));
            prop_assert_eq!(members.get(&other).is_some(), names.contains(&other));
            for name in &names {
                prop_assert!(members.get(name).is_none() || members.remove(name) == Some(Json::Null));
                prop_assert_eq!(members.get(name), None);
            }
            prop_assert_eq!(members.iter().count(), 0);
        }
    }
}
