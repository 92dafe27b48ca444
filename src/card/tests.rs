#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use super::*;
use crate::verdict::Zone;
use crate::wording::samples::{CAUSES, examined, stall};

const HASH: &str = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
const DATED: Shown = Shown { host: true, date: Some("24 Nov 2026, 12:04"), network: None, picture: None };
const ALL: Shown = Shown { network: Some("Home, upstairs (Example ISP)"), ..DATED };
const PICTURED: Shown = Shown { picture: Some("data:image/jpeg;base64,/9j/4AAQSkZJRg=="), ..ALL };
const NOTHING: Shown = Shown { host: false, date: None, network: None, picture: None };
const FORMATS: [Format; 2] = [Format::Wide, Format::Square];

/// Every verdict in both languages, formats and themes.
fn cards() -> Vec<(Format, String)> {
    let stalls: Vec<Stall> = CAUSES.iter().map(|cause| stall(cause, true)).chain(examined(true)).collect();
    let mut cards = Vec::new();
    for language in ["en", "de"] {
        let words = Words::for_language(language);
        for format in FORMATS {
            for theme in [Theme::Light, Theme::Dark] {
                for shown in [ALL, PICTURED] {
                    let card = |stall| (format, svg(stall, HASH, shown, format, theme, &words));
                    cards.extend(stalls.iter().map(card));
                }
            }
        }
    }
    cards
}

fn wide(stall: &Stall, shown: Shown) -> String {
    svg(stall, HASH, shown, Format::Wide, Theme::Light, &Words::for_language("en"))
}

fn texts(card: &str) -> Vec<String> {
    let document = roxmltree::Document::parse(card).unwrap();
    let texts = document.descendants().filter(|node| node.has_tag_name("text"));
    texts.map(|node| node.text().unwrap_or_default().to_owned()).collect()
}

#[test]
fn a_card_is_one_picture_that_loads_nothing() {
    for (format, card) in cards() {
        let document = roxmltree::Document::parse(&card).unwrap();
        let root = document.root_element();
        let (width, height) = format.size();
        assert_eq!(root.attribute("width"), Some(width.to_string().as_str()));
        assert_eq!(root.attribute("height"), Some(height.to_string().as_str()));
        let tags = ["svg", "title", "g", "rect", "line", "circle", "path", "text", "image"];
        for node in root.descendants().filter(roxmltree::Node::is_element) {
            assert!(tags.contains(&node.tag_name().name()), "{node:?}");
            assert!(node.attributes().all(|attribute| !attribute.value().contains("url(")));
            assert!(node.attribute("href").is_none_or(|address| Some(address) == PICTURED.picture));
        }
    }
}

