#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use super::*;
use crate::event::{Asker, ElementId, Reply, Target};
use crate::history::Hour;
use crate::machine::measurement::Measurement;
use crate::status::{CheckState, CheckStatus, LINGER, PlayState, Status};
use crate::time::Micros;
use crate::verdict::Stall;
use crate::wording::Words;
use crate::wording::samples::{self, media, stall, status};

fn english() -> Words {
    Words::for_language("en")
}

fn live(stall: Stall) -> Status {
    status(vec![media(PlayState::Stalled, Some(stall), None)], Micros(3_400_000))
}

/// So long after a stall of 3.4 s began.
fn over(stall: Stall, after_millis: i64) -> Status {
    status(vec![media(PlayState::Playing, None, Some(stall))], Micros::from_millis(after_millis))
}

/// A worse picture, over after so long or not, looked at so long after it began.
fn adjusted(over: Option<Micros>, after_millis: i64) -> Status {
    let adjustment = samples::adjustment(over, None);
    let mut player = media(PlayState::Playing, None, None);
    match over {
        Some(_) => player.adjustments = vec![adjustment],
        None => player.adjusted = Some(adjustment),
    }
    status(vec![player], Micros::from_millis(after_millis))
}

fn shown(status: &Status) -> Option<Node> {
    overlay(status, &Wishes::default(), &english())
}

/// Half an hour watched on a site, and a stall that was cut short.
fn kept() -> Kept {
    let stall = KeptStall {
        id: "0123abcd".to_owned(),
        when: "28 Nov, 20:15".to_owned(),
        duration: Micros::from_millis(3_400),
        cause: "slow-transfer".to_owned(),
        cut: false,
    };
    let hour = Hour {
        played: Micros::from_millis(1_800_000),
        sets: vec![(1 << 5, 1, Micros::from_millis(3_400))],
        starts: 2,
        start_up: Micros::from_millis(2_500),
        ..Hour::default()
    };
    let cut = KeptStall { id: "cut".to_owned(), cut: true, ..stall.clone() };
    Kept {
        site: "video.example".to_owned(),
        hours: vec![hour],
        stalls: vec![stall, cut],
        trouble: String::new(),
    }
}

/// Every tree that the samples make, in both languages.
fn trees() -> Vec<Node> {
    let mut trees = Vec::new();
    for language in ["en", "de"] {
        let words = Words::for_language(language);
        for cause in samples::CAUSES {
            for status in [live(stall(cause, false)), over(stall(cause, true), 4_000)] {
                trees.extend(overlay(&status, &Wishes::default(), &words));
                trees.push(popup(&[status.clone(), status], None, &Wishes::default(), &words));
            }
        }
        for over in [None, Some(Micros::from_millis(130_000))] {
            let status = adjusted(over, 131_000);
            trees.extend(overlay(&status, &Wishes::default(), &words));
            trees.push(popup(&[status], None, &Wishes::default(), &words));
        }
        let muted = Wishes { muted: true, ..Wishes::default() };
        trees.push(popup(&[over(stall("frozen", true), 4_000)], None, &muted, &words));
        for kept in [Kept::default(), kept()] {
            trees.push(with_history(popup(&[], None, &Wishes::default(), &words), &kept, &words));
        }
        for unseen in [Unseen::BrowserPage, Unseen::NoPermission, Unseen::NoMediaSource] {
            trees.push(popup(&[], Some(unseen), &Wishes::default(), &words));
        }
    }
    assert!(trees.len() > 60);
    trees
}

/// The nodes of a tree, parents first.
fn nodes(tree: &Node) -> Vec<&Node> {
    let mut all = vec![tree];
    let mut next = 0;
    while let Some(Node::Element { c, .. }) = all.get(next).copied().or(None) {
        all.extend(c);
        next += 1;
        while matches!(all.get(next), Some(Node::Text(_))) {
            next += 1;
        }
    }
    all
}

fn attribute<'a>(node: &'a Node, name: &str) -> Option<&'a str> {
    match node {
        Node::Element { a, .. } => a.get(name).map(String::as_str),
        Node::Text(_) => None,
    }
}

fn of_class<'a>(tree: &'a Node, class: &str) -> Vec<&'a Node> {
    let has =
        |node: &&Node| attribute(node, "class").is_some_and(|all| all.split(' ').any(|one| one == class));
    nodes(tree).into_iter().filter(has).collect()
}

