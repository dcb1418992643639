//! The atomics that [`published`](crate::published) uses; `tests/models` replaces them for its
//! model.

pub(crate) use std::sync::atomic::{AtomicPtr, AtomicU64, Ordering};
pub(crate) use std::sync::{Arc, Mutex, MutexGuard};

/// Writes `value` to `word`; this thread's later reads happen after the write.
#[inline]
pub(crate) fn announce(word: &AtomicU64, value: u64) {
    word.swap(value, Ordering::SeqCst);
}

/// Replaces a pointer; this thread's later reads happen after that.
pub(crate) fn swap<T>(pointer: &AtomicPtr<T>, new: *mut T) -> *mut T {
    pointer.swap(new, Ordering::SeqCst)
}
