//! Causes: concrete mechanisms, one file each. A cause says how much of the stall it accounts for, in which zones it
//! can sit, and what shows it. To add one: write its file, list it in [`CAUSES`], give it and its findings words in every
//! `extension/_locales/*/messages.json` (their keys follow from the ids); `cargo xtask tidy` names what is missing.
//! The comment at the head of its file is its section in `docs/causes.md` (`cargo xtask docs`).

mod abr_overreach;
mod append_late;
mod buffer_full;
mod buffer_hole;
mod cache_miss;
mod chronic_shortfall;
mod claims;
mod cpu_busy;
mod decoder_slow;
mod edge_slow;
mod frozen;
mod http_error;
mod licence_wait;
mod manifest_late;
mod not_yet_published;
mod offline;
mod own_side;
mod request_idle;
mod seek_storm;
mod server_side;
mod slow_motion;
mod slow_response;
mod slow_transfer;
mod tab_throttled;
mod undetermined;

use crate::event::{Asker, Reply, Target};
use crate::ledger::{Blocking, Books, bitrate};
use crate::machine::measurement::Measurement;
use crate::machine::requests::Fetch;
use crate::machine::{Machine, overlap};
use crate::path::belief::Evidence;
use crate::path::{self, PATH, Scene, Told};
use crate::sort::{Sort, gather};
use crate::stall::Sighting;
use crate::time::{Micros, Wall};
use crate::verdict::{Finding, Instant, Ledger, Stage, Stall, StallKind, UsualFrom, Value, Zone, finding};
use std::collections::{BTreeMap, BTreeSet};

/// A mechanism that can stop playback.
pub struct Cause {
    /// Kebab-case: keys the file, the words, the docs and the replay folders.
    pub id: &'static str,
    /// How much of the stall it accounts for; zero or less: none.
    weight: fn(&Case) -> Micros,
    /// Where it can sit.
    zones: fn(&Case) -> &'static [Zone],
    /// What shows it.
    findings: fn(&Case) -> Vec<Finding>,
    /// Id of the finding whose number says most; empty if there is none.
    lead: &'static str,
}

/// Id of the finding whose number says most of a cause.
pub fn lead(id: &str) -> Option<&'static str> {
    CAUSES.iter().find(|cause| cause.id == id).map(|cause| cause.lead).filter(|lead| !lead.is_empty())
}

/// All causes. Among equals the first is taken: the gates of ATTRIBUTION §3.1 in their order, the ones that say more
/// before those that say less, and the ones that name their zone before those that don't.
pub const CAUSES: &[&Cause] = &[
    &licence_wait::CAUSE,
    &buffer_hole::CAUSE,
    &tab_throttled::CAUSE,
    &cpu_busy::CAUSE,
    &decoder_slow::CAUSE,
    &seek_storm::CAUSE,
    &slow_motion::CAUSE,
    &frozen::CAUSE,
    &offline::CAUSE,
    &not_yet_published::CAUSE,
    &manifest_late::CAUSE,
    &http_error::CAUSE,
    &buffer_full::CAUSE,
    &append_late::CAUSE,
    &request_idle::CAUSE,
    &abr_overreach::CAUSE,
    &cache_miss::CAUSE,
    &edge_slow::CAUSE,
    &slow_transfer::CAUSE,
    &slow_response::CAUSE,
    &chronic_shortfall::CAUSE,
    &undetermined::CAUSE,
];

/// Where late data on the way from the server can come from, as long as the path is not split.
const PATH_AND_SERVER: &[Zone] = &[Zone::Home, Zone::Access, Zone::Interconnect, Zone::Edge, Zone::Origin];

/// A part of the stall of no more than this is not worth a word, in percent [P]. Device and player are cleared when their
/// own stages have no more.
const NEGLIGIBLE_PERCENT: i64 = 10;

