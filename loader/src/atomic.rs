//! What [`published`](crate::published) is made of; `tests/models` has the same for its model.

pub(crate) use std::sync::atomic::{AtomicPtr, AtomicU64, Ordering};
pub(crate) use std::sync::{Arc, Mutex, MutexGuard};

/// Writes `value` to `word`, before this thread reads anything else.
#[inline]
pub(crate) fn announce(word: &AtomicU64, value: u64) {
    word.swap(value, Ordering::SeqCst);
}

/// Replaces a pointer, before this thread reads anything else.
pub(crate) fn swap<T>(pointer: &AtomicPtr<T>, new: *mut T) -> *mut T {
    pointer.swap(new, Ordering::SeqCst)
}
