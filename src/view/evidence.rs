//! The evidence of a stall: where the time went, what the verdict rests on, what could not be observed.

use super::{Node, number};
use crate::path::excludes;
use crate::time::{Micros, Wall};
use crate::verdict::{Finding, Ledger, Part, SegmentAccount, Stage, StageTime, Stall, UsualFrom};
use crate::wording::{self, Words};

/// So many bars fit without scrolling and still show how the buffer drained.
const MOST_BARS: usize = 8;

/// Video, sound, and one more of each after a change of quality in the middle of a stall.
const MOST_TABLES: usize = 4;

/// The picture's size in its own units, about CSS pixels in the overlay.
const WIDTH: f64 = 320.0;
const BARS_FROM: f64 = 66.0;
const ROW: f64 = 20.0;
const BAR: f64 = 14.0;

/// All of it.
pub(super) fn evidence(stall: &Stall, words: &Words) -> Vec<Node> {
    let mut nodes = ledger(stall, words);
    if !stall.findings.is_empty() {
        nodes.push(Node::new("h3").say(words.say("findings_title", &[])));
        let sentences = stall.findings.iter().map(|told| finding(told, words));
        nodes.push(Node::classed("ul", "findings").children(sentences));
    }
    let more = [
        wording::unchecked(stall, words),
        wording::would_decide(stall, words),
        wording::ending(stall, words),
        wording::not_observed(stall, words),
        wording::table(stall, words),
    ];
    nodes.extend(more.into_iter().flatten().map(|line| Node::classed("p", "note").say(line)));
    nodes
}

/// What was found, and, of a check, what that alone speaks against.
pub(super) fn finding(finding: &Finding, words: &Words) -> Node {
    let line = Node::new("li").say(wording::finding(finding, words));
    let excluded = wording::zones(&excludes(&finding.id), words).join(", ");
    if excluded.is_empty() {
        return line;
    }
    let says = words.say("probe_excludes", &[("zones", &excluded)]);
    line.say(" ").child(Node::classed("span", "excludes").say(says))
}

/// Stage by stage, how it is called and to which kind it belongs (colours are by kind).
pub(crate) fn stage(stage: Stage, words: &Words) -> (String, &'static str) {
    let (key, kind) = match stage {
        Stage::Decide => ("stage_decide", "page"),
        Stage::Failed => ("stage_failed", "failed"),
        Stage::Queue => ("stage_queue", "answer"),
        Stage::Dns => ("stage_dns", "answer"),
        Stage::Connect => ("stage_connect", "answer"),
        Stage::Tls => ("stage_tls", "answer"),
        Stage::RoundTrip => ("stage_round_trip", "answer"),
        Stage::Edge => ("stage_edge", "answer"),
        Stage::Origin => ("stage_origin", "answer"),
        Stage::Wait => ("stage_wait", "answer"),
        Stage::Response => ("stage_response", "answer"),
        Stage::Transfer => ("stage_transfer", "transfer"),
        Stage::Process => ("stage_process", "page"),
        Stage::Append => ("stage_append", "page"),
        Stage::Present => ("stage_present", "rest"),
    };
    (words.say(key, &[]), kind)
}

fn ledger(stall: &Stall, words: &Words) -> Vec<Node> {
    let all = &stall.ledger.segments;
    let dropped = all.len().saturating_sub(MOST_BARS);
    let shown = all.get(dropped..).unwrap_or_default();
    if shown.is_empty() {
        return Vec::new();
    }
    let mut nodes = vec![Node::new("h3").say(words.say("ledger_title", &[])), bars(stall, shown, words)];
    if dropped > 0 {
        let note = words.count("ledger_dropped", dropped as u64, &[]);
        nodes.push(Node::classed("p", "note").say(note));
    }
    let blocking = shown.iter().filter(|account| account.blocking).take(MOST_TABLES);
    nodes.extend(blocking.map(|account| table(account, words)));
    nodes.extend(shares(&stall.ledger, words));
    nodes
}

