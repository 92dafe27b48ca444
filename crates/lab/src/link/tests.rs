use super::{Change, Fate, Link, Loss, Nanos, Shape};
use proptest::prelude::*;

const MS: Nanos = 1_000_000;
const S: Nanos = 1_000_000_000;

/// Offers packets of a size at these times and gives when each arrived, by its number.
fn arrivals(link: &mut Link<usize>, size: usize, times: impl Iterator<Item = Nanos>) -> Vec<(Nanos, usize)> {
    let mut got = Vec::new();
    for (number, time) in times.enumerate() {
        while let Some(next) = link.next().filter(|next| *next <= time) {
            got.extend(link.arrive(next));
        }
        link.offer(time, number, size);
    }
    while let Some(next) = link.next() {
        got.extend(link.arrive(next));
    }
    got
}

#[test]
fn a_wire_does_nothing() {
    let mut link = Link::new(Shape::WIRE, 1);
    assert_eq!(link.offer(5, "a", 1500), Fate::Taken);
    assert_eq!(link.next(), Some(5));
    assert_eq!(link.arrive(5), Some((5, "a")));
    assert_eq!(link.next(), None);
}

#[test]
fn the_rate_is_exact_and_the_delay_comes_on_top() {
    // 1,250 bytes at 10 Mbit/s are 1 ms.
    let shape = Shape { rate: Some(10_000_000), delay: 7 * MS, ..Shape::WIRE };
    let got = arrivals(&mut Link::new(shape, 1), 1250, [0; 100].into_iter());
    assert_eq!(got.len(), 100);
    for (i, (due, number)) in got.into_iter().enumerate() {
        assert_eq!((due, number), ((i as u64 + 1) * MS + 7 * MS, i));
    }
}

#[test]
fn a_full_queue_drops_the_newest() {
    let shape = Shape { rate: Some(8_000), queue: 3000, ..Shape::WIRE };
    let mut link = Link::new(shape, 1);
    let fates: Vec<Fate> = (0..4).map(|n| link.offer(0, n, 1000)).collect();
    assert_eq!(fates, [Fate::Taken, Fate::Taken, Fate::Taken, Fate::Overflow]);
    // One second later the first has left, and there is room for one.
    assert_eq!(link.offer(S, 4, 1000), Fate::Taken);
    assert_eq!(link.offer(S, 5, 1000), Fate::Overflow);
    assert_eq!(link.counts().overflowed, 2);
    assert_eq!(link.counts().deepest, 3000);
}

#[test]
fn a_new_rate_holds_for_the_rest_of_what_is_on_the_wire() {
    let mut link = Link::new(Shape { rate: Some(8_000), ..Shape::WIRE }, 1);
    link.offer(0, "a", 1000);
    // Half is sent; the other half goes ten times as fast.
    link.reshape(S / 2, Shape { rate: Some(80_000), ..Shape::WIRE });
    assert_eq!(link.next(), Some(S / 2 + S / 20));
}

#[test]
fn a_cut_loses_what_waits_but_not_what_flies() {
    let mut link = Link::new(Shape { rate: Some(8_000), delay: 2 * S, ..Shape::WIRE }, 1);
    link.offer(0, "sent", 1000);
    link.offer(0, "waits", 1000);
    link.reshape(S + S / 2, Shape { cut: true, ..link.shape() });
    assert_eq!(link.offer(2 * S, "too late", 1000), Fate::Cut);
    assert_eq!(link.arrive(10 * S), Some((3 * S, "sent")));
    assert_eq!(link.arrive(10 * S), None);
    link.reshape(10 * S, Shape { cut: false, ..link.shape() });
    assert_eq!(link.offer(10 * S, "again", 1000), Fate::Taken);
    assert_eq!(link.arrive(13 * S), Some((13 * S, "again")));
    assert_eq!(link.counts().cut, 2);
}

#[test]
fn loss_has_its_rate_and_its_bursts() {
    for (rate, burst) in [(0.02, 1.0), (0.1, 1.0), (0.05, 4.0), (0.2, 8.0)] {
        let shape = Shape { loss: Loss { rate, burst }, ..Shape::WIRE };
        let sent = 200_000;
        let got = arrivals(&mut Link::new(shape, 7), 100, (0..sent).map(|i| i * 1000));
        let lost = 1.0 - got.len() as f64 / sent as f64;
        assert!((lost / rate - 1.0).abs() < 0.1, "lost {lost} instead of {rate} (bursts of {burst})");
        let bursts = got.windows(2).filter(|pair| pair[1].1 - pair[0].1 > 1).count();
        let mean = lost * sent as f64 / bursts as f64;
        // Single losses meet by chance, too.
        let expected = if burst > 1.0 { burst } else { 1.0 / (1.0 - rate) };
        assert!((mean / expected - 1.0).abs() < 0.1, "bursts of {mean} instead of {expected}");
    }
}

