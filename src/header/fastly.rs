//! `X-Timer` of Fastly: `S1638559460.244161,VS0,VE75`. `S`: when the request came, `VS` and `VE`: milliseconds from there to
//! where the node began and where it had its answer. On a hit that is its own time, on a miss that of all behind it, too.

use super::number::millis;
use super::server_timing::Times;

/// How long it took the node that wrote it last.
pub fn x_timer(value: &str) -> Option<Times> {
    // Each node adds its own to the same line.
    let after = |mark: &str| {
        let fields = value.split(',').take(16).map(str::trim);
        fields.filter_map(|field| field.strip_prefix(mark)).last()
    };
    let (began, ended) = (millis(after("VS")?)?, millis(after("VE")?)?);
    Some(Times { server: Some(ended - began).filter(|took| took.0 >= 0), ..Times::default() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Micros;

    #[test]
    fn timers() {
        for (input, expected) in [
            // fastly.com/documentation/reference/http/http-headers/X-Timer.
            ("S1638559460.244161,VS0,VE75", Some(75)),
            ("S1638559460.244161,VS0,VE0", Some(0)),
            ("S1638559460.244161,VS0,VS12,VE75", Some(63)),
            ("S1638559460.244161,VS80,VE75", None),
            ("S1638559460.244161", None),
            ("VSx,VEy", None),
        ] {
            let read = x_timer(input).and_then(|times| times.server);
            assert_eq!(read, expected.map(Micros::from_millis), "{input}");
        }
    }
}
