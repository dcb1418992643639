//! How this crate crosses the boundary: the calls of `hsmod-abi` with this crate's errors, and a
//! limit on how deeply calls may be nested.

#[cfg(feature = "host")]
mod nesting;

pub(crate) use hsmod_abi::attempted;
#[cfg(feature = "host")]
pub use hsmod_abi::{
    Asked, CALLBACK_ROOM, Callback, CallbackCall, Instance, Keeps, Observer, Reply,
};
pub use hsmod_abi::{Continuation, Errand, Panic, Routine, install_panic_hook};
#[cfg(feature = "host")]
pub use nesting::admit_callback;
#[cfg(feature = "host")]
pub(crate) use nesting::{Answering, admit_request};

#[cfg(feature = "host")]
use crate::table::Row;
use crate::values::error::ModuleError;
#[cfg(feature = "host")]
use crate::values::subject::Subject;

/// The outcome of one poll of a call.
pub type Entered<A> = hsmod_abi::Entered<A, ModuleError>;

/// The space reserved for the future of a request, in bytes.
const REQUEST_ROOM: usize = 192;

/// A request: a module asks its homeserver and awaits the answer.
pub(crate) type Request<'a, M> = hsmod_abi::Request<'a, M, REQUEST_ROOM>;

/// Converts the outcome of the request `name` into its result.
#[inline]
pub(crate) fn answered<A: Default>(name: &str, entered: Entered<A>) -> Result<A, ModuleError> {
    match entered {
        Entered::Neutral => Ok(A::default()),
        entered => other(name, entered),
    }
}

/// [`answered`] for every outcome that is not the neutral answer.
#[cold]
#[inline(never)]
fn other<A: Default>(name: &str, entered: Entered<A>) -> Result<A, ModuleError> {
    match entered {
        Entered::Ready(answer) => answer,
        Entered::Panicked(panic) => {
            let what = format!("the homeserver panicked in `{name}`: {panic}");
            Err(ModuleError::new(what))
        }
        _ => Ok(A::default()),
    }
}

/// Returns what a call with these arguments is about. The arguments must have been built
/// ([`Prepared::build`](hsmod_abi::Prepared::build)).
#[cfg(feature = "host")]
#[cold]
pub fn subject<R: Row>(args: &mut impl hsmod_abi::Prepared<R::Raws>) -> Subject {
    R::subject(&args.raw())
}
