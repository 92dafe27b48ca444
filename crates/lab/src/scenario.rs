//! A story: what plays, what goes wrong, and what is therefore true. See lab/scenarios and docs/laboratory.md.

use crate::link::{self, Change, Nanos};
use crate::server::Refusal;
use crate::topology::Direction;
use anyhow::{Context, Result, ensure};
use serde::{Deserialize, Serialize};
use std::fs;
use std::path::Path;
use whystall::verdict::Zone;

/// One story.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// The name of its file.
    #[serde(skip)]
    pub name: String,
    /// One line for people.
    pub title: String,
    /// Where the fault is; a control has none, and must not stall.
    pub truth: Option<Truth>,
    /// Scenarios of one mechanism are a family, that of most is the name of the file: the laboratory judges a family by what
    /// was fitted to all others.
    #[serde(default)]
    family: String,
    /// Another, with the fault in another zone, that no browser can tell it from: it shows just that, and counts for nothing else.
    pub like: Option<String>,
    /// The only browser in which the fault stops playback; else both.
    pub browser: Option<String>,
    /// It is among the few that `run --quick` runs.
    #[serde(default)]
    pub quick: bool,
    #[serde(default)]
    pub play: Play,
    #[serde(default, rename = "fault")]
    pub faults: Vec<Fault>,
}

/// Known from where the fault was put.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Truth {
    pub zone: Zone,
    /// The mechanism, as DESIGN §2 calls it.
    pub cause: String,
}

impl Truth {
    /// Something else in the home fills the line, as a slow line is filled: that has to give home and access.
    pub fn is_home_busy(&self) -> bool {
        self.cause == "home-busy"
    }

    /// Nothing gets through.
    pub fn is_dead(&self) -> bool {
        matches!(self.cause.as_str(), "offline" | "interconnect-dead")
    }
}

/// The player of tests/e2e/pages, which does wrong what no other can be made to.
pub const TINY: &str = "tiny";

/// What plays.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Play {
    /// As demo/page/players.js calls it, or [`TINY`].
    pub player: String,
    /// What else is asked of its page, as in an address.
    pub asks: String,
    /// Megabytes of media that the browser holds; 0: as many as it likes.
    pub quota: u32,
    /// The node whose server has the stream.
    pub server: String,
    /// What there is of it: a directory of the server, see stage.mjs and service.mjs.
    pub stream: String,
    /// A rendition to keep to, or `auto`: an adaptive player hides a moderate fault.
    pub level: String,
    /// Seconds it keeps ahead.
    pub buffer: u32,
    /// Media seconds that are enough.
    pub until: f64,
    /// Whether the server has the whole stream in its cache.
    pub warm: bool,
    /// The stream comes over TLS and HTTP/2 instead of HTTP/1.1.
    pub secure: bool,
    /// The CDN's servers say in `Server-Timing` how long they took, and waited for the origin.
    pub tells: bool,
    /// The page fetches other things meanwhile, from two other sites.
    pub elsewhere: bool,
    /// No setting names a server beside the video's; the page has fetched from one, so that its address is known.
    pub finds: bool,
    /// The viewer lets what other tabs get be counted.
    pub counts: bool,
    /// What line tests measured when all was well, bits a second: for verdicts that know of it.
    pub line: u64,
}

impl Default for Play {
    fn default() -> Play {
        Play {
            player: "hls".into(),
            asks: String::new(),
            quota: 0,
            server: "edge".into(),
            stream: String::new(),
            level: "1".into(),
            buffer: 6,
            until: 26.0,
            warm: false,
            line: 20_000_000,
            secure: false,
            tells: false,
            elsewhere: false,
            finds: false,
            counts: false,
        }
    }
}

/// What goes wrong, from when and for how long.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// Media seconds; from 0 on, it is there before the browser is.
    pub at: f64,
    /// Time it lasts, as `8s`.
    #[serde(deserialize_with = "link::duration")]
    pub lasts: Nanos,
    /// Where it is, if there are others elsewhere.
    pub zone: Option<Zone>,
    pub what: What,
}

/// The thing that goes wrong.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub enum What {
    /// A link is otherwise than usual.
    Link { name: String, direction: Direction, to: Change },
    /// The rate of a link is what was once measured, so often.
    Trace {
        name: String,
        direction: Direction,
        #[serde(deserialize_with = "link::duration")]
        every: Nanos,
        kbps: Vec<u64>,
    },
    /// A server answers late, sends slowly (bytes per second), or refuses.
    Server {
        name: String,
        /// Only what has this in its path.
        #[serde(default)]
        only: String,
        #[serde(default, deserialize_with = "link::duration")]
        silence: Nanos,
        #[serde(default)]
        rate: u64,
        refuses: Option<Refusal>,
        #[serde(default)]
        stale: bool,
    },
    /// A node is there, and answers for itself, but passes nothing on.
    Hung { node: String },
    /// Nothing further of the live stream is published.
    Unpublished {},
    /// Some JavaScript of the page, at the begin and at the end.
    Page {
        begin: String,
        #[serde(default)]
        end: String,
    },
    /// Another tab is in front of the page's.
    Hidden {},
    /// Another tab of the browser downloads, in so many transfers at once.
    Tab { transfers: u32 },
    /// The browser has only so many hundredths of one processor.
    Processor { percent: u32 },
    /// Another device in the home downloads, in so many transfers at once.
    Download { transfers: u32 },
}

