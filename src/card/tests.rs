#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use super::*;
use crate::wording::samples::{CAUSES, stall};

const HASH: &str = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

fn cards() -> Vec<String> {
    let mut cards = Vec::new();
    for language in ["en", "de"] {
        let words = Words::for_language(language);
        for cause in CAUSES {
            for theme in [Theme::Light, Theme::Dark] {
                cards.push(svg(&stall(cause, true), Some("24 Nov 2026, 12:04"), HASH, theme, &words));
            }
        }
    }
    cards
}

fn texts(card: &str) -> Vec<String> {
    let document = roxmltree::Document::parse(card).unwrap();
    let texts = document.descendants().filter(|node| node.has_tag_name("text"));
    texts.map(|node| node.text().unwrap_or_default().to_owned()).collect()
}

#[test]
fn a_card_is_one_picture_of_1200_by_675_that_loads_nothing() {
    for card in cards() {
        let document = roxmltree::Document::parse(&card).unwrap();
        let root = document.root_element();
        assert_eq!((root.attribute("width"), root.attribute("height")), (Some("1200"), Some("675")));
        let tags = ["svg", "title", "rect", "line", "circle", "text"];
        for node in root.descendants().filter(roxmltree::Node::is_element) {
            assert!(tags.contains(&node.tag_name().name()), "{node:?}");
            assert!(node.attributes().all(|attribute| !attribute.value().contains("url(")));
            assert!(node.attribute("href").is_none());
        }
    }
}

#[test]
fn nothing_is_written_or_drawn_off_the_card() {
    for card in cards() {
        let document = roxmltree::Document::parse(&card).unwrap();
        let number = |node: roxmltree::Node, name| {
            node.attribute(name).map_or(0.0, |value| value.parse::<f64>().unwrap())
        };
        for node in document.descendants().filter(|node| node.has_tag_name("text")) {
            let bold = node.attribute("font-weight").is_some();
            let width = text::width(node.text().unwrap_or_default(), number(node, "font-size"), bold);
            let (left, right) = match (node.attribute("text-anchor"), number(node, "x")) {
                (Some("end"), x) => (x - width, x),
                (Some("middle"), x) => (x - width / 2.0, x + width / 2.0),
                (_, x) => (x, x + width),
            };
            assert!(left >= 20.0 && right <= WIDTH - 20.0, "{node:?} {:?}", node.text());
            assert!(number(node, "y") < HEIGHT - 5.0);
        }
        for node in document.descendants().filter(|node| node.has_tag_name("rect")) {
            assert!(number(node, "x") + number(node, "width") <= WIDTH);
            assert!(number(node, "y") + number(node, "height") <= HEIGHT);
        }
    }
}

#[test]
fn a_card_says_what_the_verdict_says() {
    let words = Words::for_language("en");
    let said =
        texts(&svg(&stall("slow-response", true), Some("today"), HASH, Theme::Light, &words)).join("\n");
    let expected = [
        "Playback stopped for 3.4\u{a0}s",
        "Waited 4.1\u{a0}s for the answer to begin; 85\u{a0}ms is usual here.",
        "Can't be told apart",
        "Your device, the player",
        "Could not be observed: the server's connection timings.",
        "0:12\u{2013}0:14",
        "stream.example",
        "Evidence 9f86d081",
        HASH,
        "today",
    ];
    for part in expected {
        assert!(said.contains(part), "{part} is not in\n{said}");
    }
}

#[test]
fn the_bar_is_as_long_as_its_media_segment_took() {
    let words = Words::for_language("en");
    let card = svg(&stall("slow-response", true), None, HASH, Theme::Light, &words);
    let document = roxmltree::Document::parse(&card).unwrap();
    let bars = document.descendants().filter(|node| node.attribute("height") == Some("26"));
    let width: f64 = bars.map(|node| node.attribute("width").unwrap().parse::<f64>().unwrap()).sum();
    assert!((width - (RIGHT - LEFT)).abs() < 1.0, "{width}");
}

#[test]
fn hostile_texts_are_escaped_and_bounded() {
    let words = Words::for_language("en");
    let mut stall = stall("slow-response", true);
    stall.blocking[0].host = Some("\"><script>&\0\u{202e}".repeat(1_000));
    let date = "<b>\u{0}\u{ffff}&\"'".repeat(1_000);
    let card = svg(&stall, Some(&date), &"<>&zz9".repeat(1_000), Theme::Dark, &words);
    assert!(card.len() < 20_000);
    assert!(!card.contains("<script") && !card.contains("<b>"));
    assert!(texts(&card).iter().any(|text| text.contains("<b>")));
}

#[test]
fn text_is_wrapped_within_its_width_and_none_is_lost_but_what_the_ellipsis_stands_for() {
    let words = "the answer from a.very.long.host.name.without.any.break came late";
    let lines = text::wrap(words, 20.0, false, 200.0, 99);
    assert!(lines.len() > 3);
    assert!(lines.iter().all(|line| text::width(line, 20.0, false) <= 200.0));
    assert_eq!(lines.concat().replace(' ', ""), words.replace(' ', ""));
    let cut = text::wrap(words, 20.0, false, 200.0, 2);
    assert_eq!(cut.len(), 2);
    assert!(cut[1].ends_with('\u{2026}'));
    assert_eq!(text::wrap("", 20.0, false, 200.0, 2), [""]);
    assert_eq!(text::fit_end("stream.video.example", 20.0, false, 120.0).chars().next(), Some('\u{2026}'));
}
