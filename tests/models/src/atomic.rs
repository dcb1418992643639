//! A replacement for the loader's file of this name, for models.
//!
//! loom does not model the single total order of `SeqCst` accesses, but it does model fences. A
//! fence guarantees no more than the loader's accesses do, so the models assume nothing that does
//! not hold in the loader.

pub(crate) use loom::sync::atomic::{AtomicPtr, AtomicU64, Ordering};
pub(crate) use loom::sync::{Arc, Mutex, MutexGuard};

use loom::sync::atomic::fence;

/// Writes `value` to `word`, before this thread reads anything else.
pub(crate) fn announce(word: &AtomicU64, value: u64) {
    word.swap(value, Ordering::SeqCst);
    fence(Ordering::SeqCst);
}

/// Replaces a pointer, before this thread reads anything else.
pub(crate) fn swap<T>(pointer: &AtomicPtr<T>, new: *mut T) -> *mut T {
    let old = pointer.swap(new, Ordering::SeqCst);
    fence(Ordering::SeqCst);
    old
}
