//! Heads as a hostile page could make them, of WebM. Input: as for `isobmff`.
#![no_main]

use libfuzzer_sys::fuzz_target;
use whystall::container::{Reader, Settings};

fuzz_target!(|data: &[u8]| {
    let mut reader = Reader::new("video/webm");
    let mut rest = data;
    while let Some((&[a, b, c, d], after)) = rest.split_first_chunk() {
        let length = usize::from(u16::from_be_bytes([a, b])).min(after.len());
        let (head, after) = after.split_at(length);
        let bytes = (length as u64 + u64::from(u16::from_be_bytes([c, d]))).saturating_sub(1);
        let spans = reader.append(head, bytes, &Settings::default());
        assert!(spans.is_sorted_by(|a, b| a.end <= b.start));
        assert!(spans.iter().all(|span| span.start < span.end));
        rest = after;
    }
});
