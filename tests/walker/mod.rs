//! What `extension/walker.js` does, said again in the plainest way: one byte at a time.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use whystall::container::HEAD_LIMIT;

/// A walker of ISO BMFF.
#[derive(Default)]
pub struct Walker {
    header: Vec<u8>,
    left: u64,
    keeps: bool,
    lost: bool,
}

impl Walker {
    pub fn feed(&mut self, bytes: &[u8]) -> Vec<u8> {
        if bytes.len() >= 8 && (&bytes[4..8] == b"ftyp" || &bytes[4..8] == b"moov") && self.lost {
            *self = Walker::default();
        }
        let mut head = vec![u8::from(self.left == 0 && self.header.is_empty())];
        for &byte in bytes {
            if self.lost {
                break;
            }
            self.byte(byte, &mut head);
            self.lost |= head.len() > HEAD_LIMIT;
        }
        if self.lost {
            head.clear();
        }
        head
    }

    fn byte(&mut self, byte: u8, head: &mut Vec<u8>) {
        if self.left > 0 {
            self.left -= 1;
            if self.keeps {
                head.push(byte);
            }
            return;
        }
        self.header.push(byte);
        head.push(byte);
        let h = &self.header;
        let large = h.len() >= 4 && h[..4] == [0, 0, 0, 1];
        if h.len() < if large { 16 } else { 8 } {
            return;
        }
        let size = match u32::from_be_bytes(h[..4].try_into().unwrap()) {
            0 => u64::MAX,
            1 => u64::from_be_bytes(h[8..16].try_into().unwrap()),
            size => size.into(),
        };
        let limit = match &h[4..8] {
            b"moov" => Some(1 << 20),
            b"moof" => Some(256 << 10),
            _ => None,
        };
        self.keeps = limit.is_some();
        self.lost = size < h.len() as u64 || limit.is_some_and(|limit| size > limit);
        self.left = size.saturating_sub(h.len() as u64);
        self.header.clear();
    }
}
