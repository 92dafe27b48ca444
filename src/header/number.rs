//! Numbers as headers write them: digits, perhaps with a point. Without floating point.

use super::confession::TIME_LIMIT;
use crate::time::Micros;

/// Digits that are looked at: more are no time and no count.
const DIGITS: usize = 15;

/// Milliseconds, `39` or `12.5`. `None` for what is negative, no number, or longer than any answer takes.
pub fn millis(text: &str) -> Option<Micros> {
    let (whole, fraction) = text.trim().split_once('.').unwrap_or((text.trim(), ""));
    let fraction = fraction.get(..3).unwrap_or(fraction);
    let thousandths = if fraction.is_empty() { 0 } else { digits(fraction)? };
    let thousandths = thousandths * [1000, 100, 10, 1].get(fraction.len()).copied()?;
    let micros = digits(whole)?.checked_mul(1000)?.checked_add(thousandths)?;
    within(micros, TIME_LIMIT)
}

/// Whole seconds, at most so long.
pub fn seconds(text: &str, limit: Micros) -> Option<Micros> {
    within(digits(text.trim())?.checked_mul(1_000_000)?, limit)
}

/// Whole microseconds.
pub fn micros(text: &str) -> Option<Micros> {
    within(digits(text.trim())?, TIME_LIMIT)
}

/// A whole number of at most so much.
pub fn count(text: &str, limit: u64) -> Option<u64> {
    digits(text.trim()).filter(|count| *count <= limit)
}

fn within(micros: u64, limit: Micros) -> Option<Micros> {
    i64::try_from(micros).ok().map(Micros).filter(|micros| *micros <= limit)
}

fn digits(text: &str) -> Option<u64> {
    let sound = (1..=DIGITS).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| sound)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn milliseconds() {
        for (input, expected) in [
            ("0", Some(0)),
            ("39", Some(39_000)),
            (" 12.5 ", Some(12_500)),
            ("0.0219", Some(21)),
            ("7.", Some(7_000)),
            ("600000", Some(600_000_000)),
            // Seen of Akamai: `edge; dur=-48`.
            ("-48", None),
            ("600001", None),
            ("", None),
            (".5", None),
            ("1e3", None),
            ("1.x", None),
            ("1.2.3", None),
            ("+1", None),
            ("99999999999999999999", None),
            ("٣", None),
            ("1.é", None),
        ] {
            assert_eq!(millis(input), expected.map(Micros), "{input}");
        }
    }
}
