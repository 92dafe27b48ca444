//! What is known of the viewer's line: what it was measured to carry, and what is paid for.

use super::*;

fn knows(story: Story, plan: Option<u64>, capacity: Option<u64>) -> Story {
    story.note(50, Event::Line { plan, capacity })
}

#[test]
fn a_line_that_is_full_is_full_of_what_fills_it() {
    // 3.6 MB in 1.45 s: 19.9 Mbit/s, as ever.
    let download = |_| Elsewhere { bytes: 3_600_000, transfer: 1_450, ..HEALTHY };
    let story = || background(slow_body(), download);
    let full = judged(&knows(story(), None, Some(21_000_000)));
    assert_eq!(full.zones, [Home, Access]);
    assert!(full.findings.iter().any(|finding| finding.id == "line-full" && !finding.facts.is_empty()));
    // What is known of it is wrong, it has room, or only what is paid for is known: then nothing of it is said.
    let bare = judged(&story());
    for (plan, capacity) in [(None, Some(10_000_000)), (None, Some(100_000_000)), (Some(21_000_000), None)] {
        let stall = judged(&knows(story(), plan, capacity));
        assert_eq!((stall.zones, about_path(&bare)), (bare.zones.clone(), about_path(&bare)), "{capacity:?}");
        assert!(stall.findings.iter().all(|finding| finding.id != "line-full"), "{plan:?} {capacity:?}");
    }
}

#[test]
fn of_what_is_slow_all_along_line_tests_know_whether_it_always_is() {
    let story = || (0..20).fold(Story::new(30_000), |story, segment| story.slow_body(Video, segment, 2_600));
    let longest = |story: &Story| {
        explain(&story.tell().inputs).stalls.into_iter().max_by_key(|stall| stall.duration).unwrap()
    };
    let bare = longest(&story());
    let rate = |stall: &Stall| {
        let told = stall.findings.iter().find(|finding| finding.id.starts_with("line-"))?;
        assert!(!told.facts.is_empty());
        let Some(Value::Bitrate(rate)) = told.values.get("rate") else { return None };
        Some((told.id.clone(), *rate))
    };
    // Far below what was measured, and the quality needs less than that: not the player.
    let far = longest(&knows(story(), None, Some(20_000_000)));
    let (id, came) = rate(&far).unwrap();
    assert_eq!((id.as_str(), &far.zones[..]), ("line-far-below", ALL));
    assert!(bare.zones.contains(&Player) && rate(&bare).is_none());
    // What came is what the line carries: not the path.
    let full = longest(&knows(story(), None, Some(came + came / 20)));
    assert_eq!((rate(&full).unwrap().0.as_str(), &full.zones[..]), ("line-as-measured", &[Player][..]));
    // In between, or more than the line is said to carry, or only what is paid for is known.
    for (plan, capacity) in [(None, Some(came * 3 / 2)), (None, Some(came / 2)), (Some(20_000_000), None)] {
        let stall = longest(&knows(story(), plan, capacity));
        assert_eq!((stall.zones.clone(), rate(&stall)), (bare.zones.clone(), None));
    }
}

#[test]
fn what_is_paid_for_is_held_against_what_came_and_blames_nobody() {
    let slowed =
        |host| move |when| if when < 9_000 { site(host) } else { Elsewhere { transfer: 600, ..site(host) } };
    let slow = || background(background(slow_body(), slowed("shop.example")), slowed("news.example"));
    let fast = || background(background(slow_body(), |_| site("shop.example")), |_| site("news.example"));
    let said = |stall: &Stall| {
        let ids = stall.findings.iter().map(|finding| finding.id.clone());
        ids.filter(|id| id.starts_with("plan-")).collect::<Vec<_>>()
    };
    for (story, plan, expected) in [
        (slow(), 100_000_000, vec!["plan-far-below"]),
        (fast(), 100_000_000, vec!["plan-elsewhere"]),
        // The others came at half of it or more.
        (slow(), 5_000_000, vec![]),
        (slow_body(), 100_000_000, vec![]),
    ] {
        let (bare, stall) = (judged(&story), judged(&knows(story, Some(plan), None)));
        assert_eq!(said(&stall), expected);
        assert_eq!((&stall.zones, &stall.by_zone), (&bare.zones, &bare.by_zone));
    }
}
