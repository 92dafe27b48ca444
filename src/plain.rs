//! A report as plain text of at most 80 columns: for terminals, bug reports, and the expected answers of tests.

use crate::event::Span;
use crate::time::Wall;
use crate::verdict::{Finding, Ledger, Part, Report, SegmentAccount, Stage, StageTime, Stall, UsualFrom};
use crate::wording::{self, Words};

/// Columns of the text.
const WIDTH: usize = 80;
/// Columns of the ledger's bars.
const BAR: usize = 28;
/// Facts listed with a finding.
const FACTS: usize = 8;
/// What no stage accounts for.
const UNEXPLAINED: char = '?';
/// What was no slower than usual.
const CHRONIC: char = '=';
/// Marks a default.
const ASSUMED: &str = "*";
/// Marks what was seen only a few times.
const FEW: &str = "~";

/// The last stall in full (a bundle is about that one), those before it in a line each. Letters of the bars go through
/// `paint`, for terminals that have colours; [`unpainted`] leaves them as they are.
pub fn text(report: &Report, words: &Words, paint: Paint) -> String {
    let Some((last, before)) = report.stalls.split_last() else {
        return words.count("stalls", 0, &[]) + "\n";
    };
    let mut page = Page::default();
    for stall in before {
        let values = [
            ("position", words.position(stall.began.media)),
            ("time", words.duration(stall.duration)),
            ("cause", wording::cause_in_short(&stall.cause, words)),
        ];
        let values = values.each_ref().map(|(name, value)| (*name, value.as_str()));
        page.paragraph("", &words.say("stall_line", &values));
    }
    if !before.is_empty() {
        page.line("");
    }
    stall(&mut page, last, words, paint);
    page.text
}

/// Gives a run of one letter its colour.
pub type Paint = fn(Option<Stage>, &str) -> String;

/// No colour.
pub fn unpainted(_: Option<Stage>, letters: &str) -> String {
    letters.to_owned()
}

fn stall(page: &mut Page, stall: &Stall, words: &Words, paint: Paint) {
    page.paragraph("", &wording::headline(stall, words));
    if let Some(clue) = wording::clue(stall, words) {
        page.paragraph("", &clue.to_string());
    }
    page.paragraph("", &wording::whereabouts(stall, words));
    for more in [
        wording::unchecked(stall, words),
        wording::would_decide(stall, words),
        wording::ending(stall, words),
        wording::not_observed(stall, words),
    ] {
        page.paragraph("", &more.unwrap_or_default());
    }
    let place = (words.say("card_position", &[]), words.position(stall.began.media));
    page.line("");
    if stall.began.wall.is_dated() {
        let ended = stall.ended.map(|ended| format!(" to {}", utc(ended.wall)));
        page.line(&format!("{}{}", utc(stall.began.wall), ended.unwrap_or_default()));
    } else {
        page.paragraph("", &words.say("date_unknown", &[]));
    }
    page.line(&format!("{}: {}", place.0, place.1));
    if !stall.ledger.segments.is_empty() {
        page.line("");
        page.line(&words.say("ledger_title", &[]));
        ledger(page, &stall.ledger, words, paint);
    }
    shares(page, &stall.ledger, words, paint);
    page.line("");
    page.line(&words.say("findings_title", &[]));
    for finding in &stall.findings {
        page.paragraph("- ", &(wording::finding(finding, words) + &facts(finding)));
    }
}

/// The inputs it rests on, by number.
fn facts(finding: &Finding) -> String {
    let mut listed: Vec<String> = finding.facts.iter().take(FACTS).map(u32::to_string).collect();
    if finding.facts.len() > FACTS {
        listed.push("...".to_owned());
    }
    if listed.is_empty() { String::new() } else { format!(" [{}]", listed.join(" ")) }
}

