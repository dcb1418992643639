//! The arguments of a callback, prepared for one module after the other.

use std::fmt;
use std::sync::Arc;

use crate::form::Form;

/// One or several prepared arguments of a call. What [`Self::raw`] borrows stays in place, because
/// the call neither moves nor touches it while a module has it.
pub trait Prepared<Raw: Form> {
    /// Builds the arguments; called once, before [`Prepared::raw`], and only if a module is asked.
    ///
    /// # Errors
    /// What the homeserver passed cannot be read.
    #[inline]
    fn build(&mut self) -> Result<(), InputError> {
        Ok(())
    }

    /// The C form.
    ///
    /// # Panics
    /// If it had to be built and was not.
    fn raw(&mut self) -> Raw::Of<'_>;

    /// The error that occurred while creating a value that a module asked for, if any: the module
    /// is not to blame for the consequences.
    #[inline]
    fn failed(&self) -> Option<InputError> {
        None
    }
}

/// A [`Prepared`] whose C form several calls may use at the same time: it must not allow changes.
pub trait Shared<Raw: Form>: Send + Sync {
    /// The C form.
    fn shared(&self) -> Raw::Of<'_>;
}

impl<Raw: Form, P: Shared<Raw>> Prepared<Raw> for Arc<P> {
    #[inline]
    fn raw(&mut self) -> Raw::Of<'_> {
        self.shared()
    }
}

/// What a homeserver passed cannot be read: an event that is not an event, a value that is not
/// JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(clippy::exhaustive_structs, reason = "a message")]
pub struct InputError(pub String);

impl fmt::Display for InputError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for InputError {}
