//! One run: a laboratory is built, a story played in it, and what came of it written down.

use crate::drawn;
use crate::driver::{Driver, Order, Said};
use crate::fault::{On, Scene};
use crate::judge::{self, Record};
use crate::kept::{self, KEPT};
use crate::lab::Lab;
use crate::scenario::{Play, Scenario, TINY, What};
use crate::seen::Seen;
use crate::server::Servers;
use crate::space::{self, Room, host};
use crate::topology::Topology;
use anyhow::{Context, Result, ensure};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// What is run.
#[derive(Clone, Debug, Default)]
pub struct Run {
    pub scenario: String,
    pub browser: String,
    pub seed: u64,
    /// The viewer has allowed checks.
    pub check: bool,
    /// The page asks two other sites for a little all the time.
    pub pings: bool,
    /// Another device in the home downloads all the time.
    pub neighbour: bool,
    /// Of its faults only this one, counted from 1: what would have been without the others.
    pub only: Option<usize>,
    /// In surroundings that the seed draws.
    pub drawn: bool,
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
    /// What its files are called.
    pub fn name(&self) -> String {
        let check = if self.check { "-check" } else { "" };
        let only = self.only.map_or(String::new(), |only| format!("-only-{only}"));
        format!("{}{only}{}-{}-{}{check}", self.scenario, self.marks(), self.browser, self.seed)
    }

    /// In what it differs from the scenario as it is written.
    pub fn marks(&self) -> String {
        let marks =
            [(self.pings, "-pings"), (self.neighbour, "-neighbour"), (self.drawn, "-drawn")].into_iter();
        marks.filter_map(|(is, mark)| is.then_some(mark)).collect()
    }

    /// Its record.
    fn file(&self) -> PathBuf {
        Path::new(RUNS).join(format!("{}.json", self.name()))
    }

    /// The run that a record is of.
    pub fn of(record: &Record) -> Run {
        let Record { scenario, browser, seed, check, pings, neighbour, only, drawn, .. } = record;
        Run {
            scenario: scenario.clone(),
            browser: browser.clone(),
            seed: *seed,
            check: *check,
            pings: *pings,
            neighbour: *neighbour,
            only: *only,
            drawn: *drawn,
        }
    }

    /// The evidence of one of its stalls.
    fn evidence(&self, number: usize) -> PathBuf {
        PathBuf::from(format!("{}-{number}.whystall", self.file().with_extension("").display()))
    }

    /// Its record, judged by the rules of today, if it was done and counts: one that does not is repeated.
    pub fn done(&self) -> Option<Record> {
        Run::read(&self.file()).ok().filter(Record::counts)
    }

    /// The same of one that is kept in the repository.
    pub fn kept(&self) -> Option<Record> {
        let file = Path::new(KEPT).join(format!("{}.json.gz", self.name()));
        kept::read(&file).and_then(judged).ok().filter(Record::counts)
    }

    fn read(file: &Path) -> Result<Record> {
        let mut record: Record = serde_json::from_str(&fs::read_to_string(file)?)?;
        let run = Run::of(&record);
        let files = (0..).map(|number| run.evidence(number)).take_while(|file| file.exists());
        record.bundles = files.map(fs::read_to_string).collect::<Result<Vec<_>, _>>()?;
        judged(record)
    }

    /// What is played where; the laboratory's files are below `root`.
    pub fn story(&self, root: &Path) -> Result<(Scenario, Topology)> {
        let mut scenario = Scenario::read(&root.join(SCENARIOS), &self.scenario)?;
        let mut topology = read_topology(root)?;
        if self.drawn {
            drawn::draw(&mut scenario, &mut topology, self.seed);
        }
        Ok((scenario, topology))
    }

