//! Calls that a module wants to be made later: a boxed closure, and the function that calls it.

use std::fmt;
use std::future::Future;
use std::marker::PhantomData;

use crate::answer::{Done, Entered, Fault};
use crate::frame::{Frame, Status};
use crate::object::Object;
use crate::panic::caught;
use crate::request::Request;
use crate::serve::Method;
use crate::start::start;
use crate::text::Str;

/// The room for the future of such a call, in bytes.
const ROOM: usize = 1024;

crate::arguments! {
    /// The argument of a [`Continuation`].
    pub struct ContinuationArgs<'a> {
        /// JSON text that the homeserver provides.
        input: Str<'a>,
    }
}

crate::structure! {
    /// A call that a module wants to be made later, at most once, with JSON text that its
    /// homeserver provides.
    ///
    /// Its holder owns it; if it is dropped, it is given back to the module without being made.
    #[repr(C)]
    #[cfg_attr(feature = "layout", derive(abi_stable::StableAbi))]
    pub struct Continuation {
        object: Object,
        /// Takes the object. Null: there is nothing to call.
        run: Option<
            unsafe extern "C" fn(*const (), *const ContinuationArgs<'static>, *mut Frame) -> Status,
        >,
    }
}

impl Continuation {
    /// Stores `call`, with the values that it owns, until it is made or given back.
    pub fn new<C, F, E>(call: C) -> Self
    where
        C: FnOnce(&str) -> F + Send + 'static,
        F: Future<Output = Result<(), E>> + Send + 'static,
        E: Fault,
    {
        Self { object: Object::boxed(call), run: Some(run_once::<C, F, E>) }
    }

    /// Converts an optional call into the C form.
    pub fn optional(call: Option<Self>) -> Self {
        call.unwrap_or(Self { object: Object::NONE, run: None })
    }

    /// Returns `None` if this is the C form of `None`.
    pub fn into_option(self) -> Option<Self> {
        self.run.is_some().then_some(self)
    }

    /// Makes the call on behalf of the module with this number; ready at once if there is no
    /// function.
    pub fn call<E: Fault>(
        self,
        module: usize,
        input: &(impl AsRef<str> + ?Sized),
    ) -> impl Future<Output = Entered<(), E>> + Send {
        let Self { object, run } = self;
        let input = input.as_ref();
        async move {
            let Some(run) = run else { return Entered::Neutral };
            let args = ContinuationArgs::new(Str::new(input));
            // SAFETY: the object is taken, once, by the function that came with it; the input
            // lives as long as this future, which borrows it.
            let call =
                unsafe { Request::<Continued<E>, ROOM>::new(run, object.into_pointer(), args) };
            call.of(module).entered().await
        }
    }
}

/// A [`Continuation`] as a row.
struct Continued<E>(PhantomData<fn() -> E>);

impl<E: Fault> Method for Continued<E> {
    type Args = ContinuationArgs<'static>;
    type Answers = Done<E>;
}

impl fmt::Debug for Continuation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Continuation").finish_non_exhaustive()
    }
}

/// # Safety
/// `object` is a boxed `C`, and is taken; the arguments live for the duration of the call; the rest
/// as for [`start`].
unsafe extern "C" fn run_once<C, F, E>(
    object: *const (),
    args: *const ContinuationArgs<'static>,
    frame: *mut Frame,
) -> Status
where
    C: FnOnce(&str) -> F + Send + 'static,
    F: Future<Output = Result<(), E>> + Send + 'static,
    E: Fault,
{
    // SAFETY: the caller's promises; the future borrows nothing (`'static`).
    unsafe {
        start::<_, _, Done<E>>(frame, move |(): &mut ()| {
            Box::from_raw(object.cast_mut().cast::<C>())((*args).input.text())
        })
    }
}

crate::structure! {
    /// A call that a module wants to be made several times, one after the other.
    ///
    /// Its holder owns it; if it is dropped, it is given back to the module.
    #[repr(C)]
    #[cfg_attr(feature = "layout", derive(abi_stable::StableAbi))]
    pub struct Routine {
        object: Object,
        /// Takes no arguments: the pointer to them is ignored.
        run: Option<unsafe extern "C" fn(*const (), *const (), *mut Frame) -> Status>,
    }
}

impl Routine {
    /// Stores `call`, with the values that it owns, until it is given back.
    pub fn new<C, F, E>(call: C) -> Self
    where
        C: FnMut() -> F + Send + 'static,
        F: Future<Output = Result<(), E>> + Send + 'static,
        E: Fault,
    {
        Self { object: Object::boxed(call), run: Some(run_again::<C, F, E>) }
    }

    /// Makes the call once, on behalf of the module with this number.
    pub fn call<E: Fault>(&mut self, module: usize) -> impl Future<Output = Entered<(), E>> + Send {
        let Self { object, run } = self;
        async move {
            let Some(run) = *run else { return Entered::Neutral };
            // SAFETY: the function came with the object, which is borrowed exclusively for as long
            // as this future lives.
            unsafe { Request::<Again<E>, ROOM>::new(run, object.pointer(), ()) }
                .of(module)
                .entered()
                .await
        }
    }
}

/// A [`Routine`] as a row.
struct Again<E>(PhantomData<fn() -> E>);

impl<E: Fault> Method for Again<E> {
    type Args = ();
    type Answers = Done<E>;
}

impl fmt::Debug for Routine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Routine").finish_non_exhaustive()
    }
}

/// # Safety
/// `object` is a boxed `C` that is not used elsewhere; the rest as for [`start`].
unsafe extern "C" fn run_again<C, F, E>(
    object: *const (),
    _: *const (),
    frame: *mut Frame,
) -> Status
where
    C: FnMut() -> F + Send + 'static,
    F: Future<Output = Result<(), E>> + Send + 'static,
    E: Fault,
{
    // SAFETY: the caller's promises; the future borrows nothing (`'static`).
    unsafe { start::<_, _, Done<E>>(frame, move |(): &mut ()| (*object.cast_mut().cast::<C>())()) }
}

crate::structure! {
    /// A call that blocks its thread, made at most once.
    ///
    /// Its holder owns it; if it is dropped, it is given back to the module without being made. The
    /// result of the call, or its panic, stays in the module.
    #[repr(C)]
    #[cfg_attr(feature = "layout", derive(abi_stable::StableAbi))]
    pub struct Errand {
        object: Object,
        /// Takes the object.
        run: Option<unsafe extern "C" fn(*const ())>,
    }
}

impl Errand {
    /// Stores `work`, with the values that it owns, until it is run or given back.
    pub fn new<C: FnOnce() + Send + 'static>(work: C) -> Self {
        Self { object: Object::boxed(work), run: Some(run_here::<C>) }
    }

    /// Makes the call on this thread.
    pub fn run(self) {
        if let Some(run) = self.run {
            // SAFETY: the closure is taken, once.
            unsafe { run(self.object.into_pointer()) };
        }
    }
}

impl fmt::Debug for Errand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Errand").finish_non_exhaustive()
    }
}

/// # Safety
/// `object` is a boxed `C` and is taken.
unsafe extern "C" fn run_here<C: FnOnce()>(object: *const ()) {
    // The closure itself reports a panic to the code that awaits its result.
    // SAFETY: the caller's promise.
    caught(|| unsafe { Box::from_raw(object.cast_mut().cast::<C>())() });
}
