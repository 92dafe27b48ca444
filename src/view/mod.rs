//! What the viewer sees, as a tree that the extension's pages draw without thinking.

use crate::status::Status;
use crate::wording::Words;
use serde::Serialize;

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
        a: std::collections::BTreeMap<&'static str, String>,
        /// Children.
        c: Vec<Node>,
    },
}

/// What the viewer asked of the overlay.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wishes {
    /// The stall that began then was dismissed.
    pub dismissed: Option<crate::time::Wall>,
    /// Nothing should be shown on this site.
    pub muted: bool,
}

/// The overlay; `None` when there is nothing to say.
pub fn overlay(_status: &Status, _wishes: &Wishes, _words: &Words) -> Option<Node> {
    None
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

/// The popup for a tab whose frames have these statuses.
pub fn popup(_frames: &[Status], _unseen: Option<Unseen>, _wishes: &Wishes, _words: &Words) -> Node {
    Node::Text(String::new())
}
