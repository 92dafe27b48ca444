//! Dates and durations as manifests write them (ISO 8601).

use crate::time::{LIMIT, Micros, Wall, micros_from_seconds};

/// `2026-03-01T12:00:00.250Z`. `None` without a time zone: then it is not known when that is.
pub fn moment(text: &str) -> Option<Wall> {
    let (date, time) = text.trim().split_once(['T', 't'])?;
    let mut date = date.splitn(3, '-').map(whole);
    let (year, month, day) = (date.next()??, date.next()??, date.next()??);
    let (time, offset) = zone(time)?;
    let mut parts = time.splitn(3, ':');
    let (hour, minute) = (whole(parts.next()?)?, whole(parts.next()?)?);
    let seconds = fraction(parts.next()?)?;
    let sound = (1970..=9999).contains(&year) && (1..=12).contains(&month) && (1..=31).contains(&day);
    if !sound || hour > 24 || minute > 59 || !(0.0..61.0).contains(&seconds) {
        return None;
    }
    let minutes = (days(year, month, day) * 24 + hour) * 60 + minute - offset;
    let micros = minutes * 60_000_000 + micros_from_seconds(seconds)?;
    (0..LIMIT).contains(&micros).then_some(Wall(micros))
}

/// `PT1H2M3.5S`. `None` where it counts in years or months, which have no length of their own.
pub fn duration(text: &str) -> Option<Micros> {
    let (date, time) = text.trim().strip_prefix('P')?.split_once('T').unwrap_or((text.trim().get(1..)?, ""));
    let mut seconds = 0.0;
    for (part, units) in [
        (date, &[('Y', -1.0f64), ('M', -1.0), ('D', 86_400.0)]),
        (time, &[('H', 3600.0), ('M', 60.0), ('S', 1.0)]),
    ] {
        let mut rest = part;
        while !rest.is_empty() {
            let (number, after) = rest.split_at(rest.find(|c: char| c.is_ascii_alphabetic())?);
            let unit = after.chars().next()?;
            let (_, length) = units.iter().find(|(known, _)| *known == unit)?;
            let number = fraction(number)?;
            if *length < 0.0 && number > 0.0 {
                return None;
            }
            seconds += number * length.max(0.0);
            rest = after.get(1..)?;
        }
    }
    micros_from_seconds(seconds).map(Micros)
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

/// A decimal number that is not negative.
pub fn fraction(text: &str) -> Option<f64> {
    let sound =
        (1..=32).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    sound.then(|| text.parse().ok())?
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
        for (text, seconds) in [
            ("1970-01-01T00:00:00Z", 0.0),
            ("2026-11-25T04:22:16.5Z", 1_795_580_536.5),
            ("2026-11-25T05:22:16.500+01:00", 1_795_580_536.5),
            ("2026-11-25T00:22:16.5-0400", 1_795_580_536.5),
            ("2024-02-29T23:59:59Z", 1_709_251_199.0),
        ] {
            assert_eq!(moment(text), micros_from_seconds(seconds).map(Wall), "{text}");
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
        for (text, seconds) in [
            ("PT2S", 2.0),
            ("PT0H3M30.5S", 210.5),
            ("P0Y0M1DT1H", 90_000.0),
            ("PT1.000S", 1.0),
            ("P1D", 86_400.0),
        ] {
            assert_eq!(duration(text), micros_from_seconds(seconds).map(Micros), "{text}");
        }
        for text in ["", "P1Y", "P1M", "PT", "2S", "PT2X", "PT-2S", "PTS", "é"] {
            assert!(duration(text).is_none_or(|time| time == Micros::ZERO), "{text}");
        }
    }
}
