//! What is published to all threads, and read by them without a lock: one locked instruction, and
//! none for whoever reads inside of a reader.
//!
//! A reader announces in a word of its own thread what it is about to use, and looks once more
//! whether that is still what is published. Whoever replaces it waits until no word names the old
//! one. Both sides write first and read then, in one order for all threads: either the reader sees
//! that something else was published, or the one who replaces it sees the reader.
//!
//! Rationale: what counts references in general (`arc_swap`) takes a place of the thread's and gives
//! it back, each with a locked instruction and a search; a question is over in less time than that.
//!
//! `tests/models` checks this file in all orders that a processor may choose.

use std::marker::PhantomData;
use std::mem::ManuallyDrop;
use std::ops::Deref;
use std::ptr::NonNull;
use std::sync::PoisonError;

use super::atomic::{Arc, AtomicPtr, AtomicU64, Mutex, MutexGuard, Ordering, announce, swap};

/// No reader.
pub(crate) const NOBODY: u64 = 0;

/// A value that is replaced now and then, and read all the time.
#[derive(Debug)]
pub(crate) struct Published<T> {
    /// One reference of an [`Arc`].
    current: AtomicPtr<T>,
    /// Held while it is replaced, and by readers that have no word to announce it in.
    replacing: Mutex<()>,
}

impl<T> Published<T> {
    pub(crate) fn new(value: Arc<T>) -> Self {
        Self { current: AtomicPtr::new(Arc::into_raw(value).cast_mut()), replacing: Mutex::new(()) }
    }

    /// Runs `body` with what is published. `word` is written by this thread only, and read by
    /// whoever replaces the value.
    #[inline]
    pub(crate) fn read<R>(&self, word: &AtomicU64, body: impl FnOnce(Lent<'_, T>) -> R) -> R {
        let outer = word.load(Ordering::Relaxed);
        let expected = self.current.load(Ordering::Relaxed);
        if outer != NOBODY {
            if outer == address(expected) {
                // SAFETY: the reader around this one keeps it, as below.
                return body(unsafe { Lent::new(expected) });
            }
            return body(Lent::from(&self.shared()));
        }
        announce(word, address(expected));
        let reading = Reading(word);
        if self.current.load(Ordering::SeqCst) != expected {
            drop(reading);
            return body(Lent::from(&self.shared()));
        }
        // SAFETY: it is published still, after it was announced: who replaces it sees that, and
        // keeps the reference until the word is cleared, which happens when `body` is over.
        body(unsafe { Lent::new(expected) })
    }

    /// What is published, for longer than a moment.
    #[cold]
    #[inline(never)]
    pub(crate) fn shared(&self) -> Arc<T> {
        let _replacing = self.replacing();
        // SAFETY: one reference belongs to `self`, and nobody replaces it meanwhile.
        unsafe { Lent::new(self.current.load(Ordering::Relaxed)) }.share()
    }

    fn replacing(&self) -> MutexGuard<'_, ()> {
        self.replacing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Publishes something else.
    pub(crate) fn replace(&self, value: Arc<T>) -> Replaced<T> {
        let _replacing = self.replacing();
        let old = swap(&self.current, Arc::into_raw(value).cast_mut());
        // SAFETY: the reference that belonged to `self`.
        Replaced(ManuallyDrop::new(unsafe { Arc::from_raw(old) }))
    }
}

impl<T> Drop for Published<T> {
    fn drop(&mut self) {
        // SAFETY: the reference that belongs to `self`; readers borrow that.
        drop(unsafe { Arc::from_raw(self.current.load(Ordering::Relaxed)) });
    }
}

/// What is published, lent to a reader.
pub(crate) struct Lent<'a, T> {
    value: NonNull<T>,
    lifetime: PhantomData<&'a T>,
}

impl<'a, T> Lent<'a, T> {
    /// # Safety
    /// `value` is what an [`Arc`] became, one reference of which is kept by somebody for `'a`.
    #[inline]
    const unsafe fn new(value: *mut T) -> Self {
        // SAFETY: the caller's promise.
        Self { value: unsafe { NonNull::new_unchecked(value) }, lifetime: PhantomData }
    }

    /// A reference of one's own.
    #[inline]
    pub(crate) fn share(&self) -> Arc<T> {
        let kept = ManuallyDrop::new(
            // SAFETY: what an `Arc` became; that reference is not ours to drop.
            unsafe { Arc::from_raw(self.value.as_ptr()) },
        );
        Arc::clone(&kept)
    }
}

impl<'a, T> From<&'a Arc<T>> for Lent<'a, T> {
    fn from(kept: &'a Arc<T>) -> Self {
        // SAFETY: `kept` keeps a reference for `'a`.
        unsafe { Self::new(Arc::as_ptr(kept).cast_mut()) }
    }
}

impl<T> Deref for Lent<'_, T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        // SAFETY: a reference is kept for `'a`.
        unsafe { self.value.as_ref() }
    }
}

#[inline]
fn address<T>(pointer: *mut T) -> u64 {
    pointer.addr() as u64
}

/// A reader; dropped, it is none any more.
struct Reading<'w>(&'w AtomicU64);

impl Drop for Reading<'_> {
    #[inline]
    fn drop(&mut self) {
        self.0.store(NOBODY, Ordering::Release);
    }
}

/// What was published, while it may have readers still; dropped before they are known to be gone,
/// it is leaked.
#[derive(Debug)]
pub(crate) struct Replaced<T>(ManuallyDrop<Arc<T>>);

impl<T> Replaced<T> {
    /// Gives it up if none of these words, which are those of all threads, names it.
    pub(crate) fn give_up<'w>(
        self,
        words: impl IntoIterator<Item = &'w AtomicU64>,
    ) -> Result<Arc<T>, Self> {
        let address = address(Arc::as_ptr(&self.0).cast_mut());
        if words.into_iter().any(|word| word.load(Ordering::SeqCst) == address) {
            return Err(self);
        }
        Ok(ManuallyDrop::into_inner(self.0))
    }

    /// The value.
    pub(crate) fn value(&self) -> &T {
        &self.0
    }
}
