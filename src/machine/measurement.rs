//! What a check measured.

use super::requests::Fetch;
use crate::event::{Asker, Event, Input, Listed, Reply, Target};
use crate::time::{Micros, Wall};

/// What took less to fetch made no queue that lasted [P].
const LOAD: Micros = Micros::from_millis(1_000);

/// One measurement, as [`Event::Checked`] told of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Measurement {
    /// Index of the input.
    pub fact: u32,
    /// From when.
    pub from: Wall,
    /// Until when.
    pub at: Wall,
    /// As the event has it, like all that follow.
    pub by: Asker,
    /// Whom.
    pub target: Target,
    /// For some targets.
    pub host: Option<String>,
    /// What came of it.
    pub reply: Reply,
    /// Connecting.
    pub connect: Option<Micros>,
    /// First byte.
    pub answer: Option<Micros>,
    /// Body: bytes in how long.
    pub body: Option<(u64, Micros)>,
    /// What the playlist said that it was asked for.
    pub listed: Option<Box<Listed>>,
    /// Nobody vouches that it is another server of the same place.
    pub found: bool,
}

impl Measurement {
    /// What this input tells, if it is of a measurement.
    pub fn of(fact: u32, input: &Input) -> Option<Measurement> {
        let Event::Checked { by, target, host, from, reply, connect, answer, bytes, took, listed, found } =
            &input.event
        else {
            return None;
        };
        let (by, target, reply, host) = (*by, *target, *reply, host.clone());
        let body = bytes.zip(*took);
        let (from, at) = (*from, input.at);
        Some(Measurement {
            fact,
            from,
            at,
            by,
            target,
            host,
            reply,
            connect: *connect,
            answer: *answer,
            body,
            listed: listed.clone(),
            found: *found,
        })
    }

    /// It was really asked, and what came back, if anything, came from there.
    pub fn ran(&self) -> bool {
        !matches!(self.reply, Reply::NotProbed | Reply::Blocked | Reply::Unfit)
    }

    /// How soon something came back: an answer takes a round trip and what the server takes, being refused a round trip. Only
    /// of the router: in the place of servers further away something nearer may refuse.
    pub fn answered_in(&self) -> Option<Micros> {
        match self.reply {
            Reply::Answered | Reply::Error => self.answer,
            Reply::Refused if self.target == Target::Gateway => self.connect,
            _ => None,
        }
    }
}

/// Those of this target before then while nothing was being fetched that took long.
pub fn at_rest<'a>(
    checks: &'a [Measurement],
    fetches: &'a [Fetch],
    target: Target,
    until: Wall,
) -> impl Iterator<Item = &'a Measurement> + 'a {
    checks.iter().filter(move |measured| {
        let meanwhile = |fetch: &Fetch| {
            let over = fetch.over().filter(|over| *over > measured.from);
            fetch.asked < measured.at && over.is_some_and(|over| over - fetch.asked >= LOAD)
        };
        let of_it = measured.target == target && measured.body.is_none();
        of_it && measured.at < until && !fetches.iter().any(meanwhile)
    })
}
