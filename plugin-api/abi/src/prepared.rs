//! The arguments of a callback, held ready for one module after the other.

use std::fmt;
use std::sync::Arc;

use crate::form::Form;

/// An argument, or several, that a call holds ready: what [`Self::raw`] borrows from it stays where
/// it is, because the call neither moves nor touches it while a module has it.
pub trait Prepared<Raw: Form> {
    /// Builds what has to be built; called once, before [`Prepared::raw`], and only if a module
    /// is to be asked.
    ///
    /// # Errors
    /// If what the homeserver gave cannot be read.
    #[inline]
    fn build(&mut self) -> Result<(), InputError> {
        Ok(())
    }

    /// Its C form.
    ///
    /// # Panics
    /// If it has to be built, and was not.
    fn raw(&mut self) -> Raw::Of<'_>;

    /// What could not be made when a module asked for it, if there is such a thing: that module
    /// cannot be blamed for what came of it.
    #[inline]
    fn failed(&self) -> Option<InputError> {
        None
    }
}

/// A [`Prepared`] of which several calls may have the C form at once: nobody may change anything
/// by it.
pub trait Shared<Raw: Form>: Send + Sync {
    /// Its C form.
    fn shared(&self) -> Raw::Of<'_>;
}

impl<Raw: Form, P: Shared<Raw>> Prepared<Raw> for Arc<P> {
    #[inline]
    fn raw(&mut self) -> Raw::Of<'_> {
        self.shared()
    }
}

/// What a homeserver gave cannot be read: an event that is no event, a value that is not JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(clippy::exhaustive_structs, reason = "a message")]
pub struct InputError(pub String);

impl fmt::Display for InputError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for InputError {}
