//! What a callee answers: a size, a kind, and what that kind carries.

use std::fmt;
use std::mem::MaybeUninit;

use crate::frame::Status;
use crate::object::Object;
use crate::owned::OwnedStr;
use crate::panic::{Panic, RawPanic};

crate::structure! {
    /// The head of every answer; what follows is as its kind says. Uninitialised until the status is
    /// [`Status::READY`]; then the caller owns it.
    #[repr(C, align(8))]
    #[derive(Clone, Copy, Debug)]
    #[cfg_attr(feature = "layout", derive(abi_stable::StableAbi))]
    pub struct Answer {
        /// How many bytes were written, from the beginning of this head on.
        pub(crate) size: u32,
        /// One of the constants of this type, or one of the row's own.
        pub(crate) kind: u32,
    }
}

impl Answer {
    /// The neutral answer: nothing follows. [`Status::NEUTRAL`] says the same, without `out`.
    pub const NEUTRAL: u32 = 0;
    /// What the row answers.
    pub const OK: u32 = 1;
    /// A [`RawError`].
    pub const ERROR: u32 = 2;
    /// A [`RawPanic`].
    pub const PANICKED: u32 = 3;
}

/// How the answers of a row, or of several, go over.
pub trait Answers: Send + Sync + 'static {
    /// What is answered. Its default is the neutral answer: what it would be if nobody had been
    /// asked.
    type Answer: Default + Send + 'static;
    /// Its C form, owned by the receiver.
    type Raw: 'static;
    /// How it fails.
    type Fault: Fault;

    /// Whether it is the neutral answer, which has no C form: the usual case costs nothing.
    fn is_neutral(answer: &Self::Answer) -> bool;

    /// The C form; `None` for the neutral answer.
    fn into_raw(answer: Self::Answer) -> Option<Self::Raw>;

    /// Back from the C form, into memory of the receiver's own.
    ///
    /// # Errors
    /// If the other side's version wrote something this version does not know.
    fn from_raw(raw: Self::Raw) -> Result<Self::Answer, Unreadable>;

    /// What an answer means that this version cannot read: the denial, where there is one.
    ///
    /// # Errors
    /// If nothing is denied: then it is the row's rule what a failure means.
    fn of_unreadable(why: Unreadable) -> Result<Self::Answer, Unreadable> {
        Err(why)
    }
}

/// Nothing is answered, but that it is done.
#[derive(Debug)]
pub struct Done<E>(std::marker::PhantomData<fn() -> E>);

impl<E: Fault> Answers for Done<E> {
    type Answer = ();
    type Raw = ();
    type Fault = E;

    #[inline]
    fn is_neutral((): &()) -> bool {
        true
    }

    fn into_raw((): ()) -> Option<()> {
        None
    }

    fn from_raw((): ()) -> Result<(), Unreadable> {
        Ok(())
    }
}

/// An object is answered, which must be there.
#[derive(Debug)]
pub struct Made<E>(std::marker::PhantomData<fn() -> E>);

impl<E: Fault> Answers for Made<E> {
    type Answer = Option<Object>;
    type Raw = Object;
    type Fault = E;

    fn is_neutral(answer: &Option<Object>) -> bool {
        answer.is_none()
    }

    fn into_raw(answer: Option<Object>) -> Option<Object> {
        answer
    }

    fn from_raw(raw: Object) -> Result<Option<Object>, Unreadable> {
        Ok(Some(raw))
    }
}

/// An answer of a later version that this one cannot read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(clippy::exhaustive_structs, reason = "a message")]
pub struct Unreadable(pub &'static str);

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl std::error::Error for Unreadable {}

crate::structure! {
    /// An error in C form, owned by whoever holds it. What its numbers mean is up to the sides.
    #[repr(C)]
    #[derive(Debug)]
    #[cfg_attr(feature = "layout", derive(abi_stable::StableAbi))]
    pub struct RawError {
        /// What kind of error, or an HTTP status.
        pub code: u32,
        /// Reserved: 0.
        pub flags: u32,
        /// `errcode` of the body that a client sees.
        pub errcode: OwnedStr,
        /// What went wrong.
        pub message: OwnedStr,
        /// JSON text of an object, if there are further fields of that body.
        pub fields: OwnedStr,
    }
}

impl RawError {
    /// An error without more than its code and a message.
    pub fn new(code: u32, message: impl Into<OwnedStr>) -> Self {
        Self {
            code,
            flags: 0,
            errcode: OwnedStr::NONE,
            message: message.into(),
            fields: OwnedStr::NONE,
        }
    }
}

/// An error of the sides: what [`RawError`] becomes.
pub trait Fault: Send + 'static {
    /// The C form.
    fn into_raw(self) -> RawError;

    /// Back from it.
    fn from_raw(raw: RawError) -> Self;

    /// What came across cannot be read.
    fn unreadable(why: &dyn fmt::Display) -> Self;
}

/// A place for any answer of one type: as large as the largest of them.
#[repr(C)]
pub(crate) union Body<P> {
    ok: std::mem::ManuallyDrop<P>,
    error: std::mem::ManuallyDrop<RawError>,
    panic: std::mem::ManuallyDrop<RawPanic>,
}

