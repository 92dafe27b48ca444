//! Each test is a playback told in a few lines, and the stalls that should be seen in it.

use super::*;

/// What happens to the element, in order. Times in milliseconds.
enum Act {
    /// Playback moves at this percentage of its rate for this long.
    Play(i64, i64),
    /// It stands for this long.
    Stand(i64),
    /// An event, at the position it has.
    Event(Moment),
    /// An event within a second of the viewer's touch.
    Touched(Moment),
    /// `currentTime` is set, by so much.
    Jump(i64),
    /// The buffer reaches this far ahead.
    Lead(i64),
    /// Nobody looks for this long.
    Sleep(i64),
}
use Act::*;

/// Plays the story with a look every 100 ms and a frame every 40 ms, and tells the stalls as
/// `kind began+duration ending`, in milliseconds of story time.
fn stalls(story: &[Act]) -> Vec<String> {
    let mut stage = Stage::new();
    for act in story {
        stage.act(act);
    }
    let finished = stage.detector.finished().map(|stall| {
        let (end, ending) = stall.ended.expect("finished");
        let length = (end.wall - stall.began.wall).as_millis();
        format!("{:?} {}+{} {:?}", stall.kind, stall.began.wall.0 / 1000, length, ending)
    });
    let open =
        stage.detector.open().map(|stall| format!("{:?} {} open", stall.kind, stall.began.wall.0 / 1000));
    finished.chain(open).collect()
}

struct Stage {
    detector: Detector,
    now: i64,
    position: i64,
    paused: bool,
    seeking: bool,
    ended: bool,
}

impl Stage {
    fn new() -> Stage {
        let mut stage = Stage {
            detector: Detector::new(ElementId(0)),
            now: 0,
            position: 0,
            paused: false,
            seeking: false,
            ended: false,
        };
        stage.act(&Lead(10_000));
        stage
    }

    fn look(&mut self, why: Moment, gesture: bool) {
        self.detector.look(Look {
            at: Wall(self.now * 1000),
            fact: 0,
            why,
            position: MediaTime(self.position * 1000),
            rate: 1000,
            paused: self.paused,
            seeking: self.seeking,
            ended: self.ended,
            gesture,
        });
    }

    fn run(&mut self, millis: i64, percent: i64) {
        let start = (self.now, self.position);
        for _ in 0..millis / 20 {
            self.now += 20;
            self.position = start.1 + (self.now - start.0) * percent / 100;
            if self.now % 40 == 0 && percent > 0 {
                self.detector.frame(Wall(self.now * 1000), MediaTime(self.position * 1000));
            }
            if self.now % 100 == 0 {
                self.look(Moment::Sample, false);
            }
        }
    }

    fn event(&mut self, moment: Moment, gesture: bool) {
        match moment {
            Moment::Pause => self.paused = true,
            Moment::Play => self.paused = false,
            Moment::Seeking => self.seeking = true,
            Moment::Seeked => self.seeking = false,
            Moment::Ended => self.ended = true,
            _ => {}
        }
        self.look(moment, gesture);
    }

    fn act(&mut self, act: &Act) {
        match act {
            Play(millis, percent) => self.run(*millis, *percent),
            Stand(millis) => self.run(*millis, 0),
            Event(moment) => self.event(*moment, false),
            Touched(moment) => self.event(*moment, true),
            Jump(by) => self.position += by,
            Sleep(millis) => self.now += millis,
            Lead(millis) => {
                let start = MediaTime((self.position - 5_000) * 1000);
                let end = MediaTime((self.position + millis) * 1000);
                self.detector.buffered(Wall(self.now * 1000), 0, &[Span { start, end }]);
            }
        }
    }
}

#[track_caller]
fn check(story: &[Act], expected: &[&str]) {
    assert_eq!(stalls(story), expected);
}

#[test]
fn healthy_playback_has_no_stall() {
    check(&[Play(60_000, 100)], &[]);
}

#[test]
fn start_up_is_no_stall() {
    check(&[Event(Moment::Play), Stand(8_000), Play(2_000, 100)], &[]);
}

