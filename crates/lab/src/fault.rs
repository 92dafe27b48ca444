//! Making things go wrong, and well again.

use crate::driver::Driver;
use crate::lab::Lab;
use crate::link::Change;
use crate::scenario::What;
use crate::server::{Behaviour, Servers};
use crate::space::{Quota, host};
use crate::topology::Direction;
use anyhow::{Context, Result};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// What a fault works on.
pub struct Scene<'a> {
    pub lab: &'a Lab,
    pub servers: &'a Servers,
    pub driver: &'a Driver,
}

/// A fault that is on, and how to end it.
pub enum On {
    Link(String),
    /// `to_come`: the last first.
    Trace {
        name: String,
        direction: Direction,
        to_come: Vec<(Instant, Change)>,
    },
    Server(String),
    Hung(String),
    Unpublished,
    Page(String),
    Hidden,
    Tab,
    Processor(Quota),
    Download(Vec<Child>),
}

impl Scene<'_> {
    /// Makes it go wrong.
    pub fn begin(&self, what: &What) -> Result<On> {
        Ok(match what {
            What::Link { name, direction, to } => {
                self.lab.emulator.change(name, *direction, *to)?;
                On::Link(name.clone())
            }
            What::Trace { name, direction, every, kbps } => {
                let mut to_come: Vec<_> = (0..)
                    .map(|turn| Instant::now() + Duration::from_nanos(turn * every))
                    .zip(kbps.iter().map(|kbps| Change { rate: Some(kbps * 1000), ..Change::default() }))
                    .collect();
                to_come.reverse();
                On::Trace { name: name.clone(), direction: *direction, to_come }
            }
            What::Server { name, only, silence, rate, refuses, stale } => {
                let behaviour = Behaviour {
                    only: only.clone(),
                    silence: *silence,
                    rate: *rate,
                    refuses: *refuses,
                    stale: *stale,
                };
                self.servers.behave(name, behaviour)?;
                On::Server(name.clone())
            }
            What::Hung { node } => {
                self.lab.network(node)?.forward(false)?;
                On::Hung(node.clone())
            }
            What::Unpublished {} => {
                self.servers.publish(false)?;
                On::Unpublished
            }
            What::Page { begin, end } => {
                self.driver.run(begin)?;
                On::Page(end.clone())
            }
            What::Hidden {} => {
                self.driver.hide(true)?;
                On::Hidden
            }
            What::Tab { transfers } => {
                self.driver.run_beside(&downloading(&host("reference-b"), *transfers))?;
                On::Tab
            }
            What::Processor { percent } => On::Processor(Quota::impose(self.driver.browser()?, *percent)?),
            What::Download { transfers } => {
                let url = format!("http://{}/megabyte", self.lab.topology.address("reference-b")?);
                let one = || {
                    let script = format!("while :; do curl --silent --output /dev/null {url}; done");
                    let mut shell = Command::new("sh");
                    shell.args(["-c", &script]).stdin(Stdio::null());
                    self.lab.network("neighbour")?.within(|| shell.spawn().context("starting a download"))
                };
                On::Download((0..*transfers).map(|_| one()).collect::<Result<_>>()?)
            }
        })
    }

    /// Lets it take its course.
    pub fn go_on(&self, on: &mut On) -> Result<()> {
        let On::Trace { name, direction, to_come } = on else { return Ok(()) };
        while let Some((_, change)) = to_come.pop_if(|(at, _)| *at <= Instant::now()) {
            self.lab.emulator.change(name, *direction, change)?;
        }
        Ok(())
    }

    /// Makes it well again.
    pub fn end(&self, on: On) -> Result<()> {
        match on {
            On::Link(name) | On::Trace { name, .. } => self.lab.emulator.restore(&name),
            On::Server(name) => self.servers.behave(&name, Behaviour::default()),
            On::Hung(node) => self.lab.network(&node)?.forward(true),
            On::Unpublished => self.servers.publish(true),
            On::Page(end) if end.is_empty() => Ok(()),
            On::Page(end) => self.driver.run(&end),
            On::Hidden => self.driver.hide(false),
            On::Tab => self.driver.run_beside("downloads = false"),
            On::Processor(quota) => quota.lift(),
            On::Download(running) => {
                // The transfer that each is at ends by itself: it is a megabyte.
                for mut child in running {
                    child.kill()?;
                    child.wait()?;
                }
                Ok(())
            }
        }
    }
}

/// What a tab does that downloads from a server, so many files at once, until `downloads` says otherwise.
fn downloading(server: &str, transfers: u32) -> String {
    format!(
        "globalThis.downloads = true;
         const one = async () => {{
           while (downloads) await (await fetch(`http://{server}/picture?${{Math.random()}}`)).arrayBuffer();
         }};
         for (let n = 0; n < {transfers}; n++) one();"
    )
}
