//! Work shared among threads: pieces are handed out one after another to whichever thread is free, and their results come back
//! in the order of the pieces, so that none depends on the number of threads.
//!
//! The library that keeps the threads sees one function that takes nothing and returns nothing, whatever the work is: it
//! is compiled once, not once for every kind of work.

use crate::error::{Error, Result};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Lets all later work use `n_threads` threads (0: one for each core).
///
/// # Errors
/// [`Error::Parameter`] if threads already run or cannot be started.
pub fn use_threads(n_threads: usize) -> Result<()> {
    rayon::ThreadPoolBuilder::new().num_threads(n_threads).build_global().map_err(|e| {
        Error::Parameter { name: "threads", value: e.to_string(), allowed: "set once".into() }
    })
}

/// The number of threads in use.
pub fn n_threads() -> usize {
    rayon::current_num_threads()
}

/// Does `work` on one of the threads that work in parallel: from outside, every parallel part would first have to wake them.
pub fn within_threads<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    rayon::join(work, || ()).0
}

/// Does two things at the same time.
pub fn both<A: Send, B: Send>(
    a: impl FnOnce() -> A + Send,
    b: impl FnOnce() -> B + Send,
) -> (A, B) {
    rayon::join(a, b)
}

/// Does `work` on every piece. A piece should be worth a lock and, if it is not alone, waking a thread.
pub fn for_each<P>(pieces: impl IntoIterator<Item = P, IntoIter: Send>, work: impl Fn(P) + Sync) {
    for_each_with(pieces, || (), |(), piece| work(piece));
}

/// The same with room to work in, which every thread makes once.
fn for_each_with<P, R>(
    pieces: impl IntoIterator<Item = P, IntoIter: Send>,
    room: impl Fn() -> R + Sync,
    work: impl Fn(&mut R, P) + Sync,
) {
    let pieces = Mutex::new(pieces.into_iter().fuse());
    let next = || lock(&pieces).next();
    let at_most = lock(&pieces).size_hint().1;
    on_threads(at_most.unwrap_or(usize::MAX), &|| {
        // A thread that comes too late needs no room.
        let Some(first) = next() else { return };
        let mut room = room();
        work(&mut room, first);
        while let Some(piece) = next() {
            work(&mut room, piece);
        }
    });
}

/// What `work` makes of every piece, in their order.
pub fn map<P, T: Send>(
    pieces: impl IntoIterator<Item = P, IntoIter: Send>,
    work: impl Fn(P) -> T + Sync,
) -> Vec<T> {
    map_with(pieces, || (), |(), piece| work(piece))
}

/// The same with room to work in, which every thread makes once.
pub fn map_with<P, R, T: Send>(
    pieces: impl IntoIterator<Item = P, IntoIter: Send>,
    room: impl Fn() -> R + Sync,
    work: impl Fn(&mut R, P) -> T + Sync,
) -> Vec<T> {
    let results = Mutex::new(Vec::new());
    for_each_with(pieces.into_iter().enumerate(), room, |room, (place, piece)| {
        let result = work(room, piece);
        let mut results = lock(&results);
        if results.len() <= place {
            results.resize_with(place + 1, || None);
        }
        results[place] = Some(result);
    });
    let results = results.into_inner().unwrap_or_else(PoisonError::into_inner);
    results.into_iter().flatten().collect()
}

/// Does the same work on several threads, but not on more than `at_most`.
fn on_threads(at_most: usize, work: &(dyn Fn() + Sync)) {
    match n_threads().min(at_most) {
        0 | 1 => work(),
        n => rayon::scope(|scope| {
            (1..n).for_each(|_| scope.spawn(|_| work()));
            work();
        }),
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn on<T: Send>(threads: usize, work: impl FnOnce() -> T + Send) -> T {
        rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap().install(work)
    }

    #[test]
    fn results_stand_in_the_order_of_the_pieces() {
        let squares: Vec<usize> = (0..1000).map(|i| i * i).collect();
        for threads in [1, 2, 5] {
            let found = on(threads, || map(0..1000, |i| i * i));
            assert_eq!(found, squares, "{threads} threads");
        }
        assert!(map(0..0, |i: usize| i).is_empty());
    }

    #[test]
    fn every_piece_is_worked_on_once_also_within_other_work() {
        let mut sums = vec![vec![0; 100]; 50];
        on(3, || {
            for_each(&mut sums, |row| {
                for_each(row.chunks_mut(7), |part| part.iter_mut().for_each(|v| *v += 1))
            });
        });
        assert_eq!(sums, vec![vec![1; 100]; 50]);
    }

    #[test]
    fn several_threads_work_at_the_same_time() {
        let barrier = std::sync::Barrier::new(2);
        // One alone would wait for ever.
        on(2, || {
            for_each(0..2, |_| {
                barrier.wait();
            });
        });
    }
}
