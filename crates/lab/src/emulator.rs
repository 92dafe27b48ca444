//! Carries packets between the devices at the ends of the links, at the times that the links say.
//! One thread; it measures how late it is, for a run in which it was late is worth nothing.

use crate::link::{Change, Counts, Link, Nanos, Shape};
use crate::topology::{Direction, Wire};
use anyhow::{Context, Result, ensure};
use nix::poll::{PollFd, PollFlags, ppoll};
use nix::sys::time::TimeSpec;
use nix::unistd::gettid;
use serde::Serialize;
use std::io::{PipeReader, PipeWriter, Read, Write, pipe};
use std::os::fd::AsFd;
use std::process::{Command, Stdio};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};
use tun_rs::SyncDevice;

/// A running emulator. It ends with this.
pub struct Emulator {
    orders: Sender<Order>,
    bell: PipeWriter,
    links: Vec<String>,
}

/// A link with a device at either end.
pub struct Joint {
    pub name: String,
    pub near: SyncDevice,
    pub far: SyncDevice,
}

/// What went over the links, and how late it was delivered.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Stats {
    /// Of each link: its name, up, down.
    pub links: Vec<(String, Counts, Counts)>,
    pub lateness: Lateness,
}

/// How long after their time packets were delivered, since it was last asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Lateness {
    pub packets: u64,
    /// More than [`LATE`].
    pub late: u64,
    /// Microseconds.
    pub worst: u64,
}

/// A delivery this much too late changes what a player sees, nanoseconds: a tenth of a usual round trip here [P].
const LATE: Nanos = 5_000_000;

/// Packets taken from one device before the others have their turn: what a fast sender puts there within a millisecond.
const TURN: usize = 64;

/// Bytes of the largest packet.
const LARGEST: usize = 2048;

enum Order {
    Change {
        link: usize,
        direction: Direction,
        change: Change,
    },
    /// As it was at the start.
    Restore {
        link: usize,
    },
    Stats(Sender<Stats>),
    Stop,
}

impl Emulator {
    /// Starts carrying. The seed decides what is lost and delayed.
    pub fn start(wires: &[Wire], joints: Vec<Joint>, seed: u64) -> Result<Emulator> {
        let links = joints.iter().map(|joint| joint.name.clone()).collect();
        let (reader, bell) = pipe()?;
        let (orders, inbox) = channel();
        let mut lanes = Vec::new();
        for (number, (wire, joint)) in wires.iter().zip(joints).enumerate() {
            let Joint { name, near, far } = joint;
            let original = wire.shapes();
            let [up, down] = original;
            let seed = seed.wrapping_mul(1000).wrapping_add(2 * number as u64);
            lanes.push(Lane {
                name,
                original,
                ends: [near, far],
                links: [Link::new(up, seed), Link::new(down, seed + 1)],
            });
        }
        thread::Builder::new().name("emulator".to_owned()).spawn(move || {
            be_prompt();
            let carrier = Carrier { lanes, began: Instant::now(), lateness: Lateness::default() };
            if let Err(error) = carrier.carry(reader, &inbox) {
                eprintln!("the emulator failed: {error:#}");
            }
        })?;
        Ok(Emulator { orders, bell, links })
    }

    /// Changes a link from now on.
    pub fn change(&self, link: &str, direction: Direction, change: Change) -> Result<()> {
        self.order(Order::Change { link: self.number(link)?, direction, change })
    }

    /// Makes a link again what it was at the start.
    pub fn restore(&self, link: &str) -> Result<()> {
        self.order(Order::Restore { link: self.number(link)? })
    }

    /// What it did so far; lateness counts from the last time this was asked.
    pub fn stats(&self) -> Result<Stats> {
        let (sender, answer) = channel();
        self.order(Order::Stats(sender))?;
        Ok(answer.recv_timeout(Duration::from_secs(5))?)
    }

    fn number(&self, link: &str) -> Result<usize> {
        self.links.iter().position(|name| name == link).with_context(|| format!("there is no link {link}"))
    }

    fn order(&self, order: Order) -> Result<()> {
        self.orders.send(order).ok().context("the emulator has ended")?;
        (&self.bell).write_all(&[1]).context("the emulator has ended")
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.order(Order::Stop);
    }
}

impl Lateness {
    /// Whether what was measured over these links is worth something: 99 of 100 deliveries on time [P].
    pub fn acceptable(&self) -> bool {
        self.late * 100 <= self.packets
    }

    fn add(&mut self, by: Nanos) {
        self.packets += 1;
        self.late += u64::from(by > LATE);
        self.worst = self.worst.max(by / 1000);
    }
}

struct Lane {
    name: String,
    ends: [SyncDevice; 2],
    original: [Shape; 2],
    /// Up, from the near end to the far, and down.
    links: [Link<Vec<u8>>; 2],
}

