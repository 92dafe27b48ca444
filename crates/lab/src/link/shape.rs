//! What a link is like, and how it is written: `rate = "20m"`, `delay = "15ms"`, `queue = "128k"`.

use super::{Loss, Nanos};
use serde::de::{self, DeserializeOwned};
use serde::{Deserialize, Deserializer, Serialize};

/// A rate, a queue, a delay and a loss.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Shape {
    /// Bits per second; `None`: as fast as they come.
    pub rate: Option<u64>,
    /// Bytes that may wait; at least one packet should fit.
    pub queue: usize,
    /// Nanoseconds on the way, and at most so many more.
    pub delay: Nanos,
    pub jitter: Nanos,
    pub loss: Loss,
    /// Nothing passes.
    pub cut: bool,
}

impl Shape {
    /// A wire that does nothing to what it carries.
    pub const WIRE: Shape =
        Shape { rate: None, queue: 256_000, delay: 0, jitter: 0, loss: Loss::NONE, cut: false };

    /// How long these bits take, rounded up so that a rate is never exceeded.
    pub(super) fn time_for(&self, bits: u64) -> Nanos {
        match self.rate {
            None => 0,
            Some(rate) => {
                let nanos = (u128::from(bits) * 1_000_000_000).div_ceil(u128::from(rate.max(1)));
                Nanos::try_from(nanos).unwrap_or(Nanos::MAX)
            }
        }
    }

    /// How many bits that is.
    pub(super) fn bits_in(&self, time: Nanos) -> u64 {
        let Some(rate) = self.rate else { return u64::MAX };
        u64::try_from(u128::from(time) * u128::from(rate) / 1_000_000_000).unwrap_or(u64::MAX)
    }
}

/// What is to become different; the rest stays.
#[derive(Clone, Copy, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Change {
    #[serde(deserialize_with = "count")]
    pub rate: Option<u64>,
    #[serde(deserialize_with = "count")]
    pub queue: Option<u64>,
    #[serde(deserialize_with = "maybe_duration")]
    pub delay: Option<Nanos>,
    #[serde(deserialize_with = "maybe_duration")]
    pub jitter: Option<Nanos>,
    /// Share of packets lost, 0 to 1.
    pub loss: Option<f64>,
    /// Mean packets lost in a row.
    pub burst: Option<f64>,
    pub cut: Option<bool>,
}

impl Change {
    /// Makes it so.
    pub fn apply(&self, shape: &mut Shape) {
        if let Some(rate) = self.rate {
            shape.rate = Some(rate);
        }
        if let Some(queue) = self.queue {
            shape.queue = usize::try_from(queue).unwrap_or(usize::MAX);
        }
        shape.delay = self.delay.unwrap_or(shape.delay);
        shape.jitter = self.jitter.unwrap_or(shape.jitter);
        shape.loss.rate = self.loss.unwrap_or(shape.loss.rate);
        shape.loss.burst = self.burst.unwrap_or(shape.loss.burst);
        shape.cut = self.cut.unwrap_or(shape.cut);
    }

    /// Reads `rate=600k loss=0.02`, as typed at a running laboratory.
    pub fn parse<'a>(words: impl Iterator<Item = &'a str>) -> Result<Change, String> {
        read_words(words, &["rate", "queue", "delay", "jitter"])
    }
}

/// Reads `KEY=VALUE` words as if they stood in a file; the values of these keys have units.
pub fn read_words<'a, T: DeserializeOwned>(
    words: impl Iterator<Item = &'a str>,
    with_units: &[&str],
) -> Result<T, String> {
    let mut text = String::new();
    for word in words {
        let (key, value) = word.split_once('=').ok_or_else(|| format!("{word} is no KEY=VALUE"))?;
        let plain = value.parse::<f64>().is_ok() || value == "true" || value == "false";
        let quoted = with_units.contains(&key) || !plain;
        text += &if quoted { format!("{key} = \"{value}\"\n") } else { format!("{key} = {value}\n") };
    }
    toml::from_str(&text).map_err(|error| error.message().to_owned())
}

fn count<'de, D: Deserializer<'de>>(from: D) -> Result<Option<u64>, D::Error> {
    read(from, &[("k", 1_000), ("m", 1_000_000), ("g", 1_000_000_000), ("", 1)], "600k or 20m").map(Some)
}

fn maybe_duration<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Nanos>, D::Error> {
    duration(from).map(Some)
}

/// A time as it is written: `4ms`.
pub fn duration<'de, D: Deserializer<'de>>(from: D) -> Result<Nanos, D::Error> {
    read(from, &[("us", 1_000), ("ms", 1_000_000), ("s", 1_000_000_000)], "4ms or 1.5s")
}

/// A number with one of these units, the first that fits.
fn read<'de, D: Deserializer<'de>>(from: D, units: &[(&str, u64)], example: &str) -> Result<u64, D::Error> {
    let text = String::deserialize(from)?;
    let value = units.iter().find_map(|(unit, factor)| {
        let number: f64 = text.strip_suffix(unit)?.parse().ok()?;
        (number.is_finite() && number >= 0.0).then_some((number * *factor as f64).round() as u64)
    });
    value.ok_or_else(|| de::Error::custom(format!("\"{text}\" is not like {example}")))
}
