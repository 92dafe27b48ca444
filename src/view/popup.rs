//! The popup: this tab.

use super::chart::chart;
use super::evidence::evidence;
use super::overlay::next;
use super::path::{path, places};
use super::{Node, Unseen, Wishes, button};
use crate::path::wants_answer;
use crate::status::{MediaStatus, PlayState, Status};
use crate::time::{Micros, Wall};
use crate::verdict::Stall;
use crate::wording::{self, Words};

/// The popup for a tab whose frames have these statuses.
pub fn popup(frames: &[Status], unseen: Option<Unseen>, wishes: &Wishes, words: &Words) -> Node {
    let popup = Node::classed("main", "popup").with("lang", words.tag());
    let popup = popup.child(Node::new("h1").say("Whystall"));
    let players: Vec<_> =
        frames.iter().flat_map(|status| status.media.iter().map(move |media| (status, media))).collect();
    let unseen = unseen.or(players.is_empty().then_some(Unseen::NoMediaSource));
    if let Some(unseen) = unseen {
        return popup.child(nothing(unseen, words));
    }
    let muted = wishes.muted.then(|| {
        let note = Node::new("p").say(words.say("muted", &[]));
        Node::classed("div", "muted").children([note, button("unmute", words.say("unmute", &[]))])
    });
    let several = players.len() > 1;
    let ended = |media: &MediaStatus| media.last.as_ref().map(|stall| stall.began.wall);
    let newest = players.iter().filter_map(|(_, media)| ended(media)).max();
    let sections = players.iter().enumerate().map(|(index, (status, media))| {
        let title = several.then(|| words.say("element_title", &[("number", &(index + 1).to_string())]));
        let newest = newest.is_some() && ended(media) == newest;
        let first = status.media.iter().position(|of| of.element == media.element).unwrap_or_default();
        player((status, first), media, title, newest, wishes, words)
    });
    popup.children(muted).children(sections)
}

/// `newest`: the newest finished stall of the tab is this one's. It is the one that can be saved.
fn player(
    (status, index): (&Status, usize),
    media: &MediaStatus,
    title: Option<String>,
    newest: bool,
    wishes: &Wishes,
    words: &Words,
) -> Node {
    let at = status.at;
    let title = title.map(|title| Node::new("h2").say(title));
    let chart =
        chart(media, at, words).unwrap_or_else(|| Node::classed("p", "note").say(words.say("watching", &[])));
    let now = media.current.as_ref().map(|stall| {
        let title = Node::new("h2").say(words.say("now_title", &[]));
        let next = next(stall, media.resumes_in, words);
        Node::classed("section", "stall live")
            .child(title)
            .children(verdict(stall, wishes, words))
            .child(next)
    });
    let last = media.last.as_ref().map(|stall| {
        let title = Node::new("h2").say(words.say("last_title", &[]));
        let verdict = Node::classed("section", "stall").child(title).children(verdict(stall, wishes, words));
        verdict
            .children((newest && wants_answer(stall)).then(|| question(words)))
            .children(newest.then(|| save(words)))
            .children(evidence(stall, words))
    });
    // A frame has one check, whatever it plays.
    let check = (index == 0).then(|| {
        let since = status.check.as_ref().map_or(Wall::MAX, |check| check.since);
        let about = super::check::subject(media.current.as_ref(), media.last.as_ref(), since);
        let title = Node::new("h2").say(words.say("probe_title", &[]));
        Node::classed("section", "probe")
            .children([title, super::check::check(status.check.as_ref(), about, words)])
    });
    let list = match (media.stalls.is_empty(), &now) {
        (false, _) => Some(stalls(media, at, words)),
        (true, None) => Some(Node::classed("p", "empty").say(words.say("stalls_none", &[]))),
        (true, Some(_)) => None,
    };
    Node::classed("section", "player")
        .children(title)
        .child(Node::classed("p", "state").say(state(media, words)))
        .child(chart)
        .children(now)
        .children(check)
        .children(last)
        .children(list)
        .children(super::adjustment::list(media, words))
}

/// What the verdict says, without the live region: in the popup the viewer reads at leisure.
pub(super) fn verdict(stall: &Stall, wishes: &Wishes, words: &Words) -> [Node; 5] {
    let clue = wording::clue(stall, words).map(|phrase| phrase.to_string());
    [
        Node::classed("p", "headline").say(wording::headline(stall, words)),
        Node::classed("p", "clue").children(clue.map(Node::Text)),
        Node::classed("p", "where").say(wording::whereabouts(stall, words)),
        path(stall, words),
        places(stall, wishes, words),
    ]
}

/// Newest first.
fn stalls(media: &MediaStatus, at: Wall, words: &Words) -> Node {
    let line = |stall: &crate::status::StallSummary| {
        let (position, time) = (words.position(stall.position), words.duration(stall.duration));
        let cause = wording::cause_in_short(&stall.cause, words);
        let line = words.say("stall_line", &[("position", &position), ("time", &time), ("cause", &cause)]);
        let ago = words.say("chart_ago", &[("time", &words.about((at - stall.began).max(Micros::ZERO)))]);
        Node::new("li")
            .child(Node::new("span").say(line))
            .say(" ")
            .child(Node::classed("span", "ago").say(ago))
    };
    let title = Node::new("h2").say(words.count("stalls", media.stalls.len() as u64, &[]));
    let list = Node::classed("ul", "stalls").children(media.stalls.iter().rev().map(line));
    Node::new("section").children([title, list])
}

/// What only the viewer knows.
fn question(words: &Words) -> Node {
    let say = |key| words.say(key, &[]);
    let buttons = Node::classed("p", "buttons").children([
        button("home-alone", say("home_answer_alone")),
        Node::Text(" ".to_owned()),
        button("home-shared", say("home_answer_shared")),
    ]);
    Node::classed("div", "question").with("role", "group").with("aria-label", say("home_question")).children(
        [
            Node::classed("p", "asked").say(say("home_question")),
            Node::classed("p", "note").say(say("home_question_note")),
            buttons,
        ],
    )
}

fn save(words: &Words) -> Node {
    let buttons = Node::classed("p", "buttons")
        .child(button("share", words.say("share", &[])))
        .say(" ")
        .child(button("save-evidence", words.say("save_evidence", &[])));
    Node::classed("div", "save")
        .children([buttons, Node::classed("p", "note").say(words.say("save_hint", &[]))])
}

fn state(media: &MediaStatus, words: &Words) -> String {
    let key = match media.playing {
        PlayState::Starting => "state_starting",
        PlayState::Playing => "state_playing",
        PlayState::Paused => "state_paused",
        PlayState::Seeking => "state_seeking",
        PlayState::Ended => "state_ended",
        PlayState::Stalled => "state_stalled",
    };
    let (state, position) = (words.say(key, &[]), words.position(media.position));
    match media.lead {
        Some(lead) => {
            let lead = words.length(lead);
            words.say("state_line_lead", &[("state", &state), ("position", &position), ("lead", &lead)])
        }
        None => words.say("state_line", &[("state", &state), ("position", &position)]),
    }
}

fn nothing(unseen: Unseen, words: &Words) -> Node {
    let (title, what_to_do) = match unseen {
        Unseen::BrowserPage => ("nothing_browser_page", "nothing_browser_page_do"),
        Unseen::NoPermission => ("nothing_no_permission", "nothing_no_permission_do"),
        Unseen::NoMediaSource => ("nothing_no_media_source", "nothing_no_media_source_do"),
    };
    let title = Node::new("h2").say(words.say(title, &[]));
    Node::classed("section", "nothing").children([title, Node::new("p").say(words.say(what_to_do, &[]))])
}
