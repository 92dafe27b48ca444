//! One run: a laboratory is built, a story played in it, and what came of it written down.

use crate::driver::{Driver, Said};
use crate::fault::{On, Scene};
use crate::judge::{self, Record, Seen};
use crate::lab::Lab;
use crate::scenario::Scenario;
use crate::server::Servers;
use crate::space::{self, Room, host};
use crate::topology::Topology;
use anyhow::{Context, Result, ensure};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// What is run.
#[derive(Clone, Debug)]
pub struct Run {
    pub scenario: String,
    pub browser: String,
    pub seed: u64,
}

/// Where records are kept.
pub const RUNS: &str = "target/lab/runs";

/// Where scenarios are.
pub const SCENARIOS: &str = "lab/scenarios";

/// How often the story is looked at while nothing is heard of the browser.
const GLANCE: Duration = Duration::from_millis(50);

/// The longest that a run may take.
const PATIENCE: Duration = Duration::from_secs(120);

impl Run {
    /// Its record.
    pub fn file(&self) -> PathBuf {
        Path::new(RUNS).join(format!("{}-{}-{}.json", self.scenario, self.browser, self.seed))
    }

    /// Whether it was done, and counts: one that does not is repeated.
    pub fn counts(&self) -> bool {
        let record =
            fs::read_to_string(self.file()).ok().and_then(|text| serde_json::from_str::<Record>(&text).ok());
        record.is_some_and(|record| record.counts())
    }

    /// Does it, and writes the record. Called inside.
    pub fn perform(&self) -> Result<Record> {
        // Nothing will be said from outside, but it ends with the one there.
        let _lines = space::hold();
        let scenario = Scenario::read(Path::new(SCENARIOS), &self.scenario)?;
        let topology = read_topology()?;
        let room = Room::new(Path::new("target/lab/room"), &topology)?;
        let stage = room.dir("stage")?;
        let staged = Command::new("node")
            .arg("crates/lab/stage.mjs")
            .arg(&stage)
            .arg(&scenario.play.player)
            .status()
            .context("starting node")?;
        ensure!(staged.success(), "stage.mjs failed");
        let lab = Lab::up(topology, self.seed)?;
        let servers = Servers::start(&lab, &room, &stage)?;
        if scenario.play.warm {
            servers.warm(&lab, &scenario.play.server, &stage, &scenario.play.player)?;
        }
        let seen = play(&scenario, &self.browser, &lab, &servers, &room.dir("tmp")?)?;
        let record = judge::judge(&scenario, self, &seen);
        fs::create_dir_all(RUNS)?;
        let base = self.file().with_extension("");
        for (number, stored) in seen.recorded.stored.iter().enumerate() {
            fs::write(format!("{}-{number}.whystall", base.display()), &stored.bundle)?;
        }
        fs::write(format!("{}-served.log", base.display()), &seen.served)?;
        fs::write(self.file(), serde_json::to_string_pretty(&record)?)?;
        Ok(record)
    }
}

/// The path that everything is played on.
pub fn read_topology() -> Result<Topology> {
    let file = "lab/topology.toml";
    Topology::parse(&fs::read_to_string(file).with_context(|| format!("reading {file}"))?)
}

/// Plays it and makes go wrong what the story says, when it says so.
fn play(scenario: &Scenario, browser: &str, lab: &Lab, servers: &Servers, room: &Path) -> Result<Seen> {
    let play = &scenario.play;
    let address = format!(
        "http://{}/index.html?player={}&level={}&buffer={}&stream={}://{}/",
        host("reference-a"),
        play.player,
        play.level,
        play.buffer,
        if play.secure { "https" } else { "http" },
        host(&play.server),
    );
    let driver = Driver::start(lab, browser, &address, play.until, room)?;
    let scene = Scene { lab, servers, driver: &driver };
    let mut coming: Vec<_> = scenario.faults.iter().collect();
    let mut on: Vec<(Instant, On)> = Vec::new();
    let (mut began, mut ended) = (None, None);
    // What was carried before the browser came is not of the playback.
    lab.emulator.stats()?;
    let deadline = Instant::now() + PATIENCE;
    let recorded = loop {
        ensure!(Instant::now() < deadline, "the run did not end in {} s", PATIENCE.as_secs());
        match driver.next(GLANCE)? {
            Some(Said::Done(value)) => {
                break serde_json::from_value(value).context("what the driver recorded")?;
            }
            Some(Said::At(at)) => {
                for fault in coming.extract_if(.., |fault| fault.at <= at) {
                    began = began.or(Some(epoch()));
                    on.push((Instant::now() + Duration::from_nanos(fault.lasts), scene.begin(&fault.what)?));
                }
            }
            Some(Said::Browser(_)) | None => {}
        }
        for (_, over) in on.extract_if(.., |(end, _)| *end <= Instant::now()) {
            scene.end(over)?;
            ended = Some(epoch());
        }
    };
    let stats = lab.emulator.stats()?;
    for (_, over) in on {
        scene.end(over)?;
    }
    driver.finish()?;
    Ok(Seen {
        recorded,
        faults: began.map(|began| (began, ended)),
        links: stats,
        served: servers.log(&play.server)?,
    })
}

/// Milliseconds, on the clock that the browser has too.
fn epoch() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0.0, |time| time.as_secs_f64() * 1000.0)
}
