//! Every sentence, held against what may be said at all.

use super::samples;
use super::tests::{both, check, told};
use super::*;
use expect_test::expect;
use std::collections::BTreeSet;

#[test]
fn no_sentence_says_solely_and_none_says_a_placeholder_or_a_key() {
    for words in both() {
        for (key, message) in &words.messages {
            let text = message.message.to_lowercase();
            for word in ["solely", "allein", "fault", "blame", "schuld "] {
                assert!(!text.contains(word), "{key} says {word}");
            }
        }
        for cause in samples::CAUSES {
            for over in [false, true] {
                let told = told(&samples::stall(cause, over), &words);
                assert!(!told.contains(['$', '_', '\0']), "{told}");
            }
        }
    }
}

/// No verdict is a proof, and no rule makes anything certain. A sentence names a place only through what it is given: no
/// company is in any of what is said of a stall, and what is said to be certain is so by a number.
#[test]
fn no_sentence_is_surer_than_a_rule_and_none_names_a_company() {
    let sure = [
        "certain",
        "definite",
        "undoubted",
        "without doubt",
        "proves",
        "proof",
        "guarantee",
        "must have",
        "obvious",
        "responsib",
        "culpable",
        "zweifel",
        "bewies",
        "beweis",
        "garantier",
        "offensichtlich",
        "verantwortlich",
        "ganz bestimmt",
    ];
    let denied = ["does not show", "zeigt nicht"];
    let companies = [
        "netflix",
        "youtube",
        "google",
        "amazon",
        "akamai",
        "cloudflare",
        "fastly",
        "disney",
        "twitch",
        "apple",
        "comcast",
        "verizon",
        "at&t",
        "telekom",
        "vodafone",
        "telefónica",
        "liberty global",
    ];
    let of_stalls = [
        "headline", "live_", "reason_", "cause_", "do_", "where_", "finding_", "card_", "talk_", "compare_",
        "place_",
    ];
    for words in both() {
        for (key, message) in &words.messages {
            let text = format!("{} ", message.message.to_lowercase());
            if of_stalls.iter().any(|beginning| key.starts_with(beginning)) {
                for word in companies.iter().chain(&sure) {
                    assert!(
                        !text.contains(word) || denied.iter().any(|no| text.contains(no)),
                        "{key} says {word}"
                    );
                }
            }
        }
    }
}

/// Names of networks are places: they are in sentences that say where something is, never in one that says that it was slow, and
/// never where the verdict or its cause is told.
#[test]
fn names_of_networks_are_places_and_no_culprits() {
    let names = ["Example ISP", "ExampleCDN", "Example Cache"];
    let named = |text: &str| names.iter().any(|name| text.contains(name));
    let mut places = BTreeSet::new();
    for words in both() {
        for stall in [false, true].into_iter().flat_map(samples::examined) {
            let verdict = [
                headline(&stall, &words),
                whereabouts(&stall, &words),
                clue(&stall, &words).map_or(String::new(), |clue| clue.to_string()),
            ];
            assert!(!verdict.iter().any(|line| named(line)), "{verdict:?}");
            for found in stall.findings.iter().filter(|found| named(&super::finding(found, &words))) {
                assert!(found.id.starts_with("server-"), "{}", super::finding(found, &words));
            }
            places.extend(place(&stall, Some("Example ISP"), &words));
            places.extend(place(&stall, None, &words));
        }
    }
    let blaming = [
        "slow", "late", "because", "cause", "problem", "congest", "langsam", "spät", "weil", "grund",
        "schuld",
    ];
    for line in &places {
        let text = line.to_lowercase();
        assert!(blaming.iter().all(|word| !text.contains(word)), "{line}");
    }
    check(
        &format!("{places:#?}"),
        expect![[r#"
            {
                "Dazwischen: Netz Ihres Anbieters bis Netz von ExampleCDN.",
                "Dazwischen: Netz von Example ISP bis Netz von ExampleCDN.",
                "Der Videoserver ist im selben Netz wie Sie (Netz Ihres Anbieters): Dazwischen ist kein anderes Netz.",
                "Der Videoserver ist im selben Netz wie Sie (Netz von Example ISP): Dazwischen ist kein anderes Netz.",
                "In between: from the network of Example ISP to the network of ExampleCDN.",
                "In between: from the network of your ISP to the network of ExampleCDN.",
                "The video server is inside the network of Example ISP: no other network is in between.",
                "The video server is inside the network of your ISP: no other network is in between.",
            }"#]],
    );
}

#[test]
fn the_first_line_has_no_jargon() {
    for words in both() {
        for cause in samples::CAUSES {
            for over in [false, true] {
                let line = headline(&samples::stall(cause, over), &words).to_lowercase();
                for word in ["segment", "buffer", "puffer", "byte", "http", "latency", "cdn", "request"] {
                    assert!(!line.contains(word), "{line}");
                }
            }
        }
    }
}
