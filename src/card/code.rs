//! The QR code: the verdict in short and the hash of its evidence, for where the evidence itself was taken out of the picture.

use super::Card;
use super::svg::rect;
use crate::verdict::{Stall, Zone};
use crate::view::{Node, number};
use qrcodegen::{QrCode, QrCodeEcc, QrSegment, Version};

/// Pixels of a module. In a feed a card may be shrunk to half.
const MODULE: i32 = 4;
/// White modules around the code (ISO/IEC 18004).
const QUIET: i32 = 4;
/// The smallest code is as large as nearly all need, so that the picture looks the same.
const LEAST: u8 = 6;

impl Card<'_> {
    /// Black on white in every theme: many readers know no other.
    pub(super) fn code(&self) -> Vec<Node> {
        let text = compact(self.stall, &self.hash, self.shown.date.is_some());
        let Some(code) = encoded(&text) else {
            return Vec::new();
        };
        let side = f64::from((code.size() + 2 * QUIET) * MODULE);
        let (x, y) = self.layout.code;
        let x = x.min(self.layout.all.right - side);
        let origin = (x as i32 + QUIET * MODULE, y as i32 + QUIET * MODULE);
        let dark = Node::new("path").with("fill", "#000000").with("shape-rendering", "crispEdges");
        vec![rect(x, y, side, side, "#ffffff"), dark.with("d", modules(&code, origin))]
    }
}

/// `WHYSTALL:1:CAUSE:POSSIBLE:RULED OUT:MILLISECONDS:BEGAN:SHA-256`, in the characters that QR codes have a short form for.
pub(super) fn compact(stall: &Stall, hash: &str, dated: bool) -> String {
    let letters = |zones: &[Zone]| zones.iter().map(|zone| letter(*zone)).collect::<String>();
    let began = if dated { stall.began.wall.0.div_euclid(1_000_000).to_string() } else { String::new() };
    let text = format!(
        "WHYSTALL:1:{}:{}:{}:{}:{began}:{hash}",
        stall.cause,
        letters(&stall.zones),
        letters(&stall.cleared),
        stall.duration.as_millis(),
    );
    text.to_ascii_uppercase()
}

/// In path order: D, P, H, A, I, E, O.
fn letter(zone: Zone) -> char {
    match zone {
        Zone::Device => 'D',
        Zone::Player => 'P',
        Zone::Home => 'H',
        Zone::Access => 'A',
        Zone::Interconnect => 'I',
        Zone::Edge => 'E',
        Zone::Origin => 'O',
    }
}

/// `None` for what is no verdict's text: a cause of other characters.
pub(super) fn encoded(text: &str) -> Option<QrCode> {
    QrSegment::is_alphanumeric(text).then_some(())?;
    let segments = [QrSegment::make_alphanumeric(text)];
    QrCode::encode_segments_advanced(
        &segments,
        QrCodeEcc::Medium,
        Version::new(LEAST),
        Version::MAX,
        None,
        true,
    )
    .ok()
}

/// The dark modules as one path, run by run.
fn modules(code: &QrCode, (left, top): (i32, i32)) -> String {
    let mut path = String::new();
    for y in 0..code.size() {
        let mut x = 0;
        while x < code.size() {
            let run = (x..code.size()).take_while(|x| code.get_module(*x, y)).count() as i32;
            if run > 0 {
                let (x, y) = (left + x * MODULE, top + y * MODULE);
                let (x, y) = (number(f64::from(x)), number(f64::from(y)));
                path.push_str(&format!("M{x} {y}h{}v{MODULE}h-{}z", run * MODULE, run * MODULE));
            }
            x += run.max(1);
        }
    }
    path
}
