//! What the viewer sees, as a tree that the extension's pages draw without thinking.

mod adjustment;
mod chart;
mod check;
pub(crate) mod evidence;
mod history;
mod overlay;
pub(crate) mod path;
mod popup;
#[cfg(test)]
mod tests;

pub use history::{Kept, KeptStall, with_history};
pub use overlay::overlay;
pub use popup::popup;

use crate::verdict::Stall;
use crate::wording::Words;
use serde::Serialize;
use std::collections::BTreeMap;

/// A verdict and all that it rests on, to be read at leisure.
pub fn explained(stall: &Stall, words: &Words) -> Node {
    let explained = Node::classed("section", "stall").with("lang", words.tag());
    explained
        .children(popup::verdict(stall, &Wishes::default(), words))
        .children(evidence::evidence(stall, words))
}

/// One element, or a text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Node {
    /// A text.
    Text(String),
    /// An element.
    Element {
        /// Tag name. SVG tags are created in the SVG namespace.
        t: &'static str,
        /// Attributes.
        a: BTreeMap<&'static str, String>,
        /// Children.
        c: Vec<Node>,
    },
}

/// The tags that [`overlay`] and [`popup`] use. The renderer draws no other: nothing here can run or load anything.
pub const TAGS: &[&str] = &[
    "button", "caption", "details", "div", "g", "h1", "h2", "h3", "li", "line", "main", "ol", "p", "path",
    "polyline", "rect", "section", "span", "summary", "svg", "table", "tbody", "td", "text", "th", "thead",
    "tr", "ul",
];

/// The attributes that [`overlay`] and [`popup`] use. The renderer sets no other: no style, no address, no handler.
pub const ATTRIBUTES: &[&str] = &[
    "aria-hidden",
    "aria-label",
    "aria-live",
    "class",
    "d",
    "data-action",
    "height",
    "lang",
    "points",
    "role",
    "scope",
    "text-anchor",
    "type",
    "viewBox",
    "width",
    "x",
    "x1",
    "x2",
    "y",
    "y1",
    "y2",
];

/// What the viewer asked of the overlay.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wishes {
    /// The stall or adjustment that began then was dismissed.
    pub dismissed: Option<crate::time::Wall>,
    /// Nothing should be shown on this site.
    pub muted: bool,
    /// What the viewer's provider is called. Shown to the viewer, and no part of any evidence.
    pub provider: Option<String>,
}

/// Why a tab has nothing to show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unseen {
    /// A page of the browser or of an extension, or the browser's own store.
    BrowserPage,
    /// The permission to read this site is missing.
    NoPermission,
    /// No `MediaSource` on this page.
    NoMediaSource,
}

impl Node {
    /// An empty element.
    pub(crate) fn new(t: &'static str) -> Node {
        Node::Element { t, a: BTreeMap::new(), c: Vec::new() }
    }

    /// An element with a class.
    pub(crate) fn classed(t: &'static str, class: &str) -> Node {
        Node::new(t).with("class", class)
    }

    /// The element with this attribute.
    pub(crate) fn with(mut self, name: &'static str, value: impl Attribute) -> Node {
        if let Node::Element { a, .. } = &mut self {
            a.insert(name, value.text());
        }
        self
    }

    /// The element with this child after the others.
    pub(crate) fn child(self, child: Node) -> Node {
        self.children([child])
    }

    /// The element with these children after the others.
    pub(crate) fn children(mut self, children: impl IntoIterator<Item = Node>) -> Node {
        if let Node::Element { c, .. } = &mut self {
            c.extend(children);
        }
        self
    }

    /// The element with this text after its other children.
    pub(crate) fn say(self, text: impl Into<String>) -> Node {
        self.child(Node::Text(text.into()))
    }
}

/// A text for screen readers alone.
fn heard(text: impl Into<String>) -> Node {
    Node::classed("span", "heard").say(text)
}

fn button(action: &str, label: String) -> Node {
    Node::new("button").with("type", "button").with("data-action", action).say(label)
}

/// What an attribute can be.
pub(crate) trait Attribute {
    fn text(self) -> String;
}

impl Attribute for f64 {
    fn text(self) -> String {
        number(self)
    }
}

macro_rules! attribute {
    ($($type:ty),*) => {$(
        impl Attribute for $type {
            fn text(self) -> String {
                self.to_string()
            }
        }
    )*};
}
attribute!(&str, &String, String, bool, i32, usize);

/// A coordinate, to a tenth. By whole numbers: to write a fraction is 14 KB of the standard library.
pub(crate) fn number(value: f64) -> String {
    let tenths = (value * 10.0).round() as i64;
    let (sign, whole, tenth) = (if tenths < 0 { "-" } else { "" }, tenths.abs() / 10, tenths.abs() % 10);
    if tenth == 0 { format!("{sign}{whole}") } else { format!("{sign}{whole}.{tenth}") }
}
