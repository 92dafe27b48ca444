//! Making things go wrong, and well again.

use crate::driver::Driver;
use crate::lab::Lab;
use crate::scenario::What;
use crate::server::{Behaviour, Servers};
use crate::space::Quota;
use anyhow::{Context, Result};
use std::process::{Child, Command, Stdio};

/// What a fault works on.
pub struct Scene<'a> {
    pub lab: &'a Lab,
    pub servers: &'a Servers,
    pub driver: &'a Driver,
}

/// A fault that is on, and how to end it.
pub enum On {
    Link(String),
    Server(String),
    Page(String),
    Hidden,
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
            What::Server { name, silence, rate, refuses } => {
                let behaviour = Behaviour { silence: *silence, rate: *rate, refuses: *refuses };
                self.servers.behave(name, behaviour)?;
                On::Server(name.clone())
            }
            What::Page { begin, end } => {
                self.driver.run(begin)?;
                On::Page(end.clone())
            }
            What::Hidden {} => {
                self.driver.hide(true)?;
                On::Hidden
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

    /// Makes it well again.
    pub fn end(&self, on: On) -> Result<()> {
        match on {
            On::Link(name) => self.lab.emulator.restore(&name),
            On::Server(name) => self.servers.behave(&name, Behaviour::default()),
            On::Page(end) if end.is_empty() => Ok(()),
            On::Page(end) => self.driver.run(&end),
            On::Hidden => self.driver.hide(false),
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
