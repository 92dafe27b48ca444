//! `#[derive(Read)]`: reads what `#[derive(Serialize)]` of serde writes, in a tenth of the code that
//! `#[derive(Deserialize)]` makes of it. See `src/read.rs` of the core.
//!
//! It knows those attributes of serde that the core uses, and refuses to compile others.

mod names;

use names::{Case, Options};
use proc_macro2::TokenStream;
use quote::quote;
use syn::{Data, DeriveInput, Fields, GenericParam, Result, parse_quote};

/// Implements `whystall::read::Read`, and with it `serde::Deserialize`.
#[proc_macro_derive(Read, attributes(serde))]
pub fn read(item: proc_macro::TokenStream) -> proc_macro::TokenStream {
    syn::parse(item).and_then(implement).unwrap_or_else(|error| error.into_compile_error()).into()
}

fn implement(item: DeriveInput) -> Result<TokenStream> {
    let options = Options::read(&item.attrs)?;
    let name = &item.ident;
    let body = match &item.data {
        Data::Struct(data) => {
            let made = fields(quote!(#name), &data.fields, &quote!(from), options.rename_all)?;
            let only =
                options.deny_unknown_fields.then(|| only(&data.fields, options.rename_all)).transpose()?;
            quote!(#only Ok(#made))
        }
        Data::Enum(data) => variants(data, &options)?,
        Data::Union(data) => return Err(syn::Error::new(data.union_token.span, "a union cannot be read")),
    };
    let absent = match &item.data {
        Data::Struct(data) if matches!(data.fields, Fields::Unit) => {
            quote!(fn absent() -> Option<Self> { Some(#name) })
        }
        _ => TokenStream::new(),
    };

    let mut generics = item.generics.clone();
    for parameter in &mut generics.params {
        if let GenericParam::Type(parameter) = parameter {
            parameter.bounds.push(parse_quote!(::whystall::read::Read));
        }
    }
    let mut lent = generics.clone();
    lent.params.insert(0, parse_quote!('de));
    let (lent, ..) = lent.split_for_impl();
    let (plain, its, bounds) = generics.split_for_impl();
    Ok(quote! {
        impl #plain ::whystall::read::Read for #name #its #bounds {
            fn read<S: ::whystall::read::Source>(from: &S) -> Result<Self, ::whystall::read::Fault> {
                #body
            }
            #absent
        }
        impl #lent ::serde::Deserialize<'de> for #name #its #bounds {
            fn deserialize<D: ::serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                ::whystall::read::deserialize(from)
            }
        }
    })
}

/// An expression that makes `constructor` of the members of `from`, or of all of it.
fn fields(constructor: TokenStream, fields: &Fields, from: &TokenStream, case: Case) -> Result<TokenStream> {
    let named = match fields {
        Fields::Unit => return Ok(constructor),
        Fields::Unnamed(fields) if fields.unnamed.len() == 1 => {
            return Ok(quote!(#constructor(::whystall::read::Read::read(#from)?)));
        }
        Fields::Unnamed(fields) => return Err(syn::Error::new_spanned(fields, "name the fields")),
        Fields::Named(fields) => &fields.named,
    };
    let mut read = Vec::new();
    for field in named {
        let options = Options::read(&field.attrs)?;
        let name = field.ident.as_ref();
        let key = case.field(name);
        read.push(match () {
            () if options.skip => quote!(#name: Default::default()),
            () if options.flatten => quote!(#name: ::whystall::read::Read::read(#from)?),
            () if options.default => quote!(#name: ::whystall::read::member_or_default(#from, #key)?),
            () => quote!(#name: ::whystall::read::member(#from, #key)?),
        });
    }
    Ok(quote!(#constructor { #(#read),* }))
}

/// A statement that refuses members of other names.
fn only(fields: &Fields, case: Case) -> Result<TokenStream> {
    let mut names = Vec::new();
    for field in fields {
        if !Options::read(&field.attrs)?.skip {
            names.push(case.field(field.ident.as_ref()));
        }
    }
    Ok(quote!(::whystall::read::only(from, &[#(#names),*])?;))
}

/// The body that reads an enum: tagged as `tag` says, else by the one member there is; a bare text where all is said
/// by the variant's name.
fn variants(data: &syn::DataEnum, options: &Options) -> Result<TokenStream> {
    let unit = data.variants.iter().all(|variant| matches!(variant.fields, Fields::Unit));
    let from = if options.tag.is_some() { quote!(from) } else { quote!(&within) };
    let mut names = Vec::new();
    let mut arms = Vec::new();
    for (index, variant) in data.variants.iter().enumerate() {
        Options::read(&variant.attrs)?;
        let name = &variant.ident;
        let made = fields(quote!(Self::#name), &variant.fields, &from, options.rename_all_fields)?;
        names.push(options.rename_all.variant(name));
        // There is none after the last.
        let is_last = index + 1 == data.variants.len();
        arms.push(if is_last { quote!(_ => #made) } else { quote!(#index => #made) });
    }
    let variant = match &options.tag {
        Some(tag) => quote!(let variant = ::whystall::read::tag(from, #tag, &[#(#names),*])?;),
        None if unit => quote!(let variant = ::whystall::read::name(from, &[#(#names),*])?;),
        None => quote!(let (variant, within) = ::whystall::read::choice(from, &[#(#names),*])?;),
    };
    Ok(quote!(#variant Ok(match variant { #(#arms),* })))
}
