//! What the manifests say of a media segment that playback waits for: whether it was named yet, and whether the player
//! waited for the playlist itself.

use super::{Blocking, Books};
use crate::event::{ResourceId, ResourceKind};
use crate::machine::requests::Fetch;
use crate::manifest::Read;
use crate::sort::Sort;
use crate::time::{MediaTime, Micros, Wall};

/// How long a playlist takes where none was seen before [P]: a connection and a round trip on a slow line.
const USUAL: Micros = Micros::from_millis(300);
/// A live playlist names something new within one and a half of its target duration (RFC 8216bis §6.2.2).
const LATE_PERCENT: i64 = 150;
/// Where a playlist says no target duration: the longest media segment in common use [P].
const TARGET: Micros = Micros::from_millis(10_000);

/// The player waited because the stream had nothing newer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unpublished<'a> {
    /// The last reading of the playlist that named something new.
    pub last: &'a Read,
    /// From when the player could have asked until the media segment was named, or until now.
    pub waited: Micros,
    /// How long the playlist named nothing new.
    pub gap: Micros,
    /// The longest media segment, as the playlist says.
    pub target: Micros,
    /// Readings of the playlist that show it.
    pub facts: Vec<u32>,
}

impl Unpublished<'_> {
    /// The next media segment was overdue. If not, the player was so close to the end that it had to wait for it.
    pub fn overdue(&self) -> bool {
        is_late(self.gap, self.target)
    }

    /// It was so already at this moment.
    pub fn overdue_at(&self, at: Wall) -> bool {
        is_late(at - self.last.at, self.target)
    }
}

/// A playlist that names so long media segments has named nothing new for too long.
fn is_late(gap: Micros, target: Micros) -> bool {
    gap.0.saturating_mul(100) > target.0.saturating_mul(LATE_PERCENT)
}

/// The player waited for a playlist.
#[derive(Clone, Debug)]
pub struct PlaylistWait<'a> {
    /// Beyond what a playlist usually takes.
    pub waited: Micros,
    /// Its server keeps it to itself until there is something new in it (RFC 8216bis §6.2.5.2).
    pub held_back: bool,
    /// The requests, in the order in which they were made.
    pub fetches: Vec<&'a Fetch>,
}

