#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use super::samples::{self, finding};
use super::*;
use crate::adjustment::Short;
use crate::event::{Span, TrackKind};
use crate::time::{MediaTime, Micros};
use crate::verdict::{Ending, Stall, Value, Zone};
use expect_test::{Expect, expect, expect_file};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

pub(super) fn both() -> [Words; 2] {
    ["en", "de"].map(Words::for_language)
}

/// All that a viewer is told of a stall, a line each.
pub(super) fn told(stall: &Stall, words: &Words) -> String {
    let mut lines = vec![headline(stall, words)];
    lines.extend(
        clue(stall, words).map(|phrase| format!("{}[{}]{}", phrase.before, phrase.ticking, phrase.after)),
    );
    lines.push(whereabouts(stall, words));
    lines.push(what_you_can_do(&stall.cause, words));
    lines.push(cause_in_short(&stall.cause, words));
    lines.extend(stall.findings.iter().map(|finding| format!("- {}", super::finding(finding, words))));
    lines.extend(ending(stall, words));
    lines.extend(unchecked(stall, words));
    lines.extend(would_decide(stall, words));
    lines.extend(not_observed(stall, words));
    lines.join("\n").replace('\u{a0}', "~") + "\n"
}

fn table(language: &str, over: bool) -> String {
    let words = Words::for_language(language);
    samples::CAUSES.map(|cause| format!("# {cause}\n{}", told(&samples::stall(cause, over), &words))).concat()
}

pub(super) fn check(actual: &str, expected: Expect) {
    expected.assert_eq(actual);
}

/// All sentences of all causes, to be read as a viewer reads them: `src/wording/said/`.
#[test]
fn what_is_said() {
    expect_file!["said/en-live.txt"].assert_eq(&table("en", false));
    expect_file!["said/en-over.txt"].assert_eq(&table("en", true));
    expect_file!["said/de-live.txt"].assert_eq(&table("de", false));
    expect_file!["said/de-over.txt"].assert_eq(&table("de", true));
}

/// The same of what tests of the path saw.
#[test]
fn what_is_said_of_the_path() {
    let table = |language: &str| {
        let words = Words::for_language(language);
        let stalls = [false, true].into_iter().flat_map(samples::examined);
        stalls.map(|stall| told(&stall, &words)).collect::<Vec<_>>().join("\n")
    };
    expect_file!["said/en-path.txt"].assert_eq(&table("en"));
    expect_file!["said/de-path.txt"].assert_eq(&table("de"));
}

#[test]
fn the_catalogues_have_the_same_messages_with_the_same_placeholders() {
    let [english, german] = both();
    let shape = |words: &Words| -> Vec<(String, BTreeSet<String>)> {
        let messages = words.messages.iter();
        messages.map(|(key, message)| (key.clone(), message.placeholders.keys().cloned().collect())).collect()
    };
    assert!(english.messages.len() > 100);
    assert_eq!(shape(&english), shape(&german));
}

#[test]
fn every_placeholder_is_declared_numbered_and_used() {
    for words in both() {
        for (key, Message { message, placeholders }) in &words.messages {
            let parts: Vec<&str> = message.split('$').collect();
            assert_eq!(parts.len() % 2, 1, "{key}: a dollar sign has no partner");
            let used: BTreeSet<String> =
                parts.iter().skip(1).step_by(2).map(|name| name.to_lowercase()).collect();
            let declared: BTreeSet<String> = placeholders.keys().cloned().collect();
            assert_eq!(used, declared, "{key}");
            let numbers: BTreeSet<&str> =
                placeholders.values().filter_map(|content| content.as_deref()).collect();
            let expected: Vec<String> = (1..=placeholders.len()).map(|number| format!("${number}")).collect();
            assert_eq!(numbers, expected.iter().map(String::as_str).collect(), "{key}");
        }
    }
}

