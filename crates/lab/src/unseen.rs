//! Of docs/accuracy.md whether the rules do as well where nobody looked when they were made.

use crate::accuracy::{Mode, judged};
use crate::judge::Record;
use crate::measure::{Judged, macro_mean, mean, number, of_one, share, size};
use crate::table::Table;
use anyhow::Result;
use std::fmt::Write;

/// The seed of the runs that rules were mended by.
const LOOKED_AT: u64 = 1;
/// And scenarios of later seeds.
const LOOKED_AT_TOO: [(&str, u64); 29] = [
    ("access-evening", 3),
    ("access-evening", 8),
    ("access-evening", 9),
    ("access-policer", 8),
    ("access-policer", 9),
    ("edge-and-access-alike", 3),
    ("edge-dead-failover", 3),
    ("edge-errors", 3),
    ("edge-resets", 3),
    ("edge-resets", 4),
    ("edge-slow-first-byte-lossy-wifi", 6),
    ("edge-slow-advertising", 5),
    ("home-and-origin", 3),
    ("home-and-origin", 5),
    ("home-wifi-burst-loss", 3),
    ("home-wifi-gap", 3),
    ("home-wifi-gap", 5),
    ("home-wifi-rate", 6),
    ("interconnect-congested", 6),
    ("interconnect-lossy", 3),
    ("interconnect-lossy", 4),
    ("origin-slow", 9),
    ("origin-slow-licence", 8),
    ("origin-slow-live", 3),
    ("origin-slow-told", 8),
    ("player-skipped-segment", 3),
    ("player-skipped-segment", 8),
    ("player-skipped-segment", 9),
    ("player-small-buffer", 8),
];

/// Seeds of passes over the scenarios in random order, none left out.
const PASSES: [u64; 3] = [6, 8, 9];

fn looked_at(record: &Record) -> bool {
    record.seed == LOOKED_AT
        || record.pings
        || record.neighbour
        || LOOKED_AT_TOO.contains(&(record.scenario.as_str(), record.seed))
}

/// The stalls with a check, apart by whether a rule was made by them; and those of one pass.
pub fn told(page: &mut String, checked: &[&Record]) -> Result<()> {
    let [first, second, third] = PASSES;
    writeln!(
        page,
        "\n## Runs that no rule was made by\n\n\
         Rules were mended by what went wrong in runs of seed {LOOKED_AT}, one by a run of seed 2 (packets that Wi-Fi lost looked like a\n\
         queue behind the router, and with the viewer's answer the provider stood alone), those about lost packets by runs of\n\
         *home-wifi-burst-loss* and *interconnect-lossy* of seeds 3 and 4, those about a server that fails, is silent, or answers\n\
         other requests by runs of *edge-errors*, *edge-resets*, *edge-dead-failover* and *origin-slow-live* of these seeds, those\n\
         about what was over before it was looked for by *home-wifi-gap* (where the origin was blamed), that slow bodies explain\n\
         no late answer by *home-and-origin* of seed 5 (where the origin was ruled out), and those about answers of other sites\n\
         and about silence by runs with small requests (in *interconnect-lossy*, Chromium, two lost answers looked like a silent\n\
         server, and the truth was ruled out). Four narrowed what was right and wide in *home-wifi-rate*,\n\
         *interconnect-congested* and *edge-slow-first-byte-lossy-wifi* of seed 6 and *edge-slow-advertising* of seed 5. Those of\n\
         what is told late, and of a device that is busy while it waits, are by runs of *device-processor-quota* in Firefox that\n\
         do not count. In *origin-slow-told* of seed 8 a server's word on one of two answers made the verdict wider, and licences have\n\
         their own server asked since their runs of seed 8. That a player keeps too little ahead, and that what has come is not\n\
         played on, is told since *player-small-buffer* of seed 8, which had looked like a slow line from its second stall on.\n\
         Answers at rest are asked for three times since *access-policer* of seeds 8 and 9, and a body that does not come is no lost\n\
         answer since *origin-slow* of seed 9, whose stalls too short for bodies also made the check's questions to the late server\n\
         count like the page's own. That answers which become longer and shorter together wait in one queue is by *access-evening* of\n\
         seeds 3, 8 and 9, that a queue has to be long enough for what it is to explain by *edge-and-access-alike* and *home-and-origin* of\n\
         seed 3, and that a busy device makes everybody late at one moment by a shorter stall of *access-policer* of seed 9. That a queue\n\
         that others fill is no slow line is by *edge-throttled-beside-download* of seed 1; *home-download* and *home-other-tab* of all\n\
         seeds were made once more since, for their check had fetched no bodies through such a queue. What the player left out is told\n\
         from what the stream lacks since *player-skipped-segment* of all seeds, made once more since, for its page had read no\n\
         playlist; and what a busy device holds up is no queue since runs as *edge-throttled-busy-device* with half as much of a\n\
         processor. The others were made afterwards: the same scenarios, with other random losses and delays, on other\n\
         machines. By what they showed no rule was changed.\n\
         \n\
         Of seeds 3, {second} and {third} every scenario was run in both browsers: `cargo xtask lab run --all --check --kept --from 3`, and\n\
         `--seeds 2 --from {second}`, find nothing left to make, and judge all. Seeds {first}, {second} and {third} were run in random order,\n\
         {first} as far as time allowed. Many of the other runs were measured by a check that\n\
         began later. While the last of seed {second} and the first 78 of seed {third} were run, programs were compiled on the same two\n\
         processors, with what time was left over: answers vary more for it, most in Firefox, and more verdicts stay wide.\n\
         *edge-stale-playlist* and *origin-unpublished* of both seeds were made once more\n\
         when the check had learnt to ask for the playlist beside. All runs of *origin* scenarios, *edge-stale-playlist* and\n\
         *edge-slow-advertising* of seeds before 7 were, too, whatever they had shown: their check had not asked a late server before\n\
         playback stopped, nor the licence's own, nor for the playlist beside.\n"
    )?;
    let head = ["", "stalls", "in the set", "alone", "zones in the set", "innocent network alone", "Brier"];
    let mut table = Table::new(&head);
    let (seen, unseen): (Vec<&Record>, Vec<&Record>) =
        checked.iter().copied().partition(|record| looked_at(record));
    let mut rows = vec![
        ("looked at".to_owned(), seen, Mode::Checked),
        ("not looked at".to_owned(), unseen, Mode::Checked),
    ];
    for pass in PASSES {
        let of: Vec<&Record> = checked.iter().copied().filter(|record| record.seed == pass).collect();
        rows.push((format!("seed {pass}"), of.clone(), Mode::Checked));
        rows.push((format!("seed {pass}, with the answer"), of, Mode::Answered));
    }
    for (what, records, mode) in rows {
        let of = judged(&records, mode);
        if of.is_empty() {
            continue;
        }
        table.row([
            what,
            of.len().to_string(),
            share(&of, Judged::inside),
            share(&of_one(&of), Judged::alone),
            number(macro_mean(&of_one(&of), size)),
            share(&of, Judged::accuses),
            number(mean(of_one(&of).iter().map(Judged::brier))),
        ]);
    }
    write!(page, "{table}")?;
    Ok(())
}
