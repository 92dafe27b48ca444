//! The popup's last part: what is kept of the site that it is about.

use super::{Node, button};
use crate::history::{Figures, Hour, Sum};
use crate::read::Read;
use crate::time::Micros;
use crate::wording::{self, Words};

/// What is kept of a site.
#[derive(Clone, Debug, Default, Read)]
pub struct Kept {
    /// Its host.
    pub site: String,
    /// What was watched there in the last 30 days.
    pub hours: Vec<Hour>,
    /// The last stalls there, newest first.
    pub stalls: Vec<KeptStall>,
    /// Why nothing is known of it: `newer` (another version's database) or `broken`. Empty where that is not so.
    #[serde(default)]
    pub trouble: String,
}

/// A stall in the history.
#[derive(Clone, Debug, Default, Read)]
pub struct KeptStall {
    /// Its evidence's hash.
    pub id: String,
    /// Date and time in words.
    pub when: String,
    /// How long it lasted.
    pub duration: Micros,
    /// Id of the cause.
    pub cause: String,
    /// It has no evidence: page or browser were closed in the middle of it, or that evidence had to go.
    #[serde(default)]
    pub cut: bool,
}

/// Stalls listed.
const LISTED: usize = 5;
/// Longest site or time shown, in characters.
const LONGEST: usize = 64;

/// The popup with this at its end.
pub fn with_history(popup: Node, kept: &Kept, words: &Words) -> Node {
    let site = words.name(&kept.site);
    let title = match &site[..] {
        "" => words.say("history_title", &[]),
        site => words.say("history_title_site", &[("site", site)]),
    };
    let sum = Sum::of(&kept.hours);
    let known = match sum.watched() {
        Micros::ZERO if site.is_empty() => None,
        Micros::ZERO => Some(Node::classed("p", "note").say(words.say("history_none", &[]))),
        _ => Some(figures(&sum.figures(), words)),
    };
    let stalls: Vec<Node> = kept.stalls.iter().take(LISTED).map(|stall| line(stall, words)).collect();
    let stalls = (!stalls.is_empty()).then(|| Node::classed("ul", "stalls").children(stalls));
    let more = Node::classed("p", "buttons").child(button("stats", words.say("history_stats", &[])));
    let section = Node::classed("section", "history").child(Node::new("h2").say(title));
    let section = if kept.trouble.is_empty() {
        section.children(known).children(stalls)
    } else {
        let (what, then) = match &kept.trouble[..] {
            "newer" => ("stats_newer", "stats_newer_do"),
            _ => ("stats_broken", "stats_broken_do"),
        };
        section.children([what, then].map(|key| Node::new("p").say(words.say(key, &[]))))
    };
    popup.child(section.child(more))
}

fn figures(figures: &Figures, words: &Words) -> Node {
    let percent = |part: Option<i64>| part.map(|part| words.percent(part));
    let figure = |(key, value): (&str, Option<String>)| {
        let unknown = || words.say("history_unknown", &[]);
        Node::new("li")
            .child(Node::classed("span", "value").say(value.unwrap_or_else(unknown)))
            .say(" ")
            .child(Node::classed("span", "what").say(words.say(key, &[])))
    };
    let all = [
        ("history_stalled", percent(figures.stalled)),
        ("history_stalls_an_hour", figures.stalls_an_hour.map(|times| words.times(times))),
        ("history_start_up", figures.start_up.map(|time| words.duration(time))),
        ("history_reduced", percent(figures.reduced)),
    ];
    Node::classed("ul", "figures").children(all.map(figure))
}

fn line(stall: &KeptStall, words: &Words) -> Node {
    let when: String = stall.when.chars().filter(|c| !c.is_control()).take(LONGEST).collect();
    let (time, cause) = (words.duration(stall.duration), wording::cause_in_short(&stall.cause, words));
    let line = words.say("history_stall", &[("when", &when), ("time", &time), ("cause", &cause)]);
    let item = Node::classed("li", "kept").child(Node::new("span").say(line));
    if stall.cut {
        return item;
    }
    let label = words.say("history_share_label", &[("when", &when)]);
    let id: String = stall.id.chars().take(LONGEST).collect();
    let share = button(&format!("share:{id}"), words.say("history_share", &[]));
    item.say(" ").child(share.with("aria-label", label))
}