impl Books<'_> {
    /// From when the player could have asked for this media segment until it did, or until now.
    fn undecided(&self, blocking: &Blocking) -> (Wall, Wall) {
        let attempts = blocking.failed.iter().copied().chain(blocking.fetch);
        let asked = attempts.map(|fetch| fetch.asked).min();
        let account = &blocking.account;
        (account.from, asked.unwrap_or(account.to).max(account.from))
    }

    /// Whether, and how long, playback waited because the stream's playlist did not name this media segment yet.
    pub fn unpublished(&self, blocking: &Blocking) -> Option<Unpublished<'_>> {
        let (from, asked) = self.undecided(blocking);
        let Some(reads) = self.reads_of(blocking) else {
            return self.unlisted(blocking, from, asked);
        };
        let naming = match blocking.fetch {
            Some(fetch) => Some(reads.iter().position(|read| read.named.contains(&fetch.resource))?),
            None => None,
        };
        let until = naming.and_then(|index| reads.get(index)).map_or(asked, |read| read.at.min(asked));
        let before = reads.get(..naming.unwrap_or(reads.len()))?;
        // All that was named before had been asked for, and the player went on looking.
        let newest = before.iter().rposition(|read| !read.named.is_empty())?;
        let (last, looked) = (before.get(newest)?, before.last()?);
        let target = last.playlist.target.unwrap_or(TARGET);
        // What has come in parts is named once more as a whole, after the last of them.
        let newest_names = if last.playlist.part_target.is_some() { 2 } else { 1 };
        let asked_for = |name: &ResourceId| self.fetches.iter().any(|fetch| fetch.resource == *name);
        let exhausted = last.named.iter().rev().take(newest_names).any(asked_for);
        if !exhausted || until <= from || looked.at + target < from {
            return None;
        }
        let shown =
            before.get(newest..)?.iter().copied().chain(naming.and_then(|index| reads.get(index)).copied());
        Some(Unpublished {
            last,
            waited: until - from,
            gap: until - last.at,
            target,
            facts: shown.map(|read| read.fact).collect(),
        })
    }

    /// The server of the live playlist that is overdue to name this media segment.
    pub fn overdue_at(&self, blocking: &Blocking) -> Option<&str> {
        let playlist = self.overdue(blocking)?.last.resource?;
        let asked = self.playlists().filter(|fetch| fetch.resource == playlist);
        asked.last().map(|fetch| fetch.host.as_str())
    }

    /// That playback waited for this media segment because that playlist was overdue.
    pub fn overdue(&self, blocking: &Blocking) -> Option<Unpublished<'_>> {
        self.unpublished(blocking).filter(Unpublished::overdue)
    }

    /// Readings of this playlist, oldest first.
    pub fn readings(&self, resource: ResourceId) -> impl Iterator<Item = &Read> {
        self.manifests.reads.iter().filter(move |read| read.resource == Some(resource))
    }

    /// The same where a playlist gives times instead of names, as an MPD does. Its media time counts from when it began
    /// to be available.
    fn unlisted(&self, blocking: &Blocking, from: Wall, asked: Wall) -> Option<Unpublished<'_>> {
        let begins = blocking.named.range.start;
        let reads = self.manifests.reads.iter().filter(|read| read.playlist.live);
        let reads: Vec<(&Read, MediaTime, Micros)> = reads
            .map(|read| {
                let target = read.playlist.target.unwrap_or(TARGET);
                Some((read, MediaTime((read.playlist.ends? - read.playlist.available_from?).0), target))
            })
            .collect::<Option<_>>()?;
        // Tracks are not cut at the same moment.
        let lists = |end: MediaTime, target: Micros| end - begins > Micros(target.0 / 2);
        let listing = reads.iter().position(|(_, end, target)| lists(*end, *target));
        if blocking.fetch.is_some() && listing.is_none() {
            return None;
        }
        let until = listing.and_then(|index| reads.get(index)).map_or(asked, |(read, ..)| read.at.min(asked));
        let before = reads.get(..listing.unwrap_or(reads.len()))?;
        let (looked, end, target) = before.last()?;
        // It comes right after all that was listed, and the player went on looking.
        if begins - *end > Micros(target.0 / 2) || until <= from || looked.at + *target < from {
            return None;
        }
        let newest = before.iter().position(|(_, then, _)| then == end)?;
        let (last, ..) = before.get(newest)?;
        let shown = reads.get(newest..=listing.unwrap_or(reads.len() - 1))?;
        Some(Unpublished {
            last,
            waited: until - from,
            gap: until - last.at,
            target: *target,
            facts: shown.iter().map(|(read, ..)| read.fact).collect(),
        })
    }

    /// Whether, and how long, playback waited for a playlist before it could ask for this media segment.
    pub fn playlist_wait(&self, blocking: &Blocking) -> Option<PlaylistWait<'_>> {
        let (from, until) = self.undecided(blocking);
        let end = |fetch: &Fetch| fetch.over().unwrap_or(self.now).min(until);
        let during = self.playlists().filter(|fetch| fetch.asked < until && end(fetch) > from);
        let fetches: Vec<&Fetch> = during.collect();
        let first = fetches.first()?;
        // What lies between a failed attempt and the next is the failure's, too.
        let failed = fetches.iter().any(|fetch| !fetch.succeeded());
        let (start, last) = (first.asked.max(from), fetches.iter().map(|fetch| end(fetch)).max()?);
        let longest = fetches.iter().map(|fetch| end(fetch) - fetch.asked.max(from)).max()?;
        let waited = if failed { last - start } else { longest } - self.usual_playlist(from);
        let parts = |read: &Read| read.playlist.part_target.is_some();
        let of =
            |fetch: &&Fetch| self.manifests.reads.iter().find(|read| read.resource == Some(fetch.resource));
        let held_back = fetches.iter().filter_map(of).any(parts);
        (waited > Micros::ZERO).then_some(PlaylistWait { waited, held_back, fetches })
    }

    /// Whether the stream was live, as read before that moment.
    pub fn live_before(&self, moment: Wall) -> bool {
        self.manifests
            .reads
            .iter()
            .rev()
            .find(|read| read.at <= moment)
            .is_some_and(|read| read.playlist.live)
    }

    /// Whether a playlist had named this media segment by then.
    pub fn named_before(&self, resource: ResourceId, moment: Wall) -> bool {
        let mut reads = self.manifests.reads.iter().take_while(|read| read.at <= moment);
        reads.any(|read| read.named.contains(&resource))
    }

    /// Readings of the live playlist that names the media segments of this track, oldest first.
    fn reads_of(&self, blocking: &Blocking) -> Option<Vec<&Read>> {
        let mut brought =
            self.of_track(blocking.track).rev().filter_map(|(_, segment)| self.fetch_of(segment));
        let reads = || self.manifests.reads.iter().filter(|read| read.playlist.live);
        let playlist =
            brought.find_map(|fetch| reads().find(|read| read.named.contains(&fetch.resource)))?.resource;
        Some(reads().filter(|read| read.resource == playlist).collect())
    }

    /// Requests for playlists and manifests, in the order in which they were made.
    fn playlists(&self) -> impl Iterator<Item = &Fetch> {
        self.fetches.iter().filter(|fetch| fetch.kind == ResourceKind::Manifest)
    }

    /// How long a playlist took before that moment: the median.
    fn usual_playlist(&self, before: Wall) -> Micros {
        let done = self.playlists().filter(|fetch| fetch.succeeded());
        let took = done
            .filter_map(|fetch| fetch.over().filter(|over| *over <= before).map(|over| over - fetch.asked));
        let mut took: Vec<Micros> = took.collect();
        took.arrange();
        took.get(took.len() / 2).copied().unwrap_or(USUAL)
    }
}
