//! Calls one callback of several modules, one after the other, with the same arguments.

use std::fmt;
use std::marker::PhantomPinned;
use std::mem::{ManuallyDrop, MaybeUninit};
use std::pin::Pin;
use std::sync::Arc;
use std::task;

use crate::call::{Asked, Reply, not_suspended};
use crate::callback::{Asking, Callback};
use crate::frame::{Frame, Status};
use crate::observer::{Keeps, Observer};
use crate::own_seat::OwnSeat;
use crate::panic::Panic;
use crate::prepared::{InputError, Prepared};
use crate::serve::{Method, lent};

/// The calls of one callback with one set of arguments, to one module after the other.
///
/// It owns the arguments, and shares ownership of the owner of the callbacks, `K`, for as long as a
/// module's future lives; therefore it can lend them safely. `N` is a note of the caller about a
/// module that did not answer at once.
#[repr(C)]
pub struct CallbackCall<R: Method, P, K, N = ()> {
    prepared: P,
    /// Written each time before modules are asked; borrows from `prepared`.
    args: MaybeUninit<R::Args>,
    /// Set once a module was not ready.
    ///
    /// Rationale: until then there is nothing to drop, which a single test shows.
    held: ManuallyDrop<Option<Held<K, N>>>,
    pinned: PhantomPinned,
}

/// The state of a call once a module was not ready.
struct Held<K, N> {
    /// Whether that module, or one that was asked later, has not finished.
    suspended: bool,
    /// Used for all modules, one after the other.
    seat: OwnSeat,
    note: Option<N>,
    /// Keeps the modules alive; dropped last.
    kept: Arc<K>,
}

/// A module whose answer is not the neutral one, by its position in the list.
struct Stop {
    at: usize,
    module: usize,
    status: Status,
    watched: bool,
}

impl Stop {
    /// Calls the observer, if it asked for that. The observer may panic, so this comes last.
    #[inline]
    fn told<K>(self, asked: Asked<()>, kept: &K, observer: &mut impl Observer<K>) -> Asked<usize> {
        let is_suspended = asked == Asked::Suspended(());
        if self.watched {
            observer.after(kept, self.module, is_suspended);
        }
        if is_suspended { Asked::Suspended(self.at) } else { Asked::Answered(self.at) }
    }
}

// SAFETY: `args` holds borrows of `prepared`, which may be sent; so may the others.
unsafe impl<R: Method, P: Send, K: Send + Sync, N: Send> Send for CallbackCall<R, P, K, N> {}

impl<R: Method, P, K, N> fmt::Debug for CallbackCall<R, P, K, N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CallbackCall")
            .field("is_suspended", &self.is_suspended())
            .finish_non_exhaustive()
    }
}

impl<R: Asking, P: Prepared<R::Raws>, K, N> CallbackCall<R, P, K, N> {
    /// Creates a call with these arguments; no module is asked yet.
    #[inline]
    pub const fn new(prepared: P) -> Self {
        let (args, held) = (MaybeUninit::uninit(), ManuallyDrop::new(None));
        Self { prepared, args, held, pinned: PhantomPinned }
    }

    /// Builds the arguments; call it once, before the first module is asked.
    ///
    /// # Errors
    /// An argument cannot be read.
    ///
    /// # Panics
    /// If a module has been asked and was not ready.
    #[inline]
    pub fn build(self: Pin<&mut Self>) -> Result<(), InputError> {
        assert!(self.held.is_none(), "arguments are built when a module had them");
        // SAFETY: nothing is moved; the arguments are built where they stay.
        unsafe { self.get_unchecked_mut() }.prepared.build()
    }