#[test]
fn the_same_seed_does_the_same() {
    let shape = Shape { jitter: 5 * MS, loss: Loss { rate: 0.1, burst: 3.0 }, ..Shape::WIRE };
    let run = |seed| arrivals(&mut Link::new(shape, seed), 500, (0..1000).map(|i| i * MS));
    assert_eq!(run(3), run(3));
    assert_ne!(run(3), run(4));
}

#[test]
fn a_change_is_read_as_it_is_written() {
    let change = Change::parse("rate=600k queue=64k delay=1.5ms loss=0.02 cut=true".split(' ')).unwrap();
    let expected = Change {
        rate: Some(600_000),
        queue: Some(64_000),
        delay: Some(1_500_000),
        loss: Some(0.02),
        cut: Some(true),
        ..Change::default()
    };
    assert_eq!(change, expected);
    for wrong in ["rate=fast", "delay=4", "color=red", "rate", "loss=x", "delay=-1ms"] {
        assert!(Change::parse(wrong.split(' ')).is_err(), "{wrong}");
    }
}

prop_compose! {
    fn any_shape()(
        rate in prop::option::of(50_000u64..50_000_000), queue in 2_000usize..200_000, delay in 0..50 * MS,
        jitter in 0..20 * MS, loss in 0.0..0.5f64, burst in 1.0..8.0f64,
    ) -> Shape {
        Shape { rate, queue, delay, jitter, loss: Loss { rate: loss, burst }, cut: false }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever happens to it: order, delay, rate and queue are kept, and every packet is accounted for.
    #[test]
    fn order_delay_rate_and_queue_hold(
        shape in any_shape(),
        packets in prop::collection::vec((0..3 * MS, 40usize..1500), 1..400),
        seed: u64,
    ) {
        let mut link = Link::new(shape, seed);
        let (mut now, mut offered, mut got) = (0, Vec::new(), Vec::new());
        for (number, (gap, size)) in packets.iter().enumerate() {
            now += gap;
            while let Some(arrived) = link.arrive(now) {
                got.push(arrived);
            }
            link.offer(now, number, *size);
            offered.push((now, *size));
        }
        while let Some(next) = link.next() {
            got.extend(link.arrive(next));
        }
        for pair in got.windows(2) {
            prop_assert!(pair[0].0 <= pair[1].0 && pair[0].1 < pair[1].1);
        }
        for (due, number) in &got {
            let (at, size) = offered[*number];
            prop_assert!(*due >= at + shape.delay + shape.time_for(8 * size as u64));
            // Jitter keeps order, so a late packet holds up those behind it by at most the jitter.
            let longest = shape.time_for(8 * shape.queue as u64) + shape.delay + shape.jitter;
            prop_assert!(*due <= at + longest + got.len() as u64);
        }
        let counts = link.counts();
        prop_assert!(counts.deepest <= shape.queue);
        prop_assert_eq!(counts.delivered + counts.lost + counts.overflowed, packets.len() as u64);
        prop_assert_eq!(counts.delivered, got.len() as u64);
    }

    /// A change of rate in the middle of anything neither loses nor reorders, and keeps the new rate.
    #[test]
    fn changes_of_rate_lose_nothing(rates in prop::collection::vec((1..40 * MS, 100_000u64..20_000_000), 1..20)) {
        let mut link = Link::new(Shape { rate: Some(1_000_000), ..Shape::WIRE }, 1);
        for number in 0..100 {
            link.offer(0, number, 1000);
        }
        let (mut now, mut got) = (0, Vec::new());
        for (after, rate) in rates {
            now += after;
            while let Some((_, number)) = link.arrive(now) {
                got.push(number);
            }
            link.reshape(now, Shape { rate: Some(rate), ..Shape::WIRE });
        }
        while let Some(next) = link.next() {
            got.extend(link.arrive(next).map(|(_, number)| number));
        }
        prop_assert_eq!(got, (0..100).collect::<Vec<_>>());
    }
}
