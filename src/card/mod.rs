//! The card: a picture of a verdict, fit for a post. It carries what could not be told apart, and in a QR code which evidence
//! it rests on, so that it says no more on its own than it said on the page.

mod code;
mod layout;
mod parts;
mod svg;
#[cfg(test)]
mod tests;
mod text;
mod timeline;

pub use layout::Format;

use crate::verdict::{SegmentAccount, Stall, Value};
use crate::view::Node;
use crate::wording::{self, Words};
use layout::Layout;
use svg::{Palette, rect, to_xml};

/// Whether dark on light or light on dark.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Theme {
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
}

/// What the viewer wants to be seen.
#[derive(Clone, Copy, Debug)]
pub struct Shown<'a> {
    /// The names of servers.
    pub host: bool,
    /// The stall's local date and time, as the caller words it.
    pub date: Option<&'a str>,
    /// What the viewer calls the network that it was watched over. The evidence does not know it.
    pub network: Option<&'a str>,
    /// What the video shows, as a `data:` address of a JPEG; of nothing else a picture is made.
    pub picture: Option<&'a str>,
}

/// Begins the address of a picture.
const PICTURE: &str = "data:image/jpeg;base64,";
/// Longest address of a picture: several times that of a JPEG of 512 by 288 pixels.
const PICTURE_LIMIT: usize = 512 << 10;

impl<'a> Shown<'a> {
    fn picture(&self) -> Option<&'a str> {
        let base64 = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=');
        let fits = |address: &&str| {
            let data = address.strip_prefix(PICTURE).unwrap_or_default();
            !data.is_empty() && address.len() <= PICTURE_LIMIT && data.bytes().all(base64)
        };
        self.picture.filter(fits)
    }
}

/// An SVG of the verdict. `fingerprint` is the hash of the bundle that goes with it.
pub fn svg(
    stall: &Stall,
    fingerprint: &str,
    shown: Shown,
    format: Format,
    theme: Theme,
    words: &Words,
) -> String {
    let nameless = without_names(stall);
    let stall = if shown.host { stall } else { &nameless };
    // A hash is 64 hexadecimal digits.
    let hash: String = fingerprint.chars().filter(char::is_ascii_hexdigit).take(64).collect();
    let (width, height) = format.size();
    let layout = Layout::of(format, shown.picture().is_some());
    let card = Card { stall, hash, shown, layout: &layout, palette: &Palette::of(theme), words };
    let root = Node::new("svg")
        .with("xmlns", "http://www.w3.org/2000/svg")
        .with("width", width)
        .with("height", height)
        .with("viewBox", format!("0 0 {width} {height}"))
        .with("xml:lang", words.tag())
        .with(
            "font-family",
            "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'DejaVu Sans', sans-serif",
        )
        .child(Node::new("title").say(wording::headline(stall, words)))
        .child(rect(0.0, 0.0, f64::from(width), f64::from(height), card.palette.ground))
        .children(card.head())
        .children(card.picture())
        .children(card.path())
        .children(card.zones())
        .children(card.ledger())
        .children(card.code())
        .children(card.facts())
        .children(card.foot());
    to_xml(&root)
}

/// What the card says, for those who do not see it.
pub fn in_words(stall: &Stall, host: bool, words: &Words) -> String {
    let nameless = without_names(stall);
    let stall = if host { stall } else { &nameless };
    let clue = wording::clue(stall, words).map(|phrase| format!(" {phrase}")).unwrap_or_default();
    format!("{}{clue} {}", wording::headline(stall, words), wording::whereabouts(stall, words))
}

struct Card<'a> {
    stall: &'a Stall,
    hash: String,
    shown: Shown<'a>,
    layout: &'a Layout,
    palette: &'a Palette,
    words: &'a Words,
}

impl Card<'_> {
    /// The media segment that playback waited for longest.
    fn blocking(&self) -> Option<&SegmentAccount> {
        let blocking = self.stall.ledger.segments.iter().filter(|account| account.blocking);
        blocking.max_by_key(|account| account.elapsed)
    }
}

/// The same without a name that its words could use.
fn without_names(stall: &Stall) -> Stall {
    let mut nameless = stall.clone();
    for segment in &mut nameless.blocking {
        segment.host = None;
    }
    for finding in &mut nameless.findings {
        finding.values.retain(|name, value| !(name == "host" && matches!(value, Value::Name(_))));
    }
    nameless
}
