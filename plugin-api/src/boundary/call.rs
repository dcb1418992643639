//! The caller's side of one call: it owns the slot, polls, and decodes what came back.

use std::marker::{PhantomData, PhantomPinned};
use std::mem::MaybeUninit;
use std::pin::Pin;
use std::task::Context;

use super::waker::exported;
use super::{FfiWaker, FutureSlot, Out, Panic, PanicReport, ROOM_ALIGN, Status};
use crate::values::answer::Answer;
use crate::values::error::ModuleError;

/// How one poll of a call went.
#[derive(Debug)]
#[non_exhaustive]
pub enum Entered<A> {
    /// Ready with the neutral answer.
    Neutral,
    /// Ready with this answer, or this error.
    Ready(Result<A, ModuleError>),
    /// Not ready.
    Pending,
    /// The other side panicked.
    Panicked(Panic),
}

/// How far a call came: where it stopped, unless it went through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(clippy::exhaustive_enums, reason = "there is no other way")]
pub enum Asked<At> {
    /// The answer is the neutral one; all gave it if there were several.
    Neutral,
    /// The one here is not ready.
    Suspended(At),
    /// The one here answered something else, or panicked: it stands in the reply.
    Answered(At),
}

/// Where the other side writes what it answers, unless that is the neutral answer.
///
/// Rationale: it lies on the caller's stack and is decoded when it is taken, so that nothing is
/// moved for a call that is neutral or not ready. What nobody takes is leaked.
pub struct Reply<A: Answer> {
    /// What was written follows from it.
    status: Status,
    out: MaybeUninit<Out<A>>,
    report: MaybeUninit<PanicReport>,
}

impl<A: Answer> Reply<A> {
    /// Nothing was written yet.
    #[inline]
    #[allow(clippy::new_without_default, reason = "a place to write to, not a value")]
    pub const fn new() -> Self {
        let (out, report) = (MaybeUninit::uninit(), MaybeUninit::uninit());
        Self { status: Status::NEUTRAL, out, report }
    }

    /// What was written; afterwards it is empty again.
    #[cold]
    #[inline(never)]
    pub fn take(&mut self) -> Entered<A> {
        match std::mem::replace(&mut self.status, Status::NEUTRAL) {
            Status::NEUTRAL => Entered::Neutral,
            Status::READY => {
                // SAFETY: written, says the status, and taken once.
                let out = unsafe { self.out.assume_init_read() };
                Entered::Ready(match out.into_result() {
                    Ok(raw) => A::from_raw(raw).map_err(ModuleError::from),
                    Err(error) => Err(error.into()),
                })
            }
            // SAFETY: as above.
            Status::PANICKED => Entered::Panicked(unsafe { self.report.assume_init_read() }.into()),
            Status(unknown) => {
                Entered::Ready(Err(ModuleError::new(format_args!("unknown status {unknown}"))))
            }
        }
    }
}

/// One call across the boundary with `ROOM` bytes for the other side's future.
///
/// Rationale for the layout: the room comes last and is never written here, so that a call which
/// is ready at once touches the head only.
#[repr(C)]
pub struct Call<A, const ROOM: usize> {
    suspended: bool,
    answer: PhantomData<fn() -> A>,
    pinned: PhantomPinned,
    slot: Slot<ROOM>,
}

#[repr(C)]
struct Slot<const ROOM: usize> {
    head: FutureSlot,
    room: MaybeUninit<Room<ROOM>>,
}

#[repr(C, align(16))]
struct Room<const ROOM: usize>([u8; ROOM]);

const _: () = assert!(align_of::<Room<0>>() == ROOM_ALIGN);
const _: () = assert!(std::mem::offset_of!(Slot<32>, room) == size_of::<FutureSlot>());

// SAFETY: the slot holds nothing, or a future of the other side, which `start` demands to be
// `Send`.
unsafe impl<A, const ROOM: usize> Send for Call<A, ROOM> {}

impl<A: Answer, const ROOM: usize> Call<A, ROOM> {
    /// A call that has not begun.
    #[inline]
    #[allow(clippy::new_without_default, reason = "a call is begun, not defaulted")]
    pub const fn new() -> Self {
        Self {
            suspended: false,
            answer: PhantomData,
            pinned: PhantomPinned,
            slot: Slot { head: FutureSlot::empty(ROOM), room: MaybeUninit::uninit() },
        }
    }

    /// Whether the slot holds a future.
    #[inline]
    pub const fn suspended(&self) -> bool {
        self.suspended
    }

    /// Begins: `enter` calls the other side with the slot, the waker, and where to write.
    ///
    /// # Panics
    /// If the call is suspended.
    ///
    /// # Safety
    /// `enter` calls a function of the other side that keeps to the protocol of
    /// [`start`](super::start), with just these pointers; what it borrows outlives `self`.
    #[inline]
    pub unsafe fn enter(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        enter: impl FnOnce(*mut FutureSlot, *const FfiWaker, *mut Out<A>, *mut PanicReport) -> Status,
    ) -> Entered<A> {
        let mut enter = Some(enter);
        let once = |_: &(), slot, waker, out, report| match enter.take() {
            Some(enter) => enter(slot, waker, out, report),
            None => Status::NEUTRAL,
        };
        let mut reply = Reply::new();
        // SAFETY: the caller's promise.
        match unsafe { self.enter_each(context, &[()], &mut reply, once) } {
            Asked::Neutral => Entered::Neutral,
            Asked::Suspended(_) => Entered::Pending,
            Asked::Answered(_) => reply.take(),
        }
    }