#[test]
fn nothing_is_written_or_drawn_off_the_card_and_no_text_over_another() {
    for (format, card) in cards() {
        let (across, down) = format.size();
        let (across, down) = (f64::from(across), f64::from(down));
        let document = roxmltree::Document::parse(&card).unwrap();
        let number = |node: roxmltree::Node, name| {
            node.attribute(name).map_or(0.0, |value| value.parse::<f64>().unwrap())
        };
        let mut boxes: Vec<(f64, f64, f64, f64, String)> = Vec::new();
        for node in document.descendants().filter(|node| node.has_tag_name("text")) {
            let said = node.text().unwrap_or_default();
            let size = number(node, "font-size");
            let width = match node.attribute("font-family") {
                // Of equal width, three fifths of the size.
                Some(_) => said.len() as f64 * size * 0.61,
                None => text::width(said, size, node.attribute("font-weight").is_some()),
            };
            let (left, right) = match (node.attribute("text-anchor"), number(node, "x")) {
                (Some("end"), x) => (x - width, x),
                (Some("middle"), x) => (x - width / 2.0, x + width / 2.0),
                (_, x) => (x, x + width),
            };
            assert!(left >= 20.0 && right <= across - 20.0, "{node:?} {said:?}");
            let y = number(node, "y");
            assert!(y < down - 5.0, "{said:?} at {y}");
            for (l, t, r, b, other) in &boxes {
                let apart = right <= *l || *r <= left || y <= *t || *b <= y - size * 0.75;
                assert!(apart, "{said:?} over {other:?} in\n{card}");
            }
            boxes.push((left, y - size * 0.75, right, y, said.to_owned()));
        }
        for node in document.descendants().filter(|node| node.has_tag_name("rect")) {
            assert!(number(node, "x") + number(node, "width") <= across);
            assert!(number(node, "y") + number(node, "height") <= down);
        }
        let code = document.descendants().find(|node| node.attribute("shape-rendering").is_some()).unwrap();
        let picture = document.descendants().find(|node| node.has_tag_name("image"));
        for ground in code.prev_sibling().into_iter().chain(picture) {
            let (left, top) = (number(ground, "x"), number(ground, "y"));
            let (right, bottom) = (left + number(ground, "width"), top + number(ground, "height"));
            for (l, t, r, b, said) in &boxes {
                let apart = *r <= left || *l >= right || *b <= top || *t >= bottom;
                assert!(apart, "{said:?} is on the code or the picture in\n{card}");
            }
            for circle in document.descendants().filter(|node| node.has_tag_name("circle")) {
                let lowest = number(circle, "cy") - number(circle, "r");
                assert!(bottom <= lowest || top > lowest || number(circle, "r") < 20.0, "on the path");
            }
        }
    }
}

#[test]
fn a_card_says_what_the_verdict_says() {
    let said = texts(&wide(&stall("slow-response", true), DATED)).join("\n");
    let expected = [
        "Playback stopped for 3.4\u{a0}s",
        "Waited 4.1\u{a0}s for the answer to begin; 85\u{a0}ms is usual here.",
        "Can't be told apart",
        "Your device, the player",
        "0:12\u{2013}0:14",
        "stream.example",
        "Evidence 9f86d081",
        HASH,
        "24 Nov 2026, 12:04",
    ];
    for part in expected {
        assert!(said.contains(part), "{part} is not in\n{said}");
    }
}

#[test]
fn no_name_and_no_date_is_on_a_card_that_is_to_have_none() {
    for cause in CAUSES {
        let card = wide(&stall(cause, true), NOTHING);
        assert!(!card.contains("stream.example") && !card.contains("2026"), "{card}");
    }
    let said = texts(&wide(&stall("slow-response", true), NOTHING)).join(" ");
    assert!(said.contains("the answer from the video server came late"), "{said}");
}

#[test]
fn the_network_is_on_a_card_that_is_to_name_it_and_on_no_other() {
    let stall = stall("slow-response", true);
    let said = |shown| texts(&wide(&stall, shown)).join("\n");
    assert!(said(ALL).contains("Viewer's network: Home, upstairs (Example ISP) \u{b7} 24 Nov 2026, 12:04"));
    let undated = Shown { date: None, ..ALL };
    assert!(said(undated).contains("\nViewer's network: Home, upstairs (Example ISP)\n"));
    for shown in [DATED, NOTHING] {
        assert!(!said(shown).contains("etwork: "), "{}", said(shown));
    }
    // The date stays whole; the name is what is cut.
    let long = "network ".repeat(20);
    let cut = said(Shown { network: Some(&long), ..DATED });
    assert!(cut.contains("network\u{2026} \u{b7} 24 Nov 2026, 12:04"), "{cut}");
}

#[test]
fn a_picture_is_a_jpeg_in_itself_or_none() {
    let stall = stall("slow-response", true);
    let pictured = |picture| wide(&stall, Shown { picture, ..DATED }).contains("<image");
    assert!(pictured(PICTURED.picture));
    let long = format!("{PICTURE}{}", "A".repeat(PICTURE_LIMIT));
    for address in [
        "",
        PICTURE,
        "https://elsewhere.example/a.jpg",
        "data:image/svg+xml;base64,AAAA",
        &format!("{PICTURE}A\"A"),
        &long,
    ] {
        assert!(!pictured(Some(address)), "{address:.40}");
    }
}

