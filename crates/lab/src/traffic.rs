//! Of docs/accuracy.md what is about other traffic over the same line.

use crate::accuracy::{Mode, judged};
use crate::judge::Record;
use crate::least;
use crate::measure::{Judged, macro_mean, number, of_one, share, size};
use crate::table::Table;
use anyhow::Result;
use std::fmt::Write;

/// What else went over the same line.
#[derive(PartialEq)]
enum Traffic {
    None,
    Small,
    Large,
    Neighbour,
}

impl Traffic {
    fn of(record: &Record) -> Traffic {
        match record.scenario.as_str() {
            _ if record.neighbour => Traffic::Neighbour,
            "home-download" | "home-other-tab" => Traffic::Large,
            name if name.ends_with("elsewhere") => Traffic::Large,
            _ if record.pings => Traffic::Small,
            _ => Traffic::None,
        }
    }
}

/// Whether other traffic of the page helps.
pub fn told(page: &mut String, valid: &[&Record], checked: &[&Record]) -> Result<()> {
    writeln!(
        page,
        "\n## With and without other traffic\n\n\
         Other requests of the page: *large* ones are 300 kB a second from two other sites (scenarios whose name ends in\n\
         *elsewhere*; in *home-download* another device downloads, in *home-other-tab* another tab), *small* ones 2 kB every half\n\
         a second (`lab run --pings`), as pages with chat, counters or advertising make them. Beside *another device* the home's line\n\
         is full all the time of one download (`lab run --neighbour`), which by itself stops nothing; that a queue may be beyond what the\n\
         references share though others fill that a little, too, is by *interconnect-congested* of these.\n\
         \n\
         Passively there is a least: without the router's answer time home and access are never told apart, nor the networks in\n\
         between from the video's servers without another of them ([attribution](attribution.md#the-set)). Where everything else\n\
         is decided that is a mean of (1 + 1 + 2 + 2 + 3 + 3 + 3) / 7 = 2.14 zones; a server's own word, or that it answers other\n\
         requests meanwhile, goes below.\n\
         \n\
         These runs themselves have another. A rule that knows all of them and is wrong in none has to name, wherever the same was\n\
         found passively (the same cause, and the same kinds of findings), every zone that was the true one in any of those runs. On\n\
         average that is {} zones: with what is found today no rule gets below.\n",
        least::told(valid),
    )?;
    let mut table = Table::new(&["", "stalls", "in the set", "alone", "zones in the set"]);
    for (title, records, mode) in
        [("passively", valid, Mode::Passive), ("with a check", checked, Mode::Checked)]
    {
        for (what, traffic) in [
            ("none", Traffic::None),
            ("small", Traffic::Small),
            ("large", Traffic::Large),
            ("another device", Traffic::Neighbour),
        ] {
            let of: Vec<&Record> =
                records.iter().copied().filter(|record| Traffic::of(record) == traffic).collect();
            if of.is_empty() {
                continue;
            }
            let of = judged(&of, mode);
            table.row([
                format!("{title}, {what}"),
                of.len().to_string(),
                share(&of, Judged::inside),
                share(&of_one(&of), Judged::alone),
                number(macro_mean(&of_one(&of), size)),
            ]);
        }
    }
    write!(page, "{table}")?;
    Ok(())
}
