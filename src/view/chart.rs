//! The buffer chart: media ready to play over time, stalls marked.

use super::Node;
use super::number;
use crate::status::MediaStatus;
use crate::time::{Micros, Wall};
use crate::wording::Words;

/// The picture's size in its own units, about CSS pixels in a narrow popup.
const WIDTH: f64 = 336.0;
const HEIGHT: f64 = 120.0;
/// The plot's edges: room for the seconds at the left, for the marks above, for the times below.
const LEFT: f64 = 30.0;
const TOP: f64 = 14.0;
const BOTTOM: f64 = 100.0;

/// Round tops for the axis of seconds, so that the scale does not change with every value.
const TOPS: [i64; 9] = [4, 10, 20, 40, 60, 120, 240, 600, 3600];

/// The chart, with its title; `None` before there is a line to draw.
pub(super) fn chart(media: &MediaStatus, at: Wall, words: &Words) -> Option<Node> {
    let [(from, _), .., (_, last)] = media.lead_history.as_slice() else {
        return None;
    };
    let leads = || media.lead_history.iter().map(|(_, lead)| *lead);
    let (least, most) = (leads().min()?, leads().max()?);
    let top = TOPS.into_iter().find(|top| most.0 <= top * 1_000_000).unwrap_or(most.0 / 1_000_000 + 1);
    let scale = Scale { from: *from, to: at, top };

    let points: Vec<String> = media
        .lead_history
        .iter()
        .map(|(when, lead)| format!("{},{}", number(scale.x(*when)), number(scale.y(lead.0 as f64 / 1e6))))
        .collect();
    let line = Node::classed("polyline", "lead").with("points", points.join(" "));
    let grid = [0, top / 2, top].map(|seconds| level(&scale, seconds));
    let ago = words.say("chart_ago", &[("time", &words.about(at - *from))]);
    let times = [time("start", LEFT, ago), time("end", WIDTH, words.say("chart_now", &[]))];
    let ended = media.stalls.iter().map(|stall| (stall.began, stall.began + stall.duration));
    let current = media.current.iter().map(|stall| (stall.began.wall, at));
    let stalls = ended.chain(current).filter(|(_, end)| *end > *from).flat_map(|span| stalled(&scale, span));

    let title = words.say("chart_title", &[]);
    let (now, least, most) = (words.length(*last), words.length(least), words.length(most));
    let values = [("time", words.about(at - *from)), ("now", now), ("least", least), ("most", most)];
    let values = values.each_ref().map(|(name, value)| (*name, value.as_str()));
    let svg = Node::classed("svg", "chart")
        .with("role", "img")
        .with("aria-label", format!("{title}. {}", words.say("chart_alt", &values)))
        .with("viewBox", format!("0 0 {} {}", number(WIDTH), number(HEIGHT)))
        .children(grid.into_iter().flatten())
        .children(stalls)
        .child(line)
        .children(times);
    Some(Node::classed("div", "figure").children([Node::classed("p", "title").say(title), svg]))
}

/// A line across and its number of seconds.
fn level(scale: &Scale, seconds: i64) -> [Node; 2] {
    let y = scale.y(seconds as f64);
    let line = Node::classed("line", "grid").with("x1", LEFT).with("x2", WIDTH);
    let label = Node::classed("text", "axis").with("text-anchor", "end").with("x", LEFT - 5.0);
    [
        line.with("y1", number(y)).with("y2", number(y)),
        label.with("y", number(y + 3.5)).say(seconds.to_string()),
    ]
}

fn time(anchor: &str, x: f64, label: String) -> Node {
    Node::classed("text", "axis").with("text-anchor", anchor).with("x", x).with("y", HEIGHT - 4.0).say(label)
}

/// A band as wide as the stall, and a triangle above it that is seen without colour and however short it was.
fn stalled(scale: &Scale, (began, ended): (Wall, Wall)) -> [Node; 2] {
    let (left, right) = (scale.x(began), scale.x(ended));
    let band = Node::classed("rect", "stopped").with("x", number(left)).with("y", TOP);
    let band = band.with("width", number((right - left).max(1.0))).with("height", BOTTOM - TOP);
    let middle = (left + right) / 2.0;
    let triangle = format!("M{} 3h8l-4 8z", number(middle - 4.0));
    [band, Node::classed("path", "mark").with("d", triangle)]
}

struct Scale {
    from: Wall,
    to: Wall,
    /// Seconds.
    top: i64,
}

impl Scale {
    fn x(&self, at: Wall) -> f64 {
        let length = (self.to - self.from).max(Micros(1));
        let part = (at - self.from).0 as f64 / length.0 as f64;
        LEFT + part.clamp(0.0, 1.0) * (WIDTH - LEFT)
    }

    fn y(&self, seconds: f64) -> f64 {
        BOTTOM - (seconds / self.top as f64).clamp(0.0, 1.0) * (BOTTOM - TOP)
    }
}
