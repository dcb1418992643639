//! Why an event did not come about.

use hsmod_loader::CallError;

/// A denial or a failure, and whose it is.
pub(in crate::replay) struct Refusal {
    pub(in crate::replay) error: CallError,
    /// The module, if it is known.
    pub(in crate::replay) by: Option<String>,
}

impl From<CallError> for Refusal {
    fn from(error: CallError) -> Self {
        Self { by: error.module().map(str::to_owned), error }
    }
}
