//! The last stage: calls the modules in order and combines their answers.

use hsmod_plugin_api::host::Asking;

#[allow(
    unnameable_types,
    private_interfaces,
    reason = "seen in the types of questions; of no use elsewhere"
)]
mod aggregation;
mod continued;
mod deadline;
#[allow(unnameable_types, reason = "as above")]
mod decision;
mod delivery;
mod failure;
mod federated_invite;
mod notification;
mod question;
pub(crate) mod queue;
mod responsible;
mod watch;

pub(crate) use aggregation::{
    Alone, First, HiddenEach, Merged, MergedEach, OfLoginType, OfSeveral, Union,
};
pub use continued::{Login, Update};
pub use delivery::{Delivery, DeliveryError};
pub use federated_invite::FederatedInvite;
pub use notification::Notification;
pub use question::Question;
pub use queue::Untold;
pub(crate) use responsible::Responsible;

/// The C forms of a callback's arguments.
pub(crate) type Args<R> = <R as Asking>::Raws;

/// How a callback is dispatched, depending on how its answers are combined.
macro_rules! dispatch_by {
    (FirstDecided, $row:ty) => { dispatch_by!(@question First, First, $row); };
    (AllInOrder, $row:ty) => { dispatch_by!(@question First, First, $row); };
    (Exclusive, $row:ty) => { dispatch_by!(@question First, First, $row); };
    (Exclusive [alone], $row:ty) => { dispatch_by!(@question Alone, Alone, $row); };
    (Single, $row:ty) => { dispatch_by!(@question Alone, Alone, $row); };
    (Union, $row:ty) => {
        dispatch_by!(@question Union<<$row as Row>::Answer>, Union::default(), $row);
    };
    (Merged, $row:ty) => {
        dispatch_by!(@question Merged, Merged::default(), $row);
        dispatch_by!(@several MergedEach, $row);
    };
    (FirstDecided [each], $row:ty) => {
        dispatch_by!(@question First, First, $row);
        dispatch_by!(@several HiddenEach, $row);
    };
    (@question $aggregation:ty, $none:expr, $row:ty) => {
        impl<'m, I: Inputs<Args<$row>>> Dispatch<$row, I> for &'m Modules {
            type Call = Question<'m, $row, I::Prepared, $aggregation>;

            #[inline]
            fn dispatch(self, inputs: I) -> Self::Call {
                Question::new(self, inputs.prepare(), $none)
            }
        }
    };
    (@several $aggregation:ty, $row:ty) => {
        impl<'m, I: SeveralInputs<Args<$row>>> Dispatch<Many<$row>, I> for &'m Modules {
            type Call = Question<'m, $row, I::Prepared, $aggregation>;

            fn dispatch(self, inputs: I) -> Self::Call {
                let args = inputs.prepare();
                let count = args.count();
                Question::new(self, args, <$aggregation as OfSeveral>::new(count))
            }
        }
    };
    (FirstOfLoginType, $row:ty) => {
        impl<'m, A, T, C> Dispatch<$row, (A, &'m T, C)> for &'m Modules
        where
            T: AsRef<str> + ?Sized,
            (A, &'m T, C): Inputs<Args<$row>>,
        {
            type Call = Question<
                'm,
                $row,
                <(A, &'m T, C) as Inputs<Args<$row>>>::Prepared,
                OfLoginType<'m>,
            >;

            fn dispatch(self, inputs: (A, &'m T, C)) -> Self::Call {
                let login_type = OfLoginType(inputs.1.as_ref());
                Question::new(self, inputs.prepare(), login_type)
            }
        }
    };
    (ThenUserMayInvite, $row:ty) => {
        impl<'m, I: OwnedInputs<Args<$row>, Owned = Together<(BuiltEvent,)>> + Send + 'm> Dispatch<$row, I>
            for &'m Modules
        {
            type Call = FederatedInvite<'m, I>;

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