/// Of the messages for the core. The extension's own pages have theirs with these beginnings.
#[test]
fn every_message_is_said_somewhere() {
    let of_causes = samples::CAUSES.map(|cause| cause.replace('-', "_"));
    let folders = ["src/cause", "src/path"].map(|folder| Path::new(env!("CARGO_MANIFEST_DIR")).join(folder));
    let files = folders.iter().flat_map(|folder| fs::read_dir(folder).unwrap());
    let of_findings: Vec<String> =
        files.map(|entry| fs::read_to_string(entry.unwrap().path()).unwrap()).collect();
    let of_findings = of_findings.concat();
    let conventional = |key: &str| match key.split_once('_') {
        Some(("live" | "reason" | "do" | "cause", of)) => {
            of_causes.iter().any(|cause| of == cause || of.starts_with(&format!("{cause}_since")))
        }
        // The finding of this id, or that it has a value of the name that the key ends in.
        Some(("finding", of)) => {
            let id = of.trim_end_matches("_one").trim_end_matches("_other").replace('_', "-");
            let made = |id: &str| of_findings.contains(&format!("\"{id}\""));
            made(&id) || id.rsplit_once('-').is_some_and(|(id, _)| made(id))
        }
        _ => false,
    };
    let sources = [
        include_str!("adjustments.rs"),
        include_str!("findings.rs"),
        include_str!("mod.rs"),
        include_str!("format.rs"),
        include_str!("places.rs"),
        include_str!("sentences.rs"),
        include_str!("talk.rs"),
        include_str!("../view/mod.rs"),
        include_str!("../view/adjustment.rs"),
        include_str!("../view/chart.rs"),
        include_str!("../view/check.rs"),
        include_str!("../view/evidence.rs"),
        include_str!("../view/history.rs"),
        include_str!("../view/overlay.rs"),
        include_str!("../view/path.rs"),
        include_str!("../view/popup.rs"),
        include_str!("../card/mod.rs"),
        include_str!("../card/parts.rs"),
        include_str!("../card/timeline.rs"),
        include_str!("../plain.rs"),
    ]
    .concat();
    let [words, _] = both();
    let of_pages = [
        "ext",
        "welcome",
        "share_",
        "check_",
        "stats",
        "compare_",
        "consent_",
        "network_",
        "settings_",
        "line_",
        "plan_",
    ];
    let own = |key: &str| !of_pages.iter().any(|beginning| key.starts_with(beginning));
    for (key, _) in words.messages.iter().filter(|(key, _)| own(key)) {
        let stem = key.trim_end_matches("_one").trim_end_matches("_other");
        let said = |key: &str| sources.contains(&format!("\"{key}\""));
        assert!(conventional(key) || said(key) || stem != key && said(stem), "nothing says {key}");
    }
}

#[test]
fn languages_are_chosen_by_their_first_part() {
    let tag = |tag| Words::for_language(tag).tag();
    assert_eq!(
        ["de", "de-AT", "DE_ch", "en-GB", "fr", "deu", ""].map(tag),
        ["de", "de", "de", "en", "en", "en", "en"]
    );
}

#[test]
fn a_missing_message_shows_as_its_key_and_a_missing_value_as_its_name() {
    let [words, _] = both();
    assert_eq!(words.say("no_such_key", &[("time", "1")]), "no_such_key");
    assert_eq!(words.say("stopped_for", &[]), "for TIME");
}

#[test]
fn a_value_is_never_expanded_itself() {
    let [words, _] = both();
    let said = words.say("headline_ended", &[("time", "$REASON$"), ("reason", "x")]);
    assert_eq!(said, "Playback stopped for $REASON$: x.");
}

#[test]
fn lengths_of_time() {
    let [english, german] = both();
    let all =
        [-5, 0, 85, 100, 949, 4_240, 59_949, 59_950, 65_000, 3_599_499, 3_599_500, 3_780_000, 36_000_000];
    let said =
        |words: &Words| all.map(|millis| words.duration(Micros::from_millis(millis)).replace('\u{a0}', "~"));
    check(
        &said(&english).join(", "),
        expect![
            "0~ms, 0~ms, 85~ms, 0.1~s, 0.9~s, 4.2~s, 59.9~s, 1~min, 1~min 5~s, 59~min 59~s, 1~h, 1~h 3~min, 10~h"
        ],
    );
    check(
        &said(&german).join("; "),
        expect![
            "0~ms; 0~ms; 85~ms; 0,1~s; 0,9~s; 4,2~s; 59,9~s; 1~min; 1~min 5~s; 59~min 59~s; 1~h; 1~h 3~min; 10~h"
        ],
    );
    assert_eq!(english.length(Micros(2_002_000)), "2\u{a0}s");
    assert_eq!(english.length(Micros(1_920_000)), "1.9\u{a0}s");
    assert_eq!(english.about(Micros(-3)), "1\u{a0}s");
    assert_eq!(english.millis(Micros(4_100_400)), "4\u{202f}100\u{a0}ms");
    // The largest there is must not overflow.
    assert!(english.duration(Micros(i64::MAX)).ends_with("min"));
}