#[test]
fn a_prior_is_never_a_number() {
    let numbers =
        |stall: &Stall| texts(&wide(stall, DATED)).iter().filter(|text| text.ends_with('%')).count();
    for cause in CAUSES {
        assert_eq!(numbers(&stall(cause, true)), 0, "{cause}");
    }
    let told: Vec<usize> = examined(true).iter().map(numbers).collect();
    assert!(told.contains(&2), "{told:?}");
}

#[test]
fn the_outline_is_as_long_as_the_stages_it_encloses() {
    let card = wide(&stall("slow-response", true), DATED);
    let document = roxmltree::Document::parse(&card).unwrap();
    let width = |node: roxmltree::Node| node.attribute("width").unwrap().parse::<f64>().unwrap();
    let outline = document.descendants().find(|node| node.attribute("stroke-width") == Some("1.5")).unwrap();
    let inside = outline.prev_siblings().skip(1).take_while(|node| node.has_tag_name("rect"));
    let sum: f64 = inside.map(width).sum();
    assert!((sum - width(outline)).abs() < 1.0, "{sum} {}", width(outline));
}

#[test]
fn hostile_texts_are_escaped_and_bounded() {
    let mut stall = stall("slow-response", true);
    stall.blocking[0].host = Some("\"><script>&\0\u{202e}".repeat(1_000));
    stall.cause = "<script>\u{202e}".repeat(1_000);
    let date = "<b>\u{0}\u{ffff}&\"'".repeat(1_000);
    let words = Words::for_language("en");
    let shown = Shown { host: true, date: Some(&date), network: Some(&date), picture: Some(&date) };
    for format in FORMATS {
        let card = svg(&stall, &"<>&zz9".repeat(1_000), shown, format, Theme::Dark, &words);
        assert!(card.len() < 40_000, "{}", card.len());
        assert!(!card.contains("<script") && !card.contains("<b>"));
        assert!(texts(&card).iter().any(|text| text.contains("<b>")));
    }
}

#[test]
fn a_reader_of_codes_reads_the_code() {
    let stall = Stall { zones: vec![Zone::Home, Zone::Access], ..stall("slow-transfer", true) };
    let began = stall.began.wall.0 / 1_000_000;
    let hash = HASH.to_uppercase();
    for (dated, when) in [(true, began.to_string()), (false, String::new())] {
        let text = code::compact(&stall, HASH, dated);
        assert_eq!(text, format!("WHYSTALL:1:SLOW-TRANSFER:HA:DP:3400:{when}:{hash}"));
        let code = code::encoded(&text).unwrap();
        // As it is drawn: modules of four pixels, four modules of white around.
        let side = (code.size() as usize + 8) * 4;
        let dark = |x: usize, y: usize| code.get_module(x as i32 / 4 - 4, y as i32 / 4 - 4);
        let mut picture =
            rqrr::PreparedImage::prepare_from_greyscale(side, side, |x, y| if dark(x, y) { 0 } else { 255 });
        let [grid] = &picture.detect_grids()[..] else { panic!("one code") };
        assert_eq!(grid.decode().unwrap().1, text);
    }
}

#[test]
fn every_verdict_fits_the_smallest_code() {
    for stall in CAUSES.iter().map(|cause| stall(cause, true)).chain(examined(true)) {
        let longest = Stall { duration: crate::time::Micros::from_millis(86_400_000), ..stall };
        let text = code::compact(&longest, HASH, true);
        assert_eq!(code::encoded(&text).map(|code| code.size()), Some(41), "{text}");
    }
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
    let (size, lines) = text::fitted(words, &[20.0, 10.0], false, 400.0, 1);
    assert_eq!((size, lines.len()), (10.0, 1));
}
