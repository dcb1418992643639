//! The functions behind the slots of a table: those of callbacks and those of requests.

use std::future::Future;
use std::marker::PhantomData;
use std::ptr::NonNull;

use crate::answer::{Answers, Fault};
use crate::form::{Field, Flaw, Form, erased};
use crate::frame::{Frame, Status};
use crate::start::{answered, contained, start};

/// The arguments of a row, as [`arguments!`](crate::arguments) declares them.
pub trait Arguments: Field + Sized {
    /// How many bytes a caller lends at least.
    const SIZE: usize = size_of::<Self>();
}

/// No arguments: the pointer to them is not looked at.
impl Arguments for () {}

/// A row of a table: what a slot takes and answers.
pub trait Method: Sized + Send + Sync + 'static {
    /// Its arguments, which borrow.
    type Args: Form + Arguments;
    /// What it answers.
    type Answers: Answers;
}

/// What a row answers, or how it fails.
pub type AnswerOf<M> =
    Result<<<M as Method>::Answers as Answers>::Answer, <<M as Method>::Answers as Answers>::Fault>;

/// The arguments of a row for as long as `'a`.
pub type ArgsOf<'a, M> = <<M as Method>::Args as Form>::Of<'a>;

/// Who answers a row.
pub trait Serves<M: Method>: Send + Sync + 'static {
    /// What the future borrows from beside the arguments, made for it.
    type Values: Default + 'static;

    /// The future of the answer.
    fn serve<'a>(
        &'a self,
        args: ArgsOf<'a, M>,
        values: &'a mut Self::Values,
    ) -> impl Future<Output = AnswerOf<M>> + Send;
}

/// An object that answers the rows of its interfaces: what the slots of its table are for.
///
/// Rationale: a crate may say of this type how any object of its own answers a row of its own.
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

/// The arguments, taken out of what the caller lends.
///
/// # Safety
/// `args` is lent, and nobody else takes what is in it; it lives as long as the result is used.
#[inline]
pub(crate) unsafe fn taken<'a, M: Method>(args: *const M::Args) -> ArgsOf<'a, M> {
    // Where there are none, the pointer leads nowhere.
    let nowhere = NonNull::<M::Args>::dangling().as_ptr().cast_const();
    let args = if M::Args::SIZE == 0 { nowhere } else { args };
    // SAFETY: the caller's promise; only the lifetime differs.
    unsafe { std::mem::transmute_copy::<M::Args, ArgsOf<'a, M>>(&*args) }
}

/// Looks at the arguments if the caller does not vouch for them; answers if they will not do.
///
/// # Safety
/// `args` and `frame` are lent; nothing was answered yet.
#[inline]
unsafe fn accepted<M: Method>(args: *const M::Args, frame: *mut Frame) -> Result<(), Status> {
    // SAFETY: the caller's promise.
    unsafe { if (*frame).vouched() { Ok(()) } else { refused::<M>(args, frame) } }
}

/// Looks at the arguments of a caller that does not vouch for them; answers if they will not do.
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
/// `args` is null, or there is a structure whose size is what it says first.
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

/// How far a request came: only a [`Begun`] tells.
#[derive(Debug)]
#[must_use = "the side that asks is told of it"]
pub struct Progress(Status);

/// A request that a module has begun, for as long as `'a`.
///
/// Rationale: it goes through the trait object of a group of requests, so that the future is built
/// where it stays, by whoever knows its type; nothing is boxed for an answer that is ready.
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

/// Who begins to answer a row.
pub trait Begins<M: Method>: Send + Sync + 'static {
    /// Begins to answer.
    fn begin<'a>(&'a self, args: ArgsOf<'a, M>, begun: Begun<'a, M>) -> Progress;
}

/// The slot of a row that `S` begins to answer.
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
