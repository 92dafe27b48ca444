//! Dates and durations as manifests write them (ISO 8601).

use crate::time::{LIMIT, Micros, Wall};

/// `2026-03-01T12:00:00.250Z`. `None` without a time zone: then it is not known when that is.
pub fn moment(text: &str) -> Option<Wall> {
    let (date, time) = text.trim().split_once(['T', 't'])?;
    let mut date = date.splitn(3, '-').map(whole);
    let (year, month, day) = (date.next()??, date.next()??, date.next()??);
    let (time, offset) = zone(time)?;
    let mut parts = time.splitn(3, ':');
    let (hour, minute) = (whole(parts.next()?)?, whole(parts.next()?)?);
    let micros = millionths(parts.next()?)?;
    let sound = (1970..=9999).contains(&year) && (1..=12).contains(&month) && (1..=31).contains(&day);
    if !sound || hour > 24 || minute > 59 || micros >= 61_000_000 {
        return None;
    }
    let minutes = (days(year, month, day) * 24 + hour) * 60 + minute - offset;
    let micros = minutes * 60_000_000 + micros;
    (0..LIMIT).contains(&micros).then_some(Wall(micros))
}

/// `PT1H2M3.5S`. `None` where it counts in years or months, which have no length of their own.
pub fn duration(text: &str) -> Option<Micros> {
    let (date, time) = text.trim().strip_prefix('P')?.split_once('T').unwrap_or((text.trim().get(1..)?, ""));
    let mut micros = 0i64;
    for (part, units) in
        [(date, [('Y', 0), ('M', 0), ('D', 86_400)]), (time, [('H', 3600), ('M', 60), ('S', 1)])]
    {
        let mut rest = part;
        while !rest.is_empty() {
            let (number, after) = rest.split_at(rest.find(|c: char| c.is_ascii_alphabetic())?);
            let unit = after.chars().next()?;
            let (_, seconds) = units.iter().find(|(known, _)| *known == unit)?;
            let number = millionths(number)?;
            if *seconds == 0 && number > 0 {
                return None;
            }
            micros = number.checked_mul(*seconds).and_then(|part| micros.checked_add(part))?;
            rest = after.get(1..)?;
        }
    }
    (micros < LIMIT).then_some(Micros(micros))
}

/// The time without its zone, and the zone in minutes east of Greenwich.
fn zone(time: &str) -> Option<(&str, i64)> {
    if let Some(time) = time.strip_suffix(['Z', 'z']) {
        return Some((time, 0));
    }
    let (time, zone) = time.split_at(time.rfind(['+', '-'])?);
    let sign = if zone.starts_with('-') { -1 } else { 1 };
    let digits: String = zone.chars().filter(char::is_ascii_digit).collect();
    let (hours, minutes) =
        (whole(digits.get(..2)?)?, whole(digits.get(2..).filter(|m| !m.is_empty()).unwrap_or("0"))?);
    (hours < 24 && minutes < 60).then_some((time, sign * (hours * 60 + minutes)))
}

fn whole(text: &str) -> Option<i64> {
    let digits = (1..=5).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().ok())?
}

/// A decimal number that is not negative, in millionths. Further digits are dropped.
pub fn millionths(text: &str) -> Option<i64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if text.len() > 32 || !digits(whole) || !digits(fraction) || (whole.is_empty() && fraction.is_empty()) {
        return None;
    }
    let whole: i64 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
    let fraction =
        fraction.bytes().chain(*b"000000").take(6).fold(0, |sum, digit| sum * 10 + i64::from(digit - b'0'));
    let millionths = whole.checked_mul(1_000_000)?.checked_add(fraction)?;
    (millionths < LIMIT).then_some(millionths)
}

/// Days since 1970-01-01, in years that begin in March, so that leap days end them.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let (era, of_era) = (year / 400, year % 400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments() {
        for (text, millis) in [
            ("1970-01-01T00:00:00Z", 0),
            ("2026-11-25T04:22:16.5Z", 1_795_580_536_500),
            ("2026-11-25T05:22:16.500+01:00", 1_795_580_536_500),
            ("2026-11-25T00:22:16.5-0400", 1_795_580_536_500),
            ("2024-02-29T23:59:59Z", 1_709_251_199_000),
        ] {
            assert_eq!(moment(text), Some(Wall(millis * 1000)), "{text}");
        }
        for text in [
            "",
            "2026-11-25",
            "2026-11-25T04:22:16",
            "2026-13-25T04:22:16Z",
            "2026-11-25T04:22Z",
            "x",
            "1969-01-01T00:00:00Z",
            "2026-11-25T04:22:16+é",
            "T-:",
        ] {
            assert_eq!(moment(text), None, "{text}");
        }
    }

    #[test]
    fn durations() {
        for (text, millis) in [
            ("PT2S", 2_000),
            ("PT0H3M30.5S", 210_500),
            ("P0Y0M1DT1H", 90_000_000),
            ("PT1.000S", 1_000),
            ("P1D", 86_400_000),
        ] {
            assert_eq!(duration(text), Some(Micros::from_millis(millis)), "{text}");
        }
        for text in ["", "P1Y", "P1M", "PT", "2S", "PT2X", "PT-2S", "PTS", "é"] {
            assert!(duration(text).is_none_or(|time| time == Micros::ZERO), "{text}");
        }
    }
}