#[repr(C)]
struct Written<P> {
    head: Answer,
    body: P,
}

#[repr(C)]
pub(crate) struct Out<P> {
    head: Answer,
    body: MaybeUninit<Body<P>>,
}

impl<P> Out<P> {
    /// Of no kind: who says that it has answered and did not, has answered something unknown. All
    /// bits are set, so that one instruction writes it.
    const NONE: Answer = Answer { size: u32::MAX, kind: u32::MAX };

    #[inline]
    pub(crate) const fn new() -> Self {
        const { assert!(align_of::<P>() <= 8, "the body of an answer lies right behind its head") };
        Self { head: Self::NONE, body: MaybeUninit::uninit() }
    }
}

/// Writes an answer of a kind. A body for which there is no room is dropped: of it only the head says
/// that there was one, and its size that it is not there.
///
/// Rationale: no version has an answer shorter than this one's, so that nobody could read a part of
/// it, or release it. Whoever adds a field to an answer writes for older callers what they know of it,
/// and drops the field.
///
/// # Safety
/// `out` has `out_size` bytes that may be written, aligned as an [`Answer`].
#[inline(never)]
#[cold]
#[allow(clippy::cast_possible_truncation, reason = "answers have some hundred bytes at most")]
pub(crate) unsafe fn write<P>(kind: u32, body: P, out: *mut Answer, out_size: usize) -> Status {
    const { assert!(align_of::<P>() <= align_of::<Answer>(), "it lies where a head lies") };
    let size = size_of::<Written<P>>();
    if size <= out_size {
        let head = Answer { size: size as u32, kind };
        // SAFETY: there is room for all of it, aligned as a head, as is the body.
        unsafe { out.cast::<Written<P>>().write(Written { head, body }) };
    } else {
        let size = size_of::<Answer>().min(out_size);
        let head = Answer { size: size as u32, kind };
        // SAFETY: `size` bytes may be read here and written there; the two do not overlap.
        unsafe { std::ptr::copy_nonoverlapping((&raw const head).cast(), out.cast::<u8>(), size) };
    }
    Status::READY
}

/// What was answered.
#[derive(Debug)]
#[non_exhaustive]
pub enum Entered<A, E> {
    /// Ready with the neutral answer.
    Neutral,
    /// Ready with this answer, or this error.
    Ready(Result<A, E>),
    /// Not ready.
    Pending,
    /// The other side panicked.
    Panicked(Panic),
}

impl<P> Out<P> {
    /// Takes out what was written.
    ///
    /// # Safety
    /// The callee said [`Status::READY`], and nothing was taken before.
    #[cold]
    #[inline(never)]
    pub(crate) unsafe fn take<A: Answers<Raw = P>>(&mut self) -> Entered<A::Answer, A::Fault> {
        let head = std::mem::replace(&mut self.head, Self::NONE);
        let failed = |why: &'static str| Err(A::Fault::unreadable(&why));
        // SAFETY: of that kind, written as far as its size says, and taken once.
        unsafe {
            match head.kind {
                Answer::NEUTRAL => Entered::Neutral,
                Answer::OK => match self.part::<P>(head).map(A::from_raw) {
                    // As good as not answered: the next one is asked.
                    Some(Ok(answer)) if A::is_neutral(&answer) => Entered::Neutral,
                    Some(answer) => Entered::Ready(read::<A>(answer)),
                    None => Entered::Ready(unreadable::<A>("the answer is cut off")),
                },
                Answer::ERROR => Entered::Ready(match self.part::<RawError>(head) {
                    Some(raw) => Err(A::Fault::from_raw(raw)),
                    None => failed("the error is cut off"),
                }),
                Answer::PANICKED => match self.part::<RawPanic>(head) {
                    Some(raw) => Entered::Panicked(raw.into()),
                    None => Entered::Ready(failed("the report of a panic is cut off")),
                },
                _ => Entered::Ready(unreadable::<A>(
                    "the answer is of a kind that this version does not know",
                )),
            }
        }
    }

    /// The body, if all of it was written.
    ///
    /// # Safety
    /// As much of a `T` was written as the head says; it is taken once.
    unsafe fn part<T>(&self, head: Answer) -> Option<T> {
        let whole = head.size as usize >= std::mem::offset_of!(Written<T>, body) + size_of::<T>();
        // SAFETY: the caller's promise; a `T` lies where `Written` has it, within `self`, because
        // `Body` has room for each.
        whole.then(|| unsafe { (&raw const *self).cast::<Written<T>>().read().body })
    }
}

/// What cannot be read is the denial, where there is one.
fn read<A: Answers>(answer: Result<A::Answer, Unreadable>) -> Result<A::Answer, A::Fault> {
    answer.or_else(A::of_unreadable).map_err(|why| A::Fault::unreadable(&why))
}

/// What something means that is no answer of the protocol.
pub(crate) fn unreadable<A: Answers>(why: &'static str) -> Result<A::Answer, A::Fault> {
    read::<A>(Err(Unreadable(why)))
}

const _: () = assert!(std::mem::offset_of!(Written<RawError>, body) == size_of::<Answer>());
