//! Which request the media segment comes with that playback waits for.

use super::Books;
use crate::event::ResourceKind;
use crate::machine::requests::Fetch;
use crate::sort::Sort;
use crate::time::Wall;
use std::collections::BTreeMap;

impl Books<'_> {
    /// For each of these tracks the request that its next media segment comes with, or would have. What has arrived and
    /// was not appended goes by its size, then what is under way by when it was asked, then what failed, or has the size of
    /// what another track gets; and what comes from hosts that bring something else only where nothing else is left.
    pub(super) fn outstanding(&self, mut tracks: Vec<usize>, now: Wall) -> BTreeMap<usize, &Fetch> {
        let used = |index: usize| self.segments.iter().any(|segment| segment.fetch == Some(index));
        let unused =
            self.fetches.iter().enumerate().filter(|(index, fetch)| {
                fetch.kind == ResourceKind::Data && fetch.asked <= now && !used(*index)
            });
        let mut fetches: Vec<&Fetch> = unused.map(|(_, fetch)| fetch).collect();
        let others = self.others(&fetches);
        let awaiting = tracks.clone();
        fetches.arrange_by_key(|fetch| {
            let of_another = self.fits_best(fetch).is_some_and(|track| !awaiting.contains(&track));
            let unlikely = (others.contains(fetch.host.as_str()), !fetch.succeeded() || of_another);
            (unlikely, fetch.delivered().is_none(), fetch.asked)
        });
        let mut outstanding = BTreeMap::new();
        for fetch in fetches {
            let distance = |track: usize| {
                self.misfit(fetch, track).unwrap_or_else(|| {
                    let slot = self.slot(track, self.segments.len());
                    slot.map_or(0, |slot| (fetch.asked - slot).0.unsigned_abs().into())
                })
            };
            let after_slot = |track: &usize| {
                let slot = self.slot(*track, self.segments.len());
                slot.is_none_or(|slot| fetch.asked >= slot || fetch.over().is_none())
            };
            let Some(track) = tracks.iter().copied().filter(after_slot).min_by_key(|track| distance(*track))
            else {
                continue;
            };
            // A body that brings both tracks is awaited by both.
            let last = |track: usize| self.of_track(track).next_back().and_then(|(_, segment)| segment.fetch);
            let brings =
                |other: &usize| *other == track || last(track).is_some_and(|of| last(*other) == Some(of));
            outstanding.extend(tracks.iter().copied().filter(brings).map(|track| (track, fetch)));
            tracks.retain(|other| !outstanding.contains_key(other));
        }
        outstanding
    }

    /// How many thousandths the body that arrived is larger than what this track gets, or smaller.
    fn misfit(&self, fetch: &Fetch, track: usize) -> Option<u128> {
        let size = fetch.size.filter(|_| fetch.delivered().is_some())?;
        let usual = self.usual_bytes(track)?;
        Some(u128::from(size.max(usual)) * 1000 / u128::from(size.min(usual).max(1)))
    }

    /// The track that usually gets bodies of its size; `None` where one of them has got none yet.
    fn fits_best(&self, fetch: &Fetch) -> Option<usize> {
        let misfits = (0..self.tracks.len()).map(|track| Some((self.misfit(fetch, track)?, track)));
        misfits.collect::<Option<Vec<_>>>()?.into_iter().min().map(|(_, track)| track)
    }
}
