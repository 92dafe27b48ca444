//! What the causes on the server's side ask of a case: the time that servers say they took, see `src/ledger/confessed.rs`.

use super::{Case, PATH_AND_SERVER, chronic_shortfall, finding};
use crate::ledger::Blocking;
use crate::machine::requests::Fetch;
use crate::path::cache_said;
use crate::time::Micros;
use crate::verdict::{Finding, Stage, Value, Zone};

/// The wait for an answer, whoever accounts for it.
pub const ANSWER: &[Stage] = &[
    Stage::Queue,
    Stage::Dns,
    Stage::Connect,
    Stage::Tls,
    Stage::RoundTrip,
    Stage::Edge,
    Stage::Origin,
    Stage::Wait,
    Stage::Response,
];

/// A zone that a server names stands alone if it has so much of what is explained of the stall, in percent
/// (ATTRIBUTION §3.5).
const ALONE_PERCENT: i64 = 90;

impl Case<'_> {
    /// What a stage that a server accounts for has of the stall.
    pub(super) fn confessed(&self, stage: Stage) -> Micros {
        self.share(&[stage]) + self.slow_all_along(&[stage])
    }

    /// These zones, if next to all that is explained of the stall is of this stage; the server's, if its two stages have it;
    /// else all that late data can come from: that a server took its time for a part does not clear the path of the rest.
    pub(super) fn zones_of(&self, stage: Stage, alone: &'static [Zone]) -> &'static [Zone] {
        if self.slow_all_along(&[stage]) > self.share(&[stage]) {
            // What is so all along may as well be asked for too much of.
            chronic_shortfall::ZONES
        } else if self.has_nearly_all(&[stage]) {
            alone
        } else if self.has_nearly_all(&[Stage::Edge, Stage::Origin]) {
            &[Zone::Edge, Zone::Origin]
        } else {
            PATH_AND_SERVER
        }
    }

    fn has_nearly_all(&self, stages: &[Stage]) -> bool {
        let whole = self.duration().0;
        let explained = whole - self.ledger.chronic.0 - self.ledger.unexplained.0;
        let share = self.share(stages).0;
        // What is not explained may be anyone's: with that, it must still be the most of it.
        share.saturating_mul(100) >= explained.saturating_mul(ALONE_PERCENT)
            && share.saturating_mul(2) >= whole
    }

    /// Requests made while the buffer drained.
    pub(super) fn asked_in_drain(&self) -> impl Iterator<Item = &Fetch> {
        let (from, to) = self.drain();
        self.books.fetches().iter().filter(move |fetch| (from..=to).contains(&fetch.asked))
    }

    /// The wait for the answer in whole, what the server says of it, and how long this stage took by its word.
    pub(super) fn told_by_server(
        &self,
        stage: Stage,
        id: &str,
        more: Option<(&'static str, Value)>,
    ) -> Vec<Finding> {
        let Some((blocking, fetch)) =
            self.longest(&[stage]).and_then(|blocking| Some((blocking, blocking.fetch?)))
        else {
            return Vec::new();
        };
        let values = [
            ("took", Value::Micros(self.spent(blocking, &[stage]))),
            ("host", Value::Name(fetch.host.clone())),
        ];
        let mut findings = vec![self.answer_late(blocking, fetch)];
        findings.extend(cache_said(fetch));
        findings.push(finding(id, fetch.facts.clone(), values.into_iter().chain(more)));
        findings
    }

    /// How long playback waited for this answer to begin.
    pub(super) fn answer_late(&self, blocking: &Blocking, fetch: &Fetch) -> Finding {
        let waited = [
            ("waited", Value::Micros(self.spent(blocking, ANSWER))),
            ("host", Value::Name(fetch.host.clone())),
        ];
        // A usual wait of nothing at all is one that is not known.
        let usual = self.usual_here(blocking, ANSWER).filter(|usual| *usual > Micros::ZERO);
        let usual = usual.map(|usual| ("usual", Value::Micros(usual)));
        finding("first-byte-late", fetch.facts.clone(), waited.into_iter().chain(usual))
    }
}