/// One line for each media segment: what it holds, when it was under way and in which stage, and the milliseconds. Those
/// that playback waited for are marked, and the usual milliseconds stand below theirs.
fn ledger(page: &mut Page, ledger: &Ledger, words: &Words, paint: Paint) {
    let segments = || ledger.segments.iter();
    let names: Vec<String> =
        segments().map(|account| name(account.track.id(), account.range, words)).collect();
    let widest = names.iter().map(|name| name.chars().count()).max().unwrap_or(0);
    let from = segments().map(|account| account.from).min().unwrap_or_default();
    let to = segments().map(|account| account.to).max().unwrap_or_default();
    let axis = Axis { from, length: (to - from).0.max(1) };
    for (account, name) in segments().zip(names) {
        let mark = if account.blocking { '>' } else { ' ' };
        let room = widest - name.chars().count();
        let total = account.elapsed.as_millis();
        let start = format!("{mark} {name}{:room$} |{}| {total:>6} ms ", "", axis.bar(account, paint));
        let columns = 2 + widest + 2 + BAR + 2 + total.to_string().len().max(6) + 4;
        page.columns(start, columns, &spent(account));
        let usual: Vec<String> = account.stages.iter().filter_map(usual).collect();
        if account.blocking && !usual.is_empty() {
            let label = words.say("ledger_usual", &[]);
            page.columns(format!("{label:>width$} ", width = columns - 1), columns, &usual);
        }
    }
    let shown =
        |stage: &Stage| segments().any(|account| account.stages.iter().any(|time| time.stage == *stage));
    for (stage, letter, key) in STAGES.into_iter().filter(|(stage, ..)| shown(stage)) {
        page.line(&format!("  {} {}", paint(Some(stage), &letter.to_string()), words.say(key, &[])));
    }
    if segments().any(|account| account.unexplained.as_millis() != 0) {
        page.line(&format!("  {UNEXPLAINED} {}", words.say("ledger_unexplained", &[])));
    }
    let from = |from: UsualFrom| {
        let usual = move |time: &StageTime| time.usual.is_some() && time.usual_from == from;
        segments().any(|account| account.blocking && account.stages.iter().any(usual))
    };
    let marks = [(UsualFrom::Few, "ledger_few", FEW), (UsualFrom::Default, "ledger_assumed", ASSUMED)];
    for (_, key, mark) in marks.into_iter().filter(|(usual, ..)| from(*usual)) {
        page.line(&format!("  {}", words.say(key, &[("time", mark)])));
    }
}

/// Who has which part of the stall, in a bar, and in per cent that add up to a hundred.
fn shares(page: &mut Page, ledger: &Ledger, words: &Words, paint: Paint) {
    let parts = ledger.percents();
    if parts.is_empty() {
        return;
    }
    let (mut bar, mut sum, mut drawn) = (String::new(), 0, 0);
    for (part, _, percent) in &parts {
        sum += usize::from(*percent);
        let end = sum * BAR / 100;
        let (stage, mark) = marked(*part);
        bar += &paint(stage, &mark.to_string().repeat(end.saturating_sub(drawn)));
        drawn = end;
    }
    page.line("");
    page.line(&words.say("shares_title", &[]));
    let percent = |count: &u8| words.say("percent", &[("count", &count.to_string())]);
    let items = parts.iter().map(|(part, _, count)| format!("{} {}", marked(*part).1, percent(count)));
    page.columns(format!("  |{bar}|  "), BAR + 6, &items.collect::<Vec<_>>());
    let rest = [(Part::Chronic, "shares_chronic"), (Part::Unexplained, "ledger_unexplained")];
    for (rest, key) in rest.into_iter().filter(|(rest, _)| parts.iter().any(|(part, ..)| part == rest)) {
        page.line(&format!("  {} {}", marked(rest).1, words.say(key, &[])));
    }
}

/// Its letter, and the stage if it is one.
fn marked(part: Part) -> (Option<Stage>, char) {
    match part {
        Part::Stage(stage) => (Some(stage), letter(stage)),
        Part::Chronic => (None, CHRONIC),
        Part::Unexplained => (None, UNEXPLAINED),
    }
}

/// In milliseconds, each with its stage's letter.
fn spent(account: &SegmentAccount) -> Vec<String> {
    let told = account.stages.iter().map(|time| format!("{}{}", letter(time.stage), time.spent.as_millis()));
    let rest = account.unexplained.as_millis();
    told.chain((rest != 0).then(|| format!("{UNEXPLAINED}{rest}"))).collect()
}

/// The usual milliseconds, marked where they are a default and nothing that was seen.
fn usual(time: &StageTime) -> Option<String> {
    let mark = match time.usual_from {
        UsualFrom::Default => ASSUMED,
        UsualFrom::Few => FEW,
        UsualFrom::Session | UsualFrom::None => "",
    };
    Some(format!("{}{}{mark}", letter(time.stage), time.usual?.as_millis()))
}

fn name(track: &str, range: Span, words: &Words) -> String {
    format!("{track} {}", words.range(range))
}

