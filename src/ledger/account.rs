//! The account of one media segment: every stage from "the player could have asked" to "playable".

use super::confessed;
use crate::event::Failure;
use crate::machine::requests::Fetch;
use crate::time::{Micros, Wall};
use crate::verdict::Stage;

/// The moments that bound the stages of one media segment. `None`: not observed, or not yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Life<'a> {
    /// The player could have asked.
    pub could_ask: Wall,
    /// Requests for it, or in its stead, that were made before and brought nothing, in order.
    pub in_vain: Vec<&'a Fetch>,
    /// It asked for the last time.
    pub asked: Wall,
    /// The request that brought it, or that is awaited.
    pub fetch: Option<&'a Fetch>,
    /// What came before it on its track was seen to be asked for: so would this be.
    pub would_be_seen: bool,
    /// The first `appendBuffer`.
    pub appended: Option<Wall>,
    /// The last `updateend`.
    pub playable: Option<Wall>,
    /// The first frame, if playback waited for it.
    pub shown: Option<Wall>,
}

/// The stages up to `until`, in order, and the time that none of them accounts for.
pub fn stages(life: &Life, until: Wall) -> (Vec<(Stage, Micros)>, Micros) {
    let mut account =
        Account { cursor: life.could_ask, until, stages: Vec::new(), unexplained: Micros::ZERO };
    let asked_next = life.in_vain.iter().skip(1).map(|next| next.asked).chain([life.asked]);
    for (fetch, asked_next) in life.in_vain.iter().zip(asked_next) {
        account.in_vain(fetch, asked_next);
    }
    if let Some(fetch) = life.fetch.filter(|fetch| life.appended.is_none() && !fetch.succeeded()) {
        // As in vain as those before it, so far.
        account.in_vain(fetch, until);
        account.stage(Stage::Decide, Some(until));
    } else if let Some(fetch) = life.fetch {
        account.stage(Stage::Decide, Some(life.asked));
        account.request(fetch);
        account.stage(Stage::Transfer, fetch.network_end);
    } else if life.appended.is_none() && life.would_be_seen {
        account.stage(Stage::Decide, Some(until));
    } else {
        account.unseen(life.appended);
    }
    if life.appended.is_none() {
        account.still_going_on(life.fetch);
    }
    // Bytes can be appended while more arrive; then processing took no time of its own.
    account.stage(Stage::Process, life.appended);
    account.stage(Stage::Append, life.playable);
    account.stage(Stage::Present, life.shown);
    account.unseen(Some(until));
    (account.stages, account.unexplained)
}

struct Account {
    cursor: Wall,
    until: Wall,
    stages: Vec<(Stage, Micros)>,
    unexplained: Micros,
}

impl Account {
    /// The stage that lasted from the cursor to `end`; one whose end was not observed leaves the cursor where it is.
    fn stage(&mut self, stage: Stage, end: Option<Wall>) {
        let Some(end) = end.map(|end| end.min(self.until)).filter(|end| *end > self.cursor) else {
            return;
        };
        let spent = end - self.cursor;
        match self.stages.last_mut() {
            // One attempt after the other is one stage.
            Some((same, sum)) if *same == stage => *sum = *sum + spent,
            _ => self.stages.push((stage, spent)),
        }
        self.cursor = end;
    }

    /// From the cursor to `end` nothing that was observed tells what went on: what brings media is not always a request that
    /// is seen.
    fn unseen(&mut self, end: Option<Wall>) {
        let Some(end) = end.map(|end| end.min(self.until)).filter(|end| *end > self.cursor) else {
            return;
        };
        self.unexplained = self.unexplained + (end - self.cursor);
        self.cursor = end;
    }

    /// A request that the player gave up is time that it waited for the network, and from then on it could have asked again;
    /// one that failed is an attempt, with the pause until the next.
    fn in_vain(&mut self, fetch: &Fetch, asked_next: Wall) {
        self.stage(Stage::Decide, Some(fetch.asked));
        match fetch.failed {
            Some((over, Failure::Aborted)) => {
                self.stage(Stage::Response, Some(fetch.response.map_or(over, |response| response.min(over))));
                self.stage(Stage::Transfer, Some(over));
            }
            _ => self.stage(Stage::Failed, Some(asked_next)),
        }
    }

    /// Nothing was appended yet: the stage that is under way lasts until now.
    fn still_going_on(&mut self, fetch: Option<&Fetch>) {
        let Some(fetch) = fetch else { return };
        let stage = match (fetch.network_end.is_some(), fetch.response.is_some()) {
            (true, _) => Stage::Process,
            (_, true) => Stage::Transfer,
            _ => Stage::Response,
        };
        self.stage(stage, Some(self.until));
    }

