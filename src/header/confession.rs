//! What a server said of itself in the headers of one response, in numbers.

use crate::read::Read;
use crate::time::{LIMIT, Micros, Wall};
use serde::Serialize;

/// Longest time that a header is believed to speak of [P]: proxies give up on what is behind them after a minute or a few
/// (nginx `proxy_read_timeout`: 60 s by default).
pub const TIME_LIMIT: Micros = Micros::from_millis(600_000);
/// Oldest answer that a cache is believed to hold: ten years.
pub const AGE_LIMIT: Micros = Micros::from_millis(10 * 366 * 86_400_000);
/// Packets and media segments counted.
pub const COUNT_LIMIT: u32 = 1 << 30;
/// Caches that an answer came through. Fastly has two tiers, Akamai and CloudFront up to three.
pub const TIERS_LIMIT: u8 = 16;

macro_rules! confession {
    ($($(#[$doc:meta])* $name:ident: $type:ty),* $(,)?) => {
        /// What a server said of itself in the headers of one response, as far as it was understood. Each is the server's own
        /// word: nobody else saw it, and an answer that was kept for a while may carry the words that belong to another.
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Read)]
        #[serde(deny_unknown_fields)]
        pub struct Confession {
            $($(#[$doc])* #[serde(skip_serializing_if = "Option::is_none")] pub $name: Option<$type>),*
        }
    };
}
confession! {
    /// What the cache nearest to the viewer says of this answer.
    cache: CacheWord,
    /// How long the answer had been in caches when it was sent (`Age`).
    age: Micros,
    /// Time that the edge itself took until its first byte, without what it waited for.
    edge: Micros,
    /// Time that the edge waited for what is behind it.
    origin: Micros,
    /// Both in one, where the server does not tell them apart.
    server: Micros,
    /// Round trip of the connection to the viewer, as the server's TCP or QUIC smooths it.
    round_trip: Micros,
    /// The least of them on this connection.
    round_trip_least: Micros,
    /// How much they vary.
    round_trip_varies: Micros,
    /// Packets sent on this connection so far.
    sent: u32,
    /// Of those, believed lost.
    lost: u32,
    /// Of those, sent again.
    resent: u32,
    /// Bits in a second that the server believes the connection carries.
    pace: u64,
    /// The server is overloaded (`du`).
    overloaded: bool,
    /// The server had nothing more to send, so that its pace says nothing of the connection.
    source_limited: bool,
    /// Media segments between this one and the newest of the live stream.
    behind_live: u32,
    /// When the origin had the first byte of it, on the server's clock.
    available: Wall,
    /// The server asks to be left alone for so long (`Retry-After`).
    retry_after: Micros,
    /// Caches that the answer says it came through.
    tiers: u8,
    /// The server offers HTTP/3.
    offers_h3: bool,
}

/// What a cache says of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Read)]
#[serde(rename_all = "kebab-case")]
pub enum CacheWord {
    /// It had it. Not that nobody waited: a cache that lets several requests wait for one fill calls the others hits.
    Hit,
    /// It had it and asked behind it whether that still holds.
    Revalidated,
    /// It did not, or would not use it, and asked behind it.
    Miss,
}

impl Confession {
    /// All of it is within its limits.
    pub fn is_sound(&self) -> bool {
        let times = [
            self.edge,
            self.origin,
            self.server,
            self.round_trip,
            self.round_trip_least,
            self.round_trip_varies,
            self.retry_after,
        ];
        let counts = [self.sent, self.lost, self.resent, self.behind_live];
        let within = |time: Micros, limit: Micros| (Micros::ZERO..=limit).contains(&time);
        times.into_iter().flatten().all(|time| within(time, TIME_LIMIT))
            && self.age.is_none_or(|age| within(age, AGE_LIMIT))
            && counts.into_iter().flatten().all(|count| count <= COUNT_LIMIT)
            && self.pace.is_none_or(|pace| pace < LIMIT.unsigned_abs())
            && self.available.is_none_or(|at| (0..LIMIT).contains(&at.0))
            && self.tiers.is_none_or(|tiers| tiers <= TIERS_LIMIT)
    }
}
