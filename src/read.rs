//! Reading by the names of members, with `#[derive(Read)]`: what `#[derive(Deserialize)]` of serde does, in a tenth of
//! the code, which was a third of the core in WebAssembly. Why it is written here: docs/decisions/0011.
//!
//! It reads the reporters' objects of JavaScript, and JSON: snapshots, recorded inputs.

pub use whystall_derive::Read;

use crate::json::Json;
use serde::de::Error as _;
use std::collections::BTreeMap;
use std::fmt;

/// A value as it came from outside.
pub trait Source: Sized + Clone {
    /// Whether it stands for nothing.
    fn is_null(&self) -> bool;
    /// A whole number.
    fn whole(&self) -> Option<i128>;
    /// Any number.
    fn number(&self) -> Option<f64>;
    /// A truth value.
    fn flag(&self) -> Option<bool>;
    /// A text.
    fn text(&self) -> Option<String>;
    /// Bytes.
    fn bytes(&self) -> Option<Vec<u8>>;
    /// What is in an array.
    fn items(&self) -> Option<Vec<Self>>;
    /// The names of a record's members.
    fn names(&self) -> Vec<String>;
    /// A record's member of that name.
    fn member(&self, name: &str) -> Option<Self>;
}

/// What can be read.
pub trait Read: Sized {
    /// Reads it.
    fn read<S: Source>(from: &S) -> Result<Self, Fault>;

    /// Reads several.
    fn read_all<S: Source>(from: &S) -> Result<Vec<Self>, Fault> {
        let items = from.items().ok_or_else(|| expected("an array"))?;
        items.iter().map(Self::read).collect()
    }

    /// What it means that there is none.
    fn absent() -> Option<Self> {
        None
    }
}

/// Why something could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault(Box<str>);

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Fault {}

/// Reads JSON.
pub fn json<T: Read>(text: &str) -> Result<T, Fault> {
    // By way of the one type that all JSON is read into: each further one is as much code again.
    let value: Json = serde_json::from_str(text).map_err(|error| Fault(error.to_string().into()))?;
    T::read(&&value)
}

/// Reads it from where serde reads.
pub fn deserialize<'de, T: Read, D: serde::Deserializer<'de>>(from: D) -> Result<T, D::Error> {
    let value: Json = serde::Deserialize::deserialize(from)?;
    T::read(&&value).map_err(D::Error::custom)
}

/// Reads a member.
#[inline(never)]
pub fn member<T: Read, S: Source>(from: &S, name: &str) -> Result<T, Fault> {
    match from.member(name) {
        Some(value) => T::read(&value),
        None => T::absent().ok_or_else(|| missing(name)),
    }
}

/// Reads a member that may be left out.
pub fn member_or_default<T: Read + Default, S: Source>(from: &S, name: &str) -> Result<T, Fault> {
    from.member(name).map_or_else(|| Ok(T::default()), |value| T::read(&value))
}

/// Refuses members of other names.
pub fn only<S: Source>(from: &S, names: &[&str]) -> Result<(), Fault> {
    from.names().iter().try_for_each(|name| index("field", name, names).map(drop))
}

/// Which of the names the member of this name has.
pub fn tag<S: Source>(from: &S, member: &str, names: &[&str]) -> Result<usize, Fault> {
    name(&from.member(member).ok_or_else(|| missing(member))?, names)
}

/// Which of the names it is.
pub fn name<S: Source>(from: &S, names: &[&str]) -> Result<usize, Fault> {
    index("variant", &from.text().ok_or_else(|| expected("a name"))?, names)
}

/// Which of the names its one member has, and what is in it; or which it is.
pub fn choice<S: Source>(from: &S, names: &[&str]) -> Result<(usize, S), Fault> {
    let [chosen] = &from.names()[..] else { return Ok((name(from, names)?, from.clone())) };
    let within = from.member(chosen).ok_or_else(|| missing(chosen))?;
    Ok((index("variant", chosen, names)?, within))
}