    /// Does it, and writes the record. Called inside.
    pub fn perform(&self) -> Result<Record> {
        // Nothing will be said from outside, but it ends with the one there.
        let _lines = space::hold();
        let (scenario, topology) = self.story(Path::new("."))?;
        let room = Room::new(Path::new("target/lab/room"), &topology)?;
        let stage = room.dir("stage")?;
        let staged = Command::new("node")
            .arg("crates/lab/stage.mjs")
            .arg(&stage)
            .args([&scenario.play.player, &scenario.play.stream])
            .status()
            .context("starting node")?;
        ensure!(staged.success(), "stage.mjs failed");
        let lab = Lab::up(topology, self.seed)?;
        let servers = Servers::start(&lab, &room, &stage, &scenario.play)?;
        if scenario.play.warm {
            servers.warm(&lab, &scenario.play.server, &stage, &scenario.play.player)?;
        }
        let seen = play(&scenario, self, &lab, &servers, &room.dir("tmp")?)?;
        let record = judge::judge(&scenario, self, &commit()?, &seen)?;
        fs::create_dir_all(RUNS)?;
        // Of an earlier one there may be more.
        for number in (0..).take_while(|number| self.evidence(*number).exists()) {
            fs::remove_file(self.evidence(number))?;
        }
        for (number, stored) in seen.recorded.stored.iter().enumerate() {
            fs::write(self.evidence(number), &stored.bundle)?;
        }
        fs::write(format!("{}-served.log", self.file().with_extension("").display()), &seen.served)?;
        fs::write(self.file(), serde_json::to_string_pretty(&record)?)?;
        Ok(record)
    }
}

/// Judges it by the rules of today.
fn judged(mut record: Record) -> Result<Record> {
    let (scenario, _) = Run::of(&record).story(Path::new("."))?;
    record.truth = scenario.truth.clone();
    record.judge(&scenario)?;
    Ok(record)
}

/// All records, those that are kept and those that were made here, judged by the rules of today.
pub fn records() -> Result<Vec<Record>> {
    let mut records = BTreeMap::new();
    for path in files(KEPT, "gz")? {
        let record = kept::read(&path).and_then(judged).with_context(|| path.display().to_string())?;
        records.insert(Run::of(&record).name(), record);
    }
    for path in files(RUNS, "json")? {
        let record =
            Run::read(&path).with_context(|| format!("{}: run it again, or remove it", path.display()))?;
        records.insert(Run::of(&record).name(), record);
    }
    ensure!(!records.is_empty(), "there are no runs yet in {KEPT} or {RUNS}: cargo xtask lab run");
    let mut records: Vec<Record> = records.into_values().collect();
    records
        .sort_by_cached_key(|record: &Record| (record.scenario.clone(), record.browser.clone(), record.seed));
    Ok(records)
}

fn files(directory: &str, extension: &str) -> Result<Vec<PathBuf>> {
    let Ok(list) = fs::read_dir(directory) else { return Ok(Vec::new()) };
    let paths = list.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
    Ok(paths.into_iter().filter(|path| path.extension().is_some_and(|of| of == extension)).collect())
}