    /// Asked to first byte: in parts where the browser tells them, in one where it hides them.
    fn request(&mut self, fetch: &Fetch) {
        let told = fetch.timing.as_ref().and_then(|timing| Some((timing, timing.sent?, timing.first_byte?)));
        let Some((timing, sent, first_byte)) = told else {
            self.answer(Stage::Response, fetch, fetch.response);
            return;
        };
        let secure = timing.secure;
        let before_network = timing.dns.or(timing.connect).map_or(sent, |(start, _)| start);
        self.stage(Stage::Queue, Some(before_network));
        self.stage(Stage::Dns, timing.dns.map(|(_, end)| end));
        self.stage(Stage::Connect, timing.connect.map(|(_, end)| secure.unwrap_or(end)));
        self.stage(Stage::Tls, timing.connect.filter(|_| secure.is_some()).map(|(_, end)| end));
        self.stage(Stage::Queue, Some(sent));
        self.answer(Stage::Wait, fetch, Some(first_byte));
    }

    /// The wait for the answer: first what the server accounts for, as far as it reaches, then the rest.
    fn answer(&mut self, rest: Stage, fetch: &Fetch, first_byte: Option<Wall>) {
        let Some(first_byte) = first_byte else { return };
        for (stage, took) in confessed::parts(fetch) {
            self.stage(stage, Some((self.cursor + took).min(first_byte)));
        }
        self.stage(rest, Some(first_byte));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{Failure, ResourceId, ResourceKind, Timing};
    use proptest::prelude::*;

    fn ms(millis: i64) -> Wall {
        Wall(millis * 1000)
    }

    fn fetch(asked: i64, response: Option<i64>, end: Option<i64>) -> Fetch {
        Fetch {
            resource: ResourceId(1),
            host: "edge.example".into(),
            kind: ResourceKind::Data,
            named: None,
            asked: ms(asked),
            response: response.map(ms),
            status: None,
            cached: false,
            confession: None,
            size: None,
            received: None,
            progress: std::rc::Rc::default(),
            network_end: end.map(ms),
            page_end: None,
            failed: None,
            timing: None,
            facts: vec![],
        }
    }

    fn told(life: &Life, until: i64) -> String {
        let (stages, unexplained) = stages(life, ms(until));
        let stages: Vec<String> =
            stages.iter().map(|(stage, spent)| format!("{stage:?} {}", spent.as_millis())).collect();
        format!("{} | {}", stages.join(", "), unexplained.as_millis())
    }

    fn life(fetch: Option<&Fetch>) -> Life<'_> {
        let asked = fetch.map_or(ms(0), |fetch| fetch.asked);
        Life {
            could_ask: ms(0),
            in_vain: vec![],
            asked,
            fetch,
            would_be_seen: false,
            appended: None,
            playable: None,
            shown: None,
        }
    }

    #[test]
    fn a_finished_media_segment_with_hidden_timing() {
        let fetch = fetch(100, Some(3_000), Some(3_200));
        let life = Life {
            appended: Some(ms(3_250)),
            playable: Some(ms(3_260)),
            shown: Some(ms(3_290)),
            ..life(Some(&fetch))
        };
        let expected = "Decide 100, Response 2900, Transfer 200, Process 50, Append 10, Present 30 | 0";
        assert_eq!(told(&life, 3_290), expected);
    }

    #[test]
    fn a_finished_media_segment_with_its_phases_told() {
        let timing = Timing {
            started: Some(ms(100)),
            dns: Some((ms(150), ms(170))),
            connect: Some((ms(170), ms(250))),
            secure: Some(ms(200)),
            sent: Some(ms(260)),
            first_byte: Some(ms(900)),
            bytes: None,
        };
        let fetch = Fetch { timing: Some(timing), ..fetch(100, Some(900), Some(1_000)) };
        let life = Life { appended: Some(ms(1_000)), playable: Some(ms(1_010)), ..life(Some(&fetch)) };
        let expected = "Decide 100, Queue 50, Dns 20, Connect 30, Tls 50, Queue 10, Wait 640, Transfer 100, Append 10 | 0";
        assert_eq!(told(&life, 1_010), expected);
    }

