//! The card: a picture of a verdict, fit for a post. It carries what could not be told apart and where its evidence
//! is, so that it says no more on its own than it said on the page.

mod svg;
#[cfg(test)]
mod tests;
mod text;

use crate::time::Micros;
use crate::verdict::{SegmentAccount, Stall, Zone};
use crate::view::Node;
use crate::view::evidence::stage;
use crate::view::number;
use crate::view::path::Standing;
use crate::wording::{self, Words, capitalised};
use svg::{Ink, Line, Palette, rect, to_xml};

/// Whether dark on light or light on dark.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Theme {
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
}

/// A 1200×675 SVG of the verdict. `date` is the stall's local date and time as the caller words it; `fingerprint`
/// the bundle's hash.
pub fn svg(stall: &Stall, date: Option<&str>, fingerprint: &str, theme: Theme, words: &Words) -> String {
    let palette = Palette::of(theme);
    let card = Card { stall, palette: &palette, words };
    let root = Node::new("svg")
        .with("xmlns", "http://www.w3.org/2000/svg")
        .with("width", WIDTH)
        .with("height", HEIGHT)
        .with("viewBox", format!("0 0 {} {}", number(WIDTH), number(HEIGHT)))
        .with("xml:lang", words.tag())
        .with(
            "font-family",
            "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'DejaVu Sans', sans-serif",
        )
        .child(Node::new("title").say(wording::headline(stall, words)))
        .child(rect(0.0, 0.0, WIDTH, HEIGHT, palette.ground))
        .children(card.head(date))
        .children(card.path())
        .children(card.zones())
        .children(card.ledger())
        .children(card.facts())
        .children(card.foot(fingerprint));
    to_xml(&root)
}

const WIDTH: f64 = 1200.0;
const HEIGHT: f64 = 675.0;
const LEFT: f64 = 60.0;
const RIGHT: f64 = WIDTH - LEFT;
const MIDDLE: f64 = WIDTH / 2.0 + 40.0;

struct Card<'a> {
    stall: &'a Stall,
    palette: &'a Palette,
    words: &'a Words,
}