    /// Asks one module after the other, as long as the answers are neutral. Returns the position in
    /// the list of the first module whose answer is not.
    ///
    /// `callbacks` selects the list in `kept`, whose ownership the call shares when a module is not
    /// ready.
    ///
    /// # Panics
    /// If another module has not finished, or the arguments have not been built.
    #[inline]
    pub fn ask(
        self: Pin<&mut Self>,
        context: &mut task::Context<'_>,
        kept: &impl Keeps<K>,
        callbacks: impl for<'k> FnOnce(&'k K) -> &'k [Callback<R>],
        observer: &mut impl Observer<K>,
        reply: &mut Reply<R::Answers>,
    ) -> Asked<usize> {
        if self.held.is_some() {
            return self.keep(kept.share()).ask_further(context, callbacks, observer, reply);
        }
        // SAFETY: nothing is moved out of the call.
        let this = unsafe { self.get_unchecked_mut() };
        let seat = OwnSeat::take();
        let frame = seat.frame();
        // SAFETY: the seat is ours, and no call is suspended on it; the call is pinned.
        let stop = unsafe {
            Frame::prepare(frame, context, reply);
            this.ask_each(frame, (&**kept, callbacks(kept)), observer)
        };
        let Some(stop) = stop else { return Asked::Neutral };
        // SAFETY: as above.
        let asked = unsafe { Frame::asked(frame, stop.status, reply) };
        if asked == Asked::Suspended(()) {
            let first = Held { suspended: true, seat, note: None, kept: kept.share() };
            // It was `None`, which need not be dropped.
            std::mem::forget(this.held.replace(first));
        }
        stop.told(asked, &**kept, observer)
    }

    /// Shares ownership of `kept` from now on, unless an owner is needed for a module that has not
    /// finished.
    #[cold]
    fn keep(self: Pin<&mut Self>, kept: Arc<K>) -> Pin<&mut Self> {
        // SAFETY: nothing is moved out of the call.
        let this = unsafe { self.get_unchecked_mut() };
        match &mut *this.held {
            Some(held) if !held.suspended => held.kept = kept,
            _ => {}
        }
        // SAFETY: it was pinned before.
        unsafe { Pin::new_unchecked(this) }
    }

    /// [`Self::ask`] with the owner that the call already shares, because a module was not ready
    /// before.
    ///
    /// # Panics
    /// If no module was, or it has not finished.
    #[inline]
    pub fn ask_further(
        self: Pin<&mut Self>,
        context: &mut task::Context<'_>,
        callbacks: impl for<'k> FnOnce(&'k K) -> &'k [Callback<R>],
        observer: &mut impl Observer<K>,
        reply: &mut Reply<R::Answers>,
    ) -> Asked<usize> {
        // SAFETY: nothing is moved out of the call.
        let this = unsafe { self.get_unchecked_mut() };
        let Some(held) = &*this.held else { not_suspended() };
        assert!(!held.suspended, "a call was begun twice");
        let frame = held.seat.frame();
        // SAFETY: the share stays where it is until the call is dropped.
        let kept = unsafe { &*Arc::as_ptr(&held.kept) };
        // SAFETY: the seat is ours, and no call is suspended on it; the call is pinned.
        let stop = unsafe {
            Frame::prepare(frame, context, reply);
            this.ask_each(frame, (kept, callbacks(kept)), observer)
        };
        let Some(stop) = stop else { return Asked::Neutral };
        // SAFETY: as above.
        let asked = unsafe { Frame::asked(frame, stop.status, reply) };
        if let Some(held) = &mut *this.held {
            held.suspended = asked == Asked::Suspended(());
        }
        stop.told(asked, kept, observer)
    }

    /// Asks the modules of a list with this frame, up to the first whose answer is not the neutral
    /// one.
    ///
    /// # Safety
    /// The frame is that of a seat and ready for a new call; `self` is pinned.
    #[inline(always)]
    #[allow(clippy::inline_always, reason = "both callers are a question's whole way")]
    unsafe fn ask_each(
        &mut self,
        frame: *mut Frame,
        (kept, callbacks): (&K, &[Callback<R>]),
        observer: &mut impl Observer<K>,
    ) -> Option<Stop> {
        // SAFETY: what they borrow stays in `self`, pinned, and is not touched as long as a module
        // has them: a suspended future ends before that (`args_mut`, `Drop`).
        let args = self.args.write(unsafe { lent::<R>(R::lend(self.prepared.raw())) });
        let (args, view) = (&raw const *args, observer.view(kept));
        let mut rest = callbacks.iter();
        while let Some(callback) = rest.next() {
            let watched = observer.before(&view, callback.module(), callback.tag as usize);
            // SAFETY: the slot belongs to the object (`Callback::new`); the arguments are as above;
            // the frame is as it has to be (the caller's promise).
            let status = unsafe {
                (*frame).module = callback.module;
                (callback.slot)(callback.object, args, frame)
            };
            if status != Status::NEUTRAL {
                let (at, module) = (callbacks.len() - rest.len() - 1, callback.module());
                return Some(Stop { at, module, status, watched });
            }
            if watched {
                observer.after(kept, callback.module(), false);
            }
        }
        None
    }

    /// The arguments, which may be changed before the next module is asked; `None` while a module
    /// has not finished.
    pub fn args_mut(self: Pin<&mut Self>) -> Option<&mut P> {
        // SAFETY: only the call is pinned for the sake of a future, which borrows the arguments;
        // without one nobody does.
        let this = unsafe { self.get_unchecked_mut() };
        (!this.is_suspended()).then_some(&mut this.prepared)
    }

    /// Polls the module that has not finished.
    ///
    /// # Panics
    /// If there is none.
    #[inline]
    pub fn resume(
        self: Pin<&mut Self>,
        context: &mut task::Context<'_>,
        reply: &mut Reply<R::Answers>,
    ) -> Asked<()> {
        // SAFETY: nothing is moved out of the call.
        let this = unsafe { self.get_unchecked_mut() };
        let Some(held) = &mut *this.held else { not_suspended() };
        if !held.suspended {
            not_suspended();
        }
        // SAFETY: it is suspended, with this frame.
        let asked = unsafe { Frame::resume(held.seat.frame(), context, reply) };
        held.suspended = asked == Asked::Suspended(());
        asked
    }

    /// Drops the future of the module that has not finished; returns the panic of that drop, if
    /// any.
    pub fn cancel(self: Pin<&mut Self>) -> Option<Panic> {
        // SAFETY: nothing is moved out of the call.
        let held = unsafe { self.get_unchecked_mut() }.held.as_mut()?;
        if !std::mem::replace(&mut held.suspended, false) {
            return None;
        }
        // SAFETY: it was suspended, with this frame.
        unsafe { Frame::cancel(held.seat.frame()) }
    }
}