#[test]
fn positions_and_ranges() {
    let [words, _] = both();
    let position = |micros| words.position(MediaTime(micros));
    let all = [0, 11_980_000, 724_000_000, 3_723_000_000, -3_000_000, -1].map(position);
    assert_eq!(all, ["0:00", "0:12", "12:04", "1:02:03", "\u{2212}0:03", "0:00"]);
    let range = |start, end| words.range(Span { start: MediaTime(start), end: MediaTime(end) });
    assert_eq!(range(12_000_000, 14_000_000), "0:12\u{2013}0:14");
    assert_eq!(range(12_000_000, 12_200_000), "0:12");
    assert!(position(i64::MIN).starts_with('\u{2212}'));
}

#[test]
fn amounts_and_rates() {
    let [words, german] = both();
    let bytes = [0, 999, 1_000, 999_499, 999_500, 1_230_000, 999_950_000, u64::MAX];
    let said = bytes.map(|bytes| words.bytes(bytes).replace('\u{a0}', "~")).join(", ");
    check(&said, expect!["0~B, 999~B, 1~kB, 999~kB, 1.0~MB, 1.2~MB, 1.0~GB, 18446744073.7~GB"]);
    assert_eq!(german.rate(1_230_000, Micros(4_100_000)).unwrap(), "2,4\u{a0}Mbit/s");
    assert_eq!(words.rate(1, Micros(0)), None);
    assert!(words.rate(u64::MAX, Micros(1)).unwrap().ends_with("Gbit/s"));
}

#[test]
fn hostile_names_are_bounded_and_made_plain() {
    let [words, _] = both();
    let long = format!("{}.cdn.example", "a".repeat(5_000));
    let name = words.name(&long);
    assert_eq!(name.chars().count(), 48);
    assert!(name.starts_with('\u{2026}') && name.ends_with(".cdn.example"));
    assert_eq!(words.name("<b>\u{202e}evil\0 $TIME$"), "?b??evil???TIME?");
    assert_eq!(words.name("[2001:db8::1]"), "[2001:db8::1]");
}

#[test]
fn names_of_companies_are_bounded_and_made_plain() {
    let [words, _] = both();
    assert_eq!(words.company("Télécom & Söhne (Example), S.A."), "Télécom & Söhne (Example), S.A.");
    assert_eq!(words.company("a\u{202e}b<i>\u{5d0}$"), "a?b?i???");
    assert_eq!(words.company(&"x".repeat(900)), "x".repeat(47) + "\u{2026}");
}

#[test]
fn a_finding_without_a_sentence_is_told_by_its_numbers() {
    let [words, _] = both();
    let unknown =
        finding("wifi-weak", &[("since", Value::Micros(Micros(2_000_000))), ("seen", Value::Count(3))]);
    assert_eq!(super::finding(&unknown, &words), "wifi-weak: seen 3, since 2.0\u{a0}s");
    let numberless = finding("asked-late", &[("seen", Value::Count(3))]);
    assert_eq!(super::finding(&numberless, &words), "asked-late: seen 3");
}

