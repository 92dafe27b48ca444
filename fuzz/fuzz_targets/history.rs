//! What is asked of a history, a line of JSON, and the sums of its hours, whatever comes after it: as the stats page hands them
//! over. A database may be spoilt, and a file that was read in a stranger's.
#![no_main]

use libfuzzer_sys::fuzz_target;
use whystall::history::{Hour, Question, answer};
use whystall::read::json;

fuzz_target!(|data: &[u8]| {
    let text = String::from_utf8_lossy(data);
    let (question, hours) = text.split_once('\n').unwrap_or(("{}", &text));
    let (Ok(question), Ok(hours)) = (json::<Question>(question), json::<Vec<Hour>>(hours)) else { return };
    let told = answer(&hours, &question);
    serde_json::to_vec(&told).unwrap();
    // Each stall that is told of is of one set, and of each zone of it.
    let stalls = told.sets.iter().fold(0_u32, |sum, set| sum.saturating_add(set.stalls));
    assert_eq!(stalls, told.figures.sum.stalls);
    assert!(told.zones.iter().all(|zone| zone.alone.saturating_add(zone.possible) <= stalls));
    assert!(told.days.is_sorted_by(|a, b| a.day < b.day));
});
