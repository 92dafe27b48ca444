//! The laboratory as a whole: what it carries, and that nothing of it stays.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use std::collections::BTreeSet;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::Mutex;
use std::time::{Duration, Instant};

/// A laboratory that takes orders.
struct Lab {
    process: Child,
    orders: ChildStdin,
    answers: BufReader<ChildStdout>,
}

/// One at a time: another's namespaces would be taken for this one's.
static ONE: Mutex<()> = Mutex::new(());

/// Not a secret: marks the processes of this test.
const MARK: &str = "WHYSTALL_LAB_TEST";

impl Lab {
    /// Brings one up, or says why not: a machine without privileges is no failure.
    fn up(name: &str, words: &[&str]) -> Option<Lab> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let mut process = Command::new(env!("CARGO_BIN_EXE_whystall-lab"))
            .arg("up")
            .args(words)
            .env(MARK, name)
            .current_dir(root)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let orders = process.stdin.take().unwrap();
        let mut answers = BufReader::new(process.stdout.take().unwrap());
        let mut first = String::new();
        answers.read_line(&mut first).unwrap();
        if first.starts_with("SKIP") {
            assert_eq!(process.wait().unwrap().code(), Some(77));
            eprint!("{first}");
            return None;
        }
        assert!(first.starts_with("up: "), "{first}");
        Some(Lab { process, orders, answers })
    }

    /// Gives an order and the one line that it answers.
    fn ask(&mut self, order: &str) -> String {
        writeln!(self.orders, "{order}").unwrap();
        let mut answer = String::new();
        self.answers.read_line(&mut answer).unwrap();
        answer.trim().to_owned()
    }
}

/// Milliseconds that the links between device and edge take, there and back, before jitter.
const ROUND_TRIP: f64 = 2.0 * (1.5 + 4.0 + 3.0 + 2.0);

#[test]
fn packets_go_all_the_way_unless_a_link_is_cut() {
    let _one = ONE.lock();
    let Some(mut lab) = Lab::up("way", &[]) else { return };
    let answer = lab.ask("reach device edge");
    let took = answer.strip_prefix("edge is reached in ").and_then(|rest| rest.strip_suffix(" ms"));
    let took: f64 = took.unwrap_or_else(|| panic!("{answer}")).parse().unwrap();
    assert!(took >= ROUND_TRIP, "{took} ms is less than light takes here");
    writeln!(lab.orders, "set peering both cut=true").unwrap();
    assert!(lab.ask("reach device edge").starts_with("edge is not reached"));
    // The other way is not cut.
    assert!(lab.ask("reach device edge-2").starts_with("edge-2 is reached"));
    writeln!(lab.orders, "set peering both cut=false").unwrap();
    assert!(lab.ask("reach device edge").starts_with("edge is reached"));
    drop(lab.orders);
    assert!(lab.process.wait().unwrap().success());
}

/// Bytes of each file of the stage.
const FILE: usize = 300_000;

#[test]
fn an_edge_keeps_what_it_had_from_the_origin_and_both_are_slow_on_request() {
    let _one = ONE.lock();
    let stage = Path::new(env!("CARGO_TARGET_TMPDIR")).join("stage");
    for dir in ["site", "stream"] {
        fs::create_dir_all(stage.join(dir)).unwrap();
    }
    for name in ["stream/first", "stream/second"] {
        fs::write(stage.join(name), vec![b'x'; FILE]).unwrap();
    }
    let Some(mut lab) = Lab::up("servers", &["--serve", stage.to_str().unwrap()]) else { return };
    let mut fetch = |order: &str| {
        let (orders, answer) = order.rsplit_once('\n').map_or(("", order), |split| split);
        if !orders.is_empty() {
            writeln!(lab.orders, "{orders}").unwrap();
        }
        let answer = lab.ask(answer);
        let (size, took) = answer.strip_suffix(" ms").and_then(|rest| rest.split_once(" bytes in ")).unwrap();
        assert!(size.parse::<usize>().unwrap() > FILE, "{answer}");
        took.parse::<u64>().unwrap()
    };
    fetch("fetch device edge /first");
    // What is in the cache does not wait for the origin; what is not, does.
    assert!(fetch("server origin silence=1500ms\nfetch device edge /first") < 1500);
    assert!(fetch("fetch device edge /second") >= 1500);
    // At 150 kB/s; nginx sends the first second's share at once.
    assert!(fetch("server edge rate=150000\nfetch device edge /first") >= 900);
    assert!(fetch("server edge silence=0s\nfetch device edge /first") < 900);
    // 300 kB at 1 Mbit/s, which the link counts with their headers.
    assert!(fetch("set access down rate=1m\nfetch device edge /first") >= 2400);
}

