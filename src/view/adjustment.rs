//! Adjustments: one quiet line in the overlay, a list in the popup.

use super::{Node, Wishes, button};
use crate::adjustment::Adjustment;
use crate::status::{MediaStatus, QUIET, Status};
use crate::time::Micros;
use crate::wording::{self, Words};

/// What lasted no longer than this is not told of when it is over [P]: the line that came when it began is still there.
const WORTH_TELLING: Micros = Micros::from_millis(10_000);

/// The line in the overlay; `None` when there is nothing to say, or it was said.
pub(super) fn line(status: &Status, wishes: &Wishes, words: &Words) -> Option<Node> {
    let newest = status.media.iter().filter_map(|media| due(media, status)).max_by_key(|a| a.began.wall)?;
    if wishes.muted || wishes.dismissed.is_some_and(|began| newest.began.wall <= began) {
        return None;
    }
    let close = button("dismiss", "\u{d7}".to_owned()).with("class", "close");
    let close = close.with("aria-label", words.say("dismiss", &[]));
    let phrase = wording::adjusted(newest, words);
    // What ticks is hidden from screen readers: they are told once.
    let ticking = Node::new("span").with("aria-hidden", true).say(phrase.ticking);
    let said = Node::classed("p", "said").with("role", "status").with("aria-live", "polite");
    let said = said.say(phrase.before).child(ticking).say(phrase.after);
    let overlay = Node::classed("section", "overlay quiet").with("lang", words.tag());
    let overlay = overlay.with("aria-label", words.say("overlay_quality_label", &[]));
    Some(overlay.children([close, said]))
}

/// What has just begun or ended.
fn due<'a>(media: &'a MediaStatus, status: &Status) -> Option<&'a Adjustment> {
    let began = media.adjusted.as_ref().filter(|adjustment| status.at - adjustment.began.wall < QUIET);
    let ended = media.adjustments.last().filter(|adjustment| {
        let just = adjustment.ended.is_some_and(|ended| status.at - ended < QUIET);
        just && adjustment.made_good && adjustment.played >= WORTH_TELLING
    });
    began.or(ended)
}

/// The list in the popup, newest first; `None` if there is none.
pub(super) fn list(media: &MediaStatus, words: &Words) -> Option<Node> {
    let all = media.adjustments.iter().chain(&media.adjusted);
    let mut items: Vec<Node> =
        all.map(|adjustment| Node::new("li").say(wording::adjustment_line(adjustment, words))).collect();
    items.reverse();
    let title = Node::new("h2").say(words.say("adjustments_title", &[]));
    let list = |items: Vec<Node>| {
        Node::new("section").child(title).child(Node::classed("ul", "stalls").children(items))
    };
    (!items.is_empty()).then(|| list(items))
}