impl<R: Method, P, K, N> CallbackCall<R, P, K, N> {
    /// Whether a module has not finished.
    #[inline]
    pub fn is_suspended(&self) -> bool {
        self.held.as_ref().is_some_and(|held| held.suspended)
    }

    /// The owner of the modules, once one was not ready.
    #[inline]
    pub fn kept(&self) -> Option<&Arc<K>> {
        self.held.as_ref().map(|held| &held.kept)
    }

    /// Sets the note about the module that is not ready.
    #[inline]
    pub fn note(self: Pin<&mut Self>, note: N) {
        // SAFETY: nothing is moved out of the call.
        if let Some(held) = unsafe { &mut *self.get_unchecked_mut().held } {
            held.note = Some(note);
        }
    }

    /// The note.
    #[inline]
    pub fn noted(&self) -> Option<&N> {
        self.held.as_ref()?.note.as_ref()
    }

    /// The note.
    #[inline]
    pub fn noted_mut(self: Pin<&mut Self>) -> Option<&mut N> {
        // SAFETY: nothing is moved out of the call.
        unsafe { self.get_unchecked_mut() }.held.as_mut()?.note.as_mut()
    }

    /// Drops the future of the module that has not finished, when its answer is no longer needed.
    pub fn end(self: Pin<&mut Self>) {
        // SAFETY: nothing is moved out of the call.
        if let Some(held) = unsafe { &mut *self.get_unchecked_mut().held } {
            held.end();
        }
    }

    /// Drops the state that exists only if a module did not answer at once.
    #[cold]
    #[inline(never)]
    fn clear(&mut self) {
        // SAFETY: called once, from `drop`.
        unsafe { ManuallyDrop::drop(&mut self.held) };
    }
}

impl<K, N> Held<K, N> {
    fn end(&mut self) {
        if std::mem::replace(&mut self.suspended, false) {
            // SAFETY: it was suspended, with this frame.
            unsafe { Frame::end(self.seat.frame()) };
        }
    }
}

impl<K, N> Drop for Held<K, N> {
    fn drop(&mut self) {
        self.end();
    }
}

impl<R: Method, P, K, N> Drop for CallbackCall<R, P, K, N> {
    #[inline]
    fn drop(&mut self) {
        // Must come before the arguments are dropped. A call that was never suspended has no state.
        if self.held.is_some() {
            self.clear();
        }
    }
}
