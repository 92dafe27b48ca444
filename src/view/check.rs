//! A check, for whoever waits for it: the button that starts one, how far it is, what it excluded.

use super::evidence::finding;
use super::{Node, button};
use crate::event::{Reply, Target};
use crate::machine::measurement::Measurement;
use crate::path::tells_of_check;
use crate::status::{CheckState, CheckStatus};
use crate::time::Wall;
use crate::verdict::Stall;
use crate::wording::Words;

/// All of it. `stall`: the one that it was made for, if playback stood.
pub(super) fn check(check: Option<&CheckStatus>, stall: Option<&Stall>, words: &Words) -> Node {
    let panel = Node::classed("div", "check");
    let say = |key| words.say(key, &[]);
    let Some(check) = check else {
        return panel.child(start(words));
    };
    let (title, over) = match check.state {
        CheckState::Waiting => ("probe_waiting", None),
        CheckState::Measuring => ("probe_measuring", None),
        CheckState::Over(at) => ("probe_over", Some(at)),
        CheckState::Stopped(at) => ("probe_stopped", Some(at)),
    };
    let title = Node::classed("p", "title").with("role", "status").say(say(title));
    let panel = panel.child(title).child(parts(check, over.is_none(), words));
    let panel = panel.children(over.map(|_| result(check, stall, words)).into_iter().flatten());
    match over {
        None => panel.child(Node::new("p").child(button("stop-check", say("probe_stop")))),
        Some(_) => panel.child(start(words)),
    }
}

fn start(words: &Words) -> Node {
    let what = Node::classed("span", "note").say(words.say("probe_what", &[]));
    Node::new("p").children([
        button("check", words.say("probe_start", &[])),
        Node::Text(" ".to_owned()),
        what,
    ])
}

/// Whom it asks, and what came back.
fn parts(check: &CheckStatus, running: bool, words: &Words) -> Node {
    let told = check.parts.iter().filter_map(|(target, waiting, measured)| {
        let state = match measured {
            // Few have one, and who does not misses nothing.
            None | Some(Measurement { reply: Reply::NotProbed, .. }) if *target == Target::Sibling => None?,
            // While it is asked again, what came last is told.
            Some(measured) => answer(measured, words),
            None if *waiting && running => words.say("probe_asked", &[]),
            None => None?,
        };
        let name = match target {
            Target::Device => "probe_device",
            Target::Gateway => "probe_gateway",
            Target::ReferenceA => "probe_reference_a",
            Target::ReferenceB => "probe_reference_b",
            Target::Stalled => "probe_server",
            Target::Sibling => "probe_sibling",
        };
        Some(Node::new("li").say(format!("{}: {state}", words.say(name, &[]))))
    });
    Node::classed("ul", "parts").children(told)
}

fn answer(measured: &Measurement, words: &Words) -> String {
    let say = |key| words.say(key, &[]);
    match (measured.reply, measured.answered_in()) {
        (Reply::NotProbed, _) => say("probe_unknown"),
        (Reply::Blocked, _) => say("probe_blocked"),
        (Reply::Unfit, _) => say("probe_unfit"),
        (Reply::Reset, _) => say("probe_reset"),
        (Reply::Error, _) => say("probe_error"),
        (_, None) => say("probe_silent"),
        (_, Some(time)) => match measured
            .body
            .and_then(|(bytes, took)| Some((bytes, words.rate(bytes, took)?)))
        {
            Some((bytes, rate)) => words.say("probe_sent", &[("size", &words.bytes(bytes)), ("rate", &rate)]),
            None => words.say("probe_answered", &[("time", &words.millis(time))]),
        },
    }
}

/// What each measurement excluded, or why none did.
fn result(check: &CheckStatus, stall: Option<&Stall>, words: &Words) -> Vec<Node> {
    let note = |key| Node::classed("p", "note").say(words.say(key, &[]));
    let heard = |(target, _, measured): &(Target, bool, Option<Measurement>)| {
        target.is_away() && measured.as_ref().is_some_and(Measurement::ran)
    };
    let stopped = matches!(check.state, CheckState::Stopped(_));
    let Some(stall) = stall else {
        let key = match check.parts.iter().any(heard) {
            true => "probe_at_rest",
            false if stopped => "probe_nothing_yet",
            false => "probe_nothing",
        };
        return vec![note(key)];
    };
    let told: Vec<Node> = stall
        .findings
        .iter()
        .filter(|told| tells_of_check(&told.id))
        .map(|told| finding(told, words))
        .collect();
    let outcomes = stall.findings.iter().any(|told| !crate::path::excludes(&told.id).is_empty());
    let list = (!told.is_empty()).then(|| Node::classed("ul", "findings").children(told));
    list.into_iter().chain((!outcomes).then(|| note("probe_excluded_nothing"))).collect()
}

/// The stall that the viewer's check is about: the one under way, else one that was not over when it began.
pub(super) fn subject<'a>(
    current: Option<&'a Stall>,
    last: Option<&'a Stall>,
    since: Wall,
) -> Option<&'a Stall> {
    current.or_else(|| last.filter(|stall| stall.ended.is_none_or(|ended| ended.wall >= since)))
}