/// Who has which part of the stall: a bar, and what it says in a table.
fn shares(ledger: &Ledger, words: &Words) -> Vec<Node> {
    let parts = ledger.percents();
    if parts.is_empty() {
        return Vec::new();
    }
    let percent = |count: u8| words.say("percent", &[("count", &count.to_string())]);
    let named = parts.iter().map(|&(part, time, count)| (share(part, words), time, count));
    let named: Vec<((String, &str), Micros, u8)> = named.collect();
    let spoken = named.iter().map(|((name, _), _, count)| format!("{name} {}", percent(*count)));
    let mut bar = Node::classed("svg", "ledger")
        .with("role", "img")
        .with("aria-label", spoken.collect::<Vec<_>>().join(", "))
        .with("viewBox", format!("0 0 {} {}", number(WIDTH), number(ROW)));
    let mut left = 0.0;
    for ((_, kind), _, count) in &named {
        let width = f64::from(*count) * WIDTH / 100.0;
        bar = bar.child(rect(&format!("stage {kind}"), left, 2.0, width, BAR));
        if width > 24.0 {
            let label = Node::classed("text", "inside").with("x", number(left + 3.0)).with("y", "12.5");
            bar = bar.child(label.say(percent(*count)));
        }
        left += width;
    }
    let row = |kind: &str, name: &str, time: Micros, count: u8| {
        let key = Node::classed("span", &format!("key {kind}")).with("aria-hidden", true);
        let name = Node::new("th").with("scope", "row").child(key).say(name);
        let time = Node::new("td").say(words.millis(time));
        Node::new("tr").children([name, time, Node::new("td").say(percent(count))])
    };
    let rows = named.iter().map(|((name, kind), time, count)| row(kind, name, *time, *count));
    let all = ledger.shares.iter().map(|share| share.share).chain([ledger.chronic, ledger.unexplained]);
    let total = row("none", &words.say("ledger_total", &[]), all.sum(), 100);
    let body = Node::new("tbody").children(rows).child(total);
    let title = Node::new("h3").say(words.say("shares_title", &[]));
    vec![title, bar, Node::new("table").child(body)]
}

/// How a part of the stall is called, and the kind of its colour.
fn share(part: Part, words: &Words) -> (String, &'static str) {
    match part {
        Part::Stage(of) => stage(of, words),
        Part::Chronic => (words.say("shares_chronic", &[]), "chronic"),
        Part::Unexplained => (words.say("ledger_unexplained", &[]), "rest"),
    }
}

/// One bar a media segment, on one time axis, the stall shaded. What it says is in the tables too, and in its name.
fn bars(stall: &Stall, shown: &[SegmentAccount], words: &Words) -> Node {
    let stopped = (stall.began.wall, stall.began.wall + stall.duration);
    let from = shown.iter().map(|account| account.from).min().unwrap_or_default().min(stopped.0);
    let to = shown.iter().map(|account| account.to).max().unwrap_or_default().max(stopped.1);
    let axis = Axis { from, length: (to - from).0.max(1) as f64 };
    let height = ROW * (shown.len() as f64 + 1.0);

    let (left, right) = (axis.x(stopped.0), axis.x(stopped.1));
    let shade = rect("stopped", left, 0.0, right - left, height - ROW + 4.0);
    let middle = ((left + right) / 2.0).clamp(BARS_FROM + 30.0, WIDTH - 30.0);
    let mark = Node::classed("text", "axis").with("text-anchor", "middle").with("x", number(middle));
    let mark = mark.with("y", number(height - 5.0));
    let mark = mark.say(words.say("ledger_stopped", &[("time", &words.duration(stall.duration))]));

    let rows = shown.iter().enumerate().map(|(row, account)| bar(account, ROW * row as f64, &axis, words));
    let names: Vec<String> = shown.iter().map(|account| in_words(account, words)).collect();
    Node::classed("svg", "ledger")
        .with("role", "img")
        .with("aria-label", names.join(" "))
        .with("viewBox", format!("0 0 {} {}", number(WIDTH), number(height)))
        .children([shade, mark])
        .children(rows)
}

