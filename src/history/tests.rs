#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use super::*;
use crate::read::json;
use proptest::prelude::*;

const MINUTE: i64 = 60_000_000;

fn hour(site: &str, local: i64, played: i64, sets: &[(u32, u32, i64)]) -> Hour {
    Hour {
        site: site.to_owned(),
        local,
        played: Micros(played * MINUTE),
        sets: sets.iter().map(|(set, stalls, time)| (*set, *stalls, Micros(time * MINUTE))).collect(),
        ..Hour::default()
    }
}

fn ask(hours: &[Hour]) -> Answer {
    answer(hours, &Question::default())
}

#[test]
fn figures_are_what_services_go_by() {
    let mut hour = hour("a.example", 0, 54, &[(1 << 5, 3, 5), (0, 1, 1)]);
    (hour.starts, hour.start_up, hour.reduced) = (4, Micros(6_000_000), Micros(27 * MINUTE));
    let figures = ask(&[hour]).figures;
    assert_eq!((figures.stalled, figures.stalls_an_hour), (Some(100_000), Some(4_000_000)));
    assert_eq!((figures.start_up, figures.reduced), (Some(Micros(1_500_000)), Some(500_000)));
}

#[test]
fn too_little_playback_gives_no_figure_by_the_hour_and_none_at_all_gives_nothing() {
    let brief = ask(&[hour("a.example", 0, 8, &[(1, 1, 1)])]).figures;
    assert_eq!((brief.stalled, brief.stalls_an_hour), (Some(1_000_000 / 9), None));
    assert_eq!(ask(&[]).figures, Figures::default());
}

#[test]
fn a_zone_has_what_it_has_alone_and_what_it_may_have() {
    let home_or_isp = 1 << 2 | 1 << 3;
    let answer = ask(&[hour("a.example", 0, 60, &[(home_or_isp, 2, 4), (1 << 3, 1, 1), (0, 1, 9)])]);
    let of = |zone| *answer.zones.iter().find(|of| of.zone == zone).unwrap();
    let isp = of(Zone::Access);
    assert_eq!((isp.alone, isp.alone_time), (1, Micros(MINUTE)));
    assert_eq!((isp.possible, isp.possible_time), (2, Micros(4 * MINUTE)));
    assert_eq!((of(Zone::Home).alone, of(Zone::Home).possible), (0, 2));
    assert_eq!((of(Zone::Edge).alone, of(Zone::Edge).possible), (0, 0));
    let sets: Vec<(usize, u32)> = answer.sets.iter().map(|set| (set.zones.len(), set.stalls)).collect();
    assert_eq!(sets, [(0, 1), (2, 2), (1, 1)]);
}

#[test]
fn the_week_begins_on_monday_and_days_are_the_viewer_s() {
    // Thursday, 1 January 1970, and the Monday after.
    assert_eq!((hour("", 5, 1, &[]).of_week(), hour("", 5, 1, &[]).day()), (3 * 24 + 5, 0));
    assert_eq!((hour("", 4 * 24, 1, &[]).of_week(), hour("", 4 * 24, 1, &[]).day()), (0, 4));
    assert_eq!((hour("", -1, 1, &[]).of_week(), hour("", -1, 1, &[]).day()), (2 * 24 + 23, -1));
}

#[test]
fn a_question_narrows_what_is_counted() {
    let mut other = hour("b.example", 48, 20, &[]);
    other.network = "home".to_owned();
    let hours = [hour("a.example", 0, 30, &[]), hour("a.example", 25, 40, &[]), other];
    let played = |question: &Question| answer(&hours, question).figures.sum.played.0 / MINUTE;
    assert_eq!(played(&Question::default()), 90);
    assert_eq!(played(&Question { site: Some("a.example".to_owned()), ..Question::default() }), 70);
    assert_eq!(played(&Question { network: Some("home".to_owned()), ..Question::default() }), 20);
    assert_eq!(played(&Question { from: Some(1), ..Question::default() }), 60);
    let all = ask(&hours);
    assert_eq!(all.sites.iter().map(|site| &site.name[..]).collect::<Vec<_>>(), ["a.example", "b.example"]);
    assert_eq!(all.days.iter().map(|of| of.day).collect::<Vec<_>>(), [0, 1, 2]);
}

#[test]
fn rows_are_read_as_they_are_stored() {
    let row = r#"{"site":"a.example","network":"","hour":9,"local":10,"played":5,"reduced":0,"starts":1,"startUp":7,
        "sets":[[32,1,400]]}"#;
    let hour: Hour = json(row).unwrap();
    assert_eq!((hour.local, hour.start_up, hour.sets), (10, Micros(7), vec![(32, 1, Micros(400))]));
    let question: Question = json(r#"{"site":null,"from":3,"compare":{"network":"a","other":""}}"#).unwrap();
    let networks = ["a", ""].map(|name| Some(name.to_owned()));
    let [network, other] = networks;
    let compare = Some(Versus { network, other, ..Versus::default() });
    assert_eq!(question, Question { from: Some(3), compare, ..Question::default() });
}

#[test]
fn an_hour_beyond_all_calendars_is_still_one_of_a_week() {
    for local in [i64::MIN, i64::MAX] {
        let hour = Hour { local, ..Hour::default() };
        assert!(hour.of_week() < WEEK && hour.of_day() < 24, "{local}");
    }
}

proptest! {
    /// However hours are parted, by site, by day or by hour of the week, nothing is lost.
    #[test]
    fn parts_add_up_to_the_whole(
        hours in proptest::collection::vec((0u8..3, 0i64..400, 0i64..60, 0u32..128, 0u32..4, 0i64..30), 0..40),
    ) {
        let hours: Vec<Hour> = hours
            .into_iter()
            .map(|(site, local, played, set, stalls, time)| hour(&site.to_string(), local, played, &[(set, stalls, time)]))
            .collect();
        let answer = ask(&hours);
        let whole = answer.figures.sum;
        let add = |figures: Vec<Figures>| {
            let played: Micros = figures.iter().map(|figures| figures.sum.played).sum();
            let stalled: Micros = figures.iter().map(|figures| figures.sum.stalled).sum();
            (played, stalled, figures.iter().map(|figures| figures.sum.stalls).sum::<u32>())
        };
        let whole = (whole.played, whole.stalled, whole.stalls);
        prop_assert_eq!(add(answer.sites.iter().map(|of| of.figures).collect()), whole);
        prop_assert_eq!(add(answer.networks.iter().map(|of| of.figures).collect()), whole);
        prop_assert_eq!(add(answer.days.iter().map(|of| of.figures).collect()), whole);
        prop_assert_eq!(add(answer.week.clone()), whole);
        prop_assert_eq!(answer.sets.iter().map(|set| set.stalls).sum::<u32>(), whole.2);
    }
}
