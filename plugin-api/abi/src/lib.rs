//! The C ABI between hsmod plugins and homeservers: the values that cross, and the protocol of a
//! call.
//!
//! Callbacks (homeserver asks module) and requests (module asks homeserver) use the same protocol
//! with the roles swapped: the *caller* lends a [`Frame`] and polls, the *callee* builds its future
//! in the room of the frame with [`start`]. `docs/abi.md` describes the boundary.
//!
//! This crate holds all the unsafe code of the boundary; `hsmod-plugin-api` forbids it. Safe items
//! of this crate cannot be misused. Lints do not check the expansions of its macros: these declare
//! the boundary itself, and whatever else is passed to them cannot break it.
#![allow(
    clippy::exhaustive_structs,
    reason = "C forms: whether they may grow is the boundary's business, not the crate's"
)]

mod answer;
mod array;
mod cache;
mod call;
mod callback;
mod callback_call;
mod counted;
mod crossing;
mod entry;
mod form;
mod frame;
mod given;
mod held;
mod host;
mod kept;
mod lend;
mod log;
mod object;
mod observer;
mod outcome;
mod own_seat;
mod owned;
mod panic;
mod peer;
mod prepared;
mod registration;
mod request;
mod root;
mod seat;
mod serve;
mod shape;
mod start;
mod table;
mod text;
mod text_type;
mod view;
mod waker;

pub use answer::{Answer, Answers, Done, Entered, Fault, Made, RawError, Unreadable};
pub use array::{Room, Slice, SliceIter};
pub use cache::{Forgets, RawCache};
pub use call::{Asked, Call, Reply};
pub use callback::{Asking, Callback, Instance};
pub use callback_call::CallbackCall;
pub use crossing::{Crossing, Place};
#[doc(hidden)]
pub use crossing::{lent_for, returned};
pub use entry::Entry;
pub use form::{Field, Flaw, Form};
pub use frame::{Context, Frame, Poll, ROOM_ALIGN, ROOM_MIN, Slot, Status};
pub use given::GivenText;
pub use held::{Continuation, ContinuationArgs, Errand, Routine};
pub use host::{Counted, Extension, Extensions, Has, Homeserver, RawApi};
#[doc(hidden)]
pub use host::{release, retain};
pub use kept::{AllInPlace, InPlace, Kept, KeptAll};
pub use lend::{Editable, SetText, TextSource, Texts};
pub use log::{LogParent, LogSpan, LogTable, LogTableRef, Logs, RawField, RawRecord};
pub use object::Object;
pub use observer::{Keeps, Observer};
pub use outcome::RawOutcome;
pub use own_seat::CALLBACK_ROOM;
pub use owned::{OwnedArray, OwnedBytes, OwnedStr};
pub use panic::{Panic, RawPanic, attempted, caught, explain_panics, install_panic_hook};
pub use peer::{Bound, Guest, Named, Peer, RowOf, TableFor, TableRef};
pub use prepared::{InputError, Prepared, Shared};
pub use registration::{Offer, RawRegistration, Table};
pub use request::{Request, ask_now};
pub use root::{Constructs, Parsed, PluginRoot, RootTable};
#[doc(hidden)]
pub use root::{connect, construct, no_extension, parse};
pub use serve::{
    AnswerOf, ArgsOf, Arguments, Begins, Begun, Method, Progress, Serves, Side, begin, serve,
};
pub use shape::InC;
#[cfg(feature = "describe")]
pub use shape::{Member, Shapes, Spelling, Structure};
pub use start::{answered, contained, start};
pub use table::function_at;
pub use text::{Bytes, Flag, Number, Source, Str};
pub use view::{Lent, LentMut, MaybeLent, View};
pub use waker::{FfiWaker, FfiWakerTable};

/// The major version of the boundary: different majors are incompatible.
pub const MAJOR: u32 = if cfg!(hsmod_abi_test = "other_major") { 3 } else { 2 };
/// The minor version: counts additions at the end of tables and structures.
pub const MINOR: u32 = if cfg!(hsmod_abi_test = "newer_minor") { 1 } else { 0 };
