//! As the loader's file of this name, for a model.
//!
//! loom takes every access of a single word for one that orders no others, also where the language
//! promises one order of all (`SeqCst`); its fences are as the language has them. What a fence
//! promises is no more than what the accesses of the loader do, so that nothing is assumed that
//! does not hold there.

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
