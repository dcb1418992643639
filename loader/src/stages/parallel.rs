//! Runs work on many files in parallel.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::{self, Builder};

use super::step::Thread;

/// More threads would only wait for the disk, each with a whole plugin in memory.
const THREADS_MAX: usize = 8;

/// Applies `work` to all elements and returns the results in the same order. The caller's thread
/// takes part; it works alone if `threads` says so, or if no other thread can be started. The other
/// threads have ended when this returns.
pub(super) fn map<T: Sync, R: Send>(
    threads: Thread,
    all: &[T],
    work: impl Fn(&T) -> R + Sync,
) -> Vec<R> {
    let threads = match threads {
        Thread::Own => thread::available_parallelism().map_or(1, usize::from),
        Thread::Callers => 1,
    };
    let next = AtomicUsize::new(0);
    let work = || {
        let mut done = Vec::new();
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(one) = all.get(index) else { return done };
            done.push((index, work(one)));
        }
    };
    let mut done = thread::scope(|scope| {
        let start = |_| Builder::new().name("hsmod reader".to_owned()).spawn_scoped(scope, work);
        let others = 1..threads.min(THREADS_MAX).min(all.len());
        let others: Vec<_> = others.map_while(|number| start(number).ok()).collect();
        let mut done = work();
        for other in others {
            // Pass on a panic as if it had happened on this thread.
            done.extend(other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        }
        done
    });
    done.sort_unstable_by_key(|(index, _)| *index);
    done.into_iter().map(|(_, made)| made).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;
    use std::sync::{Barrier, Mutex};
    use std::thread::ThreadId;

    use super::*;

    #[test]
    fn results_are_in_the_order_of_the_elements() {
        let all: Vec<usize> = (0..1_000).collect();
        for threads in [Thread::Own, Thread::Callers] {
            let doubled = map(threads, &all, |number| number * 2);
            assert!(doubled.iter().enumerate().all(|(index, made)| *made == index * 2));
            assert!(map(threads, &[], |number: &usize| *number).is_empty());
        }
    }

    #[test]
    fn there_are_as_many_threads_as_processors_or_the_callers_alone() {
        let processors = thread::available_parallelism().map_or(1, usize::from).min(THREADS_MAX);
        let barrier = Barrier::new(processors);
        let seen: Mutex<HashSet<ThreadId>> = Mutex::default();
        let note = || seen.lock().unwrap().insert(thread::current().id());
        // Each call waits for all others, so no thread can run two of them.
        map(Thread::Own, &vec![(); processors], |()| (barrier.wait(), note()).1);
        assert_eq!(seen.lock().unwrap().len(), processors);
        seen.lock().unwrap().clear();
        map(Thread::Callers, &[(); 9], |()| note());
        assert_eq!(*seen.lock().unwrap(), HashSet::from([thread::current().id()]));
    }

    #[test]
    fn a_panic_on_another_thread_reaches_the_caller() {
        let caller = thread::current().id();
        let processors = thread::available_parallelism().map_or(1, usize::from).min(THREADS_MAX);
        let barrier = Barrier::new(processors);
        let panicked = std::panic::catch_unwind(|| {
            map(Thread::Own, &vec![(); processors], |()| {
                barrier.wait();
                assert!(processors > 1 && thread::current().id() == caller, "on another thread");
            })
        });
        assert_eq!(*panicked.unwrap_err().downcast::<&str>().unwrap(), "on another thread");
    }
}
