//! Made-up playbacks, as they read.

use super::*;
use crate::bundle::Bundle;
use crate::event::TrackKind::{Audio, Video};
use crate::story::{Delivery, Story, USUAL};
use expect_test::expect;

fn told(story: Story) -> String {
    let report = crate::explain(&story.tell().inputs);
    text(&report, &Words::for_language("en"), unpainted)
}

#[test]
fn a_withheld_media_segment() {
    expect![[r#"
        Playback stopped for 5.2 s: the answer from video.example came late.
        Waited 15.0 s for the answer to begin; 40 ms is usual here.
        Where it came from: can't tell between your home network, your ISP, the networks
        in between, and the video service. Not your device, not the player.
        What would tell them apart: what the video server says of its own times; how
        fast the same video comes from another server.

        2025-06-15 15:07:00.148 UTC to 2025-06-15 15:07:05.338 UTC
        In the video: 0:20

        Where the time went
        > video 0:20–0:22 |RRRRRRRRRRRRRRRRRRRRRRRRRRRV|  15147 ms R15000 T120 P2 A5 V20
                                                             Usual R40 T120 P2 A5 V50*
          R asked, waiting for the answer
          T transfer
          P held by the page
          A taken in by the browser
          V until shown
          * (assumed)

        Share of the stall
          |RRRRRRRRRRRRRRRRRRRRRRRRRRRR|  R 100%

        What this rests on
        - The buffer ran dry: 0 ms left to play. [253 411 414 416]
        - Playback waited for the media segment 0:20–0:22 (video) from video.example.
          [264 265 465 469 470 471 481]
        - Waited 15.0 s for the answer to begin; 40 ms is usual here. [264 265 465 469
          470 481]
        - The server hides its connection timings, so connecting and answering can't be
          told apart. [264 265 465 469 470 481]
        - Meanwhile 1 other site answered within 40 ms. [266 267 268 271 272 275 284 285
          ...]
        - Which networks the other sites are in is not known; sites of different names
          are taken to be in different ones, which is only probable. [266 267 268 271
          272 275 284 285 ...]
        - What was seen of the way from your home to the video service does not separate
          its parts clearly, so every part of it stays possible.
    "#]]
    .assert_eq(&told(Story::new(40_000).withhold(Video, 10, 15_000)));
}

#[test]
fn failed_attempts_in_two_tracks_before_a_stall_that_goes_on() {
    let story = Story::new(60_000).timing_allowed().fail(Video, 8, 13).slow_body(Audio, 8, 14_000);
    expect![[r#"
        At 0:16, 4.1 s: slow transfer

        Waiting for 2 s of video (0:30–0:32).
        Nothing has come from video.example yet, 35.7 s after the player asked.
        Where it comes from: can't tell yet between your home network, your ISP, the
        networks in between, and the video service. Not your device, not the player.
        What would tell them apart: how fast data comes from independent servers at the
        same moment; how quickly your router answers, at rest and now.

        2025-06-15 15:07:14.257 UTC
        In the video: 0:30

        Where the time went
        > video 0:30–0:32 |RRRRRRRRRRRRRRRRRRRRRRRRRRRR|  35698 ms R35698
                                                             Usual R150*
          R asked, waiting for the answer
          * (assumed)

        Share of the stall
          |RRRRRRRRRRRRRRRRRRRRRRRRRRRR|  R 100%

        What this rests on
        - The buffer ran dry: 0 ms left to play. [844 1002 1005 1007]
        - Playback waited for the media segment 0:30–0:32 (video) from video.example.
          [855 856]
        - Waited 35.7 s for the answer to begin. [855 856]
        - The way from your home to the video service was not examined part by part, so
          every part of it stays possible.
    "#]]
    .assert_eq(&told(story.withhold(Video, 15, 60_000)));
}

#[test]
fn a_buffer_drained_by_many_slow_media_segments() {
    let slow = Delivery { transfer: 2_800, ..USUAL };
    let story = (10..30).fold(Story::new(39_500), |story, segment| story.deliver(Video, segment, slow));
    expect![[r#"
        Playback stopped for 0.6 s: the data from video.example came too slowly.
        505 kB came in 2.8 s: 1.4 Mbit/s.
        Where it came from: can't tell between your home network, your ISP, the networks
        in between, and the video service. Not your device, not the player.
        What would tell them apart: how fast data comes from independent servers at the
        same moment; how quickly your router answers, at rest and now.

        2025-06-15 15:07:18.148 UTC to 2025-06-15 15:07:18.699 UTC
        In the video: 0:38

        Where the time went
          video 0:20–0:22 |TT                          |   2847 ms R40 T2800 P2 A5
          video 0:22–0:24 |  TTT                       |   2849 ms D2 R40 T2800 P2 A5
          video 0:24–0:26 |     TTT                    |   2849 ms D2 R40 T2800 P2 A5
          video 0:26–0:28 |        TTT                 |   2849 ms D2 R40 T2800 P2 A5
          video 0:28–0:30 |           TT               |   2849 ms D2 R40 T2800 P2 A5
          video 0:30–0:32 |             RTT            |   2849 ms D2 R40 T2800 P2 A5
          video 0:32–0:34 |                TTT         |   2849 ms D2 R40 T2800 P2 A5
          video 0:34–0:36 |                   TTT      |   2849 ms D2 R40 T2800 P2 A5
          video 0:36–0:38 |                      TTT   |   2849 ms D2 R40 T2800 P2 A5
        > video 0:38–0:40 |                         TTV|   2869 ms D2 R40 T2800 P2 A5
                                                                   V20
                                                             Usual D0* R40 T121 P2 A5
                                                                   V50*
          D before the player asked
          R asked, waiting for the answer
          T transfer
          P held by the page
          A taken in by the browser
          V until shown
          * (assumed)

        Share of the stall
          |TTTTTTTTTTTTTTTTTTTTTTTTTTTD|  T 98% D 2%

        What this rests on
        - The buffer ran dry: 0 ms left to play. [1141 1267 1270 1276]
        - Playback waited for the media segment 0:38–0:40 (video) from video.example.
          [1142 1143 1145 1284 1285 1286 1297]
        - 505 kB came in 2.8 s: 1.4 Mbit/s. [1142 1143 1145 1284 1285 1297]
        - The way from your home to the video service was not examined part by part, so
          every part of it stays possible.
    "#]]
    .assert_eq(&told(story));
}

#[test]
fn no_stall() {
    expect![[r#"
        0 stalls
    "#]]
    .assert_eq(&told(Story::new(10_000)));
}

#[test]
fn no_line_is_wider_than_the_page() {
    for segment in 5..9 {
        let story =
            Story::new(50_000).timing_allowed().slow_body(Video, segment, 12_345).fail(Audio, segment, 3);
        let text = told(story);
        let widest = text.lines().map(|line| line.chars().count()).max();
        assert!(widest <= Some(WIDTH), "{text}");
    }
}

#[test]
fn evidence_without_a_date_does_not_tell_one() {
    let inputs = Story::new(30_000).withhold(Video, 8, 12_000).tell().inputs;
    let bundle = Bundle::seal("test", inputs).without_date().unwrap();
    let told = |language| text(&bundle.report, &Words::for_language(language), unpainted);
    assert!(
        told("en").contains("\nWhen that was is not known: this evidence has no date.\n"),
        "{}",
        told("en")
    );
    assert!(told("de").contains("\nWann das war, ist nicht bekannt: Diese Belege haben kein Datum.\n"));
    for text in [told("en"), told("de")] {
        assert!(!text.contains("1970") && !text.contains("UTC"), "{text}");
    }
}

#[test]
fn dates() {
    for (seconds, expected) in [
        (0, "1970-01-01 00:00:00.000 UTC"),
        (-1, "1969-12-31 23:59:59.000 UTC"),
        (951_782_400, "2000-02-29 00:00:00.000 UTC"),
        (1_709_251_199, "2024-02-29 23:59:59.000 UTC"),
        (1_709_251_200, "2024-03-01 00:00:00.000 UTC"),
        (4_107_542_400, "2100-03-01 00:00:00.000 UTC"),
        (1_767_225_599, "2025-12-31 23:59:59.000 UTC"),
    ] {
        assert_eq!(utc(Wall(seconds * 1_000_000)), expected);
    }
}

#[test]
fn a_line_that_was_too_slow_from_the_first_byte() {
    let story = (0..20).fold(Story::new(9_000), |story, segment| story.slow_body(Video, segment, 2_600));
    expect![[r#"
        At 0:02, 0.7 s: slow transfer

        Playback stopped for 0.7 s: the data from video.example came too slowly.
        502 kB came in 2.6 s: 1.5 Mbit/s.
        Where it came from: can't tell between the player, your home network, your ISP,
        the networks in between, and the video service.
        What would tell them apart: how fast data comes from independent servers at the
        same moment; how quickly your router answers, at rest and now.

        2025-06-15 15:06:47.277 UTC to 2025-06-15 15:06:47.967 UTC
        In the video: 0:04

        Where the time went
        > video 0:04–0:06 |TTTTTTTTTTTTTTTTTTTTTTTTTTTV|   2669 ms D2 R40 T2600 P2 A5
                                                                   V20
                                                             Usual D0* R150* P50* A10*
                                                                   V50*
          D before the player asked
          R asked, waiting for the answer
          T transfer
          P held by the page
          A taken in by the browser
          V until shown
          * (assumed)

        Share of the stall
          |============================|  = 100%
          = no slower than usual, as far as known

        What this rests on
        - The buffer ran dry: 0 ms left to play. [286 404 407 413]
        - Playback waited for the media segment 0:04–0:06 (video) from video.example.
          [287 288 293 426 427 428 438]
        - 502 kB came in 2.6 s: 1.5 Mbit/s. [287 288 293 426 427 438]
        - 0.7 s of the stall would remain if every step had taken its usual time, as far
          as that is known. [287 288 293 426 427 438]
        - Without records of better times, a connection too slow and a quality too high
          can't be told apart.
        - The way from your home to the video service was not examined part by part, so
          every part of it stays possible.
    "#]]
    .assert_eq(&told(story));
}
