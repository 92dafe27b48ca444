//! Nobody looks for a while, or what is told is old: a main thread or a machine that is busy, a tab hidden, a sleep.

use super::*;

#[test]
fn nothing_is_claimed_of_a_machine_asleep() {
    check(&[Play(4_000, 100), Sleep(600_000), Play(4_000, 100)], &[]);
    let story = [
        Play(4_000, 100),
        Lead(0),
        Stand(1_000),
        Sleep(600_000),
        Stand(1_000),
        Lead(2_000),
        Play(1_000, 100),
    ];
    let seen = stalls(&story);
    assert_eq!(seen[0], "Starved 4000+1000 Unseen");
}

#[test]
fn a_blocked_main_thread_is_no_stall_while_playback_goes_on() {
    check(&[Play(4_000, 100), Unseen(8_000, 8_000), Play(2_000, 100)], &[]);
}

#[test]
fn a_thread_blocked_for_longer_than_the_buffer_hides_when_it_ran_dry_but_not_that_it_did() {
    for blocked in [10_000, 30_000] {
        // 6 s to play when the thread was blocked.
        let story = [
            NoFrames,
            Play(4_000, 100),
            Unseen(blocked, 6_000),
            Look,
            Event(Moment::Waiting),
            Stand(200),
            Lead(2_000),
            Play(2_000, 100),
        ];
        check(&story, &[&format!("Starved 10000+{} Resumed", blocked - 5_800)]);
    }
}

/// Timers run once a second, or once a minute; no frame is shown.
#[test]
fn a_hidden_tab_is_no_stall() {
    for (every, times) in [(1_000, 30), (60_050, 3)] {
        let looks = (0..times).flat_map(|_| [Unseen(every, every), Look]);
        let story = [NoFrames, Play(2_000, 100), Lead(300_000)].into_iter().chain(looks);
        check(&story.chain([Play(2_000, 100)]).collect::<Vec<Act>>(), &[]);
    }
}

#[test]
fn a_frozen_tab_ends_what_is_known() {
    check(&[Play(4_000, 100), Freeze, Sleep(40_000), Play(4_000, 100)], &[]);
    let story =
        [Play(4_000, 100), Lead(0), Stand(1_000), Freeze, Sleep(9_000), Lead(9_000), Play(2_000, 100)];
    check(&story, &["Starved 4000+1000 Unseen"]);
}

/// Playback stood although it had something to play: so did the machine.
#[test]
fn a_short_sleep_is_no_stall() {
    check(&[Play(4_000, 100), Sleep(40_000), Stand(100), Play(4_000, 100)], &[]);
}

/// As Firefox played with a twentieth of a processor: a look in two seconds, and a grain of sound between two.
#[test]
fn a_machine_without_time_stalls_though_each_look_finds_it_a_little_further() {
    let starved = [Unseen(2_400, 21), Look, Unseen(2_600, 21), Look, Unseen(200, 160), Look];
    let story: Vec<Act> =
        [NoFrames, Play(4_000, 100)].into_iter().chain(starved).chain([Play(2_000, 100)]).collect();
    check(&story, &["Frozen 4000+5040 Resumed"]);
}

/// As Firefox went on with all of the processor: it tells little by little how far it has come, which was not far enough.
#[test]
fn what_old_positions_hide_is_found_when_they_are_new() {
    let late = [Stand(2_000), Unseen(3_100, 21), Look, Unseen(100, 1_322), Look, Unseen(240, 2_454), Look];
    let story: Vec<Act> =
        [NoFrames, Play(4_000, 100)].into_iter().chain(late).chain([Play(2_000, 100)]).collect();
    check(&story, &["Frozen 7797+1643 Resumed"]);
    // Sound went on all the time, as it turns out.
    let late =
        [Unseen(3_000, 21), Look, Unseen(100, 1_877), Look, Unseen(100, 1_020), Look, Unseen(100, 382), Look];
    let story: Vec<Act> =
        [NoFrames, Play(4_000, 100)].into_iter().chain(late).chain([Play(2_000, 100)]).collect();
    check(&story, &[]);
}

/// Firefox at first tells the position from before its main thread was blocked.
#[test]
fn an_old_position_is_no_stall() {
    for old in [0, 90] {
        let story =
            [Play(4_000, 100), Unseen(2_500, old), Look, Unseen(100, 2_600 - old), Look, Play(4_000, 100)];
        check(&story, &[]);
    }
}

#[test]
fn an_old_position_does_not_move_the_begin_of_a_stall() {
    let story = [
        NoFrames,
        Play(4_000, 100),
        Unseen(10_000, 0),
        Look,
        Unseen(40, 6_000),
        Event(Moment::Waiting),
        Stand(300),
        Lead(2_000),
        Play(2_000, 100),
    ];
    check(&story, &["Starved 10000+4340 Resumed"]);
}
