//! Work shared among threads.
//!
//! Each piece goes to whichever thread is free. Results come back in the order of the pieces, so
//! none depends on the number of threads.
//!
//! `rayon` sees steps without arguments that return whether there may be another. So its loops are
//! compiled once, not once for every kind of work.

use crate::error::Error;
use rayon::Scope;
use std::num::NonZero;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread::available_parallelism;

/// Lets all later work use `n_threads` threads (0: one for each core).
///
/// # Errors
/// [`Error::Parameter`] if threads already run or cannot be started.
pub fn use_threads(n_threads: usize) -> Result<(), Error> {
    let n = match n_threads {
        0 => available_parallelism().map_or(1, NonZero::get),
        n => n,
    };
    rayon::ThreadPoolBuilder::new().num_threads(n).build_global().map_err(|e| {
        let allowed = format!("a number that can be started, set once before any work ({e})");
        Error::parameter("n_threads", n, allowed)
    })
}

/// The number of threads in use.
pub fn n_threads() -> usize {
    rayon::current_num_threads()
}

/// Does `work` on one of the threads of the pool. From outside of the pool, every parallel part of
/// `work` would have to wake them first.
pub(crate) fn within_threads<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    rayon::join(work, || ()).0
}

/// Does two things at the same time.
pub(crate) fn both<A: Send, B: Send>(
    a: impl FnOnce() -> A + Send,
    b: impl FnOnce() -> B + Send,
) -> (A, B) {
    rayon::join(a, b)
}

/// Does `work` on every piece. A piece should take longer than a lock and than waking a thread.
pub(crate) fn for_each<P>(
    pieces: impl IntoIterator<Item = P, IntoIter: Send>,
    work: impl Fn(P) + Sync,
) {
    for_each_with(pieces, || (), |(), piece| work(piece));
}

/// As [`for_each`], for work that needs a buffer: `room` makes at most one for each thread.
pub(crate) fn for_each_with<P, R: Send>(
    pieces: impl IntoIterator<Item = P, IntoIter: Send>,
    room: impl Fn() -> R + Sync,
    work: impl Fn(&mut R, P) + Sync,
) {
    let (pieces, rooms) = (Mutex::new(pieces.into_iter().fuse()), Mutex::new(Vec::new()));
    let at_most = lock(&pieces).size_hint().1.unwrap_or(usize::MAX);
    // Whether there may be another step.
    on_threads(at_most, &|| {
        let Some(piece) = lock(&pieces).next() else { return false };
        let free = lock(&rooms).pop();
        let mut room = free.unwrap_or_else(&room);
        work(&mut room, piece);
        lock(&rooms).push(room);
        // A helper comes back only if there is a piece left.
        lock(&pieces).size_hint().1 != Some(0)
    });
}

/// The size of a share, if `n` things are divided into even shares of at least `least` each. The
/// last share may be smaller.
pub(crate) fn share(n: usize, least: usize) -> usize {
    n.div_ceil((n / least).max(1)).max(1)
}

/// The results of `work` on every piece, in the order of the pieces.
pub(crate) fn map<P, T: Send>(
    pieces: impl IntoIterator<Item = P, IntoIter: Send>,
    work: impl Fn(P) -> T + Sync,
) -> Vec<T> {
    map_with(pieces, || (), |(), piece| work(piece))
}

/// As [`map`], for work that can fail. Returns the first error in the order of the pieces; soon
/// after one, no further piece is begun.
pub(crate) fn try_map<P, T: Send, E: Send>(
    pieces: impl IntoIterator<Item = P, IntoIter: Send>,
    work: impl Fn(P) -> Result<T, E> + Sync,
) -> Result<Vec<T>, E> {
    let failed = AtomicBool::new(false);
    // Pieces are handed out in order, so all before the one that fails are finished as well.
    let pieces = pieces.into_iter().take_while(|_| !failed.load(Ordering::Relaxed));
    let work = |piece| work(piece).inspect_err(|_| failed.store(true, Ordering::Relaxed));
    map(pieces, work).into_iter().collect()
}