/// What is run.
pub fn commit() -> Result<String> {
    let output =
        Command::new("git").args(["rev-parse", "--short=10", "HEAD"]).output().context("starting git")?;
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// The path that everything is played on.
pub fn read_topology(root: &Path) -> Result<Topology> {
    let file = root.join("lab/topology.toml");
    Topology::parse(&fs::read_to_string(&file).with_context(|| format!("reading {}", file.display()))?)
}

/// Plays it and makes go wrong what the story says, when it says so.
fn play(scenario: &Scenario, run: &Run, lab: &Lab, servers: &Servers, room: &Path) -> Result<Seen> {
    let play = &scenario.play;
    let scheme = if play.secure { "https" } else { "http" };
    let stream = if play.stream.is_empty() { String::new() } else { format!("{}/", play.stream) };
    let address = format!(
        "{}://{}/{}&level={}&buffer={}{}&stream={scheme}://{}/{stream}{}",
        // Keys are only for pages that come over TLS.
        if play.stream == "keys" { "https" } else { "http" },
        host("reference-a"),
        if play.player == TINY {
            format!("tiny.html?ahead={}", play.buffer)
        } else {
            format!("index.html?player={}", play.player)
        },
        play.level,
        play.buffer,
        if play.asks.is_empty() { String::new() } else { format!("&{}", play.asks) },
        host(&play.server),
        if play.stream == "keys" {
            format!("&licence={scheme}://{}/licence", host("origin"))
        } else {
            String::new()
        },
    );
    let networks = room.join("networks.bin");
    fs::write(&networks, lab.topology.table()?)?;
    let mut settings = serde_json::Map::from_iter([("networks".to_owned(), viewers(lab.topology.provider))]);
    if run.check {
        settings.insert("check".to_owned(), to_check(play));
    }
    if play.counts {
        settings.insert("signals".to_owned(), serde_json::json!({ "otherTabs": true }));
    }
    let settings = settings.into();
    let order = Order {
        browser: &run.browser,
        address: &address,
        until: play.until,
        settings: &settings,
        networks: &networks,
        quota: play.quota,
    };
    let driver = Driver::start(lab, &order, room)?;
    let scene = Scene { lab, servers, driver: &driver };
    let mut meanwhile = Vec::new();
    meanwhile.extend(play.finds.then(|| fetched_beside(scheme)));
    meanwhile.extend(play.elsewhere.then(|| fetching_elsewhere("picture", 1_000)));
    meanwhile.extend(run.pings.then(|| fetching_elsewhere("news", 500)));
    let downloads = run.neighbour.then(|| scene.begin(&What::Download { transfers: 1 })).transpose()?;
    let mut coming = scenario.going_wrong(run.only);
    let mut on: Vec<(Instant, On)> = Vec::new();
    let (mut began, mut ended) = (None, None);
    // The browser takes longer to start than these.
    for fault in coming.extract_if(.., |fault| fault.at <= 0.0) {
        began = Some(epoch());
        on.push((Instant::now() + Duration::from_nanos(fault.lasts), scene.begin(&fault.what)?));
    }
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
                for script in meanwhile.drain(..) {
                    driver.run(&script)?;
                }
                for fault in coming.extract_if(.., |fault| fault.at <= at) {
                    began = began.or(Some(epoch()));
                    on.push((Instant::now() + Duration::from_nanos(fault.lasts), scene.begin(&fault.what)?));
                }
            }
            Some(Said::Browser(_)) | None => {}
        }
        for (_, going) in &mut on {
            scene.go_on(going)?;
        }
        for (_, over) in on.extract_if(.., |(end, _)| *end <= Instant::now()) {
            scene.end(over)?;
            ended = Some(epoch());
        }
    };
    let stats = lab.emulator.stats()?;
    for over in on.into_iter().map(|(_, over)| over).chain(downloads) {
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

/// The viewer's network, as the extension's settings keep it (extension/networks.js).
fn viewers(provider: u32) -> serde_json::Value {
    let home = serde_json::json!({
        "id": "home", "name": "Home", "provider": "Example ISP", "asn": provider, "plan": null, "gateways": [], "used": 1,
    });
    serde_json::json!({ "known": [home], "current": "home", "gateway": null })
}

/// The servers that a check may measure, as the viewer's setting has them.
fn to_check(play: &Play) -> serde_json::Value {
    let references = ["reference-a", "reference-b"].map(|node| format!("http://{}/megabyte", host(node)));
    let beside = format!("{}://{}/healthy", if play.secure { "https" } else { "http" }, host("edge-beside"));
    let mut siblings = serde_json::Map::new();
    if play.server == "edge" && !play.finds {
        siblings.insert(host(&play.server), beside.into());
    }
    serde_json::json!({ "gateways": ["http://192.168.1.1/"], "references": references, "siblings": siblings })
}

/// What a page does that has some of its media from the server beside.
fn fetched_beside(scheme: &str) -> String {
    format!(
        "fetch('{scheme}://{}/540p/segment-000.m4s').then((answer) => answer.blob());",
        host("edge-beside")
    )
}

/// What a page with other things on it does: fetches them every so many milliseconds, from one site and another.
fn fetching_elsewhere(what: &str, every: u32) -> String {
    let [one, other] = ["reference-a", "reference-b"].map(host);
    format!(
        "let turn = 0;
         setInterval(() => fetch(`http://${{turn++ % 2 ? '{one}' : '{other}'}}/{what}?${{turn}}`), {every});"
    )
}

/// Milliseconds, on the clock that the browser has too.
fn epoch() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0.0, |time| time.as_secs_f64() * 1000.0)
}