/// What a stall is judged on.
pub struct Case<'a> {
    /// What detection saw.
    pub sighting: &'a Sighting,
    /// What playback waited for.
    pub blocking: &'a [Blocking<'a>],
    /// Where the time of the drain window went.
    pub ledger: &'a Ledger,
    /// Everything else that is known of the frame.
    pub machine: &'a Machine,
    /// All that was fetched and appended, and what the manifests said.
    pub books: &'a Books<'a>,
    /// Not observed: from, to, id.
    pub blind: &'a [(Wall, Wall, &'static str)],
    /// The newest time told.
    pub now: Wall,
}

impl Case<'_> {
    /// How long it has lasted.
    pub fn duration(&self) -> Micros {
        self.sighting.duration(self.now)
    }

    /// The part of the stall that these stages have: by how much it would have been shorter, shared fairly with whatever
    /// else went wrong (ATTRIBUTION §3.3). A stage that was slow without making playback wait has none.
    fn share(&self, stages: &[Stage]) -> Micros {
        self.ledger.share(stages)
    }

    /// By how much the stall would have been shorter, had this stage alone taken its usual time.
    fn avoided(&self, stage: Stage) -> Micros {
        let all = self.ledger.shares.iter();
        all.filter(|share| share.stage == stage).map(|share| share.avoided).sum()
    }

    /// What nothing accounts for that was slower than usual, without what the player had in its hand.
    fn chronic(&self) -> Micros {
        self.ledger.chronic - request_idle::kept_too_little(self)
    }

    /// The part of that, if it was these stages that took most of the time: they were slow all along, and what is usual here
    /// is not fast enough.
    fn slow_all_along(&self, stages: &[Stage]) -> Micros {
        let all = || self.ledger.segments.iter().flat_map(|account| &account.stages);
        let spent: Micros = all().filter(|time| stages.contains(&time.stage)).map(|time| time.spent).sum();
        let total: Micros = all().map(|time| time.spent).sum();
        if spent.0.saturating_mul(2) > total.0 { self.chronic() } else { Micros::ZERO }
    }

    /// Time these stages took in the media segment playback waited for longest.
    fn spent(&self, blocking: &Blocking, stages: &[Stage]) -> Micros {
        blocking
            .account
            .stages
            .iter()
            .filter(|time| stages.contains(&time.stage))
            .map(|time| time.spent)
            .sum()
    }

    /// What these stages usually take together on this host, if this session has seen it.
    fn usual_here(&self, blocking: &Blocking, stages: &[Stage]) -> Option<Micros> {
        let times = || blocking.account.stages.iter().filter(|time| stages.contains(&time.stage));
        let seen = times().next().is_some() && times().all(|time| time.usual_from == UsualFrom::Session);
        seen.then(|| times().filter_map(|time| time.usual).sum())
    }

    /// What playback waited for longest.
    fn longest(&self, stages: &[Stage]) -> Option<&Blocking<'_>> {
        self.blocking.iter().max_by_key(|blocking| self.spent(blocking, stages))
    }

    /// What of the stall is that the player did not ask, if for most of that time it could not.
    fn kept_from_asking(&self, blocking: &Blocking, waited: Micros) -> Micros {
        let idle = self.spent(blocking, &[Stage::Decide]);
        if blocking.fetch.is_none() && idle == Micros::ZERO {
            // No stage tells of it where nothing is seen to be asked for.
            return waited.at_least_zero();
        }
        let most = waited.0.saturating_mul(2) >= idle.0;
        if most && waited > Micros::ZERO { self.share(&[Stage::Decide]) } else { Micros::ZERO }
    }

    /// What could not be observed in the drain window or since.
    fn unseen(&self) -> impl Iterator<Item = &'static str> {
        let span = (self.ledger.window.map_or(self.sighting.began.wall, |(from, _)| from), self.now);
        let blind = self.blind.iter().filter(move |(from, to, _)| overlap((*from, *to), span));
        blind.map(|(.., what)| *what)
    }

    /// What a check measured of the network during the stall.
    fn checked(&self) -> Vec<&Measurement> {
        let (began, end) = self.stall();
        let during = |measured: &&Measurement| {
            measured.target.is_away() && began <= measured.at && measured.from <= end
        };
        self.machine.checks.iter().filter(during).collect()
    }

    /// The servers that playback waited for; `None` where one of them is not known.
    fn servers<'a>(&'a self, given_up: &[&'a Fetch]) -> Option<BTreeSet<&'a str>> {
        let awaited = self.blocking.iter().map(|blocking| Some(blocking.fetch?.host.as_str()));
        let asked: Option<Vec<&str>> =
            awaited.chain(given_up.iter().map(|fetch| Some(&*fetch.host))).collect();
        Some(gather(asked?))
    }

    /// These servers, and all others whose media or failures are in the drain window, are in the viewer's own network.
    fn all_inside<'a>(&'a self, servers: &BTreeSet<&'a str>) -> bool {
        let Some(window) = self.ledger.window else { return false };
        let meanwhile = |fetch: &Fetch| overlap((fetch.asked, fetch.over().unwrap_or(self.now)), window);
        let told = |track| self.ledger.segments.iter().any(|account| account.track == track);
        let media = self.books.media().filter(|(track, _)| told(*track)).map(|(_, fetch)| fetch);
        let failed = self.books.fetches().iter().filter(|fetch| fetch.failed.is_some());
        let asked = media.chain(failed).filter(|fetch| !fetch.cached && meanwhile(fetch));
        let hosts: BTreeSet<&str> =
            gather(asked.map(|fetch| fetch.host.as_str()).chain(servers.iter().copied()));
        self.machine.places.inside(&hosts)
    }

    /// The device and the player have next to nothing of it: neither by their own stages, nor by what may be anyone's.
    fn own_side_prompt(&self) -> bool {
        let own = self.share(&[Stage::Decide, Stage::Process, Stage::Append, Stage::Present]);
        self.negligible(own + self.ledger.chronic + self.ledger.unexplained)
    }

    fn negligible(&self, part: Micros) -> bool {
        part.0.saturating_mul(100) <= self.duration().0.saturating_mul(NEGLIGIBLE_PERCENT)
    }
}

