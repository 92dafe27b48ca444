//! Colours of the ledger's bars, by who holds the data up: the same kinds as in the overlay.

use std::io::{self, IsTerminal};
use whystall::plain::{Paint, unpainted};
use whystall::verdict::Stage;

/// Colours if standard output shows them (<https://no-color.org>).
pub fn for_stdout() -> Paint {
    let set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
    let shown = io::stdout().is_terminal() && !set("NO_COLOR") && !dumb;
    if shown { painted } else { unpainted }
}

fn painted(stage: Option<Stage>, letters: &str) -> String {
    let colour = match stage {
        Some(Stage::Decide | Stage::Process | Stage::Append) => 35,
        Some(Stage::Failed) => 31,
        Some(
            Stage::Queue
            | Stage::Dns
            | Stage::Connect
            | Stage::Tls
            | Stage::RoundTrip
            | Stage::Edge
            | Stage::Origin
            | Stage::Wait
            | Stage::Response,
        ) => 33,
        Some(Stage::Transfer) => 34,
        Some(Stage::Present) | None => 90,
    };
    if letters.is_empty() { String::new() } else { format!("\u{1b}[{colour}m{letters}\u{1b}[0m") }
}
