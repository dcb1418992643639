//! Answers of a callee: a size, a kind, and the body of that kind.

use std::fmt;
use std::mem::MaybeUninit;

use crate::frame::Status;
use crate::object::Object;
use crate::owned::OwnedStr;
use crate::panic::{Panic, RawPanic};

crate::structure! {
    /// The head of every answer; its kind determines what follows. Uninitialised until the status
    /// is [`Status::READY`]; then the caller owns it.
    #[repr(C, align(8))]
    #[derive(Clone, Copy, Debug)]
    #[cfg_attr(feature = "layout", derive(abi_stable::StableAbi))]
    pub struct Answer {
        /// The number of bytes that were written, including this head.
        pub(crate) size: u32,
        /// One of the constants of this type, or one that the row defines.
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

/// The answers of a row, or of several rows, and their C form.
pub trait Answers: Send + Sync + 'static {
    /// The answer. Its default is the neutral answer, which has the same effect as if the callee
    /// had not been asked.
    type Answer: Default + Send + 'static;
    /// Its C form, owned by the receiver.
    type Raw: 'static;
    /// The error.
    type Fault: Fault;

    /// Whether it is the neutral answer, which has no C form, so that the usual case costs nothing.
    fn is_neutral(answer: &Self::Answer) -> bool;

    /// Converts it into the C form; `None` for the neutral answer.
    fn into_raw(answer: Self::Answer) -> Option<Self::Raw>;

    /// Converts it back from the C form, into memory that belongs to the receiver.
    ///
    /// # Errors
    /// A version of the other side wrote something that this version does not know.
    fn from_raw(raw: Self::Raw) -> Result<Self::Answer, Unreadable>;

    /// The answer to use in place of one that cannot be read: the denial, if there is one.
    ///
    /// # Errors
    /// The row cannot deny; its rule then decides what a failure means.
    fn of_unreadable(why: Unreadable) -> Result<Self::Answer, Unreadable> {
        Err(why)
    }
}

/// An answer without a value: success or an error.
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

/// An answer that is an object, which must be present.
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

/// An answer of a later version that this version cannot read.
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
    /// An error in C form, owned by its holder. The two sides define the meaning of its numbers.
    #[repr(C)]
    #[derive(Debug)]
    #[cfg_attr(feature = "layout", derive(abi_stable::StableAbi))]
    pub struct RawError {
        /// The kind of error, or an HTTP status.
        pub code: u32,
        /// Reserved: 0.
        pub flags: u32,
        /// `errcode` of the body that a client sees.
        pub errcode: OwnedStr,
        /// What went wrong.
        pub message: OwnedStr,
        /// JSON text of an object with further fields of that body, if there are any.
        pub fields: OwnedStr,
    }
}

impl RawError {
    /// Creates an error with only a code and a message.
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

/// The error type of the two sides, with [`RawError`] as its C form.
pub trait Fault: Send + 'static {
    /// Converts it into the C form.
    fn into_raw(self) -> RawError;

    /// Converts it back from the C form.
    fn from_raw(raw: RawError) -> Self;

    /// The error for an answer that cannot be read.
    fn unreadable(why: &dyn fmt::Display) -> Self;
}

/// Space for any answer of one type: as large as the largest of them.
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
    /// Of no kind: a callee that reports an answer without writing one has answered something
    /// unknown. All bits are set, so that one instruction writes it.
    const NONE: Answer = Answer { size: u32::MAX, kind: u32::MAX };

    #[inline]
    pub(crate) const fn new() -> Self {
        const { assert!(align_of::<P>() <= 8, "the body of an answer lies right behind its head") };
        Self { head: Self::NONE, body: MaybeUninit::uninit() }
    }
}

/// Writes an answer of a kind. If there is no room for the body, the body is dropped; only the head
/// is written, whose size shows that the body is missing.
///
/// Rationale: no version has a shorter answer than this one, so a caller could neither read nor
/// release a part of it. A version that adds a field to an answer has to write the old form for
/// older callers, and drop the field.
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

/// The outcome of a call or poll.
#[derive(Debug)]
#[non_exhaustive]
pub enum Entered<A, E> {
    /// Ready with the neutral answer.
    Neutral,
    /// Ready with this answer or error.
    Ready(Result<A, E>),
    /// Not ready.
    Pending,
    /// The other side panicked.
    Panicked(Panic),
}

impl<P> Out<P> {
    /// Takes the answer that was written.
    ///
    /// # Safety
    /// The callee reported [`Status::READY`], and the answer was not taken before.
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
                    // Treated as not answered: the next module is asked.
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
    /// As much of a `T` was written as the head says; it is taken only once.
    unsafe fn part<T>(&self, head: Answer) -> Option<T> {
        let whole = head.size as usize >= std::mem::offset_of!(Written<T>, body) + size_of::<T>();
        // SAFETY: the caller's promise; a `T` lies where `Written` has it, within `self`, because
        // `Body` has room for each.
        whole.then(|| unsafe { (&raw const *self).cast::<Written<T>>().read().body })
    }
}

/// Replaces an answer that cannot be read by the denial, if there is one.
fn read<A: Answers>(answer: Result<A::Answer, Unreadable>) -> Result<A::Answer, A::Fault> {
    answer.or_else(A::of_unreadable).map_err(|why| A::Fault::unreadable(&why))
}

/// The answer for a reply that violates the protocol.
pub(crate) fn unreadable<A: Answers>(why: &'static str) -> Result<A::Answer, A::Fault> {
    read::<A>(Err(Unreadable(why)))
}

const _: () = assert!(std::mem::offset_of!(Written<RawError>, body) == size_of::<Answer>());
