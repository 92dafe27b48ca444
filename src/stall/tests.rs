//! Each test is a playback told in a few lines, and the stalls that should be seen in it.

mod late;

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
    /// The buffer ends here, and goes on so far ahead.
    Hole(i64),
    /// Nobody looks for this long, and nothing moves.
    Sleep(i64),
    /// Nobody looks for this long; playback moves for so much of it.
    Unseen(i64, i64),
    /// It is paused, and the event is on its way.
    Pausing,
    /// A look now.
    Look,
    /// The rate, in thousandths, and its event.
    Rate(i32),
    /// The page says that there is no more than what is buffered.
    Complete,
    /// From now on frames are not reported.
    NoFrames,
    /// The browser stops the tab.
    Freeze,
}
use Act::{
    Complete, Event, Freeze, Hole, Jump, Lead, Look, NoFrames, Pausing, Play, Rate, Sleep, Stand, Touched,
    Unseen,
};

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
    rate: i32,
    frames: bool,
    paused: bool,
    seeking: bool,
    ended: bool,
    ready: u8,
}

impl Stage {
    fn new() -> Stage {
        let mut stage = Stage {
            detector: Detector::new(ElementId(0)),
            now: 0,
            position: 0,
            rate: 1000,
            frames: true,
            paused: false,
            seeking: false,
            ended: false,
            ready: 4,
        };
        stage.act(&Lead(10_000));
        stage
    }

    fn look(&mut self, why: Moment, gesture: bool) {
        self.detector.look(super::Look {
            at: Wall(self.now * 1000),
            fact: 0,
            why,
            position: MediaTime(self.position * 1000),
            rate: self.rate,
            paused: self.paused,
            seeking: self.seeking,
            ended: self.ended,
            ready: self.ready,
            gesture,
        });
    }