#[inline(never)]
fn index(what: &str, name: &str, names: &[&str]) -> Result<usize, Fault> {
    names.iter().position(|known| *known == name).ok_or_else(|| {
        let known = names.join("`, `");
        Fault(format!("unknown {what} `{name}`, expected one of `{known}`").into())
    })
}

#[cold]
fn missing(name: &str) -> Fault {
    Fault(format!("missing field `{name}`").into())
}

#[cold]
fn expected(what: &str) -> Fault {
    Fault(format!("invalid type: expected {what}").into())
}

/// Whole numbers.
macro_rules! whole {
    ($($type:ty),*) => {$(
        impl Read for $type {
            fn read<S: Source>(from: &S) -> Result<$type, Fault> {
                let whole = from.whole().and_then(|whole| whole.try_into().ok());
                whole.ok_or_else(|| expected(concat!("a whole number (", stringify!($type), ")")))
            }
        }
    )*};
}
whole!(u16, u32, u64, usize, i16, i32, i64);

impl Read for u8 {
    fn read<S: Source>(from: &S) -> Result<u8, Fault> {
        u32::read(from)?.try_into().map_err(|_| expected("a byte"))
    }
    fn read_all<S: Source>(from: &S) -> Result<Vec<u8>, Fault> {
        from.bytes().ok_or_else(|| expected("bytes"))
    }
}

impl Read for f64 {
    fn read<S: Source>(from: &S) -> Result<f64, Fault> {
        from.number().ok_or_else(|| expected("a number"))
    }
}

impl Read for bool {
    fn read<S: Source>(from: &S) -> Result<bool, Fault> {
        from.flag().ok_or_else(|| expected("a truth value"))
    }
}

impl Read for String {
    fn read<S: Source>(from: &S) -> Result<String, Fault> {
        from.text().ok_or_else(|| expected("a text"))
    }
}

impl Read for () {
    fn read<S: Source>(from: &S) -> Result<(), Fault> {
        if from.is_null() { Ok(()) } else { Err(expected("nothing")) }
    }
}

impl<T: Read> Read for Option<T> {
    fn read<S: Source>(from: &S) -> Result<Option<T>, Fault> {
        if from.is_null() { Ok(None) } else { T::read(from).map(Some) }
    }
    fn absent() -> Option<Option<T>> {
        Some(None)
    }
}

impl<T: Read> Read for Box<T> {
    fn read<S: Source>(from: &S) -> Result<Box<T>, Fault> {
        T::read(from).map(Box::new)
    }
}

impl<T: Read> Read for Vec<T> {
    fn read<S: Source>(from: &S) -> Result<Vec<T>, Fault> {
        T::read_all(from)
    }
}

impl<A: Read, B: Read> Read for (A, B) {
    fn read<S: Source>(from: &S) -> Result<(A, B), Fault> {
        match &from.items().unwrap_or_default()[..] {
            [a, b] => Ok((A::read(a)?, B::read(b)?)),
            _ => Err(expected("a pair")),
        }
    }
}

impl<A: Read, B: Read, C: Read> Read for (A, B, C) {
    fn read<S: Source>(from: &S) -> Result<(A, B, C), Fault> {
        match &from.items().unwrap_or_default()[..] {
            [a, b, c] => Ok((A::read(a)?, B::read(b)?, C::read(c)?)),
            _ => Err(expected("three of them")),
        }
    }
}

impl<T: Read> Read for BTreeMap<String, T> {
    fn read<S: Source>(from: &S) -> Result<BTreeMap<String, T>, Fault> {
        let mut all = BTreeMap::new();
        for name in from.names() {
            let value = member(from, &name)?;
            all.insert(name, value);
        }
        Ok(all)
    }
}

