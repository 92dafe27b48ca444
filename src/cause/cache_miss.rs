//! The server that was asked did not have the piece ready. It had to get it from behind, from the service itself, and waited.
//!
//! # What shows it
//! The server's own word: how long it waited for what is behind it (`origin` of `Server-Timing` and its dialects), beyond what
//! is usual on this host, and usually that its cache missed.
//!
//! # What is proven and what is not
//! - The time is the server's word. It is held against what was seen: what does not fit into the wait for the first byte, what a
//!   cache may have passed on from an earlier time, and what several CDNs in a row say of each other is not believed.
//! - A server that only says that its cache missed has not said how long that took. The wait stays whole, and nobody is cleared.
//! - On a hit nothing behind the server was asked, and what its headers say of it is of another time.
//! - What lies behind the server is not told apart: the service's own machines, and the network between them and the CDN.
//!
//! # When Whystall does not say so
//! When another stage cost more.
//!
//! # Where it can sit
//! Behind the edge (`origin`), if that has at least 90 % of what is explained of the stall and half of all of it; else anywhere
//! from the home network on, for the server accounts for its own part and not for the rest.

use super::{Case, Cause};
use crate::verdict::{Stage, Zone};

pub const CAUSE: Cause = Cause {
    id: "cache-miss",
    weight: |case: &Case| case.confessed(Stage::Origin),
    zones: |case: &Case| case.zones_of(Stage::Origin, &[Zone::Origin]),
    findings: |case: &Case| case.told_by_server(Stage::Origin, "origin-time", None),
    lead: "origin-time",
};
