//! The last stage: asks the modules, in order, and makes one answer of theirs.

use hsmod_plugin_api::host::SlotFn;
use hsmod_plugin_api::table::Row;
use hsmod_plugin_api::values::{
    DirectoryVisibility, EventDecision, FederatedEventAction, Permission, RegistrationBehaviour,
    Verdict,
};

use crate::replacement::Replacement;

mod failure;
mod federated_invite;
mod notification;
mod question;
pub(crate) mod queue;
mod watch;

pub use federated_invite::FederatedInvite;
pub use notification::{Delivery, Notification};
pub use question::Question;

/// The C forms of a callback's arguments.
pub(crate) type Args<R> = <<R as Row>::Slot as SlotFn>::Args;

/// An answer that decides a question: what the homeserver gets to know.
pub trait Decision {
    /// What the homeserver goes on with.
    type Output;

    /// The answer if it lets the operation go on.
    ///
    /// # Errors
    /// The verdict that refuses the operation.
    fn decide(self) -> Result<Self::Output, Verdict>;
}

impl Decision for Verdict {
    type Output = ();

    #[inline]
    fn decide(self) -> Result<(), Verdict> {
        match self {
            Self::Allow => Ok(()),
            denial => Err(denial),
        }
    }
}

impl Decision for Permission {
    type Output = ();

    #[inline]
    fn decide(self) -> Result<(), Verdict> {
        match self {
            Self::Allow => Ok(()),
            _ => Err(crate::call_error::plain_denial()),
        }
    }
}

impl Decision for EventDecision {
    type Output = Option<Replacement>;

    #[inline]
    fn decide(self) -> Result<Option<Replacement>, Verdict> {
        match self {
            Self::Allow => Ok(None),
            Self::Replace(event) => Ok(Some(Replacement::new(event))),
            _ => Err(crate::call_error::plain_denial()),
        }
    }
}

impl Decision for RegistrationBehaviour {
    type Output = Self;

    #[inline]
    fn decide(self) -> Result<Self, Verdict> {
        match self {
            Self::Deny => Err(crate::call_error::plain_denial()),
            behaviour => Ok(behaviour),
        }
    }
}

macro_rules! values {
    ($( $type:ty, )*) => { $(
        impl Decision for $type {
            type Output = Self;

            #[inline]
            fn decide(self) -> Result<Self, Verdict> {
                Ok(self)
            }
        }
    )* };
}

values! { (), Option<bool>, FederatedEventAction, DirectoryVisibility, }

/// How a callback is dispatched, by the way its answers are combined.
macro_rules! dispatch_by {
    (FirstDecided, $row:ty) => {
        $crate::dispatch::dispatch_by!(Question, $row);
    };
    (AllInOrder, $row:ty) => {
        $crate::dispatch::dispatch_by!(Question, $row);
    };
    (Question, $row:ty) => {
        impl<'m, I: Inputs<Args<$row>>> Dispatch<$row, I> for &'m Modules {
            type Call = Question<'m, $row, I::Prepared>;

            #[inline]
            fn dispatch(self, inputs: I) -> Self::Call {
                Question::new(self, inputs.prepare())
            }
        }
    };
    (ThenUserMayInvite, $row:ty) => {
        impl<'m, I: OwnedInputs<Args<$row>, Owned = (BuiltEvent,)> + Send + 'm> Dispatch<$row, I>
            for &'m Modules
        {
            type Call = FederatedInvite<'m>;

            fn dispatch(self, inputs: I) -> Self::Call {
                FederatedInvite::new(self, inputs)
            }
        }
    };
    (Notification, $row:ty) => {
        impl<I: OwnedInputs<Args<$row>>> Dispatch<$row, I> for &Modules {
            type Call = Notification;

            fn dispatch(self, inputs: I) -> Self::Call {
                Notification::new::<$row, I>(self, inputs)
            }
        }
    };
}

pub(crate) use dispatch_by;
