//! Arguments as a homeserver gives them: any string type for an identifier, any way to have an
//! event. A question borrows them; a notification keeps a copy of its own.

mod delivery;
mod events;
mod several;
mod structures;
mod text;

use std::fmt;

pub use delivery::{Delivered, LazyDelivery, OwnedDelivery};
pub use events::{BuiltEvent, IntoJson, Json, LazyEvent, LazyJson, OwnedJson, OwnedState, Ser};
pub use several::{BuiltEvents, Items, LazyEvents, One, Several, SeveralInput, SeveralInputs};
pub use structures::{LentText, OwnedProfile};
pub use text::{OwnedText, Text};

/// Something a homeserver may give for an argument whose C form is `Raw`.
pub trait Input<Raw> {
    /// What the call keeps of it.
    type Prepared: Prepared<Raw>;

    /// Takes it; nothing is read or built yet.
    fn prepare(self) -> Self::Prepared;
}

/// An argument that a call holds ready.
///
/// # Safety
/// What [`Prepared::raw`] returns stays valid for as long as `self` lives, is not moved and not
/// built again.
pub unsafe trait Prepared<Raw> {
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
    fn raw(&self) -> Raw;
}

/// An [`Input`] of which a copy can be kept for later.
pub trait OwnedInput<Raw>: Input<Raw> {
    /// The copy; built already.
    type Owned: Prepared<Raw> + Send + Sync + 'static;

    /// Makes the copy.
    ///
    /// # Errors
    /// If what the homeserver gave cannot be read.
    fn own(self) -> Result<Self::Owned, InputError>;

    /// Whether there is nothing in it to tell of.
    fn tells_nothing(&self) -> bool {
        false
    }
}

/// What a homeserver gave cannot be read: an event that is no event, a value that is not JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InputError(pub(crate) String);

impl fmt::Display for InputError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for InputError {}

/// The arguments of a call, one [`Input`] each, for the C forms `Raw`.
pub trait Inputs<Raw> {
    /// What the call keeps of them.
    type Prepared: Prepared<Raw>;

    /// Takes them.
    fn prepare(self) -> Self::Prepared;
}

/// [`Inputs`] of which a copy can be kept.
pub trait OwnedInputs<Raw> {
    /// The copy.
    type Owned: Prepared<Raw> + Send + Sync + 'static;

    /// Makes the copy.
    ///
    /// # Errors
    /// If one of them cannot be read.
    fn own(self) -> Result<Self::Owned, InputError>;

    /// Whether one of them leaves nothing to tell of.
    fn tells_nothing(&self) -> bool;
}

macro_rules! tuples {
    ($( ($($input:ident $raw:ident $index:tt),+); )*) => { $(
        impl<$($input, $raw),+> Inputs<($($raw,)+)> for ($($input,)+)
        where $($input: Input<$raw>),+
        {
            type Prepared = ($($input::Prepared,)+);

            #[inline]
            fn prepare(self) -> Self::Prepared {
                ($(self.$index.prepare(),)+)
            }
        }

        impl<$($input, $raw),+> OwnedInputs<($($raw,)+)> for ($($input,)+)
        where $($input: OwnedInput<$raw>),+
        {
            type Owned = ($($input::Owned,)+);

            fn own(self) -> Result<Self::Owned, InputError> {
                Ok(($(self.$index.own()?,)+))
            }

            fn tells_nothing(&self) -> bool {
                $(self.$index.tells_nothing())||+
            }
        }

        // SAFETY: each part keeps its promise while the tuple is not moved.
        unsafe impl<$($input, $raw),+> Prepared<($($raw,)+)> for ($($input,)+)
        where $($input: Prepared<$raw>),+
        {
            #[inline]
            fn build(&mut self) -> Result<(), InputError> {
                $(self.$index.build()?;)+
                Ok(())
            }

            #[inline]
            fn raw(&self) -> ($($raw,)+) {
                ($(self.$index.raw(),)+)
            }
        }
    )* };
}

tuples! {
    (A RA 0);
    (A RA 0, B RB 1);
    (A RA 0, B RB 1, C RC 2);
    (A RA 0, B RB 1, C RC 2, D RD 3);
    (A RA 0, B RB 1, C RC 2, D RD 3, E RE 4);
}