#[test]
fn findings_make_do_with_the_numbers_they_have() {
    let [words, _] = both();
    let waited = ("waited", Value::Micros(Micros(4_100_000)));
    let took = ("took", Value::Micros(Micros(4_100_000)));
    let count = |count| ("count", Value::Count(count));
    let status = ("status", Value::Count(503));
    let findings = [
        finding("first-byte-late", &[waited]),
        finding("body-slow", &[took]),
        finding("attempt-failed", &[count(1)]),
        finding("attempt-failed", &[count(2), status]),
    ];
    let said =
        findings.map(|finding| super::finding(&finding, &words).replace('\u{a0}', "~") + "\n").concat();
    check(
        &said,
        expect![[r#"
            Waited 4.1~s for the answer to begin.
            Time in transfer: 4.1~s.
            1 attempt to fetch it failed.
            2 attempts to fetch it failed; the server answered with HTTP status 503.
        "#]],
    );
}

#[test]
fn sound_and_pictures_awaited_together_are_named_together() {
    let [words, _] = both();
    let mut stall = samples::stall("slow-response", false);
    stall.blocking.push(samples::blocking(TrackKind::Audio, 11, false));
    assert_eq!(headline(&stall, &words), "Waiting for 2\u{a0}s of video and sound (0:11\u{2013}0:13).");
    stall.blocking.clear();
    assert_eq!(headline(&stall, &words), "Waiting for more to play.");
}

#[test]
fn where_it_came_from_follows_the_zones() {
    let [words, german] = both();
    let mut stall = samples::stall("slow-response", true);
    let mut said = String::new();
    for zones in [vec![], vec![Zone::Edge], vec![Zone::Home, Zone::Access], Zone::ALL.to_vec()] {
        stall.zones = zones;
        stall.cleared = vec![];
        said.extend([&words, &german].map(|words| whereabouts(&stall, words) + "\n"));
    }
    check(
        &said,
        expect![[r#"
        Where it came from: can't tell.
        Herkunft: lässt sich nicht sagen.
        Where it came from: the video server.
        Herkunft: der Videoserver.
        Where it came from: can't tell between your home network and your ISP.
        Herkunft: Ihr Heimnetz oder Ihr Internetanbieter – das lässt sich von hier aus nicht unterscheiden.
        Where it came from: can't tell.
        Herkunft: lässt sich nicht sagen.
    "#]],
    );
}

#[test]
fn how_it_ended_is_told_unless_playback_went_on() {
    let [words, _] = both();
    let mut stall = samples::stall("slow-response", true);
    let told = [Ending::Resumed, Ending::Viewer, Ending::Page, Ending::Unseen].map(|why| {
        stall.ending = Some(why);
        ending(&stall, &words).is_some()
    });
    assert_eq!(told, [false, true, true, true]);
}

#[test]
fn a_cause_of_a_later_version_reads_as_undetermined() {
    let [words, _] = both();
    assert_eq!(what_you_can_do("cosmic-rays", &words), what_you_can_do("undetermined", &words));
}

#[test]
fn adjustments() {
    let short = Some(Short { needed: 4_500_000, came: 912_000 });
    let cases =
        [(None, None), (None, short), (Some(Micros(130_000_000)), None), (Some(Micros(42_000_000)), short)];
    let said = |language| {
        let words = Words::for_language(language);
        let line =
            |(over, short)| adjustment_line(&samples::adjustment(over, short), &words).replace('\u{a0}', "~");
        cases.map(line).join("\n")
    };
    check(
        &said("en"),
        expect![[r#"
        At 3:20: Playing 480p instead of 1080p for 4~s.
        At 3:20: Playing 480p instead of 1080p for 4~s. The data came at 912~kbit/s; 1080p needs 4.5~Mbit/s.
        At 3:20: Played 480p instead of 1080p for 2~min 10~s.
        At 3:20: Played 480p instead of 1080p for 42~s. The data came at 912~kbit/s; 1080p needs 4.5~Mbit/s."#]],
    );
    check(
        &said("de"),
        expect![[r#"
        Bei 3:20: Spielt 480p statt 1080p, 4~s lang.
        Bei 3:20: Spielt 480p statt 1080p, 4~s lang. Die Daten kamen mit 912~kbit/s; 1080p braucht 4,5~Mbit/s.
        Bei 3:20: Spielte 480p statt 1080p, 2~min 10~s lang.
        Bei 3:20: Spielte 480p statt 1080p, 42~s lang. Die Daten kamen mit 912~kbit/s; 1080p braucht 4,5~Mbit/s."#]],
    );
}

#[test]
fn the_server_that_was_late_is_named_and_not_the_one_that_helped_out() {
    let [words, _] = both();
    let mut late = samples::stall("slow-response", true);
    let blocking = &mut late.blocking[0];
    blocking.host = Some("helped.example".to_owned());
    late.findings = vec![finding("first-byte-late", &[("host", Value::Name("silent.example".to_owned()))])];
    assert!(headline(&late, &words).contains("silent.example"), "{}", headline(&late, &words));
    late.findings.clear();
    assert!(headline(&late, &words).contains("helped.example"));
}
