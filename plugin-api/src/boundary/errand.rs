//! What a module wants to be run on another thread: one call that blocks, made at most once.

use std::fmt;

use abi_stable::StableAbi;

use super::attempted;
use super::continuation::release;

/// A call that blocks the thread it is made on.
///
/// It belongs to whoever holds it; dropped, it is given back to the module without being made.
/// What it returns, or how it panics, stays in the module.
#[repr(C)]
#[derive(StableAbi)]
pub struct Errand {
    /// A closure of the module's, in a box.
    object: *const (),
    /// Takes the object; null from then on.
    run: unsafe extern "C" fn(*const ()),
    release: unsafe extern "C" fn(*const ()),
}

// SAFETY: the closure is `Send` (`new` demands it).
unsafe impl Send for Errand {}
// SAFETY: nothing can be done with a shared one.
unsafe impl Sync for Errand {}

impl Errand {
    /// Keeps `work`, and what it owns, until it is run or given back.
    pub(crate) fn new<C: FnOnce() + Send + 'static>(work: C) -> Self {
        let object = Box::into_raw(Box::new(work)).cast_const().cast();
        Self { object, run: run::<C>, release: release::<C> }
    }

    /// Makes the call, on this thread.
    #[cfg(feature = "host")]
    pub fn run(mut self) {
        let object = std::mem::replace(&mut self.object, std::ptr::null());
        // SAFETY: the closure is taken, once.
        unsafe { (self.run)(object) };
    }
}

impl Drop for Errand {
    fn drop(&mut self) {
        if !self.object.is_null() {
            // SAFETY: the closure was neither taken nor given back.
            unsafe { (self.release)(self.object) };
        }
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
    let _ = attempted(|| {
        // SAFETY: the caller's promise.
        unsafe { Box::from_raw(object.cast_mut().cast::<C>())() };
    });
}
