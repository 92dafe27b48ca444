//! One frame's log, redaction and session, free of JavaScript values so that it is tested as plain Rust.

use serde::Serialize;
use whystall::bundle::Bundle;
use whystall::check::Step;
use whystall::event::Event;
use whystall::ingress::Ingress;
use whystall::read::{Fault, Read, json};
use whystall::status::{PlayState, Status};
use whystall::tally::Watched;
use whystall::time::Wall;
use whystall::verdict::Stall;
use whystall::view::{self, Node, Wishes};
use whystall::wire::Fact;
use whystall::wording::Words;
use whystall::{Input, Output, Session};

/// What became of a batch.
#[derive(Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Outputs {
    /// Tick at this time: milliseconds since the epoch on the page's clock.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wake_at: Option<i64>,
    /// The new overlay, if it has changed; `Some(None)` is "none any more".
    #[serde(skip_serializing_if = "Option::is_none")]
    pub view: Option<Option<Node>>,
    /// The stalls that have ended.
    pub records: Vec<Record>,
    /// What is to be measured, one after the other.
    pub check: Vec<Step>,
}

/// The evidence of one stall.
#[derive(Debug, PartialEq, Serialize)]
pub struct Record {
    /// The bundle's hash.
    pub id: String,
    /// It is in place of the one of this hash.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replaces: Option<String>,
    /// The bundle's bytes.
    pub bundle: String,
    /// The verdict's bytes.
    pub report: String,
}

impl Record {
    fn of(bundle: &Bundle, replaces: Option<String>) -> Record {
        let (bytes, id) = bundle.sealed();
        Record { id, replaces, bundle: text(bytes), report: text(bundle.report.to_bytes()) }
    }
}

/// One frame.
pub struct Frame {
    build: String,
    words: Words,
    session: Session,
    ingress: Ingress,
    wishes: Wishes,
    /// Number of the next fact of the log.
    seq: u64,
    malformed: u32,
    shown: Option<Node>,
    scratch: Vec<Input>,
}

#[derive(Serialize, Read)]
struct Snapshot<Inputs> {
    seq: u64,
    ingress: Ingress,
    inputs: Inputs,
    dismissed: Option<Wall>,
    #[serde(default)]
    watched: Watched,
}

/// What the history is told of a page now and then.
#[derive(Serialize)]
pub struct Account {
    /// What was watched so far.
    watched: Watched,
    /// A stall that no evidence was made of yet.
    stall: Option<Stall>,
}

impl Frame {
    /// A frame of which nothing is known.
    pub fn new(build: &str, words: Words) -> Frame {
        Frame {
            build: build.to_owned(),
            words,
            session: Session::new(build),
            ingress: Ingress::default(),
            wishes: Wishes::default(),
            seq: 0,
            malformed: 0,
            shown: None,
            scratch: Vec::new(),
        }
    }

    /// Takes the log's fact of this number unless it was taken before; `None` is one that could not be read.
    pub fn take(&mut self, number: u64, fact: impl FnOnce() -> Option<Fact>) {
        if number < self.seq {
            return;
        }
        self.seq = number.saturating_add(1);
        let Some(fact) = fact() else {
            self.malformed = self.malformed.saturating_add(1);
            return;
        };
        self.ingress.take(fact, &mut self.scratch);
        for input in self.scratch.drain(..) {
            self.session.handle(input);
        }
    }

    /// Time passed.
    pub fn tick(&mut self, at: Wall) {
        self.session.handle(Input { at, event: Event::Tick });
    }

    /// The viewer's wish.
    pub fn act(&mut self, action: &str) {
        match action {
            "dismiss" => self.wishes.dismissed = newest(&self.session.status()),
            "mute" => self.wishes.muted = true,
            "unmute" => self.wishes.muted = false,
            "check" => self.session.check(),
            "home-alone" => self.session.answer(false),
            "home-shared" => self.session.answer(true),
            "stop-check" => self.session.stop_check(),
            "allow-checks" => self.session.allow_checks(true),
            "forbid-checks" => self.session.allow_checks(false),
            _ => {}
        }
    }

    /// What the viewer's provider is called, to be shown.
    pub fn name_provider(&mut self, name: Option<String>) {
        self.wishes.provider = name;
    }

    /// Drains the session.
    pub fn outputs(&mut self) -> Outputs {
        let mut outputs = Outputs::default();
        while let Some(output) = self.session.poll() {
            match output {
                Output::WakeAt(at) => outputs.wake_at = Some(at.0.saturating_add(999).div_euclid(1000)),
                // Drawn once below, from the newest status.
                Output::View(_) => {}
                Output::Check(steps) => outputs.check.extend(steps),
                Output::Record(bundle) => outputs.records.push(Record::of(&bundle, None)),
                Output::Revise(replaces, bundle) => {
                    outputs.records.push(Record::of(&bundle, Some(replaces)));
                }
            }
        }
        let overlay = self.overlay();
        if overlay != self.shown {
            self.shown = overlay.clone();
            outputs.view = Some(overlay);
        }
        outputs
    }

    /// The overlay as it should stand.
    pub fn overlay(&self) -> Option<Node> {
        view::overlay(&self.session.status(), &self.wishes, &self.words)
    }

    /// What the history is to know by now.
    pub fn account(&self) -> Account {
        Account { watched: self.session.watched(), stall: self.session.unrecorded() }
    }

    /// Playback stands still.
    pub fn stalled(&self) -> bool {
        self.session.is_stalled()
    }

    /// Something plays, or would if it could.
    pub fn playing(&self) -> bool {
        let active = [PlayState::Playing, PlayState::Stalled, PlayState::Seeking, PlayState::Starting];
        self.session.status().media.iter().any(|media| active.contains(&media.playing))
    }

    /// What is going on right now.
    pub fn status(&self) -> Status {
        self.session.status()
    }

    /// How many facts could not be read.
    pub fn malformed(&self) -> u32 {
        self.malformed
    }

    /// All that a new instance needs to go on, as JSON.
    pub fn snapshot(&self) -> serde_json::Result<String> {
        serde_json::to_string(&Snapshot {
            seq: self.seq,
            ingress: self.ingress.clone(),
            inputs: self.session.inputs(),
            dismissed: self.wishes.dismissed,
            watched: self.session.watched(),
        })
    }

    /// Goes on from a snapshot; answers the number of the next fact. Records that come up again were kept before.
    pub fn restore(&mut self, snapshot: &str) -> Result<f64, Fault> {
        let snapshot: Snapshot<Vec<Input>> = json(snapshot)?;
        let mut session = Session::new(&self.build);
        for input in snapshot.inputs {
            session.handle(input);
            while session.poll().is_some() {}
        }
        session.carry(snapshot.watched);
        self.session = session;
        self.ingress = snapshot.ingress;
        self.seq = snapshot.seq;
        self.wishes.dismissed = snapshot.dismissed;
        self.shown = None;
        Ok(self.seq as f64)
    }
}

/// When that began which the overlay is about: the newest stall under way, else the newest of all stalls and adjustments.
fn newest(status: &Status) -> Option<Wall> {
    let media = || status.media.iter();
    let newest = media().filter_map(|media| media.current.as_ref()).map(|stall| stall.began.wall).max();
    let over = media().filter_map(|media| media.last.as_ref()).map(|stall| stall.began.wall);
    let adjusted = media().flat_map(|media| media.adjustments.last().into_iter().chain(&media.adjusted));
    newest.or_else(|| over.chain(adjusted.map(|adjustment| adjustment.began.wall)).max())
}

/// Canonical bytes are JSON, hence UTF-8.
fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap_or_default()
}