/// Judges a stall.
pub fn judge(case: &Case) -> Stall {
    let weighed = CAUSES.iter().map(|cause| ((cause.weight)(case), *cause));
    let heaviest =
        weighed.filter(|(weight, _)| *weight > Micros::ZERO).rev().max_by_key(|(weight, _)| *weight);
    let cause = heaviest.map_or(&undetermined::CAUSE, |(_, cause)| cause);
    let of_cause = (cause.zones)(case);
    let on_path = PATH.iter().all(|zone| of_cause.contains(zone)) && !of_cause.contains(&Zone::Device);
    let short_of_time = on_path.then(|| case.busy_while_waiting()).flatten();
    let besides = short_of_time.as_ref().map(|_| Zone::Device);
    let sits: Vec<Zone> = besides.into_iter().chain(of_cause.iter().copied()).collect();
    let given_up = case.books.given_up(case.sighting);
    let servers = case.servers(&given_up);
    let inside = servers.as_ref().is_some_and(|servers| case.all_inside(servers));
    let absent = inside.then_some(Zone::Interconnect);
    let can: Vec<Zone> = sits.iter().copied().filter(|zone| Some(*zone) != absent).collect();
    let whole = if can.len() < sits.len() { 3 } else { 4 };
    let Examined { told, of_plan, of_line } = examine(case, &can, &given_up, &case.machine.checks);
    let (can, of_line) = of_line.map_or((can, None), |(can, finding)| (can, Some(finding)));
    #[cfg(feature = "fitting")]
    path::fitting::note(case.sighting.began.wall, &can, &told);
    let (zones, evidence) = narrow(&can, &told);
    let checked = case.checked();
    // What would have been said without the check, if that is something else.
    let unchecked = (!checked.is_empty()).then(|| narrow(&can, &examine(case, &can, &given_up, &[]).told).0);
    let unchecked = unchecked.filter(|unchecked| *unchecked != zones);
    let mut findings = basics(case);
    findings.extend((cause.findings)(case));
    findings.extend(request_idle::asked_sooner(case));
    findings.extend(told_of_given_up(&given_up));
    findings.extend(told_of_check(&checked));
    findings.extend(claims::told(case));
    findings.extend(short_of_time);
    if PATH.iter().filter(|zone| sits.contains(zone)).count() > 1 {
        findings.extend(servers.iter().flat_map(|servers| path::place::told(&case.machine.places, servers)));
    }
    let of_path = zones.iter().filter(|zone| (Zone::Home..=Zone::Edge).contains(zone)).count();
    // What it may do to one service looks like something beyond it, not like something at home.
    let beyond = zones.iter().any(|zone| *zone > Zone::Access);
    let isp_cleared = sits.contains(&Zone::Access) && !zones.contains(&Zone::Access) && beyond;
    let would_decide = path::set::would_decide(&zones, &evidence, &told);
    add_to(&mut findings, told, (of_path == whole, isp_cleared));
    findings.extend(of_plan.into_iter().chain(of_line));
    let own_side = if sits == PATH_AND_SERVER && case.own_side_prompt() {
        // Had the player kept to what it gave up, it may have come sooner.
        if given_up.is_empty() { &[Zone::Device, Zone::Player][..] } else { &[Zone::Device] }
    } else {
        &[]
    };
    let cleared = Zone::ALL.into_iter().filter(|zone| {
        let not_here = case.sighting.kind != StallKind::Starved || sits.contains(zone);
        !zones.contains(zone) && not_here || own_side.contains(zone)
    });
    let mut ledger = case.ledger.clone();
    if cause.id == buffer_hole::CAUSE.id {
        // What is missing came too late by no stage: nobody asked for it.
        ledger.leave_to(Stage::Decide);
    }
    let no_request = case.blocking.iter().any(|blocking| blocking.named.arrived && blocking.fetch.is_none());
    let not_observed = case.unseen().chain(no_request.then_some("requests"));
    let mut not_observed: Vec<String> = not_observed.map(str::to_owned).collect();
    not_observed.arrange();
    not_observed.dedup();
    Stall {
        kind: case.sighting.kind,
        began: case.sighting.began,
        ended: case.sighting.ended.as_ref().map(|(ended, _): &(Instant, _)| *ended),
        ending: case.sighting.ended.as_ref().map(|(_, ending)| *ending),
        duration: case.duration(),
        blocking: case.blocking.iter().map(|blocking| blocking.named.clone()).collect(),
        cause: cause.id.to_owned(),
        cleared: cleared.collect(),
        path_split: (1..whole).contains(&of_path),
        by_zone: path::parts::by_zone(
            case.sighting.kind,
            case.duration(),
            &ledger,
            (cause.id, &sits),
            (absent, besides),
            &evidence,
        ),
        ledger,
        would_decide: would_decide.into_iter().map(|of| of.id().to_owned()).collect(),
        zones,
        unchecked,
        findings,
        not_observed,
    }
}