#[test]
fn nothing_stays_after_being_killed() {
    let _one = ONE.lock();
    // Another checkout may test the same at the same time.
    let mark = format!("killed-{}", std::process::id());
    let before = traces(&mark);
    let Some(mut lab) = Lab::up(&mark, &[]) else { return };
    // Someone is at work inside, who would go on for long, and answers first to show it.
    assert_eq!(lab.ask("in device echo there"), "there");
    writeln!(lab.orders, "in device sleep 1000").unwrap();
    let during = traces(&mark);
    assert!(during.processes.len() >= 2, "outside and inside: {during:?}");
    assert!(during.own.difference(&before.networks).count() >= 12, "a network for each node: {during:?}");

    lab.process.kill().unwrap();
    // Every process inside has this pipe as its output: it ends with the last of them.
    lab.answers.read_to_string(&mut String::new()).unwrap();
    lab.process.wait().unwrap();
    // A process closes what it has before it is gone altogether.
    let deadline = Instant::now() + Duration::from_secs(10);
    while !traces(&mark).processes.is_empty() && Instant::now() < deadline {
        std::thread::yield_now();
    }
    let after = traces(&mark);
    assert_eq!(after.processes, BTreeSet::new());
    let ours: BTreeSet<&String> = during.own.difference(&before.networks).collect();
    let left: Vec<_> = after.networks.iter().filter(|network| ours.contains(network)).collect();
    assert!(left.is_empty(), "still held: {left:?}");
    assert_eq!(after.names, before.names, "named networks");
    assert_eq!(after.mounts, BTreeSet::new());
}

/// What a laboratory could leave behind.
#[derive(Debug)]
struct Traces {
    processes: BTreeSet<String>,
    /// Network namespaces that its processes are in or hold.
    own: BTreeSet<String>,
    /// Network namespaces that any process is in or holds.
    networks: BTreeSet<String>,
    /// Names of network namespaces.
    names: BTreeSet<String>,
    /// Mounts over a place of the laboratory, that others see.
    mounts: BTreeSet<String>,
}

fn traces(mark: &str) -> Traces {
    let (mut processes, mut own, mut networks) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    let mark = format!("{MARK}={mark}");
    for process in entries("/proc").filter(|name| name.bytes().all(|byte| byte.is_ascii_digit())) {
        let dir = format!("/proc/{process}");
        let environment = fs::read(format!("{dir}/environ")).unwrap_or_default();
        let marked = environment.split(|byte| *byte == 0).any(|line| line == mark.as_bytes());
        let held = entries(&format!("{dir}/fd")).map(|fd| format!("{dir}/fd/{fd}"));
        let networked = held.chain([format!("{dir}/ns/net")]).filter_map(|link| fs::read_link(link).ok());
        let networked = networked.map(|to| to.display().to_string()).filter(|to| to.starts_with("net:["));
        let networked: Vec<String> = networked.collect();
        if marked {
            processes.insert(process);
            own.extend(networked.iter().cloned());
        }
        networks.extend(networked);
    }
    let mounted = fs::read_to_string("/proc/self/mountinfo").unwrap();
    let mounts = mounted.lines().filter(|line| line.contains("target/lab")).map(str::to_owned).collect();
    Traces { processes, own, networks, names: entries("/run/netns").collect(), mounts }
}

fn entries(dir: &str) -> impl Iterator<Item = String> + use<> {
    let list = fs::read_dir(dir).ok().into_iter().flatten().flatten();
    list.map(|entry| entry.file_name().to_string_lossy().into_owned())
}
