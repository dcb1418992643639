//! What a module wants to be run on another thread: one call that blocks, made at most once.

use std::fmt;

use abi_stable::StableAbi;

use super::{RawObject, caught};

/// A call that blocks the thread it is made on.
///
/// It belongs to whoever holds it; dropped, it is given back to the module without being made.
/// What it returns, or how it panics, stays in the module.
#[repr(C)]
#[derive(StableAbi)]
pub struct Errand {
    /// A closure of the module's, in a box.
    object: RawObject,
    /// Takes the object.
    run: unsafe extern "C" fn(*const ()),
}

impl Errand {
    /// Keeps `work`, and what it owns, until it is run or given back.
    pub(crate) fn new<C: FnOnce() + Send + 'static>(work: C) -> Self {
        Self { object: RawObject::boxed(work), run: run::<C> }
    }

    /// Makes the call, on this thread.
    #[cfg(feature = "host")]
    pub fn run(self) {
        // SAFETY: the closure is taken, once.
        unsafe { (self.run)(self.object.into_pointer()) };
    }
}

impl fmt::Debug for Errand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Errand").finish_non_exhaustive()
    }
}

/// # Safety
/// `object` is a boxed `C` and is taken.
unsafe extern "C" fn run<C: FnOnce()>(object: *const ()) {
    // Whoever waits for what it returns learns of a panic from the closure itself.
    // SAFETY: the caller's promise.
    caught(|| unsafe { Box::from_raw(object.cast_mut().cast::<C>())() });
}
