//! The façade: one frame's session.

use crate::bundle::Bundle;
use crate::event::Input;
use crate::status::Status;
use crate::time::Wall;
use crate::verdict::{MODEL, Report};

/// What the caller should do next.
#[derive(Clone, Debug, PartialEq)]
pub enum Output {
    /// Hand in [`crate::Event::Tick`] at this time, or any input before it.
    WakeAt(Wall),
    /// What is going on has changed: show it.
    View(Box<Status>),
    /// A stall has ended: keep its evidence.
    Record(Box<Bundle>),
}

/// Watches the media elements of one frame.
pub struct Session {
    build: String,
}

impl Session {
    /// A session that has seen nothing. `build` names the program in the bundles it makes.
    pub fn new(build: &str) -> Session {
        Session { build: build.to_owned() }
    }
    /// Takes one input. Inputs come in the order of the numbered log; their times may go back a little.
    pub fn handle(&mut self, _input: Input) {}
    /// The next output, `None` when all were taken.
    pub fn poll(&mut self) -> Option<Output> {
        let _ = &self.build;
        None
    }
    /// The inputs that this session would need to be rebuilt.
    pub fn inputs(&self) -> &[Input] {
        &[]
    }
    /// What is going on right now.
    pub fn status(&self) -> Status {
        Status::default()
    }
}

/// Replays recorded inputs.
pub fn explain(_inputs: &[Input]) -> Report {
    Report { model: MODEL, stalls: Vec::new() }
}
