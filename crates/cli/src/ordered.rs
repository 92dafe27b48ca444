//! Work on many items by many threads, answered in the order of the items.

use std::num::NonZeroUsize;
use std::ops::ControlFlow;
use std::sync::Mutex;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

/// Answers that wait for an earlier one, for each thread: what keeps threads busy while one of them has a large file.
const WAITING: usize = 4;

/// Does `work` on each item, by so many threads, and hands the answers to `take` in the order of the items, as soon as they
/// are there. At most `jobs * WAITING + 2` items are under way at a time: whoever brings items waits for whoever takes
/// answers. Ends early if `take` breaks.
pub fn each<Item: Send, Answer: Send>(
    jobs: NonZeroUsize,
    items: impl Iterator<Item = Item> + Send,
    work: impl Fn(Item) -> Answer + Sync,
    mut take: impl FnMut(Answer) -> ControlFlow<()>,
) {
    let (ask, asked) = sync_channel::<(Item, SyncSender<Answer>)>(jobs.get());
    let (expect, expected) = sync_channel::<Receiver<Answer>>(jobs.get() * WAITING);
    let asked = Mutex::new(asked);
    let next = || asked.lock().ok()?.recv().ok();
    let answers = || {
        while let Some((item, answer)) = next() {
            // Nobody waits for it any more where `take` has broken.
            let _ = answer.send(work(item));
        }
    };
    let bring = move || {
        for item in items {
            let (answer, answered) = sync_channel(1);
            if expect.send(answered).is_err() || ask.send((item, answer)).is_err() {
                break;
            }
        }
    };
    thread::scope(|scope| {
        scope.spawn(bring);
        for _ in 0..jobs.get() {
            scope.spawn(answers);
        }
        // A thread that panicked sends no answer; the scope passes its panic on in the end.
        let _ = expected.into_iter().flat_map(|answered| answered.recv().ok()).try_for_each(&mut take);
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

    const JOBS: NonZeroUsize = NonZeroUsize::new(3).unwrap();

    #[test]
    fn answers_come_in_the_order_of_the_items_whatever_they_take() {
        let long = |item: u64| (0..(item * 7919) % 4000).fold(item, |sum, _| std::hint::black_box(sum));
        let mut taken = Vec::new();
        each(JOBS, 0..2000, long, |answer| {
            taken.push(answer);
            ControlFlow::Continue(())
        });
        assert_eq!(taken, (0..2000).collect::<Vec<_>>());
    }

    #[test]
    fn many_items_are_never_there_all_at_once() {
        let (brought, taken, most) = (AtomicUsize::new(0), AtomicUsize::new(0), AtomicUsize::new(0));
        let items = (0..10_000).inspect(|_| {
            let there = brought.fetch_add(1, SeqCst) + 1 - taken.load(SeqCst);
            most.fetch_max(there, SeqCst);
        });
        each(
            JOBS,
            items,
            |item| item,
            |_| {
                // Slower than whoever brings them.
                thread::yield_now();
                taken.fetch_add(1, SeqCst);
                ControlFlow::Continue(())
            },
        );
        assert_eq!(taken.into_inner(), 10_000);
        let bound = JOBS.get() * WAITING + 2;
        assert!(most.load(SeqCst) <= bound, "{} at a time, at most {bound} expected", most.load(SeqCst));
    }

    #[test]
    fn ends_early() {
        let mut taken = 0;
        each(
            JOBS,
            0..,
            |item: u64| item,
            |answer| {
                taken += 1;
                if answer < 9 { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
            },
        );
        assert_eq!(taken, 10);
    }
}