/// As [`map`], with a buffer as in [`for_each_with`].
pub(crate) fn map_with<P, R: Send, T: Send>(
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

/// Takes steps on up to `at_most` threads until none is left.
fn on_threads(at_most: usize, step: &(dyn Fn() -> bool + Sync)) {
    match n_threads().min(at_most) {
        0 | 1 => while step() {},
        n => rayon::scope(|scope| {
            (1..n).for_each(|_| help(scope, step));
            while step() {}
        }),
    }
}

/// Lets another thread take steps, each as a task of its own. A thread that waits for the parts of
/// its own piece may be the one that helps: between two steps it sees that they are done.
fn help<'scope>(scope: &Scope<'scope>, step: &'scope (dyn Fn() -> bool + Sync)) {
    scope.spawn(move |scope| {
        if step() {
            help(scope, step);
        }
    });
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::AtomicUsize;

    fn with_threads<T: Send>(threads: usize, work: impl FnOnce() -> T + Send) -> T {
        rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap().install(work)
    }

    /// Waits until another piece has said so, or gives up where there is no second thread.
    fn wait_for(said: &AtomicBool) {
        let is_said = |_| {
            std::thread::yield_now();
            said.load(Ordering::Relaxed)
        };
        assert!((0..100_000_000).any(is_said), "two pieces at the same time");
    }

    #[test]
    fn shares_are_worth_it_and_nearly_even() {
        let sizes = |n: usize, least| {
            let things = (0..n).collect::<Vec<_>>();
            things.chunks(share(n, least)).map(<[_]>::len).collect::<Vec<_>>()
        };
        assert!(sizes(0, 8).is_empty());
        assert_eq!((sizes(7, 8), sizes(15, 8)), (vec![7], vec![15]));
        assert_eq!((sizes(16, 8), sizes(17, 8)), (vec![8, 8], vec![9, 8]));
        assert_eq!(sizes(10, 3), [4, 4, 2]);
    }

    #[test]
    fn results_stand_in_the_order_of_the_pieces_not_of_their_ends() {
        let squares: Vec<usize> = (0..1000).map(|i| i * i).collect();
        for threads in [1, 2, 5] {
            let found = with_threads(threads, || map(0..1000, |i| i * i));
            assert_eq!(found, squares, "{threads} threads");
        }
        assert!(map(0..0, |i: usize| i).is_empty());
        let is_ended = AtomicBool::new(false);
        let found = with_threads(2, || {
            map(0..2, |i| {
                match i {
                    0 => wait_for(&is_ended),
                    _ => is_ended.store(true, Ordering::Relaxed),
                }
                i
            })
        });
        assert_eq!(found, [0, 1]);
    }

    #[test]
    fn every_piece_is_worked_on_once_also_within_other_work() {
        let mut sums = vec![vec![0; 100]; 50];
        with_threads(3, || {
            for_each(&mut sums, |row| {
                for_each(row.chunks_mut(7), |part| part.iter_mut().for_each(|v| *v += 1))
            });
        });
        assert_eq!(sums, vec![vec![1; 100]; 50]);
    }

    #[test]
    fn a_thread_makes_room_once() {
        let rooms = AtomicUsize::new(0);
        let room = || rooms.fetch_add(1, Ordering::Relaxed);
        let found = with_threads(3, || map_with(0..1000, room, |room, piece| (*room, piece)));
        assert!((1..=3).contains(&rooms.into_inner()));
        assert!(found.into_iter().enumerate().all(|(i, (room, piece))| room < 3 && piece == i));
    }

    #[test]
    fn the_first_error_is_told_and_ends_the_work() {
        for threads in [1, 4] {
            let begun = AtomicUsize::new(0);
            let work = |i| {
                begun.fetch_add(1, Ordering::Relaxed);
                if i % 10 == 7 { Err(i) } else { Ok(i) }
            };
            assert_eq!(with_threads(threads, || try_map(0..1_000_000, work)), Err(7));
            assert!(begun.into_inner() < 1_000_000);
        }
        assert_eq!(try_map(0..3, Ok::<_, ()>), Ok(vec![0, 1, 2]));
    }
}
