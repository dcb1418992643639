//! The homeserver's side of a callback: who registered it, and one call of it.

use std::fmt;
use std::mem::{ManuallyDrop, MaybeUninit};
use std::pin::Pin;
use std::sync::Arc;
use std::task;

use crate::call::{Asked, Call, Reply};
use crate::form::Form;
use crate::frame::{Slot, Status};
use crate::object::Object;
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
    module: usize,
    tag: usize,
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
        let (object, module) = (instance.object(), instance.module());
        Self { slot, object, module, tag, instance: Arc::clone(instance) }
    }

    /// The number of the module it belongs to.
    #[inline]
    pub const fn module(&self) -> usize {
        self.module
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

/// Looks on while modules are asked: counts, times, notes who it is.
pub trait Observer {
    /// This module is about to be asked; `tag` is what its callback was registered with. Says
    /// whether `after` is to be called.
    fn before(&mut self, module: usize, tag: usize) -> bool;
    /// It has answered, or will later.
    fn after(&mut self, module: usize, pending: bool);
}

/// Nobody looks on.
impl Observer for () {
    fn before(&mut self, _: usize, _: usize) -> bool {
        false
    }
    fn after(&mut self, _: usize, _: bool) {}
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

/// Room for the future of a callback.
///
/// Rationale: with 384 bytes every `state.get` inside a callback allocated once; more room costs a
/// call that is ready at once nothing, because it is never written.
pub const CALLBACK_ROOM: usize = 1024;

/// The calls of one callback with one set of arguments: one module after the other.
///
/// It owns the arguments, and the module that is being asked, for as long as that module's future
/// lives: that is what makes it safe to lend them.
#[repr(C)]
pub struct CallbackCall<R: Method, P> {
    prepared: P,
    /// Written each time before modules are asked; borrows from `prepared`.
    args: MaybeUninit<R::Args>,
    /// The module whose future is suspended.
    instance: ManuallyDrop<Option<Arc<Instance>>>,
    call: ManuallyDrop<Call<R::Answers, CALLBACK_ROOM>>,
}

// SAFETY: `args` holds borrows of `prepared`, which may be sent; so may the others.
unsafe impl<R: Method, P: Send> Send for CallbackCall<R, P> {}

impl<R: Method, P> fmt::Debug for CallbackCall<R, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CallbackCall").field("instance", &*self.instance).finish_non_exhaustive()
    }
}

impl<R: Asking, P: Prepared<R::Raws>> CallbackCall<R, P> {
    /// A call with these arguments; nobody is asked yet.
    #[inline]
    pub const fn new(prepared: P) -> Self {
        Self {
            prepared,
            args: MaybeUninit::uninit(),
            instance: ManuallyDrop::new(None),
            call: ManuallyDrop::new(Call::new()),
        }
    }

    /// Builds what has to be built of the arguments; once, before the first module is asked.
    ///
    /// # Errors
    /// If an argument cannot be read.
    ///
    /// # Panics
    /// If a module has not finished.
    #[inline]
    pub fn build(self: Pin<&mut Self>) -> Result<(), InputError> {
        assert!(!self.call.suspended(), "arguments are built while a module has them");
        // SAFETY: nothing is moved; the arguments are built where they stay.
        unsafe { self.get_unchecked_mut() }.prepared.build()
    }

    /// Asks one module after the other, as long as the answer is the neutral one. The first one
    /// whose answer is not is named by its place in `callbacks`.
    ///
    /// # Panics
    /// If another one has not finished, or the arguments have to be built first.
    #[inline]
    pub fn ask(
        self: Pin<&mut Self>,
        context: &mut task::Context<'_>,
        callbacks: &[Callback<R>],
        observer: &mut impl Observer,
        reply: &mut Reply<R::Answers>,
    ) -> Asked<usize> {
        // SAFETY: nothing is moved out of the call.
        let this = unsafe { self.get_unchecked_mut() };
        let mut frame = this.call.frame(0, context, reply);
        // SAFETY: what they borrow stays in `this`, pinned, and is not touched as long as a module
        // has them: a suspended future ends before that (`args_mut`, `Drop`).
        let args = this.args.write(unsafe { lent::<R>(R::lend(this.prepared.raw())) });
        let args: *const R::Args = args;
        for (at, callback) in callbacks.iter().enumerate() {
            let watched = observer.before(callback.module, callback.tag);
            frame.module = number(callback.module);
            // SAFETY: the slot belongs to the object (`Callback::new`); the arguments are as above.
            let status = unsafe { (callback.slot)(callback.object, args, &raw mut frame) };
            // Before anybody else's code runs: that may panic.
            let asked = match status {
                Status::NEUTRAL => None,
                Status::PENDING => {
                    *this.instance = Some(Arc::clone(&callback.instance));
                    Some(this.call.suspend(&frame, reply, at))
                }
                status => Some(reply.answered(status, at)),
            };
            if watched {
                observer.after(callback.module, status == Status::PENDING);
            }
            if let Some(asked) = asked {
                return asked;
            }
        }
        Asked::Neutral
    }

    /// The arguments, to be changed before the next module is asked; `None` while one has not
    /// finished.
    pub fn args_mut(self: Pin<&mut Self>) -> Option<&mut P> {
        // SAFETY: only the call is pinned for the sake of a future, which borrows the arguments;
        // without one nobody does.
        let this = unsafe { self.get_unchecked_mut() };
        (!this.call.suspended()).then_some(&mut this.prepared)
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
        // SAFETY: `this.call` is pinned with `this`.
        let call = unsafe { Pin::new_unchecked(&mut *this.call) };
        call.resume_into(context, reply)
    }

    /// Drops the future of the module that has not finished; returns the panic of that drop.
    pub fn cancel(self: Pin<&mut Self>) -> Option<Panic> {
        // SAFETY: nothing is moved out of the call.
        unsafe { self.map_unchecked_mut(|this| &mut *this.call) }.cancel()
    }
}

/// The number of a module, for the frame.
#[inline]
#[allow(clippy::cast_possible_truncation, reason = "nobody has as many modules")]
pub(crate) const fn number(module: usize) -> u32 {
    module as u32
}

impl<R: Method, P> CallbackCall<R, P> {
    /// Whether a module has not finished.
    #[inline]
    pub fn is_suspended(&self) -> bool {
        self.call.suspended()
    }

    /// Nobody waits any more for the module that has not finished: drops its future, and lets go of
    /// the module.
    pub fn end(self: Pin<&mut Self>) {
        // SAFETY: nothing is moved out of the call.
        let this = unsafe { self.get_unchecked_mut() };
        this.call.end();
        *this.instance = None;
    }

    /// Drops what only a module that did not answer at once leaves behind.
    #[inline]
    fn clear(&mut self) {
        // SAFETY: called once, from `drop`; the future goes before its module.
        unsafe {
            ManuallyDrop::drop(&mut self.call);
            ManuallyDrop::drop(&mut self.instance);
        }
    }
}

impl<R: Method, P> Drop for CallbackCall<R, P> {
    #[inline]
    fn drop(&mut self) {
        // Before the arguments go. A call that was never suspended holds nothing.
        if self.instance.is_some() {
            self.clear();
        }
    }
}
