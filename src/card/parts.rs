//! The parts of a card, but for the ledger and the code.

use super::layout::Column;
use super::svg::{Ink, LEADING, Line, rect};
use super::{Card, text};
use crate::verdict::Zone;
use crate::view::path::{Standing, likelihoods};
use crate::view::{Node, number};
use crate::wording::{self, capitalised};

/// From a title's base line to that of its text, and from one text to the next title.
const TITLE: f64 = 27.0;
const BETWEEN: f64 = 12.0;
/// Of the first line, what sign and name of the program take up.
const BRAND: f64 = 200.0;

impl Card<'_> {
    /// What happened, as large as fits, and the number behind it.
    pub(super) fn head(&self) -> Vec<Node> {
        let (palette, words, all) = (self.palette, self.words, self.layout.all);
        let quiet = Ink::plain(22.0, palette.quiet);
        let brand = Line { x: all.left + 42.0, y: all.y }.write("Whystall", Ink { bold: true, ..quiet });
        let mut nodes = vec![self.mark(), brand];
        let about = self.about(quiet.size, all.width() - BRAND);
        nodes.extend(about.map(|about| Line { x: all.right, y: all.y }.write_left(&about, quiet)));

        let headline = wording::headline(self.stall, words);
        let Column { left, y, .. } = self.layout.headline;
        let (width, most) = (self.layout.headline.width(), self.layout.headline_lines);
        let (size, _) = text::fitted(&headline, &self.layout.headline_sizes, true, width, 2);
        let lines = text::wrap(&headline, size, true, width, most);
        let ink = Ink { size, bold: true, colour: palette.text };
        nodes.extend(Line { x: left, y }.paragraph(&lines, ink));

        let ink = Ink::plain(24.0, palette.text);
        let y = y + lines.len().saturating_sub(1) as f64 * size * LEADING + 40.0;
        let clue = wording::clue(self.stall, words).map(|phrase| phrase.to_string()).unwrap_or_default();
        let (size, lines) = text::fitted(&clue, &[24.0, 21.0], false, width, self.layout.clue_lines);
        nodes.extend(Line { x: left, y }.paragraph(&lines, Ink { size, ..ink }));
        nodes
    }

    /// What the video shows.
    pub(super) fn picture(&self) -> Option<Node> {
        let (left, top, width, height) = self.layout.picture;
        let image = Node::new("image").with("href", self.shown.picture()?);
        let image = image.with("x", number(left)).with("y", number(top));
        let image = image.with("width", number(width)).with("height", number(height));
        Some(image.with("preserveAspectRatio", "xMidYMid slice"))
    }

    /// Over which network and when, as far as it is to be seen. Of what is too long the network is cut before the date.
    fn about(&self, size: f64, width: f64) -> Option<String> {
        let named = |name| self.words.say("card_network", &[("name", name)]);
        let Some(date) = self.shown.date.map(|date| text::fit(date, size, false, width / 2.0)) else {
            return self.shown.network.map(|name| text::fit(&named(name), size, false, width));
        };
        let Some(name) = self.shown.network else { return Some(date) };
        let date = format!(" \u{b7} {date}");
        let left = width - text::width(&date, size, false);
        Some(text::fit(&named(name), size, false, left) + &date)
    }

    /// The sign of the program, as in extension/icons/icon.svg.
    fn mark(&self) -> Node {
        let Column { left, y, .. } = self.layout.all;
        let path = |d: &str| Node::new("path").with("d", d);
        let arc = |d, colour, width: &str| {
            path(d).with("fill", "none").with("stroke", colour).with("stroke-width", width)
        };
        let circle = Node::new("circle").with("cx", 16).with("cy", 16).with("r", "10.5");
        Node::new("g")
            .with("transform", format!("translate({} {})", number(left), number(y - 25.0)))
            .child(rect(0.0, 0.0, 32.0, 32.0, "#0b3d6e").with("rx", 7))
            .child(circle.with("fill", "none").with("stroke", "#ffffff").with("stroke-width", "3.4"))
            .child(arc("M16 5.5 A10.5 10.5 0 0 1 26.5 16", "#0b3d6e", "5"))
            .child(arc("M18.6 5.8 A10.5 10.5 0 0 1 26.2 13.4", "#ffb43d", "4.6"))
            .child(path("M13 10.8 L21 16 L13 21.2 Z").with("fill", "#ffffff"))
    }

    /// The seven zones in a row, and how likely they are where evidence says so.
    pub(super) fn path(&self) -> Vec<Node> {
        let (palette, y) = (self.palette, self.layout.path);
        let line = Node::new("line").with("x1", number(self.centre(Zone::Device)));
        let line = line.with("x2", number(self.centre(Zone::Origin))).with("y1", y).with("y2", y);
        let line = line.with("stroke", palette.edge).with("stroke-width", 3);
        let zones = Zone::ALL.into_iter().flat_map(|zone| self.zone(zone));
        let likelihoods = likelihoods(self.stall);
        let brackets = likelihoods.iter().flat_map(|(zones, percent)| self.bracket(zones, *percent));
        [line].into_iter().chain(zones).chain(brackets).collect()
    }

    fn step(&self) -> f64 {
        self.layout.all.width() / Zone::ALL.len() as f64
    }

    fn centre(&self, zone: Zone) -> f64 {
        let index = Zone::ALL.iter().position(|other| *other == zone).unwrap_or(0);
        self.layout.all.left + self.step() * (index as f64 + 0.5)
    }

    fn label(&self, zone: Zone) -> String {
        wording::zone_label(zone, self.words).replace('\u{ad}', "")
    }

    /// All labels have one size, that of the longest.
    fn label_size(&self) -> f64 {
        let widest =
            Zone::ALL.map(|zone| text::width(&self.label(zone), 1.0, true)).into_iter().fold(1.0, f64::max);
        ((self.step() - 8.0) / widest).min(19.0)
    }

    fn zone(&self, zone: Zone) -> [Node; 3] {
        let (palette, y, x) = (self.palette, self.layout.path, self.centre(zone));
        let standing = Standing::of(zone, self.stall);
        let (stroke, fill, dash) = match standing {
            Standing::Likely => (palette.possible, palette.likely_ground, "none"),
            Standing::Only | Standing::Possible => (palette.possible, palette.possible_ground, "none"),
            Standing::Unlikely => (palette.possible, palette.ground, "none"),
            Standing::Cleared => (palette.cleared, palette.ground, "none"),
            Standing::Open => (palette.quiet, palette.ground, "2 5"),
        };
        let possible = standing.is_possible();
        let circle = Node::new("circle").with("cx", number(x)).with("cy", y).with("r", 24);
        let circle = circle.with("fill", fill).with("stroke", stroke).with("stroke-width", 3);
        let colour = if possible { palette.text } else { palette.quiet };
        let label = Ink { size: self.label_size(), bold: possible, colour };
        [
            circle.with("stroke-dasharray", dash),
            Line { x, y: y + 9.0 }.write_centred(standing.sign(), Ink::bold(26.0, stroke)),
            Line { x, y: y + 50.0 }.write_centred(&self.label(zone), label),
        ]
    }

    /// A likelihood below the zones that it is of.
    fn bracket(&self, zones: &[Zone], percent: i64) -> Vec<Node> {
        let y = self.layout.path + 62.0;
        let (Some(first), Some(last)) = (zones.first(), zones.last()) else {
            return Vec::new();
        };
        let (left, right) = (self.centre(*first) - 40.0, self.centre(*last) + 40.0);
        let percent = match percent {
            0 => format!("< {}", self.words.say("percent", &[("count", "1")])),
            _ => self.words.say("percent", &[("count", &percent.to_string())]),
        };
        let x = (left + right) / 2.0;
        vec![
            rect(left, y, right - left, 2.0, self.palette.possible),
            Line { x, y: y + 23.0 }.write_centred(&percent, Ink::bold(19.0, self.palette.text)),
        ]
    }

    /// What is possible, what is ruled out, and what could not be seen, in words.
    pub(super) fn zones(&self) -> Vec<Node> {
        let words = self.words;
        let everything = self.stall.zones == Zone::ALL;
        let possible = wording::zones(&self.stall.zones, words);
        let title = if possible.len() == 1 { "card_possible" } else { "card_open" };
        let possible =
            if everything { words.say("card_anything", &[]) } else { capitalised(&possible.join(", ")) };
        let cleared = wording::zones(&self.stall.cleared, words);
        let cleared = if cleared.is_empty() { words.say("card_nothing", &[]) } else { cleared.join(", ") };
        let blocks = [(title, possible), ("card_cleared", capitalised(&cleared))];
        let Column { left, mut y, .. } = self.layout.zones;
        let width = self.layout.zones.width();
        let wrapped = |size: f64| blocks.each_ref().map(|(_, said)| text::wrap(said, size, false, width, 5));
        // Down to the last line of the second.
        let fits = |size: &f64| {
            let lines: usize = wrapped(*size).iter().map(Vec::len).sum();
            y + 2.0 * TITLE + BETWEEN + lines.saturating_sub(1) as f64 * size * LEADING
                <= self.layout.zones_end
        };
        let size = [21.0, 19.0, 17.0].into_iter().find(fits).unwrap_or(16.0);
        let mut nodes = Vec::new();
        for ((title, _), lines) in blocks.iter().zip(wrapped(size)) {
            nodes.push(Line { x: left, y }.write(&words.say(title, &[]), self.title()));
            let ink = Ink::plain(size, self.palette.text);
            nodes.extend(Line { x: left, y: y + TITLE }.paragraph(&lines, ink));
            y += TITLE + lines.len() as f64 * size * LEADING + BETWEEN;
        }
        let ink = Ink { size: 16.0, ..self.title() };
        let room = ((self.layout.zones_end - y) / (ink.size * LEADING)).floor() + 1.0;
        if let Some(unseen) = wording::not_observed(self.stall, words).filter(|_| room >= 1.0) {
            let lines = text::wrap(&unseen, ink.size, ink.bold, width, room as usize);
            nodes.extend(Line { x: left, y }.paragraph(&lines, ink));
        }
        nodes
    }

    /// When in the media, how long, who was asked.
    pub(super) fn facts(&self) -> Vec<Node> {
        let words = self.words;
        let host = self.stall.blocking.iter().find_map(|segment| segment.host.as_deref());
        let facts = [
            Some(("card_position", words.position(self.stall.began.media))),
            Some(("card_duration", words.duration(self.stall.duration))),
            host.map(|host| ("card_host", words.name(host))),
        ];
        let Column { left: mut x, right, y } = self.layout.facts;
        let mut nodes = Vec::new();
        for (title, fact) in facts.into_iter().flatten() {
            let title = words.say(title, &[]);
            nodes.push(Line { x, y }.write(&title, self.title()));
            x += text::width(&title, 19.0, false) + 8.0;
            let ink = Ink::bold(20.0, self.palette.text);
            let fact = text::fit_end(&fact, ink.size, true, right - x);
            nodes.push(Line { x, y }.write(&fact, ink));
            x += text::width(&fact, ink.size, true) + 32.0;
        }
        nodes
    }

    /// Who made it, and the hash of what it rests on.
    pub(super) fn foot(&self) -> Vec<Node> {
        let (Column { left, right, .. }, y) = (self.layout.all, self.layout.foot);
        let small = Ink::plain(16.0, self.palette.quiet);
        let rule = rect(left, y - 22.0, right - left, 1.5, self.palette.edge);
        let made = text::fit(&self.words.say("card_made", &[]), small.size, false, right - left);
        let mut nodes = vec![rule, Line { x: left, y }.write(&made, small)];
        if !self.hash.is_empty() {
            // The first digits are enough for people to compare.
            let short: String = self.hash.chars().take(8).collect();
            let evidence = format!("{} {short}", self.words.say("card_evidence", &[]));
            let below = y + 20.0;
            nodes.push(Line { x: left, y: below }.write(&evidence, Ink { bold: true, ..small }));
            let full = Line { x: right, y: below }.write_left(&self.hash, Ink { size: 13.0, ..small });
            let mono = "ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace";
            nodes.push(full.with("font-family", mono));
        }
        nodes
    }

    pub(super) fn title(&self) -> Ink {
        Ink::plain(19.0, self.palette.quiet)
    }
}
