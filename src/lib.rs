//! Why did this video stall, and where did the stall come from?
//!
//! Facts in, decisions out. The core reads no clock, touches no page and knows no browser:
//!
//! 1. [`ingress::Ingress`] redacts what the extension's scripts report ([`wire::Fact`]) into [`Input`]s.
//! 2. [`Session::handle`] takes one input; then drain [`Session::poll`] until it answers `None`.
//! 3. [`explain`] replays recorded inputs to a [`verdict::Report`]. Live verdicts are made by the same function on
//!    the same inputs that go into the evidence [`bundle::Bundle`], so a replay cannot differ.
//! 4. [`wording`], [`view`] and [`card`] make sentences and pictures of a verdict.

// What `#[derive(Read)]` names holds here too.
extern crate self as whystall;

pub mod adjustment;
pub mod bundle;
mod canonical;
pub mod card;
mod cause;
pub mod check;
mod conditions;
pub mod container;
mod domain;
pub mod event;
mod explain;
pub mod header;
pub mod history;
pub mod ingress;
mod json;
mod ledger;
mod machine;
pub mod manifest;
mod mime;
#[cfg(feature = "fitting")]
pub use path::fitting;
mod path;
mod placed;
pub mod plain;
pub mod read;
pub mod session;
mod sort;
mod stall;
pub mod status;
#[cfg(any(test, feature = "story"))]
pub mod story;
pub mod tally;
mod target;
pub mod time;
mod timeline;
pub mod verdict;
pub mod view;
pub mod wire;
pub mod wording;

pub use event::{Event, Input};
pub use explain::explain;
pub use path::{home_use, wants_answer};
pub use session::{Output, Session};
