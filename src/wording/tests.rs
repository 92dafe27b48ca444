#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use super::samples::{self, finding};
use super::*;
use crate::event::{Span, TrackKind};
use crate::time::{MediaTime, Micros};
use crate::verdict::{Ending, Stall, Value, Zone};
use expect_test::{Expect, expect};
use std::collections::BTreeSet;

fn both() -> [Words; 2] {
    ["en", "de"].map(Words::for_language)
}

/// All that a viewer is told of a stall, a line each.
fn told(stall: &Stall, words: &Words) -> String {
    let mut lines = vec![headline(stall, words)];
    lines.extend(
        clue(stall, words).map(|phrase| format!("{}[{}]{}", phrase.before, phrase.ticking, phrase.after)),
    );
    lines.push(whereabouts(stall, words));
    lines.push(what_you_can_do(&stall.cause, words));
    lines.push(cause_in_short(&stall.cause, words));
    lines.extend(stall.findings.iter().map(|finding| format!("- {}", super::finding(finding, words))));
    lines.extend(ending(stall, words));
    lines.extend(not_observed(stall, words));
    lines.join("\n").replace('\u{a0}', "~") + "\n"
}

fn table(language: &str, over: bool) -> String {
    let words = Words::for_language(language);
    samples::CAUSES.map(|cause| format!("# {cause}\n{}", told(&samples::stall(cause, over), &words))).concat()
}

fn check(actual: &str, expected: Expect) {
    expected.assert_eq(actual);
}

