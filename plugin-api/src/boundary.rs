//! The way across, as both sides of this crate use it: what `hsmod-abi` has, for our errors, and how
//! deep calls may stand inside one another.

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

/// How one poll of a call went.
pub type Entered<A> = hsmod_abi::Entered<A, ModuleError>;

/// Room for the future of a request.
const REQUEST_ROOM: usize = 192;

/// A request: a module asks its homeserver, and awaits the answer.
pub(crate) type Request<'a, M> = hsmod_abi::Request<'a, M, REQUEST_ROOM>;

/// What the request `name` came to.
#[inline]
pub(crate) fn answered<A: Default>(name: &str, entered: Entered<A>) -> Result<A, ModuleError> {
    match entered {
        Entered::Neutral => Ok(A::default()),
        entered => other(name, entered),
    }
}

/// The same of what is not the neutral answer.
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

/// What a call with these arguments is about. They were built before
/// ([`Prepared::build`](hsmod_abi::Prepared::build)).
#[cfg(feature = "host")]
#[cold]
pub fn subject<R: Row>(args: &mut impl hsmod_abi::Prepared<R::Raws>) -> Subject {
    R::subject(&args.raw())
}
