//! The homeserver's side of a callback: who registered it, and one call of it.

use std::fmt;
use std::marker::PhantomPinned;
use std::mem::{ManuallyDrop, MaybeUninit};
use std::ops::Deref;
use std::pin::Pin;
use std::sync::Arc;
use std::task;

use crate::call::{Asked, Reply, not_suspended};
use crate::form::Form;
use crate::frame::{Frame, Slot, Status};
use crate::object::Object;
use crate::own_seat::OwnSeat;
use crate::panic::Panic;
use crate::serve::{ArgsOf, Method, lent};

/// An object of a module (most often the module itself), kept alive for its callbacks.
pub struct Instance {
    object: Object,
    module: usize,
}

impl Instance {
    /// Takes an object over that belongs to this module.
    pub const fn new(object: Object, module: usize) -> Self {
        Self { object, module }
    }

    /// The number of the module it belongs to.
    pub const fn module(&self) -> usize {
        self.module
    }

    /// Where it is.
    pub const fn object(&self) -> *const () {
        self.object.pointer()
    }
}

impl fmt::Debug for Instance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Instance").field("module", &self.module).finish_non_exhaustive()
    }
}

/// A row that a homeserver asks modules: its arguments are prepared one by one.
pub trait Asking: Method {
    /// The C forms of the arguments.
    type Raws: Form;

    /// The arguments of these forms.
    fn lend(raws: <Self::Raws as Form>::Of<'_>) -> ArgsOf<'_, Self>;
}

/// A callback that a module registered.
pub struct Callback<R: Method> {
    slot: Slot<R::Args>,
    /// The object of `instance`.
    object: *const (),
    module: u32,
    tag: u32,
    instance: Arc<Instance>,
}

// SAFETY: `object` is owned by `instance`, which is `Send + Sync`.
unsafe impl<R: Method> Send for Callback<R> {}
// SAFETY: as above.
unsafe impl<R: Method> Sync for Callback<R> {}

impl<R: Method> Callback<R> {
    /// A slot of a table that belongs to `instance`.
    ///
    /// # Safety
    /// `slot` is a function for the object that `instance` owns.
    pub unsafe fn new(slot: Slot<R::Args>, instance: &Arc<Instance>, tag: usize) -> Self {
        let (object, module) = (instance.object(), number(instance.module()));
        Self { slot, object, module, tag: number(tag), instance: Arc::clone(instance) }
    }

    /// The number of the module it belongs to.
    #[inline]
    pub const fn module(&self) -> usize {
        self.module as usize
    }
}

impl<R: Method> Clone for Callback<R> {
    fn clone(&self) -> Self {
        Self { instance: Arc::clone(&self.instance), ..*self }
    }
}

impl<R: Method> fmt::Debug for Callback<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Callback").field("module", &self.module).finish_non_exhaustive()
    }
}

/// A share of what keeps callbacks, or a loan of it.
pub trait Keeps<K>: Deref<Target = K> {
    /// A share.
    fn share(&self) -> Arc<K>;
}

impl<K> Keeps<K> for Arc<K> {
    #[inline]
    fn share(&self) -> Self {
        Self::clone(self)
    }
}

/// Looks on while modules are asked: counts, times, notes who it is. `K` keeps their callbacks.
pub trait Observer<K> {
    /// What it looks at of `kept` for every module.
    type View<'k>
    where
        K: 'k;

    /// Modules are about to be asked.
    fn view<'k>(&self, kept: &'k K) -> Self::View<'k>;

    /// This module is about to be asked; `tag` is what its callback was registered with. Says
    /// whether `after` is to be called.
    fn before(&mut self, view: &Self::View<'_>, module: usize, tag: usize) -> bool;
    /// It has answered, or will later.
    fn after(&mut self, kept: &K, module: usize, pending: bool);
}

/// Nobody looks on.
impl<K> Observer<K> for () {
    type View<'k>
        = ()
    where
        K: 'k;

    fn view(&self, _: &K) {}
    fn before(&mut self, (): &(), _: usize, _: usize) -> bool {
        false
    }
    fn after(&mut self, _: &K, _: usize, _: bool) {}
}

/// An argument, or several, that a call holds ready: what [`Self::raw`] borrows from it stays where
/// it is, because the call neither moves nor touches it while a module has it.
pub trait Prepared<Raw: Form> {
    /// Builds what has to be built; called once, before [`Prepared::raw`], and only if a module
    /// is to be asked.
    ///
    /// # Errors
    /// If what the homeserver gave cannot be read.
    #[inline]
    fn build(&mut self) -> Result<(), InputError> {
        Ok(())
    }

    /// Its C form.
    ///
    /// # Panics
    /// If it has to be built, and was not.
    fn raw(&mut self) -> Raw::Of<'_>;

    /// What could not be made when a module asked for it, if there is such a thing: that module
    /// cannot be blamed for what came of it.
    #[inline]
    fn failed(&self) -> Option<InputError> {
        None
    }
}

/// A [`Prepared`] of which several calls may have the C form at once: nobody may change anything
/// by it.
pub trait Shared<Raw: Form>: Send + Sync {
    /// Its C form.
    fn shared(&self) -> Raw::Of<'_>;
}

impl<Raw: Form, P: Shared<Raw>> Prepared<Raw> for Arc<P> {
    #[inline]
    fn raw(&mut self) -> Raw::Of<'_> {
        self.shared()
    }
}

/// What a homeserver gave cannot be read: an event that is no event, a value that is not JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(clippy::exhaustive_structs, reason = "a message")]
pub struct InputError(pub String);

