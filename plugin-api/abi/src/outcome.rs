//! The outcome of a plain function that may fail.

use crate::answer::{Fault, RawError};
use crate::crossing::Place;
use crate::owned::OwnedStr;
use crate::text::Flag;

crate::structure! {
    /// The outcome of a plain function. The caller determines how much of it is written.
    #[repr(C)]
    #[derive(Debug)]
    #[cfg_attr(feature = "layout", derive(abi_stable::StableAbi))]
    pub struct RawOutcome {
        /// The size of this structure in the caller's version, in bytes.
        size: u32,
        failed: Flag,
        /// Empty if the function has succeeded.
        error: RawError,
    }
}

impl RawOutcome {
    /// Converts the result.
    #[allow(clippy::cast_possible_truncation, reason = "a few pointers")]
    fn of<E: Fault>(done: Result<(), E>) -> Self {
        let failed = Flag::new(done.is_err());
        let error = done.err().map_or_else(|| RawError::new(0, OwnedStr::NONE), Fault::into_raw);
        Self { size: size_of::<Self>() as u32, failed, error }
    }

    /// The initial value, for the case that nothing is written. It owns nothing, so it can be
    /// overwritten.
    #[allow(clippy::cast_possible_truncation, reason = "a few pointers")]
    pub fn unwritten() -> Self {
        let error = RawError::new(0, OwnedStr::fixed("the homeserver panicked"));
        Self { size: size_of::<Self>() as u32, failed: Flag::new(true), error }
    }

    /// Converts the outcome into a result.
    ///
    /// # Errors
    /// The error that was written.
    pub fn into_result<E: Fault>(self) -> Result<(), E> {
        if self.failed.get() { Err(E::from_raw(self.error)) } else { Ok(()) }
    }
}

impl Place<'_, RawOutcome> {
    /// Writes the outcome.
    pub fn write<E: Fault>(self, done: Result<(), E>) {
        let (outcome, out) = (RawOutcome::of(done), self.pointer());
        if out.is_null() {
            return;
        }
        // SAFETY: it leads to one of any version, whose size says how long it is.
        let room = unsafe { (&raw const (*out).size).read() };
        let size = room.min(outcome.size);
        let outcome = std::mem::ManuallyDrop::new(RawOutcome { size, ..outcome });
        // SAFETY: as much as both have; what the caller does not know is leaked.
        unsafe {
            let from = (&raw const outcome).cast::<u8>();
            std::ptr::copy_nonoverlapping(from, out.cast::<u8>(), size as usize);
        }
    }
}
