//! Figures as text of at most 80 columns.

use super::{Stats, Sum, ranked};
use crate::row::id;
use std::fmt::Write;
use whystall::plain::utc;
use whystall::time::Micros;
use whystall::wording::{Words, cause_in_short};

/// Lines of a list.
const LISTED: usize = 15;
/// Columns of an hour's bar.
const BAR: u64 = 40;

/// The headline figures.
pub fn text(stats: &Stats) -> String {
    let mut page = Page { words: Words::for_language("en"), text: String::new() };
    if stats.all.stalls == 0 {
        return "No stalls.\n".to_owned();
    }
    let period = stats.period.map(|(first, last)| format!(" from {} to {}", minute(first), minute(last)));
    page.line(&format!("{}{}.", stalls(stats.all.stalls), period.unwrap_or_default()));
    let (all, longest) = (page.time(stats.all.duration), page.time(stats.longest));
    page.line(&format!("Playback stood for {all} in all, at most for {longest} at a time."));
    let left_out =
        [(stats.copies, "copies of others"), (stats.empty, "without a stall"), (stats.failed, "no good")];
    let left_out: Vec<String> = left_out
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| format!("{count} {what}"))
        .collect();
    if !left_out.is_empty() {
        page.line(&format!("Files not counted: {}.", left_out.join(", ")));
    }
    page.zones(stats);
    let words = Words::for_language("en");
    page.list("Cause", &stats.causes, |cause| format!("{cause}: {}", cause_in_short(cause, &words)));
    page.list(
        "Server",
        &stats.hosts,
        |host| if host.is_empty() { "not known".to_owned() } else { host.to_owned() },
    );
    page.hours(stats);
    page.text
}

struct Page {
    words: Words,
    text: String,
}

impl Page {
    fn line(&mut self, line: &str) {
        let _ = writeln!(self.text, "{}", line.trim_end());
    }

    fn time(&self, time: Micros) -> String {
        if time == Micros::ZERO { "-".to_owned() } else { self.words.duration(time).replace('\u{a0}', " ") }
    }

    fn zones(&mut self, stats: &Stats) {
        self.line("\nWhere they can have come from: stalls, and their time");
        self.line(&columns("", ["possible", "alone", "ruled out", "measured", "believed"]));
        for (zone, of) in &stats.zones {
            let times = [of.direct, of.believed].map(|time| self.time(time));
            let [direct, believed] = &times;
            let counts = [of.possible, of.alone, of.cleared].map(|count| count.to_string());
            let [possible, alone, cleared] = &counts;
            self.line(&columns(&id(zone), [possible, alone, cleared, direct, believed]));
        }
        let rest = [
            ("in several zones that nothing tells apart", stats.undivided),
            ("no slower than usual", stats.chronic),
            ("not accounted for", stats.unexplained),
        ];
        for (what, time) in rest.into_iter().filter(|(_, time)| *time != Micros::ZERO) {
            self.line(&format!("  {what:58}{:>20}", self.time(time)));
        }
    }

    fn list(
        &mut self,
        title: &str,
        of: &std::collections::BTreeMap<String, Sum>,
        name: impl Fn(&str) -> String,
    ) {
        self.line(&format!("\n{title:56}{:>9}{:>15}", "stalls", "time"));
        let all = ranked(of);
        for (key, sum) in all.iter().take(LISTED) {
            self.line(&format!("  {:54}{:>9}{:>15}", short(&name(key)), sum.stalls, self.time(sum.duration)));
        }
        if let Some(more) = all.len().checked_sub(LISTED).filter(|more| *more > 0) {
            self.line(&format!("  and {more} more (--json has all)"));
        }
    }

    fn hours(&mut self, stats: &Stats) {
        self.line("\nHour of the day (UTC)");
        if stats.undated > 0 {
            self.line(&format!("  not counted: {} of evidence without a date", stalls(stats.undated)));
        }
        let most = stats.hours.values().map(|sum| sum.stalls).max().unwrap_or(1);
        for hour in 0..24 {
            let sum = stats.hours.get(&hour).copied().unwrap_or_default();
            let bar = "#".repeat((sum.stalls * BAR).div_ceil(most) as usize);
            self.line(&format!("  {hour:02} {bar:width$} {}", sum.stalls, width = BAR as usize));
        }
    }
}

fn columns(name: &str, [possible, alone, cleared, direct, believed]: [&str; 5]) -> String {
    format!("  {name:16}{possible:>10}{alone:>10}{cleared:>12}{direct:>15}{believed:>15}")
}

fn stalls(count: u64) -> String {
    if count == 1 { "1 stall".to_owned() } else { format!("{count} stalls") }
}

/// To the minute.
fn minute(at: whystall::time::Wall) -> String {
    format!("{} UTC", utc(at).chars().take("2026-11-28 12:00".len()).collect::<String>())
}

/// Cut to the column it is in.
fn short(name: &str) -> String {
    const WIDTH: usize = 52;
    if name.chars().count() <= WIDTH {
        return name.to_owned();
    }
    name.chars().take(WIDTH - 1).collect::<String>() + "\u{2026}"
}
