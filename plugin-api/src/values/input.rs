//! Arguments as a homeserver passes them: any string type for an identifier, any representation of
//! an event. A question borrows them; a notification keeps its own copy.

mod delivery;
mod events;
mod parts;
mod pdu;
mod several;
mod shown;
mod structures;
mod text;
mod written;

use hsmod_abi::{Form, Prepared, Shared};

pub use delivery::{Delivered, LazyDelivery, OwnedDelivery};
pub use events::{BuiltEvent, IntoJson, Json, LazyEvent, LazyJson, OwnedJson, OwnedState, Ser};
pub use hsmod_abi::InputError;
pub use parts::{EventParts, Parts, PartsSource};
pub use pdu::{Pdu, TextEvent};
pub use several::{Items, LazyEvents, One, Several, SeveralInput, SeveralInputs};
pub use shown::{EventError, EventSource, IntoEvent, ShownEvent, ShownEvents};
pub use structures::{LentText, OwnedProfile, SomeThreepid};
pub use text::{OwnedText, Plain, Text};

/// A value that a homeserver may pass for an argument whose C form is `Raw`.
pub trait Input<Raw: Form> {
    /// The form in which the call holds it.
    type Prepared: Prepared<Raw>;

    /// Takes the value; nothing is read or built yet.
    fn prepare(self) -> Self::Prepared;
}

/// An [`Input`] that can be copied for later.
pub trait OwnedInput<Raw: Form>: Input<Raw> {
    /// The copy; built already.
    type Owned: Shared<Raw> + 'static;

    /// Creates the copy.
    ///
    /// # Errors
    /// The value cannot be read.
    fn own(self) -> Result<Self::Owned, InputError>;

    /// Whether the value is empty, so that there is nothing to notify modules of.
    fn tells_nothing(&self) -> bool {
        false
    }
}

/// The arguments of a call, one [`Input`] each, for the C forms `Raw`.
pub trait Inputs<Raw: Form> {
    /// The form in which the call holds them.
    type Prepared: Prepared<Raw>;

    /// Takes the arguments.
    fn prepare(self) -> Self::Prepared;
}

/// [`Inputs`] that can be copied for later.
pub trait OwnedInputs<Raw: Form> {
    /// The copy.
    type Owned: Shared<Raw> + 'static;

    /// Creates the copy.
    ///
    /// # Errors
    /// One of them cannot be read.
    fn own(self) -> Result<Self::Owned, InputError>;

    /// Whether one of them is empty, so that there is nothing to notify modules of.
    fn tells_nothing(&self) -> bool;
}

/// Several prepared arguments.
#[derive(Debug)]
#[allow(clippy::exhaustive_structs, reason = "the tuple, by another name")]
pub struct Together<T>(pub T);

macro_rules! tuples {
    ($( ($($input:ident $raw:ident $index:tt),+); )*) => { $(
        impl<$($input, $raw: Form),+> Inputs<($($raw,)+)> for ($($input,)+)
        where $($input: Input<$raw>),+
        {
            type Prepared = Together<($($input::Prepared,)+)>;

            #[inline]
            fn prepare(self) -> Self::Prepared {
                Together(($(self.$index.prepare(),)+))
            }
        }

        impl<$($input, $raw: Form),+> OwnedInputs<($($raw,)+)> for ($($input,)+)
        where $($input: OwnedInput<$raw>),+
        {
            type Owned = Together<($($input::Owned,)+)>;

            fn own(self) -> Result<Self::Owned, InputError> {
                Ok(Together(($(self.$index.own()?,)+)))
            }

            fn tells_nothing(&self) -> bool {
                $(self.$index.tells_nothing())||+
            }
        }

        impl<$($input, $raw: Form),+> Prepared<($($raw,)+)> for Together<($($input,)+)>
        where $($input: Prepared<$raw>),+
        {
            #[inline]
            fn build(&mut self) -> Result<(), InputError> {
                $(self.0.$index.build()?;)+
                Ok(())
            }

            #[inline]
            fn raw(&mut self) -> <($($raw,)+) as Form>::Of<'_> {
                ($(self.0.$index.raw(),)+)
            }

            #[inline]
            fn failed(&self) -> Option<InputError> {
                None $(.or_else(|| self.0.$index.failed()))+
            }
        }

        impl<$($input, $raw: Form),+> Shared<($($raw,)+)> for Together<($($input,)+)>
        where $($input: Shared<$raw>),+
        {
            fn shared(&self) -> <($($raw,)+) as Form>::Of<'_> {
                ($(self.0.$index.shared(),)+)
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
