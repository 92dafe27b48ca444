//! `whystall`: explains, verifies, replays, counts and exports evidence.
//!
//! Files are read one after the other as a directory is walked, worked on by all processors, and answered in their order
//! ([`ordered`]). What is held at a time is a few files, however many there are.

mod args;
mod commands;
mod evidence;
pub mod export;
mod files;
mod ordered;
mod paint;
mod progress;
pub mod row;
mod stats;

pub use commands::run;
