//! A value that is published to all threads, which read it without a lock: reading costs one locked
//! instruction, and none inside another read.
//!
//! A reader announces in its thread's own word which value it is about to use, and then checks
//! whether that value is still the published one. A thread that replaced the value waits until no
//! word names the old one. Both sides write first and then read, in a single order for all threads:
//! either the reader sees that another value was published, or the replacing thread sees the
//! reader.
//!
//! Rationale: a general solution that counts references (`arc_swap`) takes one of the thread's
//! slots and gives it back, each with a locked instruction and a search; a question takes less time
//! than that.
//!
//! `tests/models` checks this file under every order of memory accesses that a processor may
//! choose.

use std::marker::PhantomData;
use std::mem::ManuallyDrop;
use std::ops::Deref;
use std::ptr::NonNull;
use std::sync::PoisonError;

use super::atomic::{Arc, AtomicPtr, AtomicU64, Mutex, MutexGuard, Ordering, announce, swap};

/// The word of a thread that reads nothing.
pub(crate) const NOBODY: u64 = 0;

/// A value that is read all the time and replaced now and then.
#[derive(Debug)]
pub(crate) struct Published<T> {
    /// Owns one reference of an [`Arc`].
    current: AtomicPtr<T>,
    /// Held while the value is replaced, and by readers that cannot use their word.
    replacing: Mutex<()>,
}

impl<T> Published<T> {
    pub(crate) fn new(value: Arc<T>) -> Self {
        Self { current: AtomicPtr::new(Arc::into_raw(value).cast_mut()), replacing: Mutex::new(()) }
    }

    /// Runs `body` with the published value. Only this thread may write `word`; threads that
    /// replace the value read it.
    #[inline]
    pub(crate) fn read<R>(&self, word: &AtomicU64, body: impl FnOnce(Lent<'_, T>) -> R) -> R {
        let outer = word.load(Ordering::Relaxed);
        let expected = self.current.load(Ordering::Relaxed);
        if outer != NOBODY {
            if outer == address(expected) {
                // SAFETY: the enclosing reader keeps the value alive, as below.
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
        // SAFETY: the value was still published after it was announced. So a thread that replaces
        // it sees the announcement and keeps the reference until the word is cleared, which is
        // after `body`.
        body(unsafe { Lent::new(expected) })
    }

    /// The published value, for longer than one read.
    #[cold]
    #[inline(never)]
    pub(crate) fn shared(&self) -> Arc<T> {
        let _replacing = self.replacing();
        // SAFETY: `self` owns one reference, and the lock prevents a replacement meanwhile.
        unsafe { Lent::new(self.current.load(Ordering::Relaxed)) }.share()
    }

    fn replacing(&self) -> MutexGuard<'_, ()> {
        self.replacing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Publishes another value and returns the former one.
    pub(crate) fn replace(&self, value: Arc<T>) -> Replaced<T> {
        let _replacing = self.replacing();
        let old = swap(&self.current, Arc::into_raw(value).cast_mut());
        // SAFETY: `self` owned this reference.
        Replaced(ManuallyDrop::new(unsafe { Arc::from_raw(old) }))
    }
}

impl<T> Drop for Published<T> {
    fn drop(&mut self) {
        // SAFETY: `self` owns this reference; all readers borrow `self`, so none is left.
        drop(unsafe { Arc::from_raw(self.current.load(Ordering::Relaxed)) });
    }
}

/// The published value, lent to a reader.
pub(crate) struct Lent<'a, T> {
    value: NonNull<T>,
    lifetime: PhantomData<&'a T>,
}

impl<'a, T> Lent<'a, T> {
    /// # Safety
    /// `value` comes from [`Arc::into_raw`] or [`Arc::as_ptr`], and someone keeps a reference to it
    /// for `'a`.
    #[inline]
    const unsafe fn new(value: *mut T) -> Self {
        // SAFETY: promised by the caller; a pointer from an `Arc` is not null.
        Self { value: unsafe { NonNull::new_unchecked(value) }, lifetime: PhantomData }
    }

    /// Takes a reference of its own.
    #[inline]
    pub(crate) fn share(&self) -> Arc<T> {
        let kept = ManuallyDrop::new(
            // SAFETY: the pointer comes from an `Arc`; `ManuallyDrop` leaves its reference alone.
            unsafe { Arc::from_raw(self.value.as_ptr()) },
        );
        Arc::clone(&kept)
    }
}

impl<'a, T> From<&'a Arc<T>> for Lent<'a, T> {
    fn from(kept: &'a Arc<T>) -> Self {
        // SAFETY: `kept` holds a reference for `'a`.
        unsafe { Self::new(Arc::as_ptr(kept).cast_mut()) }
    }
}

impl<T> Deref for Lent<'_, T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        // SAFETY: a reference is held for `'a`.
        unsafe { self.value.as_ref() }
    }
}

#[inline]
fn address<T>(pointer: *mut T) -> u64 {
    pointer.addr() as u64
}

/// A read in progress; clears the thread's word when dropped.
struct Reading<'w>(&'w AtomicU64);

impl Drop for Reading<'_> {
    #[inline]
    fn drop(&mut self) {
        self.0.store(NOBODY, Ordering::Release);
    }
}

/// The former value, which may still have readers. It is leaked if dropped before they are known to
/// be gone.
#[derive(Debug)]
pub(crate) struct Replaced<T>(ManuallyDrop<Arc<T>>);

impl<T> Replaced<T> {
    /// Takes the value back if none of these words, which must be those of all threads, names it.
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
