//! The overlay beside the player.

use super::evidence::evidence;
use super::path::{path, places};
use super::{Node, Wishes, button};
use crate::event::Asker;
use crate::status::{CheckState, CheckStatus, LINGER, MediaStatus, RESULT, Status};
use crate::time::{Micros, Wall};
use crate::verdict::{Stall, StallKind};
use crate::wording::{self, Words};

/// The overlay; `None` when there is nothing to say.
pub fn overlay(status: &Status, wishes: &Wishes, words: &Words) -> Option<Node> {
    let Some((stall, resumes_in)) = subject(status) else {
        return super::adjustment::line(status, wishes, words);
    };
    let dismissed = wishes.dismissed.is_some_and(|began| stall.began.wall <= began);
    if wishes.muted || dismissed {
        return None;
    }
    // Every part has its place whether it says something or not, so that a redraw moves nothing under the pointer
    // and leaves opened details open.
    let close = button("dismiss", "\u{d7}".to_owned()).with("class", "close");
    let close = close.with("aria-label", words.say("dismiss", &[]));
    let top = Node::classed("div", "top").children([close, clock(stall, words), said(stall, words)]);
    let summary = Node::new("summary").say(words.say("details", &[]));
    let mute = Node::classed("p", "mute").child(button("mute", words.say("mute", &[])));
    let details = Node::new("details")
        .child(summary)
        .child(Node::classed("div", "evidence").children(evidence(stall, words)).child(mute));
    let state = if stall.ended.is_some() { "overlay over" } else { "overlay live" };
    let overlay = Node::classed("section", state)
        .with("lang", words.tag())
        .with("aria-label", words.say("overlay_label", &[]))
        .children([
            top,
            path(stall, words),
            places(stall, wishes, words),
            next(stall, resumes_in, words),
            checked(status, stall, words),
            details,
        ]);
    Some(overlay)
}

/// What is told of a stall in plain sentences. Screen readers are told when these change, and only then: the ticking
/// part is hidden from them.
fn said(stall: &Stall, words: &Words) -> Node {
    let mut clue = Node::classed("p", "clue");
    if let Some(phrase) = wording::clue(stall, words) {
        let ticking = Node::new("span").with("aria-hidden", true).say(phrase.ticking);
        clue = clue.say(phrase.before).child(ticking).say(phrase.after);
    }
    Node::classed("div", "said").with("role", "status").with("aria-live", "polite").children([
        Node::classed("p", "headline").say(wording::headline(stall, words)),
        clue,
        Node::classed("p", "where").say(wording::whereabouts(stall, words)),
    ])
}

/// When it should go on, and what the viewer can do.
pub(super) fn next(stall: &Stall, resumes_in: Option<Micros>, words: &Words) -> Node {
    let resumes = resumes_in.map(|time| words.say("resumes_in", &[("time", &words.about(time))]));
    let resumes = Node::classed("p", "resumes").children(resumes.map(Node::Text));
    let advice = Node::classed("span", "title").say(format!("{}: ", words.say("do_title", &[])));
    let advice =
        Node::classed("p", "advice").child(advice).say(wording::what_you_can_do(&stall.cause, words));
    Node::classed("div", "next").children([resumes, advice])
}

/// The check of what playback waits for; nothing for what a check knows nothing of.
fn checked(status: &Status, stall: &Stall, words: &Words) -> Node {
    let check = status.check.as_ref();
    let about = check.and_then(|check| super::check::subject(None, Some(stall), check.since));
    match stall.kind {
        StallKind::Starved => super::check::check(check.filter(|check| is_of(check, stall)), about, words),
        StallKind::Frozen | StallKind::SlowMotion => Node::classed("div", "check"),
    }
}

/// It was begun in this stall, or while its verdict was in view.
fn is_of(check: &CheckStatus, stall: &Stall) -> bool {
    check.since >= stall.began.wall && stall.ended.is_none_or(|ended| check.since - ended.wall < LINGER)
}

/// It still goes on, or its result has not been in view long enough.
fn lasts(check: &CheckStatus, at: Wall) -> bool {
    match check.state {
        CheckState::Waiting | CheckState::Measuring => true,
        CheckState::Over(over) | CheckState::Stopped(over) => at - over < RESULT,
    }
}

/// How long it has lasted so far.
fn clock(stall: &Stall, words: &Words) -> Node {
    let clock = Node::classed("span", "clock").with("aria-hidden", true);
    match stall.ended {
        Some(_) => clock,
        None => clock.say(words.say("stopped_for", &[("time", &words.duration(stall.duration))])),
    }
}

/// The stall to show: the longest under way, else the newest that has just ended.
fn subject(status: &Status) -> Option<(&Stall, Option<Micros>)> {
    let live = |media: &MediaStatus| media.current.is_some();
    let current = status.media.iter().filter(|media| live(media));
    let current = current.max_by_key(|media| media.current.as_ref().map(|stall| stall.duration));
    if let Some(media) = current {
        return Some((media.current.as_ref()?, media.resumes_in));
    }
    let ended = status.media.iter().filter_map(|media| {
        let stall = media.last.as_ref()?;
        Some((stall.ended?.wall, stall))
    });
    let (ended, stall) = ended.max_by_key(|(ended, _)| *ended)?;
    let asked =
        |check: &CheckStatus| check.by == Asker::Viewer && is_of(check, stall) && lasts(check, status.at);
    let checked = status.check.as_ref().is_some_and(asked);
    (checked || status.at - ended < LINGER).then_some((stall, None))
}