#[test]
fn a_dry_buffer_is_a_starved_stall_from_last_frame_to_first() {
    let story =
        [Play(4_000, 100), Lead(0), Event(Moment::Waiting), Stand(3_000), Lead(2_000), Play(2_000, 100)];
    check(&story, &["Starved 4000+3040 Resumed"]);
}

#[test]
fn a_stop_with_data_ahead_is_frozen() {
    check(&[Play(4_000, 100), Stand(1_000), Play(2_000, 100)], &["Frozen 4000+1040 Resumed"]);
}

#[test]
fn a_stall_under_way_is_known_before_it_ends() {
    check(&[Play(4_000, 100), Lead(0), Stand(400)], &["Starved 4000 open"]);
}

#[test]
fn less_than_five_frames_is_no_stall() {
    check(&[Play(4_000, 100), Stand(140), Play(2_000, 100)], &[]);
}

#[test]
fn a_players_nudge_neither_ends_nor_splits_a_stall() {
    let story = [
        Play(4_000, 100),
        Lead(0),
        Stand(1_000),
        Jump(100),
        Event(Moment::Seeking),
        Event(Moment::Seeked),
        Stand(1_000),
        Lead(2_000),
        Play(1_000, 100),
    ];
    check(&story, &["Starved 4000+2040 Resumed"]);
}

#[test]
fn a_seek_is_no_stall_however_long_it_takes() {
    let story = [
        Play(4_000, 100),
        Jump(40_000),
        Touched(Moment::Seeking),
        Stand(5_000),
        Event(Moment::Seeked),
        Stand(1_000),
        Play(1_000, 100),
    ];
    check(&story, &[]);
}

#[test]
fn seeking_away_ends_a_stall() {
    let story =
        [Play(4_000, 100), Lead(0), Stand(1_000), Jump(40_000), Touched(Moment::Seeking), Stand(5_000)];
    check(&story, &["Starved 4000+1000 Viewer"]);
}

#[test]
fn a_pause_is_no_stall() {
    check(
        &[Play(4_000, 100), Touched(Moment::Pause), Stand(9_000), Touched(Moment::Play), Play(2_000, 100)],
        &[],
    );
    check(
        &[Play(4_000, 100), Event(Moment::Pause), Stand(9_000), Event(Moment::Play), Play(2_000, 100)],
        &[],
    );
}

#[test]
fn pausing_ends_a_stall() {
    let story = [Play(4_000, 100), Lead(0), Stand(1_000), Touched(Moment::Pause), Stand(2_000)];
    check(&story, &["Starved 4000+1000 Viewer"]);
}

#[test]
fn a_pause_by_the_page_on_a_dry_buffer_is_buffering() {
    let story = [
        Play(4_000, 100),
        Lead(0),
        Event(Moment::Pause),
        Stand(2_000),
        Lead(1_500),
        Event(Moment::Play),
        Play(2_000, 100),
    ];
    check(&story, &["Starved 4000+2040 Resumed"]);
}

#[test]
fn resuming_into_an_empty_buffer_is_a_stall_from_the_press_on() {
    let story = [
        Play(4_000, 100),
        Touched(Moment::Pause),
        Lead(0),
        Stand(4_000),
        Touched(Moment::Play),
        Stand(3_000),
        Lead(2_000),
        Play(1_000, 100),
    ];
    check(&story, &["Starved 8000+3040 Resumed"]);
}

#[test]
fn the_end_is_no_stall() {
    check(&[Play(4_000, 100), Lead(0), Event(Moment::Ended), Stand(3_000)], &[]);
}

#[test]
fn crawling_is_slow_motion_and_ends_when_it_runs_again() {
    let seen = stalls(&[Play(4_000, 100), Play(6_000, 30), Play(6_000, 100)]);
    assert_eq!(seen.len(), 1, "{seen:?}");
    assert!(seen[0].starts_with("SlowMotion") && seen[0].ends_with("Resumed"), "{seen:?}");
}

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
fn a_new_source_starts_over() {
    check(&[Play(4_000, 100), Event(Moment::Emptied), Stand(4_000), Play(1_000, 100)], &[]);
}