/// The zones that are left of these, and what the tests say together.
fn narrow(sits: &[Zone], told: &[Told]) -> (Vec<Zone>, Evidence) {
    let evidence = Evidence::of(told);
    let observed: Vec<path::Observation> = told.iter().filter_map(|told| told.observed).collect();
    (path::set::narrowed(sits, &evidence, &observed), evidence)
}

#[derive(Default)]
struct Examined {
    /// What the tests of the path say.
    told: Vec<Told>,
    /// What of that concerns what the viewer pays for.
    of_plan: Option<Finding>,
    /// The zones that remain by what the line was measured to carry.
    of_line: Option<(Vec<Zone>, Finding)>,
}

/// What tells the zones of the path apart, if the cause leaves several of them.
fn examine(case: &Case, sits: &[Zone], given_up: &[&Fetch], checks: &[Measurement]) -> Examined {
    // Before the last byte: what came after it no test of the path looks at.
    let fetching = Stage::ALL.into_iter().filter(|stage| *stage <= Stage::Transfer);
    let fetching = case.share(&fetching.collect::<Vec<_>>()) + case.ledger.chronic;
    let mostly = fetching.0.saturating_mul(2) >= case.duration().0;
    let blind = case.unseen().next().is_some();
    let of_path: Vec<Zone> = PATH.into_iter().filter(|zone| sits.contains(zone)).collect();
    if of_path == [Zone::Edge, Zone::Origin] && !blind {
        let listed = path::listed::test(case.books, case.blocking, checks);
        if listed.is_some() || !mostly {
            return Examined { told: listed.into_iter().collect(), ..Examined::default() };
        }
    }
    if !mostly || of_path.len() < 2 {
        return Examined::default();
    }
    let around = (case.machine, checks);
    let scene = Scene::of(case.books, case.blocking, given_up, case.ledger, around, blind);
    let Some(scene) = scene.filter(|scene| !scene.blind) else {
        return Examined::default();
    };
    let told = path::examine(&scene);
    let of_plan = path::told_of_plan(&scene, &told);
    Examined { told, of_plan, of_line: path::line_measured::remains(&scene, sits, needed(case)) }
}

