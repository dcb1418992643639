//! What a callback may answer: how each type travels from the module to the homeserver.

use std::fmt;

use abi_stable::StableAbi;

/// A type that a callback may answer. Its default is the neutral answer: what it would be if the
/// module had not been asked.
pub trait Answer: Default + Send + 'static {
    /// C form, owned by the receiver.
    type Raw: StableAbi + 'static;

    /// Whether it is the neutral answer, which has no C form: the usual case costs nothing.
    fn is_neutral(&self) -> bool;

    /// The C form; `None` for the neutral answer.
    fn into_raw(self) -> Option<Self::Raw>;

    /// Back from the C form, into memory of the receiver's own.
    ///
    /// # Errors
    /// If a module of another version wrote something this version does not know.
    fn from_raw(raw: Self::Raw) -> Result<Self, Unreadable>;
}

/// An answer of a later version that this one cannot read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unreadable(pub(crate) &'static str);

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl std::error::Error for Unreadable {}

/// Nothing to say: notifications, and hooks that can only fail.
impl Answer for () {
    type Raw = ();

    #[inline]
    fn is_neutral(&self) -> bool {
        true
    }

    #[inline]
    fn into_raw(self) -> Option<()> {
        None
    }

    fn from_raw((): ()) -> Result<Self, Unreadable> {
        Ok(())
    }
}

/// Yes, no, or no opinion (`None`, the neutral answer).
impl Answer for Option<bool> {
    type Raw = bool;

    #[inline]
    fn is_neutral(&self) -> bool {
        self.is_none()
    }

    #[inline]
    fn into_raw(self) -> Option<bool> {
        self
    }

    fn from_raw(raw: bool) -> Result<Self, Unreadable> {
        Ok(Some(raw))
    }
}
