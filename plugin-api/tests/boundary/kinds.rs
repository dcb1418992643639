//! Shows that wakers of any kind cross the boundary: kinds that several threads meet at once, more
//! kinds than an image registers, and a waker whose clones are of another kind.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier};
use std::task::{Context, RawWaker, RawWakerVTable, Waker};

use hsmod_abi::MINOR;

use crate::other_image;
use crate::support::allocations;

// An image that meets only the wakers of one test.
use crate::other_image::owned;
#[path = "../../abi/src/panic.rs"]
#[allow(dead_code, unreachable_pub, reason = "a copy of which only a part is needed")]
mod panic;
#[path = "../../abi/src/waker.rs"]
#[allow(dead_code, unreachable_pub, reason = "a copy of which only a part is needed")]
mod waker;

/// The number of kinds that an image registers.
const NOTED: usize = 32;

/// The functions of more kinds than that.
static KINDS: [RawWakerVTable; NOTED + 8] =
    [const { RawWakerVTable::new(clone, wake, wake_by_ref, drop_waker) }; NOTED + 8];

/// Counts wake-ups; its wakers may be of any kind.
struct Executor {
    clones: &'static RawWakerVTable,
    wakes: AtomicUsize,
}

impl Executor {
    /// Creates an executor whose wakers' clones are of this kind.
    fn new(kind: usize) -> Arc<Self> {
        Arc::new(Self { clones: &KINDS[kind], wakes: AtomicUsize::new(0) })
    }

    fn waker(self: &Arc<Self>, kind: usize) -> Waker {
        // SAFETY: `KINDS` are functions for an `Arc<Executor>`.
        unsafe { Waker::new(Arc::into_raw(Arc::clone(self)).cast(), &KINDS[kind]) }
    }
}

unsafe fn clone(data: *const ()) -> RawWaker {
    let executor: *const Executor = data.cast();
    // SAFETY: `waker` made the data, and it is alive.
    unsafe {
        Arc::increment_strong_count(executor);
        RawWaker::new(data, (*executor).clones)
    }
}

unsafe fn wake(data: *const ()) {
    // SAFETY: as above; the waker is consumed.
    unsafe {
        wake_by_ref(data);
        drop_waker(data);
    }
}

unsafe fn wake_by_ref(data: *const ()) {
    // SAFETY: as above.
    unsafe { (*data.cast::<Executor>()).wakes.fetch_add(1, Ordering::SeqCst) };
}

unsafe fn drop_waker(data: *const ()) {
    // SAFETY: as above; dropped once.
    unsafe { Arc::decrement_strong_count(data.cast::<Executor>()) };
}

/// One poll in this file's image, with a waker that the other image lends.
fn poll<R>(waker: &Waker, again: bool, body: impl FnOnce(&mut Context<'_>) -> R) -> R {
    // SAFETY: the waker is lent while the poll runs.
    other_image::lend(waker, |lent| unsafe { waker::with_context(lent.cast(), again, body) })
}

/// Lets a module keep the waker, and wake it when it is no longer polled. Returns whether the
/// second poll recognised the waker, and the number of allocations.
fn call(kind: usize) -> (bool, usize) {
    let executor = Executor::new(kind);
    let waker = executor.waker(kind);
    let (count, known) = allocations(|| {
        let kept = poll(&waker, false, |context| context.waker().clone());
        let known = poll(&waker, true, |context| kept.will_wake(context.waker()));
        poll(&waker, true, |context| context.waker().clone()).wake();
        poll(&waker, true, |context| context.waker().wake_by_ref());
        let second = kept.clone();
        second.wake();
        kept.wake_by_ref();
        known
    });
    assert_eq!(executor.wakes.load(Ordering::SeqCst), 4);
    drop(waker);
    assert_eq!(Arc::strong_count(&executor), 1, "all clones were given back");
    (known, count)
}

#[test]
fn wakers_of_any_number_of_kinds_are_kept() {
    let begin = Barrier::new(4);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                begin.wait();
                for kind in 0..NOTED / 2 {
                    assert_eq!(call(kind), (true, 0));
                }
            });
        }
    });
    for kind in 0..NOTED {
        assert_eq!(call(kind), (true, 0), "{kind}");
    }
    // Wakers of further kinds are not recognised, and a clone of a lent waker is boxed.
    for kind in NOTED..KINDS.len() {
        assert_eq!(call(kind), (false, 2), "{kind}");
        let executor = Executor::new(kind).waker(kind);
        for again in [false, true] {
            poll(&executor, again, |context| {
                let home = waker::exported(context.waker());
                // SAFETY: the waker is lent meanwhile.
                unsafe {
                    other_image::with_context((&raw const home).cast(), again, |context| {
                        assert!(context.waker().will_wake(&executor));
                    });
                }
            });
        }
    }
}

#[test]
fn a_clone_may_be_of_another_kind() {
    let executor = Executor::new(1);
    let waker = executor.waker(0);
    for again in [false, true] {
        let lent = waker::exported(&waker);
        // SAFETY: the waker is lent meanwhile.
        let clone = unsafe {
            other_image::with_context((&raw const lent).cast(), again, |context| {
                context.waker().clone()
            })
        };
        let second = clone.clone();
        second.wake();
        clone.wake();
    }
    assert_eq!(executor.wakes.load(Ordering::SeqCst), 4);
    drop(waker);
    assert_eq!(Arc::strong_count(&executor), 1, "all clones were given back");
}
