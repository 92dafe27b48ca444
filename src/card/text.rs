//! How much room a text takes, without a font at hand.

/// The text in lines no wider than `width`, at most `most`; what does not fit ends in an ellipsis. At least one line.
/// Breaks at plain spaces alone, and inside a word only if it is wider than a line.
pub(super) fn wrap(text: &str, size: f64, bold: bool, width: f64, most: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let last = lines.last().map(String::as_str).unwrap_or_default();
        let joined = if last.is_empty() { word.to_owned() } else { format!("{last} {word}") };
        if fits(&joined, size, bold, width) {
            lines.pop();
            lines.push(joined);
            continue;
        }
        let mut rest = String::new();
        for c in word.chars() {
            rest.push(c);
            if !fits(&rest, size, bold, width) {
                rest.pop();
                lines.push(std::mem::replace(&mut rest, c.to_string()));
            }
        }
        lines.push(rest);
    }
    lines.retain(|line| !line.is_empty());
    if lines.is_empty() {
        lines.push(String::new());
    }
    if lines.len() > most.max(1) {
        lines.truncate(most.max(1));
        if let Some(last) = lines.last_mut() {
            *last = fit(&format!("{last} \u{2026}"), size, bold, width);
        }
    }
    lines
}

/// The largest of these sizes in which the text needs at most so many lines, and the lines; in the last size it may end in an
/// ellipsis.
pub(super) fn fitted(text: &str, sizes: &[f64], bold: bool, width: f64, most: usize) -> (f64, Vec<String>) {
    let fits = |size: &&f64| wrap(text, **size, bold, width, most + 1).len() <= most;
    let size = sizes.iter().find(fits).or(sizes.last()).copied().unwrap_or(16.0);
    (size, wrap(text, size, bold, width, most))
}

/// The text in one line no wider than `width`; what does not fit is cut and ends in an ellipsis.
pub(super) fn fit(text: &str, size: f64, bold: bool, width: f64) -> String {
    if fits(text, size, bold, width) {
        return text.to_owned();
    }
    let mut cut = String::new();
    for c in text.chars() {
        cut.push(c);
        if !fits(&format!("{cut}\u{2026}"), size, bold, width) {
            cut.pop();
            break;
        }
    }
    format!("{}\u{2026}", cut.trim_end_matches([' ', '\u{2026}']))
}

/// As [`fit`], but what is cut is the beginning.
pub(super) fn fit_end(text: &str, size: f64, bold: bool, width: f64) -> String {
    let backwards = |text: &str| text.chars().rev().collect::<String>();
    backwards(&fit(&backwards(text), size, bold, width))
}

/// How wide the text is at most.
pub(super) fn width(text: &str, size: f64, bold: bool) -> f64 {
    let ems: f64 = text.chars().map(advance).sum();
    ems * size * if bold { BOLD } else { 1.0 }
}

/// A bold face of the same family is about this much wider (DejaVu Sans Bold against DejaVu Sans).
const BOLD: f64 = 1.12;

fn fits(text: &str, size: f64, bold: bool, width: f64) -> bool {
    self::width(text, size, bold) <= width
}

/// The width of a character in em, by class, rounded up from DejaVu Sans. It is the widest of the usual system fonts
/// (San Francisco, Segoe UI, Roboto, Noto Sans and Liberation Sans run 8 to 15 % narrower), so a line may end early
/// but never runs off the card.
fn advance(c: char) -> f64 {
    match c {
        'i' | 'j' | 'l' | 'I' | 'J' | '.' | ',' | ':' | ';' | '\'' | '|' | ' ' | '\u{a0}' | '\u{202f}' => {
            0.32
        }
        'f' | 't' | 'r' | '(' | ')' | '[' | ']' | '/' | '!' | '-' => 0.42,
        'c' | 's' | 'z' | 'L' | 'F' | '\u{2013}' | '_' => 0.56,
        'm' | 'M' | 'W' | '@' | '%' | '\u{2026}' => 1.0,
        'w' | 'C' | 'D' | 'G' | 'H' | 'N' | 'O' | 'Q' | 'U' | 'Ä' | 'Ö' | 'Ü' => 0.82,
        'a'..='z' | '0'..='9' | 'ä' | 'ö' | 'ü' | 'ß' => 0.64,
        'A'..='Z' => 0.7,
        _ => 1.0,
    }
}
