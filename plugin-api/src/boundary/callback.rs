//! The homeserver's side of a callback: who registered it, and one call of it.

use std::fmt;
use std::mem::ManuallyDrop;
use std::pin::Pin;
use std::sync::Arc;
use std::task::Context;

use super::{Asked, Call, RawObject, Reply, Status};
use crate::table::{Row, SlotFn};
use crate::values::input::{InputError, Prepared};
use crate::values::subject::Subject;

/// An object of a module (most often the module itself), kept alive for its callbacks.
pub struct Instance {
    object: RawObject,
    module: usize,
}

impl Instance {
    /// Takes an object over that belongs to this module.
    pub(crate) const fn new(object: RawObject, module: usize) -> Self {
        Self { object, module }
    }

    /// The number of the module it belongs to.
    pub const fn module(&self) -> usize {
        self.module
    }

    pub(crate) const fn object(&self) -> *const () {
        self.object.pointer()
    }
}

impl fmt::Debug for Instance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Instance").field("module", &self.module).finish_non_exhaustive()
    }
}

/// A callback that a module registered.
pub struct Callback<R: Row> {
    slot: R::Slot,
    /// The object of `instance`.
    object: *const (),
    module: usize,
    tag: usize,
    instance: Arc<Instance>,
}

// SAFETY: `object` is owned by `instance`, which is `Send + Sync`.
unsafe impl<R: Row> Send for Callback<R> {}
// SAFETY: as above.
unsafe impl<R: Row> Sync for Callback<R> {}

impl<R: Row> Callback<R> {
    /// A slot of a table that belongs to `instance`.
    ///
    /// # Safety
    /// `slot` is a function for the object that `instance` owns.
    pub(crate) unsafe fn new(slot: R::Slot, instance: &Arc<Instance>, tag: usize) -> Self {
        let (object, module) = (instance.object(), instance.module());
        Self { slot, object, module, tag, instance: Arc::clone(instance) }
    }

    /// The number of the module it belongs to.
    #[inline]
    pub const fn module(&self) -> usize {
        self.module
    }
}

impl<R: Row> Clone for Callback<R> {
    fn clone(&self) -> Self {
        Self { instance: Arc::clone(&self.instance), ..*self }
    }
}

impl<R: Row> fmt::Debug for Callback<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of module {}", R::INFO.name, self.module)
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
pub struct CallbackCall<R: Row, P> {
    args: P,
    /// The module whose future is suspended.
    instance: ManuallyDrop<Option<Arc<Instance>>>,
    call: ManuallyDrop<Call<R::Answer, CALLBACK_ROOM>>,
}

impl<R, P> CallbackCall<R, P>
where
    R: Row,
    P: Prepared<<R::Slot as SlotFn>::Args>,
{
    /// A call with these arguments; nobody is asked yet.
    #[inline]
    pub const fn new(args: P) -> Self {
        Self { args, instance: ManuallyDrop::new(None), call: ManuallyDrop::new(Call::new()) }
    }

    /// Builds what has to be built of the arguments; once, before the first module is asked.
    ///
    /// # Errors
    /// If an argument cannot be read.
    #[inline]
    pub fn build(self: Pin<&mut Self>) -> Result<(), InputError> {
        // SAFETY: nothing is moved; the arguments are built where they stay.
        unsafe { self.get_unchecked_mut() }.args.build()
    }

    /// Asks one module after the other, as long as the answer is the neutral one. The first one
    /// whose answer is not is named by its place in `callbacks`.
    ///
    /// # Panics
    /// If another one has not finished.
    #[inline]
    pub fn ask(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        callbacks: &[Callback<R>],
        observer: &mut impl Observer,
        reply: &mut Reply<R::Answer>,
    ) -> Asked<usize> {
        // SAFETY: nothing is moved out of the call.
        let this = unsafe { self.get_unchecked_mut() };
        let args = this.args.raw();
        // SAFETY: `this.call` is pinned with `this`.
        let call = unsafe { Pin::new_unchecked(&mut *this.call) };
        // SAFETY: the slot belongs to the object (`Callback::new`). The arguments stay in `this`,
        // pinned; a suspended future ends before they do (`Drop`), and keeps its object alive.
        let asked = unsafe {
            call.enter_each(context, callbacks, reply, |callback, slot, waker, out, report| {
                let watched = observer.before(callback.module, callback.tag);
                let status = callback.slot.enter(callback.object, args, slot, waker, out, report);
                if watched {
                    observer.after(callback.module, status == Status::PENDING);
                }
                status
            })
        };
        if let Asked::Suspended(at) = asked {
            *this.instance = callbacks.get(at).map(|callback| Arc::clone(&callback.instance));
        }
        asked
    }

    /// Whether a module has not finished.
    #[inline]
    pub fn is_suspended(&self) -> bool {
        self.call.suspended()
    }

    /// The arguments, to be changed before the next module is asked; `None` while one has not
    /// finished.
    pub fn args_mut(self: Pin<&mut Self>) -> Option<&mut P> {
        // SAFETY: only the call is pinned for the sake of a future, which borrows the arguments;
        // without one nobody does.
        let this = unsafe { self.get_unchecked_mut() };
        (!this.call.suspended()).then_some(&mut this.args)
    }

    /// Polls the module that has not finished.
    ///
    /// # Panics
    /// If there is none.
    #[inline]
    pub fn resume(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        reply: &mut Reply<R::Answer>,
    ) -> Asked<()> {
        // SAFETY: nothing is moved out of the call.
        unsafe { self.map_unchecked_mut(|this| &mut *this.call) }.resume_into(context, reply)
    }

    /// Drops the future of the module that has not finished; returns the panic of that drop.
    pub fn cancel(self: Pin<&mut Self>) -> Option<super::Panic> {
        // SAFETY: nothing is moved out of the call.
        unsafe { self.map_unchecked_mut(|this| &mut *this.call) }.cancel()
    }
}

/// What a call with these arguments is about. They were built before ([`Prepared::build`]).
#[cold]
pub fn subject<R: Row>(args: &impl Prepared<<R::Slot as SlotFn>::Args>) -> Subject {
    // SAFETY: what the C forms borrow lives as long as `args` ([`Prepared::raw`]).
    unsafe { R::subject(args.raw()) }
}

impl<R: Row, P> CallbackCall<R, P> {
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

impl<R: Row, P> Drop for CallbackCall<R, P> {
    #[inline]
    fn drop(&mut self) {
        // Before the arguments go. A call that was never suspended holds nothing.
        if self.instance.is_some() {
            self.clear();
        }
    }
}

// SAFETY: the arguments lie behind the `Arc` for as long as it lives.
unsafe impl<Raw, P: Prepared<Raw>> Prepared<Raw> for Arc<P> {
    fn raw(&self) -> Raw {
        P::raw(self)
    }
}