    fn run(&mut self, millis: i64, percent: i64) {
        let start = (self.now, self.position);
        for _ in 0..millis / 20 {
            self.now += 20;
            self.position = start.1 + (self.now - start.0) * percent / 100;
            if self.frames && self.now % 40 == 0 && percent > 0 {
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
            Moment::Waiting => self.ready = 2,
            Moment::Playing => self.ready = 4,
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
            Unseen(millis, moved) => {
                self.now += millis;
                self.position += moved;
            }
            Pausing => self.paused = true,
            Look => self.look(Moment::Sample, false),
            Rate(rate) => {
                self.rate = *rate;
                self.look(Moment::Ratechange, false);
            }
            Complete => self.detector.complete(true),
            NoFrames => self.frames = false,
            Freeze => self.detector.unseen_from(Wall(self.now * 1000)),
            Hole(millis) => {
                let span = |from: i64, to: i64| {
                    let [start, end] = [from, to].map(|at| MediaTime((self.position + at) * 1000));
                    Span { start, end }
                };
                let spans = [span(-5_000, 0), span(*millis, millis + 5_000)];
                self.detector.buffered(Wall(self.now * 1000), 0, &spans);
            }
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

/// As recorded in Firefox, whose decoder was two seconds behind when the sound had come to its end.
#[test]
fn where_there_is_no_more_to_come_nothing_is_missing() {
    let story = [Complete, Play(9_900, 100), Stand(2_000), Event(Moment::Ended)];
    check(&story, &["Frozen 9880+2020 Resumed"]);
    // Who pauses there does not wait for more.
    let story = [Complete, Play(9_900, 100), Stand(2_000), Event(Moment::Pause), Stand(2_000)];
    check(&story, &["Frozen 9880+2020 Viewer"]);
}

#[test]
fn a_hole_before_the_last_of_it_is_still_one() {
    let story = [Complete, Play(4_000, 100), Hole(2_000), Stand(1_000), Lead(9_000), Play(1_000, 100)];
    check(&story, &["Starved 4000+1040 Resumed"]);
}

/// The data that ends a short stall comes just before it is long enough to be one.
#[test]
fn what_comes_while_it_stands_was_not_there_when_it_stopped() {
    let story = [Play(4_000, 100), Lead(0), Stand(180), Lead(4_000), Stand(60), Play(2_000, 100)];
    check(&story, &["Starved 4000+280 Resumed"]);
}

#[test]
fn a_stall_under_way_is_known_before_it_ends() {
    check(&[Play(4_000, 100), Lead(0), Stand(400)], &["Starved 4000 open"]);
}

/// As recorded with hls.js in Chromium, where a picture was too large for the machine: each nudge made the decoder begin anew.
#[test]
fn a_decoder_that_is_nudged_at_once_stands_for_as_long_as_it_takes_to_begin_anew() {
    let nudge = |millis: i64| {
        use Moment::{Playing, Seeked, Seeking, Waiting};
        [
            Event(Waiting),
            Jump(100),
            Event(Seeking),
            Stand(millis),
            Event(Seeked),
            Event(Playing),
            Play(400, 100),
        ]
    };
    let story = [Play(4_000, 100)].into_iter().chain(nudge(1_400)).chain(nudge(5_000));
    check(&story.collect::<Vec<_>>(), &["Frozen 4000+1440 Resumed", "Frozen 5800+5040 Resumed"]);
    // Who can play on and is moved on is not helped.
    let story = [
        Play(4_000, 100),
        Jump(100),
        Event(Moment::Seeking),
        Stand(1_400),
        Event(Moment::Seeked),
        Play(400, 100),
    ];
    check(&story, &[]);
}

#[test]
fn less_than_five_frames_is_no_stall() {
    check(&[Play(4_000, 100), Stand(140), Play(2_000, 100)], &[]);
}

/// As recorded in Chromium on a busy machine: the position stood for longer than the pictures did.
#[test]
fn what_frames_show_to_be_shorter_is_no_stall() {
    let mut detector = Detector::new(ElementId(0));
    let look = |at: i64, position: i64| super::Look {
        at: Wall(at * 1_000),
        fact: 0,
        why: Moment::Sample,
        position: MediaTime(position),
        rate: 1_000,
        paused: false,
        seeking: false,
        ended: false,
        ready: 4,
        gesture: false,
    };
    let looks =
        [(-178, 12_977_726), (-74, 13_060_770), (27, 13_083_333), (154, 13_086_967), (295, 13_230_751)];
    for (at, position) in looks {
        detector.look(look(at, position));
    }
    assert_eq!(detector.finished().count(), 1);
    for (at, position) in [(-103, 13_041_666), (0, 13_166_666), (100, 13_208_333), (339, 13_250_000)] {
        detector.frame(Wall(at * 1_000), MediaTime(position));
    }
    assert_eq!(detector.finished().count(), 0);
    assert_eq!(detector.finished_after(Wall::MIN), None);
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

/// Jumps the page makes by `by` milliseconds, after as much time in which playback moves by `played`.
fn jumps(times: usize, every: i64, played: i64, by: i64) -> Vec<Act> {
    (0..times)
        .flat_map(|_| {
            [
                Jump(by),
                Event(Moment::Seeking),
                Stand(every - played),
                Event(Moment::Seeked),
                Play(played, 100),
            ]
        })
        .collect()
}

fn stormy(jumps: Vec<Act>) -> Vec<Act> {
    [vec![Play(4_000, 100)], jumps, vec![Play(3_000, 100)]].into_iter().flatten().collect()
}

#[test]
fn jumps_on_the_spot_are_one_stall_from_the_first_to_the_last() {
    check(&stormy(jumps(10, 200, 0, 0)), &["Frozen 4000+2040 Resumed"]);
    // What little moves in between is jumped back over.
    check(&stormy(jumps(10, 200, 60, -60)), &["Frozen 4000+1960 Resumed"]);
}

#[test]
fn jumps_that_are_few_far_apart_or_lead_elsewhere_are_no_stall() {
    check(&stormy(jumps(4, 200, 0, 0)), &[]);
    check(&stormy(jumps(10, 1_200, 800, -100)), &[]);
    // Searched for in small steps, without a touch that this page could see.
    check(&stormy(jumps(10, 100, 0, 400)), &[]);
    // A stretch that is played again and again.
    check(&stormy(jumps(10, 800, 700, -700)), &[]);
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
    let story = [Play(4_000, 100), Lead(0), Stand(1_000), Jump(40_000), Touched(Moment::Seeking)];
    check(&story, &["Starved 4000+1000 Viewer"]);
}

#[test]
fn a_pause_is_no_stall() {
    for by in [Touched as fn(Moment) -> Act, Event] {
        let story = [Play(4_000, 100), by(Moment::Pause), Stand(9_000), by(Moment::Play), Play(2_000, 100)];
        check(&story, &[]);
    }
}

#[test]
fn pausing_ends_a_stall() {
    let dry = [Play(4_000, 100), Lead(0), Stand(1_000), Touched(Moment::Pause)];
    check(&dry, &["Starved 4000+1000 Viewer"]);
    // A look just before the event does not say who it was.
    for (next, ends) in [(Event(Moment::Pause), "3000 Viewer"), (Stand(2_000), "3100 Page")] {
        check(&[Play(4_000, 100), Stand(3_000), Pausing, Look, next], &[&format!("Frozen 4000+{ends}")]);
    }
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
fn a_new_source_starts_over() {
    check(&[Play(4_000, 100), Event(Moment::Emptied), Stand(4_000), Play(1_000, 100)], &[]);
}

/// Shaka sets the rate to 0 while it buffers, with half a second still to play.
#[test]
fn a_rate_of_zero_on_a_low_buffer_is_buffering() {
    let story = [
        Play(4_000, 100),
        Lead(500),
        Rate(0),
        Stand(2_000),
        Lead(3_000),
        Stand(200),
        Rate(1000),
        Play(2_000, 100),
    ];
    check(&story, &["Starved 4000+2240 Resumed"]);
}

#[test]
fn a_rate_of_zero_with_enough_to_play_is_someones_wish() {
    check(&[Play(4_000, 100), Rate(0), Stand(5_000), Rate(1000), Play(2_000, 100)], &[]);
}

#[test]
fn another_rate_is_no_stall() {
    check(&[Play(4_000, 100), Rate(500), Play(4_000, 50), Rate(2000), Play(4_000, 200)], &[]);
}

#[test]
fn a_loop_is_no_stall() {
    let with_events = [Jump(-4_000), Event(Moment::Seeking), Stand(300), Event(Moment::Seeked)];
    let story = |round: Vec<Act>| {
        let mut story = vec![Play(4_000, 100), Stand(100)];
        story.extend(round);
        story.push(Play(4_000, 100));
        story
    };
    check(&story(Vec::from(with_events)), &[]);
    // Where the browser starts over without a seek.
    check(&story(vec![Jump(-4_000), Look, Stand(200)]), &[]);
}

#[test]
fn sound_alone_has_no_frames_and_has_stalls() {
    let story = [NoFrames, Play(4_000, 100), Lead(0), Stand(3_000), Lead(2_000), Play(2_000, 100)];
    check(&story, &["Starved 4000+3000 Resumed"]);
}

#[test]
fn a_jump_over_a_gap_is_neither_a_stall_nor_a_start() {
    let jump = || [Play(4_000, 100), Lead(0), Jump(900), Event(Moment::Seeking), Event(Moment::Seeked)];
    let story = |rest: Vec<Act>| jump().into_iter().chain(rest).collect::<Vec<Act>>();
    check(&story(vec![Lead(5_000), Play(3_000, 100)]), &[]);
    // The wait that comes after it is one, though.
    let waits = story(vec![Stand(3_000), Lead(5_000), Play(2_000, 100)]);
    check(&waits, &["Starved 4000+3040 Resumed"]);
}
