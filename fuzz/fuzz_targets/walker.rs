//! Appends of anything: what `extension/walker.js` keeps of them is what the plain walker of the tests keeps, and the
//! reader makes sense of it. Input: a byte for the format, then appends, two bytes for the length of each before it.
#![no_main]

#[path = "../../tests/walker/mod.rs"]
mod walker;

use libfuzzer_sys::fuzz_target;
use std::cell::RefCell;
use walker::{Format, PageWalker, Walker};
use whystall::container::{HEAD_LIMIT, Reader, Settings};

const FORMATS: [Format; 4] = [Format::Mp4, Format::WebM, Format::Adts, Format::Mp3];

thread_local! {
    static PAGE: RefCell<PageWalker> = RefCell::new(PageWalker::start(concat!(env!("CARGO_MANIFEST_DIR"), "/..")));
}

fuzz_target!(|data: &[u8]| {
    let Some((&format, mut rest)) = data.split_first() else { return };
    let format = FORMATS[usize::from(format) % FORMATS.len()];
    let mut appends = Vec::new();
    while let Some((&length, after)) = rest.split_first_chunk() {
        let length = usize::from(u16::from_be_bytes(length)).min(after.len());
        let (append, after) = after.split_at(length);
        appends.push(append);
        rest = after;
    }
    let mut walker = Walker::new(format);
    let heads: Vec<Vec<u8>> = appends.iter().map(|append| walker.feed(append)).collect();
    assert!(heads.iter().all(|head| head.len() <= HEAD_LIMIT));
    let page = PAGE.with_borrow_mut(|page| page.heads(format, &appends)).expect("the page's half runs");
    assert_eq!(page, heads);
    let mut reader = Reader::new(format.mime());
    for (head, append) in heads.iter().zip(&appends) {
        reader.append(head, append.len() as u64, &Settings::default());
    }
});