impl Source for &Json<'_> {
    fn is_null(&self) -> bool {
        **self == Json::Null
    }
    fn whole(&self) -> Option<i128> {
        let number = self.as_number()?;
        number.as_i64().map(i128::from).or(number.as_u64().map(i128::from))
    }
    fn number(&self) -> Option<f64> {
        self.as_number()?.as_f64()
    }
    fn flag(&self) -> Option<bool> {
        if let Json::Bool(flag) = self { Some(*flag) } else { None }
    }
    fn text(&self) -> Option<String> {
        self.as_str().map(str::to_owned)
    }
    fn bytes(&self) -> Option<Vec<u8>> {
        let bytes = self.as_array()?.iter();
        bytes.map(|byte| u8::try_from(byte.as_u64()?).ok()).collect()
    }
    fn items(&self) -> Option<Vec<Self>> {
        Some(self.as_array()?.iter().collect())
    }
    fn names(&self) -> Vec<String> {
        let members = self.as_object().into_iter().flat_map(|members| members.iter());
        members.map(|(name, _)| name.to_owned()).collect()
    }
    fn member(&self, name: &str) -> Option<Self> {
        self.get(name).filter(|value| **value != Json::Null)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use serde::Serialize;
    use serde_json::{Value, json};

    #[derive(Debug, Default, PartialEq, Serialize, Read)]
    #[serde(deny_unknown_fields, rename_all = "camelCase")]
    struct Inner {
        first_part: Option<u8>,
        pair: (i64, bool),
        #[serde(default)]
        text: String,
        #[serde(skip)]
        hidden: Vec<u8>,
    }

    #[derive(Debug, PartialEq, Serialize, Read)]
    #[serde(tag = "kind", rename_all = "kebab-case")]
    enum Tagged {
        TwoWords { bytes: Vec<u8> },
        Bare,
    }

    #[derive(Debug, PartialEq, Serialize, Read)]
    enum Named {
        Within { digest: u64 },
        Alone,
    }

    #[derive(Debug, PartialEq, Serialize, Read)]
    struct All {
        at: f64,
        #[serde(flatten)]
        tagged: Tagged,
        named: Vec<Named>,
    }

    fn read<T: Read>(value: Value) -> Result<T, String> {
        json(&value.to_string()).map_err(|fault| fault.to_string())
    }

    #[test]
    fn what_serde_writes_is_read() {
        let inner = Inner { first_part: Some(255), pair: (-1, true), text: "x".into(), hidden: Vec::new() };
        for tagged in [Tagged::TwoWords { bytes: vec![0, 255] }, Tagged::Bare] {
            let named = vec![Named::Alone, Named::Within { digest: u64::MAX }];
            let all = All { at: 0.5, tagged, named };
            assert_eq!(json::<All>(&serde_json::to_string(&all).unwrap()), Ok(all));
        }
        assert_eq!(json::<Inner>(&serde_json::to_string(&inner).unwrap()), Ok(inner));
    }

    #[test]
    fn what_is_left_out_or_null_is_none_or_the_default() {
        let bare = Inner { pair: (0, false), ..Inner::default() };
        assert_eq!(read(json!({ "pair": [0, false] })), Ok(bare));
        assert_eq!(
            read::<Inner>(json!({ "firstPart": null, "pair": [0, false], "text": null })).unwrap().text,
            ""
        );
    }

    #[test]
    fn what_is_wrong_is_said() {
        for (value, why) in [
            (json!({}), "missing field `pair`"),
            (
                json!({ "pair": [1, true], "x": 1 }),
                "unknown field `x`, expected one of `firstPart`, `pair`, `text`",
            ),
            (json!({ "pair": [1] }), "invalid type: expected a pair"),
            (json!({ "pair": [1.5, true] }), "invalid type: expected a whole number (i64)"),
            (json!({ "pair": [1, true], "firstPart": 256 }), "invalid type: expected a byte"),
            (json!([]), "missing field `pair`"),
        ] {
            assert_eq!(read::<Inner>(value).unwrap_err(), why);
        }
        assert_eq!(read::<Tagged>(json!({})).unwrap_err(), "missing field `kind`");
        let unknown = "unknown variant `Bare`, expected one of `two-words`, `bare`";
        assert_eq!(read::<Tagged>(json!({ "kind": "Bare" })).unwrap_err(), unknown);
        for value in [json!({}), json!(1), json!({ "Alone": 1, "Within": 2 })] {
            assert_eq!(read::<Named>(value).unwrap_err(), "invalid type: expected a name");
        }
    }
}
