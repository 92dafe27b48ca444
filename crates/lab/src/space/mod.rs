//! Where the laboratory is: a process tree, mounts and networks of its own, which vanish with it however it ends.
//!
//! The program starts itself again as the first process of a new PID namespace. When that one ends, the kernel kills
//! all others in it, and with the last process that holds them go the network namespaces and the mounts: nothing has
//! a name outside. The one outside holds the writing end of a pipe; should it be killed, the one inside reads its end.

mod network;
mod quota;
mod room;

pub use network::Network;
pub use quota::Quota;
pub use room::{Room, host};

use anyhow::{Context, Result, bail};
use nix::sched::{CloneFlags, unshare};
use std::env;
use std::fmt::{self, Display, Formatter};
use std::io::{self, Read, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;

/// What a test runner takes for "could not be tried here".
pub const SKIPPED: u8 = 77;

/// Why this machine can't have a laboratory. Not a failure, and never a pass.
#[derive(Debug)]
pub struct Skip(pub String);

impl Display for Skip {
    fn fmt(&self, to: &mut Formatter) -> fmt::Result {
        write!(to, "{}", self.0)
    }
}

impl std::error::Error for Skip {}

/// Set for the process that runs inside.
const INSIDE: &str = "WHYSTALL_LAB_INSIDE";

/// Whether this is the process inside.
pub fn inside() -> bool {
    env::var_os(INSIDE).is_some()
}

/// Starts this program again, inside, with these words, and waits for its end. With `talk`, what is typed here is read
/// there. Gives its exit code.
pub fn enter(words: &[&str], talk: bool) -> Result<u8> {
    if !Path::new("/dev/net/tun").exists() {
        bail!(Skip("there is no /dev/net/tun, which the links between the nodes are made of".to_owned()));
    }
    quota::sweep();
    // From a thread of its own: one that has left its PID namespace can't start threads any more.
    let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
    let mut child = thread::spawn(move || start(&words))
        .join()
        .map_err(|_| io::Error::other("starting it panicked"))??;
    let lifeline = child.stdin.take().context("it has no standard input")?;
    let silent = if talk {
        thread::spawn(move || forward(lifeline));
        None
    } else {
        Some(lifeline)
    };
    let status = child.wait()?;
    drop(silent);
    quota::sweep();
    Ok(status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(1))
}

/// Called inside, first of all: ends the laboratory with the one outside, and gives the lines typed there.
pub fn hold() -> mpsc::Receiver<String> {
    let (sender, lines) = mpsc::channel();
    thread::spawn(move || {
        let mut input = io::stdin().lock();
        let (mut text, mut piece) = (Vec::new(), [0; 1024]);
        while let Ok(length @ 1..) = input.read(&mut piece) {
            text.extend_from_slice(piece.get(..length).unwrap_or_default());
            while let Some(end) = text.iter().position(|byte| *byte == b'\n') {
                let line: Vec<u8> = text.drain(..=end).collect();
                // Nobody listens where nothing is to be typed.
                let _ = sender.send(String::from_utf8_lossy(&line).trim().to_owned());
            }
        }
        // The one outside is no more.
        std::process::exit(1);
    });
    lines
}

/// The line that says there will be no more.
pub const END: &str = "\u{4}";

fn start(words: &[String]) -> Result<Child> {
    unshare(CloneFlags::CLONE_NEWPID).map_err(|error| {
        Skip(format!("a process namespace of its own is refused ({error}): it takes root"))
    })?;
    // Whatever has become of its file meanwhile.
    Command::new("/proc/self/exe")
        .args(words)
        .env(INSIDE, "1")
        .stdin(Stdio::piped())
        .spawn()
        .context("starting the laboratory inside")
}

fn forward(mut to: std::process::ChildStdin) {
    for line in io::stdin().lines() {
        let Ok(line) = line else { return };
        if writeln!(to, "{line}").is_err() {
            return;
        }
    }
    // Nothing more will be typed, but the pipe stays open, or that would end it at once.
    if writeln!(to, "{END}").is_ok() {
        loop {
            thread::park();
        }
    }
}
