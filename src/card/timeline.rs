//! The ledger on a card: the media segments of the drain window on one time axis, the stall shaded. Below, and where
//! there is none because data was there, what the verdict rests on.

use super::layout::Column;
use super::svg::{Ink, LEADING, Line, rect};
use super::{Card, text};
use crate::time::{Micros, Wall};
use crate::verdict::{Finding, SegmentAccount};
use crate::view::Node;
use crate::view::evidence::stage;
use crate::wording;

/// Pixels between two bars.
const GAP: f64 = 8.0;
/// Lines that the legend may take.
const LEGEND_LINES: usize = 2;
/// Sentences where there is room for them, and the lines of each.
const SENTENCES: usize = 4;
const SENTENCE_LINES: usize = 2;

impl Card<'_> {
    pub(super) fn ledger(&self) -> Vec<Node> {
        match self.blocking() {
            Some(blocking) => self.timeline(blocking),
            None => self.findings(self.layout.ledger.y),
        }
    }

    fn timeline(&self, blocking: &SegmentAccount) -> Vec<Node> {
        let Column { left, right, y } = self.layout.ledger;
        let words = self.words;
        let all = &self.stall.ledger.segments;
        let shown = all.get(all.len().saturating_sub(self.layout.ledger_rows)..).unwrap_or_default();
        let values = [
            ("range", words.range(blocking.range)),
            ("track", words.track(blocking.track)),
            ("time", words.duration(blocking.elapsed)),
        ];
        let title = words.say("card_ledger", &values.each_ref().map(|(name, value)| (*name, value.as_str())));
        let (size, lines) = text::fitted(&title, &[19.0, 17.0, 15.0], false, right - left, 1);
        let mut nodes = Line { x: left, y }.paragraph(&lines, Ink { size, ..self.title() });

        let stopped = (self.stall.began.wall, self.stall.began.wall + self.stall.duration);
        let label = Ink::plain(16.0, self.palette.quiet);
        let ranges = shown.iter().map(|account| words.range(account.range));
        let ranges: Vec<String> = ranges.map(|range| text::fit(&range, label.size, true, 160.0)).collect();
        let widest = ranges.iter().map(|range| text::width(range, label.size, true)).fold(0.0, f64::max);
        let axis = Axis {
            from: shown.iter().map(|account| account.from).fold(stopped.0, Wall::min),
            to: shown.iter().map(|account| account.to).fold(stopped.1, Wall::max),
            left: left + widest + 12.0,
            right,
        };
        let (top, bottom) = (y + 14.0, y + 14.0 + self.layout.row * shown.len() as f64);
        let (began, ended) = (axis.x(stopped.0), axis.x(stopped.1));
        nodes.push(rect(began, top - 2.0, ended - began, bottom - top + 6.0, self.palette.stopped));
        for (row, (account, range)) in shown.iter().zip(&ranges).enumerate() {
            nodes.extend(self.bar(account, range, top + self.layout.row * row as f64, &axis));
        }
        let said = words.say("ledger_stopped", &[("time", &words.duration(self.stall.duration))]);
        let half = text::width(&said, label.size, false) / 2.0;
        let middle = ((began + ended) / 2.0).clamp(left + half, (right - half).max(left + half));
        nodes.push(Line { x: middle, y: bottom + 20.0 }.write_centred(&said, label));
        let (legend, end) = self.legend(blocking, bottom + 44.0);
        nodes.extend(legend);
        nodes.extend(self.findings(end + 38.0));
        nodes
    }

    /// One media segment: its range, and its stages in the order in which they came.
    fn bar(&self, account: &SegmentAccount, range: &str, y: f64, axis: &Axis) -> Vec<Node> {
        let blocking = account.blocking;
        let colour = if blocking { self.palette.text } else { self.palette.quiet };
        let ink = Ink { size: 16.0, bold: blocking, colour };
        let mut nodes = vec![
            Line { x: self.layout.ledger.left, y: y + (self.layout.row - GAP) / 2.0 + 6.0 }.write(range, ink),
        ];
        let height = self.layout.row - GAP;
        let mut at = account.from;
        for (_, kind, spent) in parts(account, self) {
            let (left, right) = (axis.x(at), axis.x(at + spent));
            nodes.push(rect(left, y, right - left, height, self.palette.stage(kind)));
            at = at + spent;
        }
        if blocking {
            let (left, right) = (axis.x(account.from), axis.x(account.to));
            let outline = rect(left, y, right - left, height, "none");
            nodes.push(outline.with("stroke", self.palette.text).with("stroke-width", 1.5));
        }
        nodes
    }

    /// What took a noticeable part of it, as far as there is room, and where that ends.
    fn legend(&self, account: &SegmentAccount, y: f64) -> (Vec<Node>, f64) {
        let Column { left, right, .. } = self.layout.ledger;
        let ink = Ink::plain(18.0, self.palette.text);
        let noticeable = account.elapsed.0.max(1) / 50;
        let (mut x, mut line) = (left, 0);
        let mut nodes = Vec::new();
        for (name, kind, spent) in parts(account, self) {
            if spent.0 < noticeable {
                continue;
            }
            let label = format!("{name} {}", self.words.duration(spent));
            let width = 22.0 + text::width(&label, ink.size, false);
            if x > left && x + width > right {
                (x, line) = (left, line + 1);
            }
            if line == LEGEND_LINES {
                break;
            }
            let y = y + line as f64 * 24.0;
            let label = text::fit(&label, ink.size, false, right - left - 22.0);
            nodes.push(rect(x, y - 14.0, 15.0, 15.0, self.palette.stage(kind)));
            nodes.push(Line { x: x + 22.0, y }.write(&label, ink));
            x += width + 22.0;
        }
        (nodes, y + line.min(LEGEND_LINES - 1) as f64 * 24.0)
    }

    /// What was seen, in sentences, from here on as far as there is room.
    fn findings(&self, mut y: f64) -> Vec<Node> {
        let left = self.layout.ledger.left;
        let width = self.layout.ledger.width();
        let title = Line { x: left, y }.write(&self.words.say("findings_title", &[]), self.title());
        y += 27.0;
        let ink = Ink::plain(19.0, self.palette.text);
        let mut nodes = Vec::new();
        // The clue is one of them, and is said already; what playback waited for is in the ledger.
        let clue = wording::clue(self.stall, self.words).map(|phrase| phrase.to_string());
        let telling = |finding: &&Finding| !["buffer-dry", "blocked-on"].contains(&finding.id.as_str());
        let telling = self.stall.findings.iter().filter(telling);
        let sentences = telling.map(|finding| wording::finding(finding, self.words));
        for said in sentences.filter(|said| Some(said) != clue.as_ref()).take(SENTENCES) {
            let lines = text::wrap(&said, ink.size, ink.bold, width, SENTENCE_LINES);
            let height = lines.len() as f64 * ink.size * LEADING;
            if y + height - ink.size > self.layout.ledger_end {
                break;
            }
            nodes.extend(Line { x: left, y }.paragraph(&lines, ink));
            y += height + 5.0;
        }
        if nodes.is_empty() { nodes } else { [vec![title], nodes].concat() }
    }
}

/// Every part of the account in order: name, kind, how long.
fn parts(account: &SegmentAccount, card: &Card) -> Vec<(String, &'static str, Micros)> {
    let stages = account.stages.iter().map(|time| {
        let (name, kind) = stage(time.stage, card.words);
        (name, kind, time.spent)
    });
    let unexplained = (card.words.say("ledger_unexplained", &[]), "rest", account.unexplained);
    stages.chain([unexplained]).collect()
}

struct Axis {
    from: Wall,
    to: Wall,
    left: f64,
    right: f64,
}

impl Axis {
    fn x(&self, at: Wall) -> f64 {
        let part = (at - self.from).0 as f64 / (self.to - self.from).0.max(1) as f64;
        self.left + part.clamp(0.0, 1.0) * (self.right - self.left)
    }
}