/// What is read; `heard` as a screen reader does, that is without what is hidden from it.
fn text(node: &Node, heard: bool) -> String {
    match node {
        Node::Text(text) => text.clone(),
        Node::Element { .. } if heard && attribute(node, "aria-hidden") == Some("true") => String::new(),
        Node::Element { c, .. } => c.iter().map(|child| text(child, heard)).collect(),
    }
}

fn actions(tree: &Node) -> Vec<&str> {
    nodes(tree).into_iter().filter_map(|node| attribute(node, "data-action")).collect()
}

#[test]
fn trees_use_only_what_the_renderer_permits_and_all_of_it() {
    let (mut tags, mut attributes) = (Vec::new(), Vec::new());
    for tree in trees() {
        for node in nodes(&tree) {
            if let Node::Element { t, a, .. } = node {
                tags.push(*t);
                attributes.extend(a.keys().copied());
            }
        }
    }
    for used in [&mut tags, &mut attributes] {
        used.sort_unstable();
        used.dedup();
    }
    assert_eq!(tags, TAGS);
    assert_eq!(attributes, ATTRIBUTES);
}

#[test]
fn every_button_has_a_name_and_says_that_it_submits_nothing() {
    for tree in trees() {
        for node in nodes(&tree) {
            if matches!(node, Node::Element { t: "button", .. }) {
                let name = attribute(node, "aria-label").map_or_else(|| text(node, true), str::to_owned);
                assert!(name.chars().any(char::is_alphabetic), "{node:?}");
                assert_eq!(attribute(node, "type"), Some("button"));
                assert!(attribute(node, "data-action").is_some());
            }
        }
    }
}

#[test]
fn every_picture_has_a_name() {
    for tree in trees() {
        for node in nodes(&tree) {
            if matches!(node, Node::Element { t: "svg", .. }) {
                assert_eq!(attribute(node, "role"), Some("img"));
                assert!(!attribute(node, "aria-label").unwrap().is_empty());
            }
        }
    }
}

#[test]
fn a_healthy_player_has_no_overlay() {
    for playing in
        [PlayState::Starting, PlayState::Playing, PlayState::Paused, PlayState::Seeking, PlayState::Ended]
    {
        assert_eq!(shown(&status(vec![media(playing, None, None)], Micros::ZERO)), None);
    }
    assert_eq!(shown(&Status::default()), None);
}

#[test]
fn the_verdict_stays_for_its_time_and_goes() {
    let ended_after = 3_400;
    let linger = LINGER.as_millis();
    assert!(shown(&over(stall("slow-response", true), ended_after + linger - 1)).is_some());
    assert_eq!(shown(&over(stall("slow-response", true), ended_after + linger)), None);
}

#[test]
fn a_stall_under_way_goes_before_one_that_is_over() {
    let mut both = live(stall("frozen", false));
    let mut ended = media(PlayState::Playing, None, Some(stall("slow-response", true)));
    ended.element = ElementId(1);
    both.media.insert(0, ended);
    let headline = text(of_class(&shown(&both).unwrap(), "headline")[0], false);
    assert_eq!(headline, "Playback stands still, although there is enough to play.");
}

#[test]
fn what_was_dismissed_or_muted_is_not_shown() {
    let stalled = live(stall("slow-response", false));
    let began = stall("slow-response", false).began.wall;
    let wish =
        |dismissed, muted| overlay(&stalled, &Wishes { dismissed, muted, ..Wishes::default() }, &english());
    assert_eq!(wish(Some(began), false), None);
    assert_eq!(wish(None, true), None);
    assert!(wish(Some(began - Micros(1)), false).is_some(), "an earlier stall was dismissed, not this one");
}

#[test]
fn a_screen_reader_is_told_nothing_new_while_only_time_passes() {
    for cause in samples::CAUSES {
        let now = stall(cause, false);
        let mut later = now.clone();
        later.duration = later.duration + Micros(1_000_000);
        for finding in &mut later.findings {
            for value in finding.values.values_mut() {
                if let crate::verdict::Value::Micros(time) = value {
                    *time = *time + Micros(1_000_000);
                }
            }
        }
        let [now, later] = [now, later].map(|stall| shown(&live(stall)).unwrap());
        assert_ne!(now, later, "time is seen to pass");
        let said = |tree: &Node| text(of_class(tree, "said")[0], true);
        assert_eq!(attribute(of_class(&now, "said")[0], "role"), Some("status"));
        assert_eq!(said(&now), said(&later));
    }
}

