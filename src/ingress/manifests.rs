//! Manifests: from their text, which goes no further than here, to what they offer and how far they go.

use super::checked::Malformed;
use super::network::Network;
use super::table::Table;
use super::url::{Redacted, digest, redact, resolve};
use crate::event::{Event, Listed, Named, Rendition, ResourceId};
use crate::manifest;
use crate::read::Read;
use serde::Serialize;

/// Media segments remembered as named: the windows of eight playlists.
const NAMED_LIMIT: usize = 512;
/// Playlists of films remembered: sound and pictures in all the qualities that a player tries.
const FILMS: usize = 8;

/// What was read before.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Read)]
pub struct Manifests {
    /// By digest of the address.
    named: Table<u64, (), NAMED_LIMIT>,
    ladder: Vec<Rendition>,
    /// The one read last is the last.
    #[serde(default)]
    films: Vec<Film>,
}

/// A playlist that is complete.
#[derive(Clone, Debug, PartialEq, Serialize, Read)]
struct Film {
    playlist: ResourceId,
    /// Its media segments by digest of their addresses; 0, which no digest is, for what is not on the network.
    names: Vec<u64>,
}

/// What the text of a playlist says that has the name of the one at this address; nothing of what is none.
pub fn listed(of: &str, text: &str, network: &mut Network) -> Option<Box<Listed>> {
    let playlist = manifest::read(text)?.playlist.filter(|playlist| playlist.live)?;
    Some(Box::new(Listed { resource: network.resource(of).ok()??, playlist }))
}

impl Manifests {
    /// What the text of a manifest at this address says. `url` is empty where it is not known.
    pub fn read(&mut self, url: &str, text: &str, network: &mut Network) -> Result<Vec<Event>, Malformed> {
        let resource = if url.is_empty() { None } else { network.resource(url)? };
        let manifest = manifest::read(text).ok_or(Malformed)?;
        let mut events = Vec::new();
        if !manifest.renditions.is_empty() && manifest.renditions != self.ladder {
            self.ladder.clone_from(&manifest.renditions);
            events.push(Event::Ladder { resource, renditions: manifest.renditions });
        }
        if let Some(playlist) = manifest.playlist {
            // All of a film is named at once: which media segment is named when says nothing.
            let names = manifest.names.iter().filter(|_| playlist.live);
            let named = names.filter_map(|name| self.name(url, name, network)).collect::<Vec<_>>();
            let named =
                named.get(named.len().saturating_sub(manifest::NAMED_LIMIT)..).unwrap_or_default().to_vec();
            if let Some(film) = resource.filter(|_| !playlist.live) {
                self.remember(film, url, &manifest.names);
            }
            events.push(Event::Playlist { resource, playlist: Box::new(playlist), named });
        }
        Ok(events)
    }

    fn remember(&mut self, playlist: ResourceId, base: &str, names: &[&str]) {
        self.films.retain(|film| film.playlist != playlist);
        if names.is_empty() {
            return;
        }
        if self.films.len() >= FILMS {
            self.films.remove(0);
        }
        let digest = |name: &&str| match redact(&resolve(base, name)?) {
            Redacted::Web { digest, .. } => Some(digest),
            Redacted::Local | Redacted::Invalid => None,
        };
        let names = names.iter().map(|name| digest(name).unwrap_or(0)).collect();
        self.films.push(Film { playlist, names });
    }

    /// The film that names the media segment with this digest. One that is named twice might be either.
    pub fn named(&self, digest: u64) -> Option<Named> {
        self.films.iter().rev().find_map(|film| {
            let mut at = (0..).zip(&film.names).filter(|(_, name)| **name == digest).map(|(index, _)| index);
            let (first, second) = (at.next()?, at.next());
            second.is_none().then_some(Named { by: film.playlist, index: first })
        })
    }

    /// The media segment of that name, if it was never named before.
    fn name(&mut self, base: &str, name: &str, network: &mut Network) -> Option<ResourceId> {
        let url = resolve(base, name)?;
        let new = self.named.enter(digest(&[&url])).1;
        if new { network.resource(&url).ok()? } else { None }
    }
}