/// What playback needs of what it waited for, bits a second; `None` where a size is not known.
fn needed(case: &Case) -> Option<u64> {
    let of = |blocking: &Blocking| bitrate(blocking.fetch?.size?, blocking.named.range.length());
    let mut tracks = BTreeMap::new();
    for blocking in case.blocking {
        let most = tracks.entry(blocking.named.track).or_insert(0);
        *most = of(blocking)?.max(*most);
    }
    (!tracks.is_empty()).then(|| tracks.values().sum())
}

/// Tells what the tests of the path saw, and whether that left the path whole.
fn add_to(findings: &mut Vec<Finding>, told: Vec<Told>, (whole, isp_cleared): (bool, bool)) {
    let assumed = told.iter().filter(|told| told.networks_assumed).flat_map(|told| &told.finding.facts);
    let assumed: Vec<u32> = assumed.copied().collect();
    let facts = told.iter().flat_map(|told| told.finding.facts.clone()).collect();
    let examined = !told.is_empty();
    for Told { finding, .. } in told {
        if findings.iter().all(|other| other.id != finding.id) {
            findings.push(finding);
        }
    }
    // Silence that says something is no gap.
    for (told, gap) in [
        ("same-edge-silent", "unchecked-server"),
        ("same-edge-mute", "unchecked-server"),
        ("sibling-silent", "unchecked-sibling"),
        ("gateway-flat-beyond-silent", "unchecked-references"),
    ] {
        if findings.iter().any(|finding| finding.id == told) {
            findings.retain(|finding| finding.id != gap);
        }
    }
    if isp_cleared {
        findings.push(finding("shaping-possible", facts, []));
    }
    if !assumed.is_empty() {
        findings.push(finding("networks-assumed", assumed, []));
    }
    match (whole, examined) {
        (true, false) => findings.push(finding("path-not-split", Vec::new(), [])),
        (true, true) => findings.push(finding("path-not-separated", Vec::new(), [])),
        (false, _) => {}
    }
}