#[test]
fn parts_keep_their_places_from_begin_to_end() {
    let shape = |status: &Status| match shown(status) {
        Some(Node::Element { c, .. }) => {
            c.iter().map(|node| attribute(node, "class").map(str::to_owned)).collect()
        }
        _ => Vec::new(),
    };
    let first = shape(&live(stall("undetermined", false)));
    assert_eq!(first.len(), 6);
    for cause in samples::CAUSES {
        assert_eq!(shape(&live(stall(cause, false))), first);
        assert_eq!(shape(&over(stall(cause, true), 4_000)), first);
    }
}

#[test]
fn the_path_says_of_each_zone_what_the_verdict_says() {
    let tree = shown(&live(stall("slow-response", false))).unwrap();
    let told: Vec<String> = match of_class(&tree, "path")[0] {
        Node::Element { c, .. } => c.iter().map(|zone| text(zone, true).replace('\u{ad}', "")).collect(),
        Node::Text(_) => Vec::new(),
    };
    let expected = [
        "device: ruled out",
        "player: ruled out",
        "home: possible",
        "ISP: possible",
        "between: possible",
        "video server: possible",
        "behind it: possible",
    ];
    assert_eq!(told, expected);
}

#[test]
fn a_stall_s_evidence_can_be_saved_once_it_is_over_and_once_a_tab() {
    let words = english();
    let popup = |frames: &[Status]| popup(frames, None, &Wishes::default(), &words);
    assert_eq!(actions(&popup(&[live(stall("frozen", false))])), ["check"]);
    let mut older = over(stall("slow-response", true), 9_000);
    let newer = older.clone();
    if let Some(stall) = &mut older.media[0].last {
        stall.began.wall = stall.began.wall - Micros(5_000_000);
    }
    assert_eq!(actions(&popup(&[older, newer])), ["check", "check", "share", "save-evidence"]);
}

#[test]
fn a_check_says_how_far_it_is_and_then_what_it_excluded() {
    let words = english();
    let examined = samples::examined(true).swap_remove(0);
    let check = |state, stall: Stall| {
        let since = stall.began.wall;
        let measured = Measurement {
            fact: 0,
            from: since,
            at: since,
            by: Asker::Viewer,
            target: Target::Gateway,
            host: None,
            reply: Reply::Refused,
            connect: Some(Micros::from_millis(290)),
            answer: None,
            body: None,
            listed: None,
            found: false,
        };
        let unfit = Measurement { target: Target::ReferenceA, reply: Reply::Unfit, ..measured.clone() };
        let parts = vec![
            (Target::Gateway, false, Some(measured)),
            (Target::ReferenceA, false, Some(unfit)),
            (Target::ReferenceB, true, None),
            (Target::Sibling, false, None),
        ];
        let status = over(stall, 4_000);
        Status { check: Some(CheckStatus { by: Asker::Viewer, since, state, parts }), ..status }
    };
    let panel = |status: &Status| {
        let tree = shown(status).unwrap();
        let panel = of_class(&tree, "check")[0].clone();
        (
            text(&panel, false).replace('\u{a0}', " "),
            actions(&panel).last().map(|action| (*action).to_owned()),
        )
    };
    let (said, action) = panel(&check(CheckState::Measuring, examined.clone()));
    let parts = "Your router: answered in 290 msAn independent server: something else answered in its place\
                 Another independent server: asked, no answer yet";
    assert_eq!((said, action.as_deref()), (format!("Checking …{parts}Stop"), Some("stop-check")));
    let over = CheckState::Over(examined.began.wall);
    let (said, action) = panel(&check(over, examined.clone()));
    assert_eq!(action.as_deref(), Some("check"));
    assert!(said.contains("Speaks against: your ISP, the networks in between, the video service."), "{said}");
    assert!(said.contains("Not checked: how the video server answers"), "{said}");
    // One that told nothing apart says so.
    let (said, _) = panel(&check(over, stall("slow-response", true)));
    assert!(said.contains(&words.say("probe_excluded_nothing", &[])), "{said}");
}

#[test]
fn a_popup_without_a_stall_says_that_it_watches() {
    let healthy = status(vec![media(PlayState::Playing, None, None)], Micros::ZERO);
    let tree = popup(&[healthy], None, &Wishes::default(), &english());
    assert_eq!(text(of_class(&tree, "empty")[0], false), "No stalls so far. Whystall is watching.");
    assert_eq!(of_class(&tree, "chart").len(), 1);
}

#[test]
fn a_tab_with_frames_but_no_player_says_so() {
    let words = english();
    let frames = [Status::default(), Status::default()];
    let tree = popup(&frames, None, &Wishes::default(), &words);
    assert!(text(&tree, false).contains(&words.say("nothing_no_media_source", &[])));
}

