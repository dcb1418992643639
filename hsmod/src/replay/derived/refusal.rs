//! The reason why an event did not come about.

use hsmod_loader::CallError;

/// A denial or a failure, and the module behind it.
pub(in crate::replay) struct Refusal {
    pub(in crate::replay) error: CallError,
    /// The module's name, if known.
    pub(in crate::replay) by: Option<String>,
}

impl From<CallError> for Refusal {
    fn from(error: CallError) -> Self {
        Self { by: error.module().map(str::to_owned), error }
    }
}
