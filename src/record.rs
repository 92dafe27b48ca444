//! Flat records read by the names of their fields: what `#[derive(Deserialize)]` does for an internally tagged enum,
//! in a tenth of the code, which for the reporters' facts was an eighth of the core in WebAssembly.

/// A record as its reporter has it: an object of JavaScript, or JSON. `None`: there is no such field, or it is of
/// another type.
pub trait Record {
    /// Whether there is a value, neither `null` nor `undefined`.
    fn has(&self, name: &str) -> bool;
    /// A number.
    fn number(&self, name: &str) -> Option<f64>;
    /// A truth value.
    fn flag(&self, name: &str) -> Option<bool>;
    /// A text.
    fn text(&self, name: &str) -> Option<String>;
    /// An array of numbers.
    fn numbers(&self, name: &str) -> Option<Vec<f64>>;
    /// Bytes.
    fn bytes(&self, name: &str) -> Option<Vec<u8>>;
}

/// What a field of a record can be.
pub trait Field: Sized {
    /// Reads the field of this name.
    fn read(record: &dyn Record, name: &str) -> Option<Self>;
}

impl Field for f64 {
    fn read(record: &dyn Record, name: &str) -> Option<f64> {
        record.number(name)
    }
}

/// Whole numbers only.
macro_rules! whole {
    ($($type:ty),*) => {$(
        impl Field for $type {
            fn read(record: &dyn Record, name: &str) -> Option<$type> {
                let number = record.number(name)?;
                let whole = number as $type;
                (f64::from(whole) == number).then_some(whole)
            }
        }
    )*};
}
whole!(u8, u16, u32);

impl Field for bool {
    fn read(record: &dyn Record, name: &str) -> Option<bool> {
        record.flag(name)
    }
}

impl Field for String {
    fn read(record: &dyn Record, name: &str) -> Option<String> {
        record.text(name)
    }
}

impl Field for Vec<f64> {
    fn read(record: &dyn Record, name: &str) -> Option<Vec<f64>> {
        record.numbers(name)
    }
}

impl Field for Vec<u8> {
    fn read(record: &dyn Record, name: &str) -> Option<Vec<u8>> {
        record.bytes(name)
    }
}

impl<T: Field> Field for Option<T> {
    fn read(record: &dyn Record, name: &str) -> Option<Option<T>> {
        if record.has(name) { T::read(record, name).map(Some) } else { Some(None) }
    }
}

/// Defines a struct or an enum as it stands, and gives it `read`. Fields go by their names in camel case, variants by
/// theirs in kebab case in the field `k`. `field: type = value` has that value where the record has none.
macro_rules! record {
    (@field $record:ident $name:ident) => { Field::read($record, &camel(stringify!($name)))? };
    (@field $record:ident $name:ident $default:expr) => {
        if $record.has(&camel(stringify!($name))) { record!(@field $record $name) } else { $default }
    };
    ($(#[$about:meta])* pub struct $struct:ident {
        $($(#[$doc:meta])* pub $field:ident: $type:ty),* $(,)?
    }) => {
        $(#[$about])* pub struct $struct { $($(#[$doc])* pub $field: $type),* }
        impl $struct {
            /// Reads one; `None` if a field is missing or of another type.
            pub fn read(record: &dyn Record) -> Option<$struct> {
                Some($struct { $($field: record!(@field record $field)),* })
            }
        }
    };
    ($(#[$about:meta])* pub enum $enum:ident {
        $($(#[$doc:meta])* $variant:ident
            $({ $($(#[$its_doc:meta])* $field:ident: $type:ty $(= $default:expr)?),* $(,)? })?
            $(($inner:ident))?
        ),* $(,)?
    }) => {
        $(#[$about])* pub enum $enum {
            $($(#[$doc])* $variant $({ $($(#[$its_doc])* $field: $type),* })? $(($inner))?),*
        }
        impl $enum {
            /// Reads one; `None` if there is no such variant, or a field is missing or of another type.
            pub fn read(record: &dyn Record) -> Option<$enum> {
                let kind = record.text("k")?;
                $(if is_kebab(stringify!($variant), &kind) {
                    return Some($enum::$variant
                        $({ $($field: record!(@field record $field $($default)?)),* })?
                        $(($inner::read(record)?))?);
                })*
                None
            }
        }
    };
}
pub(crate) use record;

/// `window_start` as `windowStart`.
pub(crate) fn camel(name: &str) -> std::borrow::Cow<'_, str> {
    let Some((first, rest)) = name.split_once('_') else { return name.into() };
    let mut camel = first.to_owned();
    for word in rest.split('_') {
        let (initial, others) = word.split_at(word.len().min(1));
        camel.extend([&initial.to_ascii_uppercase(), others]);
    }
    camel.into()
}

/// Whether `StreamEnded` and `stream-ended` are the same name.
pub(crate) fn is_kebab(pascal: &str, kebab: &str) -> bool {
    let mut letters = kebab.bytes();
    let written = |(at, letter): (usize, u8)| {
        (at == 0 || !letter.is_ascii_uppercase() || letters.next() == Some(b'-'))
            && letters.next() == Some(letter.to_ascii_lowercase())
    };
    pascal.bytes().enumerate().all(written) && letters.next().is_none()
}

impl Record for serde_json::Value {
    fn has(&self, name: &str) -> bool {
        self.get(name).is_some_and(|value| !value.is_null())
    }
    fn number(&self, name: &str) -> Option<f64> {
        self.get(name)?.as_f64()
    }
    fn flag(&self, name: &str) -> Option<bool> {
        self.get(name)?.as_bool()
    }
    fn text(&self, name: &str) -> Option<String> {
        self.get(name)?.as_str().map(str::to_owned)
    }
    fn numbers(&self, name: &str) -> Option<Vec<f64>> {
        self.get(name)?.as_array()?.iter().map(serde_json::Value::as_f64).collect()
    }
    fn bytes(&self, name: &str) -> Option<Vec<u8>> {
        let bytes = self.get(name)?.as_array()?.iter();
        bytes.map(|byte| u8::try_from(byte.as_u64()?).ok()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::{camel, is_kebab};

    #[test]
    fn names_are_the_javascript_ones() {
        assert_eq!(camel("t"), "t");
        assert_eq!(camel("domain_lookup_start"), "domainLookupStart");
        assert!(is_kebab("StreamEnded", "stream-ended"));
        assert!(is_kebab("Tab", "tab"));
        for other in ["stream-ende", "stream-ended-", "streamended", "Stream-ended", "stream_ended", ""] {
            assert!(!is_kebab("StreamEnded", other), "{other}");
        }
    }
}
