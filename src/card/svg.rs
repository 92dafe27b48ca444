//! The card's ink: texts, rectangles, colours, and SVG out of a tree.

use super::Theme;
use crate::view::Node;
use crate::view::number;

/// Distance of lines, in sizes.
pub(super) const LEADING: f64 = 1.18;

/// The card's colours. Texts have at least 4.5:1 on their ground, lines and bars 3:1 (WCAG 2.2 AA), as in overlay.css.
pub(super) struct Palette {
    pub ground: &'static str,
    pub text: &'static str,
    pub quiet: &'static str,
    pub edge: &'static str,
    pub possible: &'static str,
    pub possible_ground: &'static str,
    pub likely_ground: &'static str,
    pub cleared: &'static str,
    page: &'static str,
    answer: &'static str,
    transfer: &'static str,
    failed: &'static str,
    rest: &'static str,
    pub stopped: &'static str,
}

impl Palette {
    pub fn of(theme: Theme) -> Palette {
        match theme {
            Theme::Light => Palette {
                ground: "#ffffff",
                text: "#1b1d21",
                quiet: "#4c525c",
                edge: "#c9ced6",
                possible: "#8a4b00",
                possible_ground: "#ffe3b8",
                likely_ground: "#ffca7a",
                cleared: "#1c6b3a",
                page: "#7d52b5",
                answer: "#a85a00",
                transfer: "#2a74c0",
                failed: "#c0362c",
                rest: "#6a7280",
                stopped: "#e4e8ed",
            },
            Theme::Dark => Palette {
                ground: "#1b1d21",
                text: "#f1f2f4",
                quiet: "#b9bfc9",
                edge: "#454b55",
                possible: "#ffc46b",
                possible_ground: "#58400f",
                likely_ground: "#6b4c0a",
                cleared: "#7fd69e",
                page: "#b794e8",
                answer: "#e8a33d",
                transfer: "#63a8ec",
                failed: "#ef7d73",
                rest: "#868e9a",
                stopped: "#363b45",
            },
        }
    }

    /// The colour of a kind of stage.
    pub fn stage(&self, kind: &str) -> &'static str {
        match kind {
            "page" => self.page,
            "answer" => self.answer,
            "transfer" => self.transfer,
            "failed" => self.failed,
            _ => self.rest,
        }
    }
}

/// How a text is written.
#[derive(Clone, Copy)]
pub(super) struct Ink {
    pub size: f64,
    pub bold: bool,
    pub colour: &'static str,
}

impl Ink {
    pub fn plain(size: f64, colour: &'static str) -> Ink {
        Ink { size, bold: false, colour }
    }

    pub fn bold(size: f64, colour: &'static str) -> Ink {
        Ink { size, bold: true, colour }
    }
}

/// Where a text is written: `y` is its base line.
#[derive(Clone, Copy)]
pub(super) struct Line {
    pub x: f64,
    pub y: f64,
}

impl Line {
    /// From `x` on.
    pub fn write(self, text: &str, ink: Ink) -> Node {
        let node = Node::new("text").with("x", number(self.x)).with("y", number(self.y));
        let node = node.with("font-size", number(ink.size)).with("fill", ink.colour);
        let node = if ink.bold { node.with("font-weight", 700) } else { node };
        node.say(text)
    }

    /// Up to `x`.
    pub fn write_left(self, text: &str, ink: Ink) -> Node {
        self.write(text, ink).with("text-anchor", "end")
    }

    /// Around `x`.
    pub fn write_centred(self, text: &str, ink: Ink) -> Node {
        self.write(text, ink).with("text-anchor", "middle")
    }

    /// Lines one below the other.
    pub fn paragraph(self, lines: &[String], ink: Ink) -> Vec<Node> {
        let below = |index: usize| Line { y: self.y + index as f64 * ink.size * LEADING, ..self };
        lines.iter().enumerate().map(|(index, line)| below(index).write(line, ink)).collect()
    }
}

/// A filled rectangle.
pub(super) fn rect(x: f64, y: f64, width: f64, height: f64, colour: &str) -> Node {
    let node = Node::new("rect").with("x", number(x)).with("y", number(y)).with("fill", colour);
    node.with("width", number(width.max(0.0))).with("height", number(height.max(0.0)))
}

/// The tree as XML.
pub(super) fn to_xml(node: &Node) -> String {
    match node {
        Node::Text(text) => escape(text),
        Node::Element { t, a, c } => {
            let attributes: String =
                a.iter().map(|(name, value)| format!(" {name}=\"{}\"", escape(value))).collect();
            let children: String = c.iter().map(to_xml).collect();
            format!("<{t}{attributes}>{children}</{t}>")
        }
    }
}

/// The text as XML 1.0 may hold it: what it may not hold is dropped.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            '\u{fffe}' | '\u{ffff}' => {}
            c if c.is_control() => {}
            c => escaped.push(c),
        }
    }
    escaped
}