/// What holds of a stall whatever its cause.
fn basics(case: &Case) -> Vec<Finding> {
    let sighting = case.sighting;
    let lead = ("lead", Value::Micros(sighting.lead));
    let mut findings = match sighting.kind {
        StallKind::Starved => vec![finding("buffer-dry", sighting.facts.clone(), [lead])],
        StallKind::Frozen | StallKind::SlowMotion => Vec::new(),
    };
    for blocking in case.blocking {
        let named = &blocking.named;
        let host = named.host.clone().map(|host| ("host", Value::Name(host)));
        let values = [
            ("track", Value::Name(named.track.id().to_owned())),
            ("start", Value::Media(named.range.start)),
            ("end", Value::Media(named.range.end)),
        ];
        let facts =
            blocking.fetch.iter().flat_map(|fetch| &fetch.facts).chain(&blocking.appends).copied().collect();
        findings.push(finding("blocked-on", facts, values.into_iter().chain(host)));
    }
    findings
}

/// Requests that the player broke off, to ask for another quality or another server.
fn told_of_given_up(given_up: &[&Fetch]) -> Option<Finding> {
    let waited: Micros = given_up.iter().filter_map(|fetch| Some(fetch.over()? - fetch.asked)).sum();
    let facts = given_up.iter().flat_map(|fetch| &fetch.facts).copied().collect();
    let count = u64::try_from(given_up.len()).ok().filter(|count| *count > 0)?;
    Some(finding("given-up", facts, [("count", Value::Count(count)), ("waited", Value::Micros(waited))]))
}

/// That there was a check, how much of one, and what it did not get to.
fn told_of_check(checked: &[&Measurement]) -> Vec<Finding> {
    let Some(first) = checked.first() else {
        return Vec::new();
    };
    let ran = || checked.iter().filter(|measured| measured.ran());
    let moved = ran().filter_map(|measured| measured.body).map(|(bytes, _)| bytes).sum();
    let count = Value::Count(u64::try_from(ran().count()).unwrap_or(u64::MAX));
    let id = match first.by {
        Asker::Viewer => "checked-on-demand",
        Asker::Automatic => "checked-by-itself",
    };
    let facts = checked.iter().map(|measured| measured.fact).collect();
    let mut told = vec![finding(id, facts, [("count", count), ("moved", Value::Bytes(moved))])];
    let came = |reply: Reply, targets: &[Target]| {
        checked.iter().any(|measured| measured.reply == reply && targets.contains(&measured.target))
    };
    // Only whether a playlist is newer there was asked: if nobody is known to have it, nothing was.
    if checked.iter().all(|measured| measured.target == Target::Sibling) {
        told.retain(|_| ran().count() > 0);
        return told;
    }
    let found: Vec<u32> = ran().filter(|measured| measured.found).map(|measured| measured.fact).collect();
    if !found.is_empty() {
        told.push(finding("sibling-found", found, []));
    }
    if ran().count() == 0 && came(Reply::Blocked, &Target::AWAY) {
        told.push(finding("check-blocked", checked.iter().map(|measured| measured.fact).collect(), []));
        return told;
    }
    let silent = |targets: &[Target]| {
        !targets
            .iter()
            .all(|target| ran().any(|measured| measured.target == *target && measured.reply != Reply::Failed))
    };
    let of = |targets: &[Target]| {
        let its = checked.iter().filter(|measured| targets.contains(&measured.target));
        its.map(|measured| measured.fact).collect()
    };
    // Why it was not: it never left, something else answered, or nothing did.
    let parts: [([&str; 3], &[Target]); 4] = [
        (["blocked-gateway", "unchecked-gateway", "unchecked-gateway"], &[Target::Gateway]),
        (["blocked-references", "unfit-references", "unchecked-references"], &path::REFERENCES),
        (["blocked-server", "unfit-server", "unchecked-server"], &[Target::Stalled]),
        (["unchecked-sibling"; 3], &[Target::Sibling]),
    ];
    told.extend(parts.into_iter().filter(|(_, of)| silent(of)).map(
        |([blocked, unfit, unchecked], targets)| {
            let id = match (came(Reply::Unfit, targets), came(Reply::Blocked, targets)) {
                (true, _) => unfit,
                (false, true) => blocked,
                (false, false) => unchecked,
            };
            finding(id, of(targets), [])
        },
    ));
    told
}
