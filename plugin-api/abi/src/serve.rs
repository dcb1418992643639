//! The functions behind the slots of a table, for callbacks and for requests.

use std::future::Future;
use std::marker::PhantomData;
use std::ptr::NonNull;

use crate::answer::{Answers, Fault};
use crate::form::{Field, Flaw, Form, erased};
use crate::frame::{Frame, Status};
use crate::start::{answered, contained, start};

/// The arguments of a row, as declared by [`arguments!`](crate::arguments).
pub trait Arguments: Field + Sized {
    /// The least number of bytes that a caller lends.
    const SIZE: usize = size_of::<Self>();
}

/// No arguments: the pointer to them is ignored.
impl Arguments for () {}

/// A row of a table: the arguments and answers of a slot.
pub trait Method: Sized + Send + Sync + 'static {
    /// Its arguments, which borrow.
    type Args: Form + Arguments;
    /// Its answers.
    type Answers: Answers;
}

/// The answer or error of a row.
pub type AnswerOf<M> =
    Result<<<M as Method>::Answers as Answers>::Answer, <<M as Method>::Answers as Answers>::Fault>;

/// The arguments of a row, with the lifetime `'a`.
pub type ArgsOf<'a, M> = <<M as Method>::Args as Form>::Of<'a>;

/// Answers a row with a future.
pub trait Serves<M: Method>: Send + Sync + 'static {
    /// Values that the future borrows in addition to the arguments, created for it.
    type Values: Default + 'static;

    /// The future of the answer.
    fn serve<'a>(
        &'a self,
        args: ArgsOf<'a, M>,
        values: &'a mut Self::Values,
    ) -> impl Future<Output = AnswerOf<M>> + Send;
}

/// An object that answers the rows of its interfaces; the slots of its table are for this type.
///
/// Rationale: the orphan rule lets a crate implement [`Serves`] of its rows for `Side<T>`, but not
/// for a bare `T`.
#[repr(transparent)]
#[derive(Debug)]
pub struct Side<T>(pub T);

/// The slot of a row that `S` answers.
///
/// # Safety
/// `object` is an `S`, which lives, as the arguments do, until the call has ended; the rest as for
/// [`start`].
pub unsafe extern "C" fn serve<S: Serves<M>, M: Method>(
    object: *const (),
    args: *const M::Args,
    frame: *mut Frame,
) -> Status {
    // SAFETY: the caller's promises.
    unsafe {
        if let Err(status) = accepted::<M>(args, frame) {
            return status;
        }
        start::<_, _, M::Answers>(frame, move |values: &'static mut S::Values| {
            (*object.cast::<S>()).serve(taken::<M>(args), values)
        })
    }
}

/// Takes the arguments out of the caller's memory.
///
/// # Safety
/// `args` is lent, and only taken here; it lives as long as the result is used.
#[inline]
pub(crate) unsafe fn taken<'a, M: Method>(args: *const M::Args) -> ArgsOf<'a, M> {
    // Without arguments, the caller's pointer may be invalid.
    let nowhere = NonNull::<M::Args>::dangling().as_ptr().cast_const();
    let args = if M::Args::SIZE == 0 { nowhere } else { args };
    // SAFETY: the caller's promise; only the lifetime differs.
    unsafe { std::mem::transmute_copy::<M::Args, ArgsOf<'a, M>>(&*args) }
}

/// Checks the arguments if the caller does not vouch for them; answers with an error if they are
/// invalid.
///
/// # Safety
/// `args` and `frame` are lent; nothing was answered yet.
#[inline]
unsafe fn accepted<M: Method>(args: *const M::Args, frame: *mut Frame) -> Result<(), Status> {
    // SAFETY: the caller's promise.
    unsafe { if (*frame).vouched() { Ok(()) } else { refused::<M>(args, frame) } }
}

/// Checks the arguments of a caller that does not vouch for them; answers with an error if they are
/// invalid.
///
/// # Safety
/// `args` is lent; nothing was answered yet.
#[cold]
#[inline(never)]
unsafe fn refused<M: Method>(args: *const M::Args, frame: *mut Frame) -> Result<(), Status> {
    // SAFETY: the caller's promise.
    let checked = unsafe { checked::<M::Args>(args) };
    // SAFETY: as above.
    checked.map_err(|flaw| unsafe { answered::<M::Answers>(Err(Fault::unreadable(&flaw)), frame) })
}

/// # Safety
/// `args` is null, or points to a structure that begins with its size.
unsafe fn checked<A: Arguments>(args: *const A) -> Result<(), Flaw> {
    if A::SIZE == 0 {
        return Ok(());
    }
    if args.is_null() {
        return Err(Flaw::Null);
    }
    // SAFETY: the size is there (the caller's promise).
    let size = unsafe { args.cast::<u32>().read() } as usize;
    if size < A::SIZE {
        return Err(Flaw::TooShort);
    }
    // SAFETY: it is as long as that.
    unsafe { (*args).check() }
}

/// How far a request came; only a [`Begun`] creates it.
#[derive(Debug)]
#[must_use = "the side that asks is told of it"]
pub struct Progress(Status);

/// A request that a module has begun, with the lifetime `'a`.
///
/// Rationale: it passes through the trait object of a group of requests, so that the code that
/// knows the type of the future builds it in place; an answer that is ready needs no box.
#[derive(Debug)]
pub struct Begun<'a, M> {
    frame: *mut Frame,
    request: PhantomData<fn(&'a ()) -> M>,
}

impl<'a, M: Method> Begun<'a, M> {
    /// Builds the future of the answer, and polls it once.
    #[inline]
    pub fn go_on<F>(self, make: impl FnOnce() -> F) -> Progress
    where
        F: Future<Output = AnswerOf<M>> + Send + 'a,
    {
        // SAFETY: the frame is lent (`begin`), and is used once; what the future borrows lives for
        // `'a`, until the request has ended.
        Progress(unsafe { start::<(), _, M::Answers>(self.frame, move |_| make()) })
    }

    /// Answers at once.
    pub fn answer(self, answer: AnswerOf<M>) -> Progress {
        // SAFETY: the frame is lent (`begin`), and is used once.
        Progress(unsafe { answered::<M::Answers>(answer, self.frame) })
    }
}

/// Begins the answer to a row.
pub trait Begins<M: Method>: Send + Sync + 'static {
    /// Begins the answer.
    fn begin<'a>(&'a self, args: ArgsOf<'a, M>, begun: Begun<'a, M>) -> Progress;
}

/// The slot of a row whose answer `S` begins.
///
/// # Safety
/// As for [`serve`].
pub unsafe extern "C" fn begin<S: Begins<M>, M: Method>(
    object: *const (),
    args: *const M::Args,
    frame: *mut Frame,
) -> Status {
    // SAFETY: the caller's promises.
    unsafe {
        if let Err(status) = accepted::<M>(args, frame) {
            return status;
        }
        contained(frame, || {
            let begun = Begun { frame, request: PhantomData };
            (*object.cast::<S>()).begin(taken::<M>(args), begun).0
        })
    }
}

/// Lends arguments for a call.
///
/// # Safety
/// What they borrow lives as long as the result is used.
#[inline]
pub(crate) unsafe fn lent<M: Method>(args: ArgsOf<'_, M>) -> M::Args {
    // SAFETY: the caller's promise.
    unsafe { erased::<M::Args>(args) }
}
