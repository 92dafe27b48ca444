//! What the origin has that is more than files: a live stream as far as it is published, encrypted media, and licences.

use anyhow::{Context, Result};
use serde::Deserialize;
use std::io::{BufRead, BufReader, Write};
use std::process::{ChildStdin, Command, Stdio};

/// Where it listens, on its own node.
#[derive(Clone, Copy, Deserialize)]
pub struct Made {
    pub stream: u16,
    pub licences: u16,
}

/// It runs. It ends with the laboratory.
pub struct Service {
    pub made: Made,
    orders: ChildStdin,
}

impl Service {
    /// Starts it in the node of this thread.
    pub fn start() -> Result<Service> {
        let mut command = Command::new("node");
        command.arg("crates/lab/service.mjs").stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().context("starting node")?;
        let orders = child.stdin.take().context("node has no input")?;
        let mut line = String::new();
        BufReader::new(child.stdout.take().context("node has no output")?).read_line(&mut line)?;
        Ok(Service { made: serde_json::from_str(&line).context("the service does not start")?, orders })
    }

    /// Lets the live stream go on, or not.
    pub fn publish(&self, on: bool) -> Result<()> {
        writeln!(&self.orders, "{on}").context("the service has ended")
    }
}