#[test]
fn hostile_names_and_numbers_make_a_bounded_tree() {
    let mut stall = stall("slow-response", true);
    stall.cause = "x".repeat(10_000);
    stall.blocking[0].host = Some("<script>".repeat(10_000));
    stall.not_observed = vec!["\u{202e}".repeat(10_000); 1_000];
    stall.duration = Micros(i64::MAX);
    stall.began.wall = crate::time::Wall::MIN;
    let account = stall.ledger.segments[0].clone();
    stall.ledger.segments = vec![account; 1_000];
    for finding in &mut stall.findings {
        finding.id = "y".repeat(10_000);
    }
    let tree = popup(&[over(stall, 4_000)], None, &Wishes::default(), &english());
    let text = text(&tree, false);
    assert!(!text.contains(['<', '\u{202e}']));
    assert!(serde_json::to_string(&tree).unwrap().len() < 60_000);
}

#[test]
fn the_renderer_gets_plain_json() {
    let tree = Node::new("p").with("class", "x").say("hello");
    assert_eq!(serde_json::to_string(&tree).unwrap(), r#"{"t":"p","a":{"class":"x"},"c":["hello"]}"#);
}

#[test]
fn a_worse_picture_gets_one_quiet_line_for_a_while() {
    let line = shown(&adjusted(None, 5_000)).unwrap();
    assert_eq!(text(&line, true), "\u{d7}Playing 480p instead of 1080p.");
    assert_eq!(of_class(&line, "path").len() + of_class(&line, "headline").len(), 0);
    assert!(attribute(of_class(&line, "said")[0], "role") == Some("status"));
    assert_eq!(shown(&adjusted(None, 8_000)), None);
    let minutes = Some(Micros::from_millis(130_000));
    assert!(shown(&adjusted(minutes, 129_000 + 8_000)).is_some());
    assert_eq!(shown(&adjusted(minutes, 130_000 + 8_000)), None);
    // What was brief is not told of again.
    assert_eq!(shown(&adjusted(Some(Micros::from_millis(9_000)), 10_000)), None);
}

#[test]
fn a_worse_picture_is_dismissed_and_muted_like_a_stall_and_gives_way_to_one() {
    let status = adjusted(None, 5_000);
    let began = status.media[0].adjusted.unwrap().began.wall;
    for wishes in
        [Wishes { dismissed: Some(began), ..Wishes::default() }, Wishes { muted: true, ..Wishes::default() }]
    {
        assert_eq!(overlay(&status, &wishes, &english()), None);
    }
    let mut both = live(stall("slow-response", false));
    both.media[0].adjusted = status.media[0].adjusted;
    assert_eq!(of_class(&shown(&both).unwrap(), "headline").len(), 1);
}

#[test]
fn the_popup_tells_what_is_kept_of_the_site_and_leads_to_the_rest() {
    let words = english();
    let nothing = popup(&[], None, &Wishes::default(), &words);
    let tree = with_history(nothing.clone(), &kept(), &words);
    let section = of_class(&tree, "history")[0];
    let figures: Vec<String> = of_class(section, "value").into_iter().map(|node| text(node, false)).collect();
    assert_eq!(figures, ["0.2%", "2.0", "1.3\u{a0}s", "0%"]);
    let list: Vec<String> = of_class(section, "kept").into_iter().map(|node| text(node, false)).collect();
    assert_eq!(list[0], "28 Nov, 20:15: 3.4\u{a0}s, slow transfer Share \u{2026}");
    // Of what was cut short there is no evidence to share.
    assert_eq!(list[1], "28 Nov, 20:15: 3.4\u{a0}s, slow transfer");
    assert_eq!(actions(&tree), ["stats", "share:0123abcd"]);
    let empty = with_history(nothing, &Kept { site: "video.example".to_owned(), ..Kept::default() }, &words);
    assert_eq!((of_class(&empty, "value").len(), actions(&empty)), (0, vec!["stats"]));
}

#[test]
fn the_popup_says_why_there_is_no_history() {
    let words = english();
    for (trouble, said) in [("newer", "written by a newer Whystall"), ("broken", "database is damaged")] {
        let kept = Kept { trouble: trouble.to_owned(), ..Kept::default() };
        let tree = with_history(popup(&[], None, &Wishes::default(), &words), &kept, &words);
        let shown = text(of_class(&tree, "history")[0], false);
        assert!(shown.contains(said) && shown.contains("Nothing was deleted"), "{shown}");
        assert_eq!(actions(&tree), ["stats"]);
    }
}
