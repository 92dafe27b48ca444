//! The browser inside its node, driven by drive.mjs.

use crate::lab::Lab;
use anyhow::{Context, Result, bail};
use serde::Deserialize;
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::thread;
use std::time::Duration;

/// A browser that plays.
pub struct Driver {
    process: Mutex<(Child, ChildStdin)>,
    lines: Mutex<Receiver<Said>>,
    browser: OnceLock<u32>,
}

/// What is to be played, and how the browser is set up for it.
pub struct Order<'a> {
    pub browser: &'a str,
    /// Of the page.
    pub address: &'a str,
    /// Media seconds that are enough.
    pub until: f64,
    /// What is in the extension's storage.
    pub settings: &'a Value,
    /// A table of networks that it has in place of its own.
    pub networks: &'a Path,
    /// Megabytes of media that the browser holds; 0: as many as it likes.
    pub quota: u32,
}

/// What the driver says.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Said {
    /// The browser runs, as this process.
    Browser(u32),
    /// Playback is here, media seconds.
    At(f64),
    /// Playback is over, and this was recorded.
    Done(Value),
}

impl Driver {
    /// Starts it in the node `device`, its files in `room`.
    pub fn start(lab: &Lab, order: &Order, room: &Path) -> Result<Driver> {
        let Order { browser, address, until, settings, networks, quota } = order;
        let mut command = Command::new("node");
        command
            .args(["crates/lab/drive.mjs", browser, address, &until.to_string(), &settings.to_string()])
            .arg(networks)
            .arg(quota.to_string())
            .env("TMPDIR", room)
            .env("HOME", room)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped());
        let mut child = lab.network("device")?.within(|| command.spawn().context("starting node"))?;
        let input = child.stdin.take().context("node has no input")?;
        let output = BufReader::new(child.stdout.take().context("node has no output")?);
        let (sender, lines) = channel();
        thread::spawn(move || {
            for line in output.lines().map_while(Result::ok) {
                let Ok(said) = serde_json::from_str(&line) else {
                    eprintln!("{line}");
                    continue;
                };
                if sender.send(said).is_err() {
                    return;
                }
            }
        });
        Ok(Driver { process: Mutex::new((child, input)), lines: Mutex::new(lines), browser: OnceLock::new() })
    }

    /// What it says next, if it says something within this time.
    pub fn next(&self, patience: Duration) -> Result<Option<Said>> {
        let lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        match lines.recv_timeout(patience) {
            Ok(said) => {
                if let Said::Browser(id) = said {
                    self.browser.set(id).ok();
                }
                Ok(Some(said))
            }
            Err(RecvTimeoutError::Timeout) => Ok(None),
            Err(RecvTimeoutError::Disconnected) => bail!("the driver ended before the playback did"),
        }
    }

    /// Runs some JavaScript in the page.
    pub fn run(&self, script: &str) -> Result<()> {
        self.tell(&json!({ "page": script }))
    }

    /// Runs some JavaScript in another tab.
    pub fn run_beside(&self, script: &str) -> Result<()> {
        self.tell(&json!({ "beside": script }))
    }

    /// Puts another tab in front of the page's, or takes it away.
    pub fn hide(&self, hidden: bool) -> Result<()> {
        self.tell(&json!({ "hide": hidden }))
    }

    fn tell(&self, order: &Value) -> Result<()> {
        let mut process = self.process.lock().unwrap_or_else(PoisonError::into_inner);
        writeln!(process.1, "{order}").context("the driver has ended")
    }

    /// The browser's process.
    pub fn browser(&self) -> Result<u32> {
        self.browser.get().copied().context("the browser does not run yet")
    }

    /// Waits until it has closed the browser.
    pub fn finish(self) -> Result<()> {
        let (mut child, input) = self.process.into_inner().unwrap_or_else(PoisonError::into_inner);
        drop(input);
        child.wait()?;
        Ok(())
    }
}
