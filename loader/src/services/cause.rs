//! The causes of errors.

use std::error::Error;

/// An error and its causes, beginning with the error itself.
pub(super) fn causes<'a>(
    error: &'a (dyn Error + 'static),
) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |&error| error.source())
}

/// The message of the innermost cause. The outer ones only say that something failed, and may
/// repeat secrets.
pub(super) fn innermost(error: &(dyn Error + 'static)) -> String {
    causes(error).last().unwrap_or(error).to_string()
}