fn bar(account: &SegmentAccount, y: f64, axis: &Axis, words: &Words) -> Node {
    let class = if account.blocking { "bar blocking" } else { "bar" };
    let label = Node::classed("text", "range").with("x", 0).with("y", number(y + 12.0));
    let mut group = Node::classed("g", class).child(label.say(words.range(account.range)));
    let mut at = account.from;
    for time in &account.stages {
        let (name, kind) = stage(time.stage, words);
        let (left, right) = (axis.x(at), axis.x(at + time.spent));
        group = group.child(rect(&format!("stage {kind}"), left, y + 2.0, right - left, BAR));
        // About 5 units a character at this size. What does not fit is in the table alone.
        let time_alone = words.millis(time.spent);
        let labels = [format!("{name} {time_alone}"), time_alone];
        let fits = |label: &String| label.chars().count() as f64 * 5.0 + 6.0 < right - left;
        if let Some(label) = labels.into_iter().find(fits) {
            let text = Node::classed("text", "inside").with("x", number(left + 3.0));
            group = group.child(text.with("y", number(y + 12.5)).say(label));
        }
        at = at + time.spent;
    }
    let (left, right) = (axis.x(at), axis.x(account.to));
    if account.unexplained > Micros::ZERO {
        group = group.child(rect("stage rest", left, y + 2.0, right - left, BAR));
    }
    if account.blocking {
        let left = axis.x(account.from);
        group = group.child(rect("outline", left, y + 2.0, right - left, BAR));
    }
    group
}

fn table(account: &SegmentAccount, words: &Words) -> Node {
    let (range, track) = (words.range(account.range), words.track(account.track));
    let title = words.say("ledger_segment", &[("range", &range), ("track", &track)]);
    let caption = Node::new("caption").say(format!("{title}. {}", words.say("ledger_waited", &[])));
    let column = |key| Node::new("th").with("scope", "col").say(words.say(key, &[]));
    let head = Node::new("tr").children(["ledger_stage", "ledger_took", "ledger_usual"].map(column));
    let row = |kind: &str, name: String, took: Micros, usual: Option<String>| {
        let key = Node::classed("span", &format!("key {kind}")).with("aria-hidden", true);
        let name = Node::new("th").with("scope", "row").child(key).say(name);
        let took = Node::new("td").say(words.millis(took));
        Node::new("tr").children([name, took, Node::new("td").say(usual.unwrap_or_default())])
    };
    let stages = account.stages.iter().map(|time| {
        let (name, kind) = stage(time.stage, words);
        row(kind, name, time.spent, usual(time, words))
    });
    let unexplained = (account.unexplained > Micros::ZERO)
        .then(|| row("rest", words.say("ledger_unexplained", &[]), account.unexplained, None));
    let total = row("none", words.say("ledger_total", &[]), account.elapsed, None);
    let body = Node::new("tbody").children(stages).children(unexplained).child(total);
    Node::new("table").children([caption, Node::new("thead").child(head), body])
}

fn usual(time: &StageTime, words: &Words) -> Option<String> {
    let usual = words.millis(time.usual?);
    match time.usual_from {
        UsualFrom::Session => Some(usual),
        UsualFrom::Few => Some(words.say("ledger_few", &[("time", &usual)])),
        UsualFrom::Default => Some(words.say("ledger_assumed", &[("time", &usual)])),
        UsualFrom::None => None,
    }
}

/// A bar for those who cannot see it.
fn in_words(account: &SegmentAccount, words: &Words) -> String {
    let (range, track) = (words.range(account.range), words.track(account.track));
    let title = words.say("ledger_segment", &[("range", &range), ("track", &track)]);
    let stages = account.stages.iter().map(|time| {
        let (name, _) = stage(time.stage, words);
        format!("{name} {}", words.millis(time.spent))
    });
    format!("{title}: {}.", stages.collect::<Vec<_>>().join(", "))
}

struct Axis {
    from: Wall,
    length: f64,
}

impl Axis {
    fn x(&self, at: Wall) -> f64 {
        let part = (at - self.from).0 as f64 / self.length;
        BARS_FROM + part.clamp(0.0, 1.0) * (WIDTH - BARS_FROM)
    }
}

fn rect(class: &str, x: f64, y: f64, width: f64, height: f64) -> Node {
    Node::classed("rect", class)
        .with("x", number(x))
        .with("y", number(y))
        .with("width", number(width.max(0.0)))
        .with("height", number(height))
}