impl Scenario {
    /// The family it is of.
    pub fn family(&self) -> &str {
        if self.family.is_empty() { &self.name } else { &self.family }
    }

    /// What is wrong shows in this browser.
    pub fn shows_in(&self, browser: &str) -> bool {
        self.browser.as_deref().is_none_or(|only| only == browser)
    }

    /// Faults in two places at once have the stall together.
    pub fn is_shared(&self) -> bool {
        self.faults.iter().filter(|fault| fault.zone.is_some()).count() > 1
    }

    /// What goes wrong: all of it, or only this one, counted from 1.
    pub fn going_wrong(&self, only: Option<usize>) -> Vec<&Fault> {
        let chosen = |(index, _): &(usize, &Fault)| only.is_none_or(|only| index + 1 == only);
        self.faults.iter().enumerate().filter(chosen).map(|(_, fault)| fault).collect()
    }

    /// Reads one by its name.
    pub fn read(dir: &Path, name: &str) -> Result<Scenario> {
        let file = dir.join(format!("{name}.toml"));
        let text = fs::read_to_string(&file).with_context(|| format!("there is no scenario {name}"))?;
        let mut scenario: Scenario = toml::from_str(&text).with_context(|| file.display().to_string())?;
        scenario.name = name.to_owned();
        ensure!(
            scenario.truth.is_none() || !scenario.faults.is_empty(),
            "{name} has a truth, but no fault that makes it true"
        );
        Ok(scenario)
    }

    /// The names of all, sorted.
    pub fn names(dir: &Path) -> Result<Vec<String>> {
        let mut names = Vec::new();
        for entry in fs::read_dir(dir).with_context(|| format!("reading {}", dir.display()))? {
            let path = entry?.path();
            if path.extension().is_some_and(|extension| extension == "toml") {
                names.extend(path.file_stem().map(|stem| stem.to_string_lossy().into_owned()));
            }
        }
        names.sort();
        Ok(names)
    }
}

/// All that the laboratory has.
#[cfg(test)]
pub fn ours() -> Vec<Scenario> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../lab/scenarios");
    let names = Scenario::names(&dir).unwrap();
    names.iter().map(|name| Scenario::read(&dir, name).unwrap()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::topology::Topology;
    use std::collections::BTreeSet;

    #[test]
    fn every_zone_has_a_scenario_and_there_are_controls() {
        let truths: Vec<Option<Zone>> =
            ours().into_iter().map(|scenario| scenario.truth.map(|truth| truth.zone)).collect();
        let zones: BTreeSet<Zone> = truths.iter().copied().flatten().collect();
        assert_eq!(zones, Zone::ALL.into());
        assert!(truths.iter().filter(|truth| truth.is_none()).count() >= 2);
    }

    #[test]
    fn the_quick_ones_are_one_of_each_zone_and_a_control() {
        let quick = ours().into_iter().filter(|scenario| scenario.quick);
        let mut truths: Vec<Option<Zone>> = quick.map(|scenario| Some(scenario.truth?.zone)).collect();
        truths.sort();
        let zones = Zone::ALL.into_iter().map(Some);
        assert_eq!(truths, [None].into_iter().chain(zones).collect::<Vec<_>>());
    }

    #[test]
    fn every_fault_is_at_a_place_that_exists_and_begins_before_the_end() {
        let topology = Topology::parse(include_str!("../../../lab/topology.toml")).unwrap();
        for scenario in ours() {
            assert!(topology.nodes.contains_key(&scenario.play.server), "{}", scenario.name);
            for fault in &scenario.faults {
                let exists = match &fault.what {
                    What::Link { name, .. } | What::Trace { name, .. } => {
                        topology.links.iter().any(|wire| wire.name == *name)
                    }
                    What::Server { name, .. } | What::Hung { node: name } => {
                        topology.nodes.contains_key(name)
                    }
                    What::Unpublished {} => scenario.play.stream == "live",
                    What::Download { .. } => true,
                    // These need a page.
                    What::Page { .. } | What::Hidden {} | What::Tab { .. } | What::Processor { .. } => {
                        fault.at > 0.0
                    }
                };
                assert!(exists, "{}: {:?}", scenario.name, fault.what);
                assert!(fault.at < scenario.play.until, "{}", scenario.name);
            }
        }
    }

    #[test]
    fn what_nothing_tells_apart_is_in_two_places() {
        let ours = ours();
        let twins = ours.iter().filter_map(|scenario| Some((scenario, scenario.like.as_ref()?)));
        for (scenario, like) in twins.clone() {
            let other = ours.iter().find(|other| other.name == *like).unwrap();
            assert!(other.like.is_none(), "{like}");
            let zone = |scenario: &Scenario| scenario.truth.as_ref().map(|truth| truth.zone);
            assert_ne!(zone(scenario), zone(other), "{}", scenario.name);
        }
        assert!(twins.count() > 0);
    }

    #[test]
    fn a_word_that_means_nothing_is_refused() {
        for text in [
            "title = 'x'\ncolor = 'red'",
            "title = 'x'\nplay = { speed = 2 }",
            "title = 'x'\n[[fault]]\nat = 1.0\nlasts = '1s'\nwhat.flood = {}",
            "title = 'x'\n[[fault]]\nat = 1.0\nlasts = '1s'\nwhat.server = { name = 'edge', pause = '1s' }",
        ] {
            assert!(toml::from_str::<Scenario>(text).is_err(), "{text}");
        }
    }
}