impl fmt::Display for InputError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for InputError {}

/// The calls of one callback with one set of arguments: one module after the other.
///
/// It owns the arguments, and a share of what keeps the callbacks, `K`, for as long as a module's
/// future lives: that is what makes it safe to lend them. `N` is what its owner notes of a module
/// that did not answer at once.
#[repr(C)]
pub struct CallbackCall<R: Method, P, K, N = ()> {
    prepared: P,
    /// Written each time before modules are asked; borrows from `prepared`.
    args: MaybeUninit<R::Args>,
    /// Once a module was not ready.
    ///
    /// Rationale: until then there is nothing to drop, which one test tells.
    held: ManuallyDrop<Option<Held<K, N>>>,
    pinned: PhantomPinned,
}

/// What a call holds once a module was not ready.
struct Held<K, N> {
    /// Whether that module, or one that was asked after it, has not finished.
    suspended: bool,
    /// For all modules, one after the other.
    seat: OwnSeat,
    note: Option<N>,
    /// Keeps the modules; dropped last.
    kept: Arc<K>,
}

/// A module whose answer is not the neutral one, by its place in the list.
struct Stop {
    at: usize,
    module: usize,
    status: Status,
    watched: bool,
}

impl Stop {
    /// Tells the observer, if that wants to know; which may panic, so that all else is done before.
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
    /// A call with these arguments; nobody is asked yet.
    #[inline]
    pub const fn new(prepared: P) -> Self {
        let (args, held) = (MaybeUninit::uninit(), ManuallyDrop::new(None));
        Self { prepared, args, held, pinned: PhantomPinned }
    }

    /// Builds what has to be built of the arguments; once, before the first module is asked.
    ///
    /// # Errors
    /// If an argument cannot be read.
    ///
    /// # Panics
    /// If a module did not answer at once.
    #[inline]
    pub fn build(self: Pin<&mut Self>) -> Result<(), InputError> {
        assert!(self.held.is_none(), "arguments are built when a module had them");
        // SAFETY: nothing is moved; the arguments are built where they stay.
        unsafe { self.get_unchecked_mut() }.prepared.build()
    }

    /// Asks one module after the other, as long as the answer is the neutral one. The first one
    /// whose answer is not is named by its place in the list.
    ///
    /// `callbacks` picks the list out of `kept`, of which the call takes a share when a module is
    /// not ready.
    ///
    /// # Panics
    /// If another one has not finished, or the arguments have to be built first.
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
            // It was `None`, of which nothing need be dropped.
            std::mem::forget(this.held.replace(first));
        }
        stop.told(asked, &**kept, observer)
    }

    /// Keeps this from now on, if no module has to be kept that has not finished.
    #[cold]
    fn keep(self: Pin<&mut Self>, kept: Arc<K>) -> Pin<&mut Self> {
        // SAFETY: nothing is moved out of the call.
        let this = unsafe { self.get_unchecked_mut() };
        if let Some(held) = &mut *this.held
            && !held.suspended
        {
            held.kept = kept;
        }
        // SAFETY: it was pinned before.
        unsafe { Pin::new_unchecked(this) }
    }

    /// As [`Self::ask`], of what the call keeps already, because a module was not ready before.
    ///
    /// # Panics
    /// If none was, or it has not finished.
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

    /// Asks the modules of a list with this frame, up to one whose answer is not the neutral one.
    ///
    /// # Safety
    /// The frame is that of a seat, and ready for a call that begins; `self` is pinned.
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

    /// The arguments, to be changed before the next module is asked; `None` while one has not
    /// finished.
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

    /// Drops the future of the module that has not finished; returns the panic of that drop.
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

/// The number of a module or a callback, as frames have it.
#[inline]
#[allow(clippy::cast_possible_truncation, reason = "nobody has as many")]
pub(crate) const fn number(module: usize) -> u32 {
    module as u32
}

impl<R: Method, P, K, N> CallbackCall<R, P, K, N> {
    /// Whether a module has not finished.
    #[inline]
    pub fn is_suspended(&self) -> bool {
        self.held.as_ref().is_some_and(|held| held.suspended)
    }

    /// What keeps the modules, once one was not ready.
    #[inline]
    pub fn kept(&self) -> Option<&Arc<K>> {
        self.held.as_ref().map(|held| &held.kept)
    }

    /// Notes this of the module that is not ready, instead of what was noted before.
    #[inline]
    pub fn note(self: Pin<&mut Self>, note: N) {
        // SAFETY: nothing is moved out of the call.
        if let Some(held) = unsafe { &mut *self.get_unchecked_mut().held } {
            held.note = Some(note);
        }
    }

    /// What was noted.
    #[inline]
    pub fn noted(&self) -> Option<&N> {
        self.held.as_ref()?.note.as_ref()
    }

    /// What was noted.
    #[inline]
    pub fn noted_mut(self: Pin<&mut Self>) -> Option<&mut N> {
        // SAFETY: nothing is moved out of the call.
        unsafe { self.get_unchecked_mut() }.held.as_mut()?.note.as_mut()
    }

    /// Nobody waits any more for the module that has not finished: its future is dropped.
    pub fn end(self: Pin<&mut Self>) {
        // SAFETY: nothing is moved out of the call.
        if let Some(held) = unsafe { &mut *self.get_unchecked_mut().held } {
            held.end();
        }
    }

    /// Drops what only a module that did not answer at once leaves behind.
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
        // Before the arguments go. A call that was never suspended holds nothing.
        if self.held.is_some() {
            self.clear();
        }
    }
}