impl Card<'_> {
    /// What happened, as large as fits in two lines, and the number behind it.
    fn head(&self, date: Option<&str>) -> Vec<Node> {
        let (palette, words) = (self.palette, self.words);
        let quiet = Ink::plain(22.0, palette.quiet);
        let mut nodes = vec![Line { x: LEFT, y: 62.0 }.write("Whystall", Ink { bold: true, ..quiet })];
        nodes.extend(
            date.map(|date| {
                Line { x: RIGHT, y: 62.0 }.write_left(&text::fit(date, 22.0, false, 600.0), quiet)
            }),
        );

        let headline = wording::headline(self.stall, words);
        let fits = |size: &f64| text::wrap(&headline, *size, true, RIGHT - LEFT, 3).len() <= 2;
        let size = [46.0, 40.0].into_iter().find(fits).unwrap_or(32.0);
        let lines = text::wrap(&headline, size, true, RIGHT - LEFT, 3);
        let ink = Ink { size, bold: true, colour: palette.text };
        nodes.extend(Line { x: LEFT, y: 118.0 }.paragraph(&lines, ink));

        let ink = Ink::plain(24.0, palette.text);
        let y = 118.0 + lines.len().saturating_sub(1) as f64 * size * svg::LEADING + 40.0;
        let clue = wording::clue(self.stall, words).map(|phrase| phrase.to_string());
        nodes.extend(
            clue.map(|clue| Line { x: LEFT, y }.write(&text::fit(&clue, 24.0, false, RIGHT - LEFT), ink)),
        );
        nodes
    }

    /// The seven zones in a row.
    fn path(&self) -> Vec<Node> {
        let (palette, y) = (self.palette, 280.0 + self.shift());
        let step = (RIGHT - LEFT) / Zone::ALL.len() as f64;
        let x = |index: usize| LEFT + step * (index as f64 + 0.5);
        let line = Node::new("line").with("x1", number(x(0))).with("x2", number(x(Zone::ALL.len() - 1)));
        let line = line.with("y1", y).with("y2", y).with("stroke", palette.edge).with("stroke-width", 3);
        let zones = Zone::ALL.into_iter().enumerate().flat_map(|(index, zone)| {
            let standing = Standing::of(zone, self.stall);
            let (stroke, fill, dash) = match standing {
                Standing::Likely => (palette.possible, palette.likely_ground, "none"),
                Standing::Only | Standing::Possible => (palette.possible, palette.possible_ground, "none"),
                Standing::Unlikely => (palette.possible, palette.ground, "none"),
                Standing::Cleared => (palette.cleared, palette.ground, "none"),
                Standing::Open => (palette.quiet, palette.ground, "2 5"),
            };
            let possible = standing.is_possible();
            let circle = Node::new("circle").with("cx", number(x(index))).with("cy", y).with("r", 24);
            let circle = circle.with("fill", fill).with("stroke", stroke).with("stroke-width", 3);
            let sign = Ink::bold(26.0, stroke);
            let label = Ink {
                size: 19.0,
                bold: possible,
                colour: if possible { palette.text } else { palette.quiet },
            };
            let name = wording::zone_label(zone, self.words).replace('\u{ad}', "");
            [
                circle.with("stroke-dasharray", dash),
                Line { x: x(index), y: y + 9.0 }.write_centred(standing.sign(), sign),
                Line { x: x(index), y: y + 50.0 }.write_centred(&name, label),
            ]
        });
        [line].into_iter().chain(zones).collect()
    }

    /// What is possible and what is ruled out, in words.
    fn zones(&self) -> Vec<Node> {
        let possible = wording::zones(&self.stall.zones, self.words);
        let cleared = wording::zones(&self.stall.cleared, self.words);
        let title = if possible.len() == 1 { "card_possible" } else { "card_open" };
        let y = 376.0 + self.shift();
        let columns = [(LEFT, MIDDLE - 30.0, title, possible), (MIDDLE, RIGHT, "card_cleared", cleared)];
        let column = |(left, right, title, names): (f64, f64, &str, Vec<String>)| {
            let names = if names.is_empty() { self.words.say("card_nothing", &[]) } else { names.join(", ") };
            let ink = Ink::plain(21.0, self.palette.text);
            let lines = text::wrap(&capitalised(&names), ink.size, ink.bold, right - left, 3);
            let mut nodes = vec![Line { x: left, y }.write(&self.words.say(title, &[]), self.title())];
            nodes.extend(Line { x: left, y: y + 27.0 }.paragraph(&lines, ink));
            nodes
        };
        let mut nodes: Vec<Node> = columns.into_iter().flat_map(column).collect();
        if let Some(unseen) = wording::not_observed(self.stall, self.words) {
            let ink = Ink { size: 17.0, ..self.title() };
            let lines = text::wrap(&unseen, ink.size, ink.bold, RIGHT - MIDDLE, 2);
            nodes.extend(Line { x: MIDDLE, y: y + 82.0 }.paragraph(&lines, ink));
        }
        nodes
    }

    /// Where the time of the media segment went that playback waited for longest.
    fn ledger(&self) -> Vec<Node> {
        const BAR: f64 = 526.0;
        let Some(account) = self.blocking() else {
            return Vec::new();
        };
        let words = self.words;
        let values = [
            ("range", words.range(account.range)),
            ("track", words.track(account.track)),
            ("time", words.duration(account.elapsed)),
        ];
        let title = words.say("card_ledger", &values.each_ref().map(|(name, value)| (*name, value.as_str())));
        let mut nodes = vec![Line { x: LEFT, y: BAR - 14.0 }.write(&title, self.title())];
        let length = account.elapsed.0.max(1) as f64;
        let (mut x, mut legend) = (LEFT, LEFT);
        for (name, kind, spent) in parts(account, words) {
            let width = (RIGHT - LEFT) * (spent.0 as f64 / length).clamp(0.0, 1.0);
            let colour = self.palette.stage(kind);
            nodes.push(rect(x, BAR, width.min(RIGHT - x), 26.0, colour));
            x += width;
            // The legend names what took a noticeable part, as far as there is room.
            let label = format!("{name} {}", words.duration(spent));
            let end = legend + 22.0 + text::width(&label, 19.0, false) + 26.0;
            if spent.0 as f64 >= length / 100.0 && end < RIGHT {
                nodes.push(rect(legend, BAR + 36.0, 15.0, 15.0, colour));
                let ink = Ink::plain(19.0, self.palette.text);
                nodes.push(Line { x: legend + 22.0, y: BAR + 50.0 }.write(&label, ink));
                legend = end;
            }
        }
        nodes
    }

    /// When in the media, how long, who was asked.
    fn facts(&self) -> Vec<Node> {
        let words = self.words;
        let host = self.stall.blocking.iter().find_map(|segment| segment.host.as_deref());
        let facts = [
            Some(("card_position", words.position(self.stall.began.media))),
            Some(("card_duration", words.duration(self.stall.duration))),
            host.map(|host| ("card_host", words.name(host))),
        ];
        let mut x = LEFT;
        let mut nodes = Vec::new();
        for (title, fact) in facts.into_iter().flatten() {
            let title = format!("{} ", words.say(title, &[]));
            nodes.push(Line { x, y: 607.0 }.write(&title, self.title()));
            x += text::width(&title, 19.0, false) + 4.0;
            let ink = Ink::bold(20.0, self.palette.text);
            let fact = text::fit_end(&fact, ink.size, true, RIGHT - x);
            nodes.push(Line { x, y: 607.0 }.write(&fact, ink));
            x += text::width(&fact, ink.size, true) + 36.0;
        }
        nodes
    }

    /// Who made it, and the hash of what it rests on.
    fn foot(&self, fingerprint: &str) -> Vec<Node> {
        // A hash is 64 hexadecimal digits; its first eight are enough for people to compare.
        let hash: String = fingerprint.chars().filter(char::is_ascii_hexdigit).take(64).collect();
        let short: String = hash.chars().take(8).collect();
        let small = Ink::plain(16.0, self.palette.quiet);
        let rule = rect(LEFT, 623.0, RIGHT - LEFT, 1.5, self.palette.edge);
        let made = text::fit(&self.words.say("card_made", &[]), small.size, false, RIGHT - LEFT);
        let mut nodes = vec![rule, Line { x: LEFT, y: 645.0 }.write(&made, small)];
        if !hash.is_empty() {
            let evidence = format!("{} {short}", self.words.say("card_evidence", &[]));
            let bold = Ink { bold: true, ..small };
            nodes.push(Line { x: LEFT, y: 665.0 }.write(&evidence, bold));
            let tiny = Ink { size: 13.0, ..small };
            let full = Line { x: RIGHT, y: 665.0 }.write_left(&hash, tiny);
            nodes.push(
                full.with("font-family", "ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace"),
            );
        }
        nodes
    }

    fn blocking(&self) -> Option<&SegmentAccount> {
        let blocking = self.stall.ledger.segments.iter().filter(|account| account.blocking);
        blocking.max_by_key(|account| account.elapsed)
    }

    /// Without a ledger the picture moves down into the room it leaves.
    fn shift(&self) -> f64 {
        if self.blocking().is_some() { 0.0 } else { 60.0 }
    }

    fn title(&self) -> Ink {
        Ink::plain(19.0, self.palette.quiet)
    }
}

/// Every part of the account in order: name, kind, how long.
fn parts(account: &SegmentAccount, words: &Words) -> Vec<(String, &'static str, Micros)> {
    let stages = account.stages.iter().map(|time| {
        let (name, kind) = stage(time.stage, words);
        (name, kind, time.spent)
    });
    let unexplained = (words.say("ledger_unexplained", &[]), "rest", account.unexplained);
    stages.chain([unexplained]).collect()
}