    #[test]
    fn what_is_under_way_lasts_until_now() {
        assert_eq!(told(&life(Some(&fetch(100, None, None))), 2_000), "Decide 100, Response 1900 | 0");
        assert_eq!(
            told(&life(Some(&fetch(100, Some(400), None))), 2_000),
            "Decide 100, Response 300, Transfer 1600 | 0"
        );
        let arrived = fetch(100, Some(400), Some(500));
        assert_eq!(
            told(&life(Some(&arrived)), 2_000),
            "Decide 100, Response 300, Transfer 100, Process 1500 | 0"
        );
        let failed = Fetch { failed: Some((ms(600), Failure::Network)), ..fetch(100, None, None) };
        assert_eq!(told(&life(Some(&failed)), 2_000), "Decide 100, Failed 1900 | 0");
        // What came says only that it failed, or the player has not asked again.
        let refused = Fetch { status: Some(500), ..fetch(100, Some(400), Some(500)) };
        assert_eq!(told(&life(Some(&refused)), 2_000), "Decide 100, Failed 1900 | 0");
        let given_up = Fetch { failed: Some((ms(600), Failure::Aborted)), ..fetch(100, Some(400), None) };
        assert_eq!(
            told(&life(Some(&given_up)), 2_000),
            "Decide 100, Response 300, Transfer 200, Decide 1400 | 0"
        );
    }

    #[test]
    fn what_was_asked_in_vain_is_no_idling() {
        let silent = Fetch { failed: Some((ms(1_900), Failure::Aborted)), ..fetch(100, None, None) };
        let slow = Fetch { failed: Some((ms(2_900), Failure::Aborted)), ..fetch(2_000, Some(2_300), None) };
        let refused = Fetch { failed: Some((ms(3_000), Failure::Network)), ..fetch(2_950, None, None) };
        let last = fetch(4_000, Some(4_100), None);
        let life = Life { in_vain: vec![&silent, &slow, &refused], ..life(Some(&last)) };
        let expected = "Decide 100, Response 1800, Decide 100, Response 300, Transfer 600, Decide 50, Failed 1050, \
                        Response 100, Transfer 900 | 0";
        assert_eq!(told(&life, 5_000), expected);
    }

    #[test]
    fn attempts_that_failed_are_one_stage_and_what_follows_one_given_up_at_once_is_idling() {
        let refused = |asked: i64| Fetch {
            failed: Some((ms(asked + 5), Failure::Network)),
            ..fetch(asked, None, None)
        };
        let dropped = Fetch { failed: Some((ms(4_016), Failure::Aborted)), ..fetch(4_000, None, None) };
        let [one, other, last] = [refused(1_000), refused(2_000), fetch(9_000, Some(9_100), Some(9_200))];
        let life = Life { in_vain: vec![&one, &other, &dropped], ..life(Some(&last)) };
        let expected = "Decide 1000, Failed 3000, Response 16, Decide 4984, Response 100, Transfer 100 | 0";
        assert_eq!(told(&life, 9_200), expected);
    }

    #[test]
    fn what_was_not_observed_stays_unexplained() {
        let life = life(None);
        assert_eq!(told(&life, 2_000), " | 2000");
        // Who asks where it would be seen has not asked.
        let not_asked = Life { would_be_seen: true, ..life };
        assert_eq!(told(&not_asked, 2_000), "Decide 2000 | 0");
        // What came without being asked for was asked for where nobody saw it.
        let came = Life { appended: Some(ms(1_500)), playable: Some(ms(1_510)), ..not_asked };
        assert_eq!(told(&came, 1_510), "Append 10 | 1500");
    }

    proptest! {
        /// Stages and what none of them explains add up to the whole, in whatever order the facts claim to be.
        #[test]
        fn stages_add_up(at in proptest::array::uniform10(proptest::option::of(0i64..5_000)), until in 0i64..6_000) {
            let timing = Timing {
                dns: at[0].zip(at[1]).map(|(a, b)| (ms(a), ms(b))),
                connect: at[1].zip(at[2]).map(|(a, b)| (ms(a), ms(b))),
                secure: at[3].map(ms),
                sent: at[4].map(ms),
                first_byte: at[5].map(ms),
                ..Timing::default()
            };
            let fetch = Fetch { timing: Some(timing), ..fetch(at[6].unwrap_or(0), at[5], at[7]) };
            let vain = Fetch { failed: at[1].map(|at| (ms(at), Failure::Aborted)), ..fetch.clone() };
            let in_vain = vec![&vain];
            let life = Life { in_vain, appended: at[8].map(ms), playable: at[9].map(ms), ..life(Some(&fetch)) };
            let (stages, unexplained) = stages(&life, ms(until));
            prop_assert!(stages.iter().all(|(_, spent)| *spent > Micros::ZERO));
            let sum: Micros = stages.iter().map(|(_, spent)| *spent).sum();
            prop_assert_eq!(sum + unexplained, ms(until) - life.could_ask);
        }
    }
}
