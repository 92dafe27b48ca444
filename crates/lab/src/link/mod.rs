//! One direction of an emulated link. It owns no clock and no socket: packets and the time go in, and it says which
//! packet leaves when. The driver in [`crate::emulator`] does the rest.
//!
//! A packet waits in a bounded queue, takes its time on the wire, may be lost there, and arrives after a delay.
//! Order is kept: jitter makes a packet late, and those behind it no earlier.

mod loss;
mod shape;
#[cfg(test)]
mod tests;

pub use loss::Loss;
pub use shape::{Change, Shape, duration, read_words};

use std::collections::VecDeque;

/// Nanoseconds since whenever the caller's clock began.
pub type Nanos = u64;

/// What became of a packet that was offered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It waits for its turn, or is on its way.
    Taken,
    /// The queue was full.
    Overflow,
    /// The link is cut.
    Cut,
}

/// What a link did, in packets and bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Counts {
    pub delivered: u64,
    pub bytes: u64,
    pub lost: u64,
    pub overflowed: u64,
    pub cut: u64,
    /// The most that ever waited, bytes.
    pub deepest: usize,
}

/// One direction of a link.
pub struct Link<Packet> {
    shape: Shape,
    loss: loss::Channel,
    random: fastrand::Rng,
    waiting: VecDeque<(Packet, usize)>,
    /// Bytes in `waiting`, the one on the wire included.
    depth: usize,
    /// Of the packet at the head of `waiting`: bits still to go on the wire, as of `since`.
    head_bits: u64,
    since: Nanos,
    flying: VecDeque<(Nanos, Packet, usize)>,
    last_arrival: Nanos,
    counts: Counts,
}

impl<Packet> Link<Packet> {
    /// A link of this shape. The same seed loses and delays the same packets.
    pub fn new(shape: Shape, seed: u64) -> Self {
        Link {
            shape,
            loss: loss::Channel::default(),
            random: fastrand::Rng::with_seed(seed),
            waiting: VecDeque::new(),
            depth: 0,
            head_bits: 0,
            since: 0,
            flying: VecDeque::new(),
            last_arrival: 0,
            counts: Counts::default(),
        }
    }

    /// A packet arrives at the near end.
    pub fn offer(&mut self, now: Nanos, packet: Packet, size: usize) -> Fate {
        self.advance(now);
        if self.shape.cut {
            self.counts.cut += 1;
            return Fate::Cut;
        }
        if self.depth + size > self.shape.queue {
            self.counts.overflowed += 1;
            return Fate::Overflow;
        }
        if self.waiting.is_empty() {
            self.head_bits = bits(size);
            self.since = now;
        }
        self.waiting.push_back((packet, size));
        self.depth += size;
        self.counts.deepest = self.counts.deepest.max(self.depth);
        self.advance(now);
        Fate::Taken
    }

    /// When [`Link::arrive`] should be asked again, if nothing else happens.
    pub fn next(&self) -> Option<Nanos> {
        let arrival = self.flying.front().map(|(due, ..)| *due);
        let sent = (!self.waiting.is_empty()).then(|| self.head_sent());
        arrival.into_iter().chain(sent).min()
    }

    /// The next packet that has arrived at the far end by now, and when it was due.
    pub fn arrive(&mut self, now: Nanos) -> Option<(Nanos, Packet)> {
        self.advance(now);
        self.flying.front().filter(|(due, ..)| *due <= now)?;
        let (due, packet, size) = self.flying.pop_front()?;
        self.counts.delivered += 1;
        self.counts.bytes += size as u64;
        Some((due, packet))
    }

    /// Changes the shape from now on. What is on the wire goes on at the new rate; a cut loses what waits.
    pub fn reshape(&mut self, now: Nanos, shape: Shape) {
        self.advance(now);
        if !self.waiting.is_empty() {
            let sent = self.shape.bits_in(now.saturating_sub(self.since));
            self.head_bits = self.head_bits.saturating_sub(sent);
            self.since = self.since.max(now);
        }
        self.shape = shape;
        if self.shape.cut {
            self.counts.cut += self.waiting.len() as u64;
            self.waiting.clear();
            self.depth = 0;
        }
        self.advance(now);
    }

    /// What it is like now.
    pub fn shape(&self) -> Shape {
        self.shape
    }

    /// What it did so far.
    pub fn counts(&self) -> Counts {
        self.counts
    }

    /// When the last bit of the head is on the wire.
    fn head_sent(&self) -> Nanos {
        self.since.saturating_add(self.shape.time_for(self.head_bits))
    }

    /// Moves what has left the wire by now to where it flies.
    fn advance(&mut self, now: Nanos) {
        while !self.waiting.is_empty() {
            let sent = self.head_sent();
            if sent > now {
                return;
            }
            let Some((packet, size)) = self.waiting.pop_front() else { return };
            self.depth -= size;
            self.since = sent;
            self.head_bits = self.waiting.front().map_or(0, |(_, size)| bits(*size));
            // Lost on the wire: it took its time there all the same, as on a radio.
            if self.loss.loses(&self.shape.loss, &mut self.random) {
                self.counts.lost += 1;
                continue;
            }
            let jitter = self.random.u64(0..=self.shape.jitter);
            let arrival = (sent + self.shape.delay + jitter).max(self.last_arrival);
            self.last_arrival = arrival;
            self.flying.push_back((arrival, packet, size));
        }
    }
}

fn bits(size: usize) -> u64 {
    8 * size as u64
}
