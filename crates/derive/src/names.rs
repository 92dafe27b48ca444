//! What serde's attributes say.

use proc_macro2::Span;
use syn::{Attribute, Error, Ident, LitStr, Result};

/// Those of one type, variant or field.
#[derive(Default)]
pub struct Options {
    pub tag: Option<String>,
    pub rename_all: Case,
    pub rename_all_fields: Case,
    pub deny_unknown_fields: bool,
    pub flatten: bool,
    pub default: bool,
    pub skip: bool,
}

/// How names are written.
#[derive(Clone, Copy, Default)]
pub enum Case {
    /// As in Rust.
    #[default]
    Same,
    Camel,
    Kebab,
}

impl Options {
    pub fn read(attributes: &[Attribute]) -> Result<Options> {
        let mut options = Options::default();
        for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("serde")) {
            attribute.parse_nested_meta(|meta| {
                let name = meta.path.require_ident()?.to_string();
                let text = || meta.value()?.parse::<LitStr>();
                match name.as_str() {
                    "tag" => options.tag = Some(text()?.value()),
                    "rename_all" => options.rename_all = Case::read(&text()?)?,
                    "rename_all_fields" => options.rename_all_fields = Case::read(&text()?)?,
                    "deny_unknown_fields" => options.deny_unknown_fields = true,
                    "flatten" => options.flatten = true,
                    "default" => options.default = true,
                    "skip" => options.skip = true,
                    // Such a field is read by its inside either way.
                    "transparent" => {}
                    // Only about writing.
                    "skip_serializing_if" => drop(text()?),
                    _ => return Err(meta.error("`Read` does not know this attribute")),
                }
                Ok(())
            })?;
        }
        Ok(options)
    }
}

impl Case {
    fn read(text: &LitStr) -> Result<Case> {
        match text.value().as_str() {
            "camelCase" => Ok(Case::Camel),
            "kebab-case" => Ok(Case::Kebab),
            _ => Err(Error::new(text.span(), "`Read` does not know this case")),
        }
    }

    /// The name of a field, `in_snake_case` in Rust.
    pub fn field(self, name: Option<&Ident>) -> LitStr {
        let name = name.map(Ident::to_string).unwrap_or_default();
        let written = match self {
            Case::Same => name,
            Case::Camel => {
                let mut words = name.split('_');
                let first = words.next().unwrap_or_default().to_owned();
                words.fold(first, |name, word| {
                    let (initial, rest) = word.split_at(word.len().min(1));
                    name + &initial.to_uppercase() + rest
                })
            }
            Case::Kebab => name.replace('_', "-"),
        };
        LitStr::new(&written, Span::call_site())
    }

    /// The name of a variant, `InPascalCase` in Rust.
    pub fn variant(self, name: &Ident) -> LitStr {
        let mut written = String::new();
        for letter in name.to_string().chars() {
            match self {
                Case::Same => written.push(letter),
                Case::Camel if written.is_empty() => written.extend(letter.to_lowercase()),
                Case::Camel => written.push(letter),
                Case::Kebab => {
                    if letter.is_uppercase() && !written.is_empty() {
                        written.push('-');
                    }
                    written.extend(letter.to_lowercase());
                }
            }
        }
        LitStr::new(&written, Span::call_site())
    }
}