    /// Begins a call for one item after the other, as long as the answer is the neutral one.
    /// The first item for which it is not is named by its place.
    ///
    /// Rationale: the waker is lent once for all of them, and the loop looks at the status alone.
    ///
    /// # Panics
    /// If the call is suspended.
    ///
    /// # Safety
    /// As for [`Self::enter`].
    #[inline]
    pub(super) unsafe fn enter_each<T>(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        items: &[T],
        reply: &mut Reply<A>,
        mut enter: impl FnMut(
            &T,
            *mut FutureSlot,
            *const FfiWaker,
            *mut Out<A>,
            *mut PanicReport,
        ) -> Status,
    ) -> Asked<usize> {
        assert!(!self.suspended, "a call was begun twice");
        // SAFETY: nothing is moved out of the call.
        let this = unsafe { self.get_unchecked_mut() };
        let slot: *mut FutureSlot = (&raw mut this.slot).cast();
        let lent = exported(context.waker());
        for (at, item) in items.iter().enumerate() {
            let (out, report) = (reply.out.as_mut_ptr(), reply.report.as_mut_ptr());
            match enter(item, slot, &raw const lent, out, report) {
                Status::NEUTRAL => {}
                Status::PENDING => {
                    this.suspended = true;
                    return Asked::Suspended(at);
                }
                status => {
                    reply.status = status;
                    return Asked::Answered(at);
                }
            }
        }
        Asked::Neutral
    }

    /// Polls a suspended call again.
    ///
    /// # Panics
    /// If the call is not suspended.
    pub fn resume(self: Pin<&mut Self>, context: &mut Context<'_>) -> Entered<A> {
        let mut reply = Reply::new();
        match self.resume_into(context, &mut reply) {
            Asked::Neutral => Entered::Neutral,
            Asked::Suspended(()) => Entered::Pending,
            Asked::Answered(()) => reply.take(),
        }
    }

    /// As [`Self::resume`], with the answer left in `reply`.
    ///
    /// # Panics
    /// If the call is not suspended.
    #[inline]
    pub(super) fn resume_into(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        reply: &mut Reply<A>,
    ) -> Asked<()> {
        assert!(self.suspended, "a call that is not suspended was resumed");
        // SAFETY: nothing is moved out of the call.
        let this = unsafe { self.get_unchecked_mut() };
        let slot: *mut FutureSlot = (&raw mut this.slot).cast();
        let Some(poll) = this.slot.head.poll else { return Asked::Neutral };
        let lent = exported(context.waker());
        let (out, report) = (reply.out.as_mut_ptr().cast(), reply.report.as_mut_ptr());
        // SAFETY: the slot holds a future, and `poll` was put there with it.
        let status = unsafe { poll(slot, &raw const lent, out, report) };
        if status == Status::PENDING {
            return Asked::Suspended(());
        }
        this.suspended = false;
        if status == Status::NEUTRAL {
            return Asked::Neutral;
        }
        reply.status = status;
        Asked::Answered(())
    }

    /// Ends a suspended call: the other side drops its future. Returns the panic of that drop.
    pub fn cancel(self: Pin<&mut Self>) -> Option<Panic> {
        // SAFETY: nothing is moved out of the call.
        unsafe { self.get_unchecked_mut() }.drop_future()
    }
}

impl<A, const ROOM: usize> Call<A, ROOM> {
    #[cold]
    #[inline(never)]
    fn drop_future(&mut self) -> Option<Panic> {
        if !std::mem::take(&mut self.suspended) {
            return None;
        }
        let slot: *mut FutureSlot = (&raw mut self.slot).cast();
        let drop = self.slot.head.drop?;
        let mut report = MaybeUninit::<PanicReport>::uninit();
        // SAFETY: the slot holds a future, and `drop` was put there with it.
        let status = unsafe { drop(slot, report.as_mut_ptr()) };
        // SAFETY: the report was written if the status says so.
        (status == Status::PANICKED).then(|| unsafe { report.assume_init() }.into())
    }
}

impl<A, const ROOM: usize> Call<A, ROOM> {
    /// Ends a suspended call for which nobody waits any more.
    #[cold]
    pub(crate) fn end(&mut self) {
        if let Some(panic) = self.drop_future() {
            report_dropped_panic(&panic);
        }
    }
}

impl<A, const ROOM: usize> Drop for Call<A, ROOM> {
    #[inline]
    fn drop(&mut self) {
        if self.suspended {
            self.end();
        }
    }
}

/// Nobody waits for a call that is dropped: its panic goes to the log.
#[cold]
fn report_dropped_panic(panic: &Panic) {
    #[cfg(feature = "tracing")]
    tracing::error!(%panic, "a future panicked while it was dropped");
    #[cfg(not(feature = "tracing"))]
    let _ = panic;
}
