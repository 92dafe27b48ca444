//! Numbers with their units. A number and its unit are never torn apart at a line's end.

use super::Words;
use crate::event::{Span, TrackKind};
use crate::time::{LIMIT, MediaTime, Micros};

/// No name that a page chose takes more room than this, in characters. Long enough for nearly every host name of a
/// video service, short enough for two lines of the overlay.
const LONGEST_NAME: usize = 48;

const NBSP: char = '\u{a0}';

impl Words {
    /// A length of time: 85 ms, 4.2 s, 1 min 5 s, 2 h 3 min.
    pub fn duration(&self, time: Micros) -> String {
        let millis = millis(time);
        let tenths = (millis + 50) / 100;
        let seconds = (millis + 500) / 1000;
        let minutes = (seconds + 30) / 60;
        match millis {
            ..100 => format!("{millis}{NBSP}ms"),
            _ if tenths < 600 => format!("{}{NBSP}s", self.decimal(tenths)),
            _ if seconds < 3600 => two_units(seconds / 60, "min", seconds % 60, "s"),
            _ => two_units(minutes / 60, "h", minutes % 60, "min"),
        }
    }

    /// A length of time in milliseconds, for columns of them: 4 100 ms.
    pub fn millis(&self, time: Micros) -> String {
        let millis = millis(time);
        match millis {
            ..1000 => format!("{millis}{NBSP}ms"),
            // The International System of Units parts thousands by a thin space, which reads in every language.
            1_000_000.. => self.duration(time),
            _ => format!("{}\u{202f}{:03}{NBSP}ms", millis / 1000, millis % 1000),
        }
    }

    /// A length of media, without a needless decimal: 2 s, 1.9 s.
    pub fn length(&self, time: Micros) -> String {
        let tenths = (millis(time) + 50) / 100;
        match tenths % 10 {
            0 if tenths < 600 => format!("{}{NBSP}s", tenths / 10),
            _ => self.duration(time),
        }
    }

    /// Roughly how long, in whole seconds and never none: of what is only foreseen.
    pub fn about(&self, time: Micros) -> String {
        let seconds = ((millis(time) + 500) / 1000).max(1);
        self.length(Micros::from_millis(seconds * 1000))
    }

    /// A position in the media, as players show it: 0:12, 12:04, 1:02:03.
    pub fn position(&self, at: MediaTime) -> String {
        let seconds = (at.0.unsigned_abs() + 500_000) / 1_000_000;
        let sign = if at.0 < 0 && seconds > 0 { "\u{2212}" } else { "" };
        let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
        match hours {
            0 => format!("{sign}{minutes}:{seconds:02}"),
            _ => format!("{sign}{hours}:{minutes:02}:{seconds:02}"),
        }
    }

    /// A stretch of the media: 0:12–0:14.
    pub fn range(&self, span: Span) -> String {
        let (start, end) = (self.position(span.start), self.position(span.end));
        if start == end { start } else { format!("{start}\u{2013}{end}") }
    }

    /// An amount of data: 812 B, 64 kB, 1.2 MB.
    pub fn bytes(&self, bytes: u64) -> String {
        self.metric(u128::from(bytes), ["B", "kB", "MB", "GB"])
    }

    /// A bit rate: 850 kbit/s, 2.4 Mbit/s. `None` if no time passed.
    pub fn rate(&self, bytes: u64, took: Micros) -> Option<String> {
        let took = u128::try_from(took.0).ok().filter(|took| *took > 0)?;
        let bits_per_second = u128::from(bytes) * 8 * 1_000_000 / took;
        Some(self.metric(bits_per_second, ["bit/s", "kbit/s", "Mbit/s", "Gbit/s"]))
    }

    /// A bit rate that is known as such.
    pub fn bitrate(&self, bits_per_second: u64) -> String {
        self.metric(u128::from(bits_per_second), ["bit/s", "kbit/s", "Mbit/s", "Gbit/s"])
    }

    /// What a track holds.
    pub fn track(&self, track: TrackKind) -> String {
        let key = match track {
            TrackKind::Video => "track_video",
            TrackKind::Audio => "track_audio",
            TrackKind::Muxed => "track_muxed",
        };
        self.say(key, &[])
    }

    /// A name that the page had a say in (a host, an id), made fit to show: only what a host name can hold, nothing
    /// that turns the direction of writing, and not too long. The end is kept: it says whose host it is.
    pub fn name(&self, name: &str) -> String {
        let fit = |c: char| {
            if c.is_ascii_alphanumeric() || "-._:[]".contains(c) { c } else { '?' }
        };
        let mut end: Vec<char> = name.chars().rev().take(LONGEST_NAME + 1).map(fit).collect();
        if end.len() > LONGEST_NAME {
            end.truncate(LONGEST_NAME - 1);
            end.push('\u{2026}');
        }
        end.into_iter().rev().collect()
    }

    /// The name of a network or a service, made fit to show: Latin letters and what companies have between them, nothing that
    /// turns the direction of writing, and not too long.
    pub fn company(&self, name: &str) -> String {
        let latin = |c: char| c.is_alphanumeric() && c < '\u{250}';
        let fit = |c: char| if latin(c) || " -._,&'()/+".contains(c) { c } else { '?' };
        let mut start: String = name.chars().take(LONGEST_NAME).map(fit).collect();
        if name.chars().nth(LONGEST_NAME).is_some() {
            start.pop();
            start.push('\u{2026}');
        }
        start
    }

    /// A part of a whole: 0.4%, 12%.
    pub fn percent(&self, millionths: i64) -> String {
        let tenths = (millionths.clamp(0, LIMIT) + 500) / 1000;
        let count = match tenths {
            0 if millionths > 0 => format!("<{}", self.decimal(1)),
            0 => "0".to_owned(),
            1..100 => self.decimal(tenths),
            _ => ((tenths + 5) / 10).to_string(),
        };
        self.say("percent", &[("count", &count)])
    }

    /// A number of times: 0.4, 12.
    pub fn times(&self, millionths: i64) -> String {
        let tenths = (millionths.clamp(0, LIMIT) + 50_000) / 100_000;
        if tenths < 100 { self.decimal(tenths) } else { ((tenths + 5) / 10).to_string() }
    }

    fn decimal(&self, tenths: i64) -> String {
        format!("{}{}{}", tenths / 10, self.say("decimal_point", &[]), tenths % 10)
    }

    /// Whole numbers of the two smaller units, one decimal of the larger.
    fn metric(&self, amount: u128, units: [&str; 4]) -> String {
        let [one, kilo, mega, giga] = units;
        let tenths =
            |unit: u128| self.decimal(i64::try_from((amount + unit / 20) / (unit / 10)).unwrap_or(i64::MAX));
        if amount < 1000 {
            format!("{amount}{NBSP}{one}")
        } else if amount < 999_500 {
            format!("{}{NBSP}{kilo}", (amount + 500) / 1000)
        } else if amount < 999_950_000 {
            format!("{}{NBSP}{mega}", tenths(1_000_000))
        } else {
            format!("{}{NBSP}{giga}", tenths(1_000_000_000))
        }
    }
}

/// Whole milliseconds, within what can be told: a bundle may hold any number.
fn millis(time: Micros) -> i64 {
    Micros(time.0.clamp(0, LIMIT)).as_millis()
}

/// The smaller unit only where there is some of it.
fn two_units(large: i64, large_unit: &str, small: i64, small_unit: &str) -> String {
    match small {
        0 => format!("{large}{NBSP}{large_unit}"),
        _ => format!("{large}{NBSP}{large_unit} {small}{NBSP}{small_unit}"),
    }
}
