//! The homeserver's side of the boundary, on which the loader builds. Not for modules.

pub use crate::boundary::{
    Asked, CALLBACK_ROOM, Callback, CallbackCall, Continuation, Entered, Errand, Instance, Keeps,
    Observer, Panic, Reply, Routine, admit_callback, subject,
};
pub use crate::module::Lists;
pub use crate::table::Row;
pub use crate::values::editable::EditableText;
pub use crate::values::input::{
    BuiltEvent, Delivered, EventError, EventParts, InputError, Inputs, IntoEvent, IntoJson, Json,
    OwnedInputs, Parts, Pdu, Ser, Several, SeveralInputs, Together,
};
pub use crate::values::media::FileSource;
pub use crate::values::state::{StateHandle, StateSource};
pub use crate::values::subject::Subject;
pub use hsmod_abi::{Asking, Form, GivenText, Prepared, Shared};

/// Applies the rules of a callback: how the modules' answers are combined, and what a failure
/// means. The loader implements it, one row per callback.
pub trait Dispatch<R, Inputs> {
    /// The future that the homeserver awaits.
    type Call;

    /// Begins a call; no module is asked before it is polled.
    fn dispatch(self, inputs: Inputs) -> Self::Call;
}

/// Knows whether any module registered a callback. The loader implements it.
pub trait Listens<R> {
    /// Whether one did.
    fn listens(self) -> bool;
}

/// Marks a callback that is asked about several items at once, as the row of its [`Dispatch`].
#[derive(Debug)]
pub struct Many<R>(std::marker::PhantomData<R>);