const STAGES: [(Stage, char, &str); 15] = [
    (Stage::Decide, 'D', "stage_decide"),
    (Stage::Failed, 'F', "stage_failed"),
    (Stage::Queue, 'Q', "stage_queue"),
    (Stage::Dns, 'N', "stage_dns"),
    (Stage::Connect, 'C', "stage_connect"),
    (Stage::Tls, 'S', "stage_tls"),
    (Stage::RoundTrip, 'I', "stage_round_trip"),
    (Stage::Edge, 'E', "stage_edge"),
    (Stage::Origin, 'O', "stage_origin"),
    (Stage::Wait, 'W', "stage_wait"),
    (Stage::Response, 'R', "stage_response"),
    (Stage::Transfer, 'T', "stage_transfer"),
    (Stage::Process, 'P', "stage_process"),
    (Stage::Append, 'A', "stage_append"),
    (Stage::Present, 'V', "stage_present"),
];

fn letter(stage: Stage) -> char {
    let of = STAGES.into_iter().find(|(other, ..)| *other == stage);
    of.map_or(UNEXPLAINED, |(_, letter, _)| letter)
}

struct Axis {
    from: Wall,
    length: i64,
}

impl Axis {
    fn column(&self, at: Wall) -> usize {
        let share = i128::from((at - self.from).0) * BAR as i128 / i128::from(self.length);
        usize::try_from(share).unwrap_or(0).min(BAR)
    }

    /// Each column has the letter of the stage that takes most of it; something under way has one column at least.
    fn bar(&self, account: &SegmentAccount, paint: Paint) -> String {
        let first = self.column(account.from).min(BAR - 1);
        let mut bar = " ".repeat(first);
        let (mut at, mut drawn) = (account.from, first);
        let longest = account.stages.iter().max_by_key(|time| time.spent);
        let brief = self.column(account.to) <= first;
        let stages = account.stages.iter().map(|time| (Some(time.stage), time.spent));
        for (stage, spent) in stages.chain([(None, account.unexplained)]) {
            at = at + spent;
            let end = if brief { drawn } else { self.column(at) };
            let letters = stage.map_or(UNEXPLAINED, letter).to_string();
            bar += &paint(stage, &letters.repeat(end.saturating_sub(drawn)));
            drawn = drawn.max(end);
        }
        if brief {
            let stage = longest.map(|time| time.stage);
            bar += &paint(stage, &stage.map_or(UNEXPLAINED, letter).to_string());
            drawn += 1;
        }
        bar + &" ".repeat(BAR.saturating_sub(drawn))
    }
}

/// Text under way.
#[derive(Default)]
struct Page {
    text: String,
}

impl Page {
    fn line(&mut self, line: &str) {
        self.text += line.replace('\u{a0}', " ").trim_end();
        self.text.push('\n');
    }

    /// Words wrapped at the right edge, but not between a number and its unit. Nothing at all if there are none.
    fn paragraph(&mut self, bullet: &str, text: &str) {
        let indent = bullet.chars().count();
        let mut line = bullet.to_owned();
        for word in text.split(' ').filter(|word| !word.is_empty()) {
            let length = line.chars().count();
            if length > indent && length + 1 + word.chars().count() > WIDTH {
                self.line(&line);
                line = " ".repeat(indent);
            } else if length > indent {
                line.push(' ');
            }
            line += word;
        }
        if line.len() > bullet.len() {
            self.line(&line);
        }
    }

    /// A start that takes so many columns on the screen, and items that go on below each other where it gets narrow.
    fn columns(&mut self, start: String, columns: usize, items: &[String]) {
        let (mut line, mut length) = (start, columns);
        for item in items {
            if length > columns && length + item.len() > WIDTH {
                self.line(&line);
                (line, length) = (" ".repeat(columns), columns);
            }
            line += item;
            line.push(' ');
            length += item.len() + 1;
        }
        self.line(&line);
    }
}

/// Date and time in the Gregorian calendar: 2026-11-28 10:42:16.123 UTC.
pub fn utc(at: Wall) -> String {
    let millis = at.0.div_euclid(1000);
    let (seconds, millis) = (millis.div_euclid(1000), millis.rem_euclid(1000));
    let (days, second) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    // Days to a civil date, with years that begin in March, so that leap days end them; eras of 400 years repeat.
    let days = days + 719_468;
    let (era, day) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let (month, carry) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
    let year = era * 400 + year + carry;
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}.{millis:03} UTC")
}

#[cfg(test)]
mod tests;