#[test]
fn live_sentences_in_english() {
    check(
        &table("en", false),
        expect![[r#"
        # slow-response
        Waiting for 2~s of video (0:12–0:14).
        Nothing has come from stream.example yet[, 4.1~s after the player asked].
        Where it comes from: can't tell yet between your home network, your ISP, the networks in between, and the video service. Not your device, not the player.
        If other sites are slow too, check your Wi-Fi or restart the router. If not, there is nothing to do but wait.
        late answer
        - The buffer ran dry: 18~ms left to play.
        - Playback waited for the media segment 0:12–0:14 (video) from stream.example.
        - Waited 4.1~s for the answer to begin; 85~ms is usual here.
        - The server hides its connection timings, so connecting and answering can't be told apart.
        - The way from your home to the video service was not examined part by part, so every part of it stays possible.
        Could not be observed: the server's connection timings.
        # slow-transfer
        Waiting for 2~s of video (0:12–0:14).
        It is coming from stream.example, but too slowly[: 1.2~MB in 4.1~s (2.4~Mbit/s)].
        Where it comes from: can't tell yet between your home network, your ISP, the networks in between, and the video service. Not your device, not the player.
        Choose a lower quality in the player. If other sites are slow too, check your Wi-Fi and pause other downloads.
        slow transfer
        - The buffer ran dry: 18~ms left to play.
        - Playback waited for the media segment 0:12–0:14 (video) from stream.example.
        - 1.2~MB came in 4.1~s: 2.4~Mbit/s.
        - The way from your home to the video service was not examined part by part, so every part of it stays possible.
        # request-idle
        Waiting for 2~s of video (0:12–0:14).
        The player was late asking for it[: it could have asked 3.2~s earlier].
        Where it comes from: the player.
        Nothing on your side: the page decides when to ask. Reloading it may help.
        asked too late
        - The buffer ran dry: 18~ms left to play.
        - Playback waited for the media segment 0:12–0:14 (video) from stream.example.
        - The player could have asked 3.2~s earlier.
        # append-late
        Waiting for 2~s of video (0:12–0:14).
        It has arrived, but the page was late handing it to the browser[, 2.9~s so far].
        Where it comes from: the player.
        Close tabs and programs that keep the computer busy, or reload the page.
        handed on too late
        - The buffer ran dry: 18~ms left to play.
        - Playback waited for the media segment 0:12–0:14 (video) from stream.example.
        - The page held the data for 2.9~s after it had arrived.
        # http-error
        Waiting for 2~s of video (0:12–0:14).
        Fetching it from stream.example failed[, 3 attempts so far].
        Where it comes from: the video service.
        Reload the page. If it fails again, try later.
        failed requests
        - The buffer ran dry: 18~ms left to play.
        - Playback waited for the media segment 0:12–0:14 (video) from stream.example.
        - 3 attempts to fetch it failed; the server answered with HTTP status 503.
        # frozen
        Playback stands still, although there is enough to play.
        The video data has arrived; something after that holds it up.[]
        Where it comes from: can't tell yet between your device, the player, and the systems behind the video server. Not your home network, not your ISP, not the networks in between, not the video server.
        Close tabs and programs that keep the computer busy, or choose a lower quality in the player.
        not played, though ready
        - Ready to play all the while: 8~s.
        # slow-motion
        Playback is much slower than it should be.
        The video data has arrived; your device, the browser or the page can't keep up.[]
        Where it comes from: can't tell yet between your device and the player. Not your home network, not your ISP, not the networks in between, not the video service.
        Close tabs and programs that keep the computer busy, or choose a lower quality in the player.
        played too slowly
        - The picture moved, but much slower than it should.
        # undetermined
        Waiting for more to play.
        What it is waiting for can't be told yet.[]
        Where it comes from: can't tell yet.
        Nothing in particular: too little could be observed.
        reason unknown
        - The way from your home to the video service was not examined part by part, so every part of it stays possible.
    "#]],
    );
}

#[test]
fn final_sentences_in_english() {
    check(
        &table("en", true),
        expect![[r#"
        # slow-response
        Playback stopped for 3.4~s: the answer from stream.example came late.
        Waited 4.1~s for the answer to begin; 85~ms is usual here.[]
        Where it came from: can't tell between your home network, your ISP, the networks in between, and the video service. Not your device, not the player.
        If other sites are slow too, check your Wi-Fi or restart the router. If not, there is nothing to do but wait.
        late answer
        - The buffer ran dry: 18~ms left to play.
        - Playback waited for the media segment 0:12–0:14 (video) from stream.example.
        - Waited 4.1~s for the answer to begin; 85~ms is usual here.
        - The server hides its connection timings, so connecting and answering can't be told apart.
        - The way from your home to the video service was not examined part by part, so every part of it stays possible.
        Could not be observed: the server's connection timings.
        # slow-transfer
        Playback stopped for 3.4~s: the data from stream.example came too slowly.
        1.2~MB came in 4.1~s: 2.4~Mbit/s.[]
        Where it came from: can't tell between your home network, your ISP, the networks in between, and the video service. Not your device, not the player.
        Choose a lower quality in the player. If other sites are slow too, check your Wi-Fi and pause other downloads.
        slow transfer
        - The buffer ran dry: 18~ms left to play.
        - Playback waited for the media segment 0:12–0:14 (video) from stream.example.
        - 1.2~MB came in 4.1~s: 2.4~Mbit/s.
        - The way from your home to the video service was not examined part by part, so every part of it stays possible.
        # request-idle
        Playback stopped for 3.4~s: the player asked for more too late.
        The player could have asked 3.2~s earlier.[]
        Where it came from: the player.
        Nothing on your side: the page decides when to ask. Reloading it may help.
        asked too late
        - The buffer ran dry: 18~ms left to play.
        - Playback waited for the media segment 0:12–0:14 (video) from stream.example.
        - The player could have asked 3.2~s earlier.
        # append-late
        Playback stopped for 3.4~s: the data had arrived, but the page handed it on late.
        The page held the data for 2.9~s after it had arrived.[]
        Where it came from: the player.
        Close tabs and programs that keep the computer busy, or reload the page.
        handed on too late
        - The buffer ran dry: 18~ms left to play.
        - Playback waited for the media segment 0:12–0:14 (video) from stream.example.
        - The page held the data for 2.9~s after it had arrived.
        # http-error
        Playback stopped for 3.4~s: fetching it from stream.example failed.
        3 attempts to fetch it failed; the server answered with HTTP status 503.[]
        Where it came from: the video service.
        Reload the page. If it fails again, try later.
        failed requests
        - The buffer ran dry: 18~ms left to play.
        - Playback waited for the media segment 0:12–0:14 (video) from stream.example.
        - 3 attempts to fetch it failed; the server answered with HTTP status 503.
        # frozen
        Playback stopped for 3.4~s: the data was there, but was not played.
        Ready to play all the while: 8~s.[]
        Where it came from: can't tell between your device, the player, and the systems behind the video server. Not your home network, not your ISP, not the networks in between, not the video server.
        Close tabs and programs that keep the computer busy, or choose a lower quality in the player.
        not played, though ready
        - Ready to play all the while: 8~s.
        # slow-motion
        Playback crawled for 3.4~s: the data was there, but was played too slowly.
        The picture moved, but much slower than it should.[]
        Where it came from: can't tell between your device and the player. Not your home network, not your ISP, not the networks in between, not the video service.
        Close tabs and programs that keep the computer busy, or choose a lower quality in the player.
        played too slowly
        - The picture moved, but much slower than it should.
        # undetermined
        Playback stopped for 3.4~s: why can't be told from here.
        Where it came from: can't tell.
        Nothing in particular: too little could be observed.
        reason unknown
        - The way from your home to the video service was not examined part by part, so every part of it stays possible.
    "#]],
    );
}

#[test]
fn live_sentences_in_german() {
    check(
        &table("de", false),
        expect![[r#"
        # slow-response
        Warten auf 2~s Video (0:12–0:14).
        Von stream.example ist noch nichts gekommen[, 4,1~s nach der Anfrage des Players].
        Herkunft: Ihr Heimnetz, Ihr Internetanbieter, die Netze dazwischen oder der Videodienst – noch nicht zu unterscheiden. Nicht Ihr Gerät, nicht der Player.
        Sind andere Seiten auch langsam, prüfen Sie WLAN und Router. Wenn nicht, hilft nur warten.
        späte Antwort
        - Der Puffer lief leer: noch 18~ms zu spielen.
        - Die Wiedergabe wartete auf das Mediensegment 0:12–0:14 (Video) von stream.example.
        - 4,1~s auf den Beginn der Antwort gewartet; üblich sind hier 85~ms.
        - Der Server verbirgt die Zeiten seiner Verbindung; Verbinden und Antworten sind nicht zu unterscheiden.
        - Der Weg von Ihnen zum Videodienst wurde nicht im Einzelnen untersucht; jeder Teil davon bleibt möglich.
        Nicht zu beobachten: die Verbindungszeiten des Servers.
        # slow-transfer
        Warten auf 2~s Video (0:12–0:14).
        Es kommt von stream.example, aber zu langsam[: 1,2~MB in 4,1~s (2,4~Mbit/s)].
        Herkunft: Ihr Heimnetz, Ihr Internetanbieter, die Netze dazwischen oder der Videodienst – noch nicht zu unterscheiden. Nicht Ihr Gerät, nicht der Player.
        Wählen Sie im Player eine niedrigere Qualität. Sind andere Seiten auch langsam, prüfen Sie das WLAN und halten Sie andere Downloads an.
        langsame Übertragung
        - Der Puffer lief leer: noch 18~ms zu spielen.
        - Die Wiedergabe wartete auf das Mediensegment 0:12–0:14 (Video) von stream.example.
        - In 4,1~s kamen 1,2~MB: 2,4~Mbit/s.
        - Der Weg von Ihnen zum Videodienst wurde nicht im Einzelnen untersucht; jeder Teil davon bleibt möglich.
        # request-idle
        Warten auf 2~s Video (0:12–0:14).
        Der Player hat zu spät danach gefragt[: er hätte es 3,2~s früher tun können].
        Herkunft: der Player.
        Bei Ihnen nichts: Die Seite entscheidet, wann sie fragt. Neu laden kann helfen.
        zu spät angefragt
        - Der Puffer lief leer: noch 18~ms zu spielen.
        - Die Wiedergabe wartete auf das Mediensegment 0:12–0:14 (Video) von stream.example.
        - Der Player hätte 3,2~s früher fragen können.
        # append-late
        Warten auf 2~s Video (0:12–0:14).
        Es ist angekommen, aber die Seite gibt es zu spät an den Browser[, bisher 2,9~s].
        Herkunft: der Player.
        Schließen Sie Tabs und Programme, die den Computer auslasten, oder laden Sie die Seite neu.
        zu spät weitergegeben
        - Der Puffer lief leer: noch 18~ms zu spielen.
        - Die Wiedergabe wartete auf das Mediensegment 0:12–0:14 (Video) von stream.example.
        - Die Seite hielt die Daten 2,9~s zurück, nachdem sie angekommen waren.
        # http-error
        Warten auf 2~s Video (0:12–0:14).
        Der Abruf von stream.example schlug fehl[, bisher 3 Versuche].
        Herkunft: der Videodienst.
        Laden Sie die Seite neu. Scheitert es wieder, versuchen Sie es später.
        fehlgeschlagene Abrufe
        - Der Puffer lief leer: noch 18~ms zu spielen.
        - Die Wiedergabe wartete auf das Mediensegment 0:12–0:14 (Video) von stream.example.
        - 3 Abrufe schlugen fehl; der Server antwortete mit HTTP-Status 503.
        # frozen
        Die Wiedergabe steht, obwohl genug da ist.
        Die Videodaten sind angekommen; danach hält sie etwas auf.[]
        Herkunft: Ihr Gerät, der Player oder die Systeme hinter dem Videoserver – noch nicht zu unterscheiden. Nicht Ihr Heimnetz, nicht Ihr Internetanbieter, nicht die Netze dazwischen, nicht der Videoserver.
        Schließen Sie Tabs und Programme, die den Computer auslasten, oder wählen Sie eine niedrigere Qualität.
        nicht abgespielt, obwohl bereit
        - Die ganze Zeit abspielbereit: 8~s.
        # slow-motion
        Die Wiedergabe läuft viel zu langsam.
        Die Videodaten sind angekommen; Ihr Gerät, der Browser oder die Seite kommt nicht mit.[]
        Herkunft: Ihr Gerät oder der Player – noch nicht zu unterscheiden. Nicht Ihr Heimnetz, nicht Ihr Internetanbieter, nicht die Netze dazwischen, nicht der Videodienst.
        Schließen Sie Tabs und Programme, die den Computer auslasten, oder wählen Sie eine niedrigere Qualität.
        zu langsam abgespielt
        - Das Bild bewegte sich, aber viel zu langsam.
        # undetermined
        Warten auf mehr Daten.
        Worauf gewartet wird, lässt sich noch nicht sagen.[]
        Herkunft: lässt sich noch nicht sagen.
        Nichts Bestimmtes: Es war zu wenig zu beobachten.
        Grund unbekannt
        - Der Weg von Ihnen zum Videodienst wurde nicht im Einzelnen untersucht; jeder Teil davon bleibt möglich.
    "#]],
    );
}

#[test]
fn final_sentences_in_german() {
    check(
        &table("de", true),
        expect![[r#"
        # slow-response
        Die Wiedergabe stand 3,4~s: die Antwort von stream.example kam spät.
        4,1~s auf den Beginn der Antwort gewartet; üblich sind hier 85~ms.[]
        Herkunft: Ihr Heimnetz, Ihr Internetanbieter, die Netze dazwischen oder der Videodienst – das lässt sich von hier aus nicht unterscheiden. Nicht Ihr Gerät, nicht der Player.
        Sind andere Seiten auch langsam, prüfen Sie WLAN und Router. Wenn nicht, hilft nur warten.
        späte Antwort
        - Der Puffer lief leer: noch 18~ms zu spielen.
        - Die Wiedergabe wartete auf das Mediensegment 0:12–0:14 (Video) von stream.example.
        - 4,1~s auf den Beginn der Antwort gewartet; üblich sind hier 85~ms.
        - Der Server verbirgt die Zeiten seiner Verbindung; Verbinden und Antworten sind nicht zu unterscheiden.
        - Der Weg von Ihnen zum Videodienst wurde nicht im Einzelnen untersucht; jeder Teil davon bleibt möglich.
        Nicht zu beobachten: die Verbindungszeiten des Servers.
        # slow-transfer
        Die Wiedergabe stand 3,4~s: die Daten von stream.example kamen zu langsam.
        In 4,1~s kamen 1,2~MB: 2,4~Mbit/s.[]
        Herkunft: Ihr Heimnetz, Ihr Internetanbieter, die Netze dazwischen oder der Videodienst – das lässt sich von hier aus nicht unterscheiden. Nicht Ihr Gerät, nicht der Player.
        Wählen Sie im Player eine niedrigere Qualität. Sind andere Seiten auch langsam, prüfen Sie das WLAN und halten Sie andere Downloads an.
        langsame Übertragung
        - Der Puffer lief leer: noch 18~ms zu spielen.
        - Die Wiedergabe wartete auf das Mediensegment 0:12–0:14 (Video) von stream.example.
        - In 4,1~s kamen 1,2~MB: 2,4~Mbit/s.
        - Der Weg von Ihnen zum Videodienst wurde nicht im Einzelnen untersucht; jeder Teil davon bleibt möglich.
        # request-idle
        Die Wiedergabe stand 3,4~s: der Player hat zu spät nachgefordert.
        Der Player hätte 3,2~s früher fragen können.[]
        Herkunft: der Player.
        Bei Ihnen nichts: Die Seite entscheidet, wann sie fragt. Neu laden kann helfen.
        zu spät angefragt
        - Der Puffer lief leer: noch 18~ms zu spielen.
        - Die Wiedergabe wartete auf das Mediensegment 0:12–0:14 (Video) von stream.example.
        - Der Player hätte 3,2~s früher fragen können.
        # append-late
        Die Wiedergabe stand 3,4~s: die Daten waren da, aber die Seite gab sie spät weiter.
        Die Seite hielt die Daten 2,9~s zurück, nachdem sie angekommen waren.[]
        Herkunft: der Player.
        Schließen Sie Tabs und Programme, die den Computer auslasten, oder laden Sie die Seite neu.
        zu spät weitergegeben
        - Der Puffer lief leer: noch 18~ms zu spielen.
        - Die Wiedergabe wartete auf das Mediensegment 0:12–0:14 (Video) von stream.example.
        - Die Seite hielt die Daten 2,9~s zurück, nachdem sie angekommen waren.
        # http-error
        Die Wiedergabe stand 3,4~s: der Abruf von stream.example schlug fehl.
        3 Abrufe schlugen fehl; der Server antwortete mit HTTP-Status 503.[]
        Herkunft: der Videodienst.
        Laden Sie die Seite neu. Scheitert es wieder, versuchen Sie es später.
        fehlgeschlagene Abrufe
        - Der Puffer lief leer: noch 18~ms zu spielen.
        - Die Wiedergabe wartete auf das Mediensegment 0:12–0:14 (Video) von stream.example.
        - 3 Abrufe schlugen fehl; der Server antwortete mit HTTP-Status 503.
        # frozen
        Die Wiedergabe stand 3,4~s: die Daten waren da, wurden aber nicht abgespielt.
        Die ganze Zeit abspielbereit: 8~s.[]
        Herkunft: Ihr Gerät, der Player oder die Systeme hinter dem Videoserver – das lässt sich von hier aus nicht unterscheiden. Nicht Ihr Heimnetz, nicht Ihr Internetanbieter, nicht die Netze dazwischen, nicht der Videoserver.
        Schließen Sie Tabs und Programme, die den Computer auslasten, oder wählen Sie eine niedrigere Qualität.
        nicht abgespielt, obwohl bereit
        - Die ganze Zeit abspielbereit: 8~s.
        # slow-motion
        Die Wiedergabe kroch 3,4~s: die Daten waren da, liefen aber zu langsam.
        Das Bild bewegte sich, aber viel zu langsam.[]
        Herkunft: Ihr Gerät oder der Player – das lässt sich von hier aus nicht unterscheiden. Nicht Ihr Heimnetz, nicht Ihr Internetanbieter, nicht die Netze dazwischen, nicht der Videodienst.
        Schließen Sie Tabs und Programme, die den Computer auslasten, oder wählen Sie eine niedrigere Qualität.
        zu langsam abgespielt
        - Das Bild bewegte sich, aber viel zu langsam.
        # undetermined
        Die Wiedergabe stand 3,4~s: warum, lässt sich von hier aus nicht sagen.
        Herkunft: lässt sich nicht sagen.
        Nichts Bestimmtes: Es war zu wenig zu beobachten.
        Grund unbekannt
        - Der Weg von Ihnen zum Videodienst wurde nicht im Einzelnen untersucht; jeder Teil davon bleibt möglich.
    "#]],
    );
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
                placeholders.values().filter_map(|value| value["content"].as_str()).collect();
            let expected: Vec<String> = (1..=placeholders.len()).map(|number| format!("${number}")).collect();
            assert_eq!(numbers, expected.iter().map(String::as_str).collect(), "{key}");
        }
    }
}

/// Of the messages for the core. The extension's own pages have theirs with these beginnings.
#[test]
fn every_message_is_said_somewhere() {
    let sources = [
        include_str!("findings.rs"),
        include_str!("format.rs"),
        include_str!("sentences.rs"),
        include_str!("../view/mod.rs"),
        include_str!("../view/chart.rs"),
        include_str!("../view/evidence.rs"),
        include_str!("../view/overlay.rs"),
        include_str!("../view/path.rs"),
        include_str!("../view/popup.rs"),
        include_str!("../card/mod.rs"),
    ]
    .concat();
    let [words, _] = both();
    for key in words.messages.keys().filter(|key| !key.starts_with("ext") && !key.starts_with("welcome")) {
        let stem = key.trim_end_matches("_one").trim_end_matches("_other");
        let said = |key: &str| sources.contains(&format!("\"{key}\""));
        assert!(said(key) || stem != key && said(stem), "nothing says {key}");
    }
}

#[test]
fn no_sentence_says_solely_and_none_says_a_placeholder_or_a_key() {
    for words in both() {
        for (key, message) in &words.messages {
            let text = message.message.to_lowercase();
            for word in ["solely", "allein", "fault", "blame"] {
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
fn a_finding_without_a_sentence_is_told_by_its_numbers() {
    let [words, _] = both();
    let unknown =
        finding("wifi-weak", &[("since", Value::Micros(Micros(2_000_000))), ("seen", Value::Count(3))]);
    assert_eq!(super::finding(&unknown, &words), "wifi-weak: seen 3, since 2.0\u{a0}s");
    let numberless = finding("asked-late", &[("idle", Value::Count(3))]);
    assert_eq!(super::finding(&numberless, &words), "asked-late: idle 3");
}

#[test]
fn findings_make_do_with_the_numbers_they_have() {
    let [words, _] = both();
    let waited = ("waited", Value::Micros(Micros(4_100_000)));
    let took = ("took", Value::Micros(Micros(4_100_000)));
    let count = |count| ("count", Value::Count(count));
    let status = ("status", Value::Count(503));
    let findings = [
        finding("first-byte-late", &[waited.clone(), ("usual", Value::Micros(Micros::ZERO))]),
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
