//! Recorded evidence, and what is to be said of it.
//!
//! Each folder `tests/replay/CAUSE/CASE` holds `bundle.whystall`, recorded in a real browser, and `expected.txt`, the verdict in
//! plain text. The bundle must verify, and its replay must read as expected. `UPDATE_EXPECT=1` writes anew what is
//! expected, and seals bundles anew whose inputs are good but whose verdict the rules have since changed: read the diff.
//! Where the laboratory made it, `truth.txt` has the zone of the fault, which no update changes.
#![allow(clippy::unwrap_used)]

mod recordings;

use std::fs;
use std::path::Path;
use whystall::bundle::{Bundle, BundleError};
use whystall::plain;
use whystall::verdict::Zone;
use whystall::wording::Words;

/// What is wrong with a recording; with `update`, mends what it expects.
fn check(folder: &Path, update: bool) -> Result<(), String> {
    let (evidence, expected) = (folder.join("bundle.whystall"), folder.join("expected.txt"));
    let bytes = fs::read(&evidence).map_err(|error| format!("{}: {error}", evidence.display()))?;
    let fault = |error: BundleError| format!("{}: {error}", evidence.display());
    let parsed = Bundle::parse(&bytes).and_then(|bundle| bundle.verify().map(|_| bundle));
    let anew = if update && parsed.is_err() { Bundle::rejudge(&bytes).ok() } else { None };
    let bundle = match anew {
        Some(bundle) => {
            fs::write(&evidence, bundle.to_bytes()).unwrap();
            bundle
        }
        None => parsed.map_err(fault)?,
    };
    check_cause(folder, &bundle)?;
    check_truth(folder, &bundle)?;
    let text = plain::text(&bundle.report, &Words::for_language("en"), plain::unpainted);
    if update {
        fs::write(&expected, &text).unwrap();
    }
    let wanted = fs::read_to_string(&expected).map_err(|error| format!("{}: {error}", expected.display()))?;
    if text == wanted {
        return Ok(());
    }
    Err(format!("{}: the replay reads otherwise (UPDATE_EXPECT=1 accepts it):\n{text}", expected.display()))
}

/// It lies with the others of its cause, where who changes that one looks for it.
fn check_cause(folder: &Path, bundle: &Bundle) -> Result<(), String> {
    let of = folder.parent().and_then(Path::file_name).unwrap_or_default().to_string_lossy();
    match bundle.report.stalls.last() {
        Some(stall) if stall.cause != of => {
            Err(format!("{}: the cause is {} now: move it there", folder.display(), stall.cause))
        }
        _ => Ok(()),
    }
}

/// The true zone is in the set, or not, where that is known: `edge`, or `edge (missed)`.
fn check_truth(folder: &Path, bundle: &Bundle) -> Result<(), String> {
    let file = folder.join("truth.txt");
    let Ok(text) = fs::read_to_string(&file) else { return Ok(()) };
    let (zone, missed) = match text.trim().strip_suffix(" (missed)") {
        Some(zone) => (zone, true),
        None => (text.trim(), false),
    };
    let zone: Zone =
        serde_json::from_value(zone.into()).map_err(|error| format!("{}: {error}", file.display()))?;
    let contained = bundle.report.stalls.last().is_some_and(|stall| stall.zones.contains(&zone));
    match (contained, missed) {
        (true, false) | (false, true) => Ok(()),
        (false, false) => {
            Err(format!("{}: the fault was at {zone:?}, which the verdict excludes", folder.display()))
        }
        (true, true) => Err(format!("{}: the truth is no longer missed: correct it", file.display())),
    }
}

#[test]
fn recorded_evidence_replays_as_expected() {
    let update = std::env::var_os("UPDATE_EXPECT").is_some();
    let faults: Vec<String> =
        recordings::all().iter().filter_map(|folder| check(folder, update).err()).collect();
    assert!(faults.is_empty(), "{}", faults.join("\n\n"));
}

/// The check itself: of a recording made here, since there need not be any other.
#[test]
fn a_recording_is_checked_and_updated() {
    use whystall::{event::TrackKind::Video, story::Story};
    let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join("replay");
    let folder = root.join("slow-response/withheld");
    let _ = fs::remove_dir_all(&root);
    fs::create_dir_all(&folder).unwrap();
    assert_eq!(recordings::folders(&root), std::slice::from_ref(&folder));
    let fault = || check(&folder, false).unwrap_err();
    assert!(fault().contains("bundle.whystall: No such file"), "{}", fault());

    let told = Story::new(30_000).withhold(Video, 8, 12_000).tell();
    let mut bundle = Bundle::seal("test", told.inputs);
    fs::write(folder.join("bundle.whystall"), bundle.to_bytes()).unwrap();
    assert!(fault().contains("expected.txt: No such file"), "{}", fault());
    assert_eq!(check(&folder, true), Ok(()));
    assert_eq!(check(&folder, false), Ok(()));

    fs::write(folder.join("expected.txt"), "Nothing happened.\n").unwrap();
    assert!(fault().contains("reads otherwise"), "{}", fault());

    // The rules have changed since: the recorded verdict is not the one they give now.
    bundle.report.stalls.clear();
    fs::write(folder.join("bundle.whystall"), bundle.to_bytes()).unwrap();
    assert!(fault().contains("the replay differs"), "{}", fault());
    assert_eq!(check(&folder, true), Ok(()));
    assert_eq!(check(&folder, false), Ok(()));

    // The form of the verdict has changed since.
    let other = String::from_utf8(bundle.to_bytes()).unwrap().replace("\"stalls\":[", "\"tales\":[");
    fs::write(folder.join("bundle.whystall"), other).unwrap();
    assert!(check(&folder, false).is_err());
    assert_eq!(check(&folder, true), Ok(()));
    assert_eq!(check(&folder, false), Ok(()));

    // The service is to blame for a media segment that came late, not the device.
    fs::write(folder.join("truth.txt"), "edge\n").unwrap();
    assert_eq!(check(&folder, false), Ok(()));
    fs::write(folder.join("truth.txt"), "edge (missed)\n").unwrap();
    assert!(check(&folder, true).unwrap_err().contains("no longer missed"));
    fs::write(folder.join("truth.txt"), "device\n").unwrap();
    assert!(check(&folder, true).unwrap_err().contains("which the verdict excludes"));

    fs::write(folder.join("bundle.whystall"), b"[]").unwrap();
    assert!(check(&folder, true).unwrap_err().contains("not Whystall evidence"));
}