struct Carrier {
    lanes: Vec<Lane>,
    began: Instant,
    lateness: Lateness,
}

impl Carrier {
    fn carry(mut self, mut bell: PipeReader, inbox: &Receiver<Order>) -> Result<()> {
        loop {
            let ready = self.wait(&bell)?;
            self.fetch(&ready.ends);
            if ready.bell {
                // One order for each ring, but for those that came together.
                let mut rings = [0; 64];
                ensure!(bell.read(&mut rings)? > 0, "nobody is left to give orders");
                for order in inbox.try_iter() {
                    match order {
                        Order::Stop => return Ok(()),
                        Order::Stats(answer) => drop(answer.send(self.stats())),
                        Order::Change { link, direction, change } => self.change(link, direction, &change),
                        Order::Restore { link } => self.restore(link),
                    }
                }
            }
            self.deliver();
        }
    }

    fn now(&self) -> Nanos {
        since(self.began)
    }

    /// Until there is something to do.
    fn wait(&self, bell: &PipeReader) -> Result<Ready> {
        let next = self.lanes.iter().flat_map(|lane| &lane.links).filter_map(Link::next).min();
        let left = next.map(|next| TimeSpec::from(Duration::from_nanos(next.saturating_sub(self.now()))));
        let mut watched = vec![PollFd::new(bell.as_fd(), PollFlags::POLLIN)];
        for end in self.lanes.iter().flat_map(|lane| &lane.ends) {
            watched.push(PollFd::new(end.as_fd(), PollFlags::POLLIN));
        }
        match ppoll(&mut watched, left, None) {
            Err(nix::errno::Errno::EINTR) => return Ok(Ready::default()),
            other => other?,
        };
        let mut ready = watched.iter().map(|one| one.any().unwrap_or(false));
        Ok(Ready { bell: ready.next().unwrap_or(false), ends: ready.collect() })
    }

    /// Takes what the nodes have sent.
    fn fetch(&mut self, ready: &[bool]) {
        let mut packet = [0; LARGEST];
        let began = self.began;
        let ends = self.lanes.iter_mut().flat_map(|lane| lane.ends.iter().zip(&mut lane.links));
        for ((end, link), _) in ends.zip(ready).filter(|(_, ready)| **ready) {
            for _ in 0..TURN {
                let Ok(length) = end.recv(&mut packet) else { break };
                let packet = packet.get(..length).unwrap_or_default().to_vec();
                // What becomes of it is in the link's counts.
                let _ = link.offer(since(began), packet, length);
            }
        }
    }

    /// Hands over what has arrived.
    fn deliver(&mut self) {
        let now = self.now();
        for Lane { ends: [near, far], links: [up, down], .. } in &mut self.lanes {
            for (end, link) in [(far, up), (near, down)] {
                while let Some((due, packet)) = link.arrive(now) {
                    self.lateness.add(now - due);
                    // A node that takes no more packets loses them, as a real one does.
                    let _ = end.send(&packet);
                }
            }
        }
    }

    fn change(&mut self, link: usize, direction: Direction, change: &Change) {
        let now = self.now();
        let Some(Lane { links: [up, down], .. }) = self.lanes.get_mut(link) else { return };
        for (link, other) in [(up, Direction::Down), (down, Direction::Up)] {
            if direction != other {
                let mut shape = link.shape();
                change.apply(&mut shape);
                link.reshape(now, shape);
            }
        }
    }

    fn restore(&mut self, link: usize) {
        let now = self.now();
        let Some(Lane { links, original, .. }) = self.lanes.get_mut(link) else { return };
        for (link, shape) in links.iter_mut().zip(original) {
            link.reshape(now, *shape);
        }
    }

    fn stats(&mut self) -> Stats {
        let links = self
            .lanes
            .iter()
            .map(|Lane { name, links: [up, down], .. }| (name.clone(), up.counts(), down.counts()));
        Stats { links: links.collect(), lateness: std::mem::take(&mut self.lateness) }
    }
}

/// What can be read without waiting.
#[derive(Default)]
struct Ready {
    bell: bool,
    /// Each lane's near end and its far.
    ends: Vec<bool>,
}

fn since(began: Instant) -> Nanos {
    Nanos::try_from(began.elapsed().as_nanos()).unwrap_or(Nanos::MAX)
}

/// Before all others that want a processor. Where that is refused, the lateness will tell.
fn be_prompt() {
    let thread = gettid().to_string();
    let quiet = |program: &mut Command| {
        program.stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|s| s.success())
    };
    if !quiet(Command::new("chrt").args(["--fifo", "--pid", "1", &thread])) {
        quiet(Command::new("renice").args(["-n", "-15", "-p", &thread]));
    }
}
