//! YouTube's own (captured in public code). The unit of `x-bandwidth-est` is not known, so it is not read.

use super::confession::COUNT_LIMIT;
use super::number::count;

/// `x-bandwidth-app-limited: true`: the server had nothing more to send. Taken to mean what TCP calls so; nothing says it.
pub fn source_limited(value: &str) -> Option<bool> {
    match value.trim() {
        "true" => Some(true),
        "false" => Some(false),
        _ => None,
    }
}

/// `x-head-seqnum` and `x-sequence-num`: how many media segments the live stream is further.
pub fn behind_live(head: &str, this: &str) -> Option<u32> {
    let number = |text| count(text, u64::from(u32::MAX));
    let behind = number(head)?.checked_sub(number(this)?)?;
    u32::try_from(behind).ok().filter(|behind| *behind <= COUNT_LIMIT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_captured() {
        assert_eq!(behind_live("19978", "19976"), Some(2));
        assert_eq!(behind_live("19978", "1220252"), None);
        assert_eq!(behind_live("x", "1"), None);
        assert_eq!(["true", "false", ""].map(source_limited), [Some(true), Some(false), None]);
    }
}
