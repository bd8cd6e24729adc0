//! Work on several threads, with the results of one.
//!
//! INVARIANT: what comes out depends on neither the number of threads nor their speed.

use std::num::NonZero;
use std::panic::resume_unwind;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::{available_parallelism, scope};

/// Does two things at once.
pub fn in_two<A, B: Send>(one: impl FnOnce() -> A, two: impl FnOnce() -> B + Send) -> (A, B) {
    scope(|scope| {
        let two = scope.spawn(two);
        let one = one();
        match two.join() {
            Ok(two) => (one, two),
            Err(panic) => resume_unwind(panic),
        }
    })
}

/// More threads than this gain nothing.
const THREADS_MAX: usize = 8;

/// Does the work of each part, on as many threads as there are processors, and returns the results
/// in the order of the parts.
pub fn in_parts<P: Sync, R: Send>(parts: &[P], work: impl Fn(&P) -> R + Sync) -> Vec<R> {
    let processors = available_parallelism().map_or(1, NonZero::get);
    let next = AtomicUsize::new(0);
    let some = || {
        let mut done: Vec<(usize, R)> = Vec::new();
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            match parts.get(number) {
                Some(part) => done.push((number, work(part))),
                None => return done,
            }
        }
    };
    let mut done = scope(|scope| {
        let threads = processors.min(THREADS_MAX).min(parts.len());
        let others: Vec<_> = (1..threads).map(|_| scope.spawn(some)).collect();
        let mut done = some();
        for other in others {
            match other.join() {
                Ok(more) => done.extend(more),
                Err(panic) => resume_unwind(panic),
            }
        }
        done
    });
    done.sort_by_key(|(number, _)| *number);
    done.into_iter().map(|(_, result)| result).collect()
}
