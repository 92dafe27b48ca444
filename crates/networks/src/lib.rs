//! Which network an address is in, and what a server's name says of where it stands: a table that is made when the extension
//! is built (`make.rs`, from what `data/` pins) and searched where it lies (`table.rs`). Why this data and what is wrong with
//! it: docs/decisions/0015-networks.md.

mod hosts;
#[cfg(feature = "make")]
pub mod make;
mod table;

pub use hosts::{Convention, Stands};
pub use table::{Fault, Network, Table};
