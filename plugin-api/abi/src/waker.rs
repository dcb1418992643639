//! Wakers across the boundary: three words, from which either side makes its own kind of waker
//! without the heap. A waker that returns to its side becomes the original again.
//!
//! Rationale: the standard library's `Waker` has space for the data of a foreign waker, but not for
//! its functions: those are found through static tables, one for each *kind* of foreign waker. An
//! executor has a few kinds at most. So a clone costs only what it costs the executor, and
//! `will_wake` works without a stored copy of the waker.

use std::mem::ManuallyDrop;
use std::ptr::{from_ref, null, null_mut};
use std::sync::atomic::{AtomicPtr, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, RawWaker, RawWakerVTable, Wake, Waker};

use super::panic::caught;

crate::structure! {
    /// A waker in C form: lent for the duration of a call, or a clone, which has to be dropped.
    #[repr(C)]
    #[derive(Clone, Copy)]
    #[cfg_attr(feature = "layout", derive(abi_stable::StableAbi))]
    pub struct FfiWaker {
        data: *const (),
        /// A value of its creator, which means nothing to others. All wakers of one kind have the
        /// same functions.
        kind: *const (),
        /// Its creator's functions, which are never unmapped. Null: the waker wakes nothing.
        table: *const FfiWakerTable,
    }
}

crate::structure! {
    /// The functions for the data and the kind of an [`FfiWaker`]. None of these functions unwinds.
    #[repr(C)]
    #[cfg_attr(feature = "layout", derive(abi_stable::StableAbi))]
    pub struct FfiWakerTable {
        /// The size in bytes.
        size: u32,
        /// The version of the boundary of its creator.
        minor: u32,
        clone: unsafe extern "C" fn(*const (), *const ()) -> FfiWaker,
        wake_by_ref: unsafe extern "C" fn(*const (), *const ()),
        drop: unsafe extern "C" fn(*const (), *const ()),
    }
}

/// Converts a waker of this image's standard library into the C form, without taking it.
#[inline]
pub(crate) fn exported(waker: &Waker) -> FfiWaker {
    let (data, functions) = (waker.data(), from_ref(waker.vtable()));
    let offset = functions.addr().wrapping_sub((&raw const FUNCTIONS).addr());
    if offset >= size_of_val(&FUNCTIONS) {
        return FfiWaker { data, kind: functions.cast(), table: &raw const TABLE };
    }
    // It came from the other side: return the original.
    match KINDS.get(offset / size_of::<RawWakerVTable>()) {
        Some(kind) => kind.waker(data),
        // SAFETY: a live waker with the functions of `Lent`: see `with_context`.
        None => unsafe { *data.cast::<FfiWaker>() },
    }
}

/// Runs `body` with a context around the lent waker.
///
/// At the first poll the kind of the waker is looked up only if the waker is cloned: a call that is
/// ready at once does not need it. At later polls (`again`) the waker compares equal to a clone of
/// it.
///
/// # Safety
/// `waker` is a live waker, lent for the duration of this call.
#[inline]
pub(crate) unsafe fn with_context<R>(
    waker: *const FfiWaker,
    again: bool,
    body: impl FnOnce(&mut Context<'_>) -> R,
) -> R {
    // SAFETY: the caller's promise.
    let lent = unsafe { &*waker };
    let (data, functions) = match if again { lent.functions() } else { lent.own_functions() } {
        Some(functions) => (lent.data, functions),
        None => (waker.cast(), &FUNCTIONS[KINDS_MAX]),
    };
    // SAFETY: these functions are for this data; it is not ours to drop.
    let waker = ManuallyDrop::new(unsafe { Waker::new(data, functions) });
    body(&mut Context::from_waker(&waker))
}

impl FfiWaker {
    /// Wakes nothing.
    pub(crate) const NOBODY: Self = Self { data: null(), kind: null(), table: null() };

    /// The executor's own functions, if this image exported the waker.
    #[inline]
    fn own_functions(&self) -> Option<&'static RawWakerVTable> {
        // SAFETY: only this image makes wakers with this table: see `exported`.
        std::ptr::eq(self.table, &raw const TABLE).then(|| unsafe { &*self.kind.cast() })
    }

    /// The functions with which this image's standard library uses the waker's data; `None` if
    /// there are too many kinds, or the waker wakes nothing.
    #[inline]
    fn functions(&self) -> Option<&'static RawWakerVTable> {
        let number = self.usual_number();
        if KINDS[number].is_of(self) {
            return Some(&FUNCTIONS[number]);
        }
        self.own_functions().or_else(|| self.noted())
    }

    /// The preferred number of its kind; another kind may have taken it.
    #[inline]
    fn usual_number(&self) -> usize {
        self.kind.addr() / size_of::<RawWakerVTable>() % KINDS_MAX
    }

    /// [`Self::functions`] that registers a new kind.
    #[cold]
    #[inline(never)]
    fn noted(&self) -> Option<&'static RawWakerVTable> {
        if self.table.is_null() {
            return None;
        }
        static NOTING: Mutex<()> = Mutex::new(());
        let _noting = NOTING.lock().unwrap_or_else(PoisonError::into_inner);
        let usual = self.usual_number();
        let mut numbers = (usual..KINDS.len()).chain(0..usual);
        let number =
            numbers.find(|&number| KINDS[number].is_of(self) || KINDS[number].is_free())?;
        KINDS[number].set(self);
        Some(&FUNCTIONS[number])
    }

    /// # Safety
    /// For all three: it is a live waker; `release` takes it.
    #[inline]
    unsafe fn duplicate(&self) -> Self {
        if self.table.is_null() {
            return *self;
        }
        // SAFETY: a live waker, its maker's functions.
        unsafe { ((*self.table).clone)(self.data, self.kind) }
    }

    #[inline]
    unsafe fn wake(&self) {
        if self.table.is_null() {
            return;
        }
        // SAFETY: as above.
        unsafe { ((*self.table).wake_by_ref)(self.data, self.kind) };
    }

    #[inline]
    unsafe fn release(&self) {
        if self.table.is_null() {
            return;
        }
        // SAFETY: as above.
        unsafe { ((*self.table).drop)(self.data, self.kind) };
    }
}

/// A foreign kind of waker.
struct Kind {
    kind: AtomicPtr<()>,
    table: AtomicPtr<FfiWakerTable>,
}

impl Kind {
    const fn free() -> Self {
        Self { kind: AtomicPtr::new(null_mut()), table: AtomicPtr::new(Self::FREE) }
    }

    /// The table of a free entry. Not null, because the table of a waker that wakes nothing is
    /// null.
    const FREE: *mut FfiWakerTable = std::ptr::dangling_mut();

    fn is_free(&self) -> bool {
        std::ptr::eq(self.table.load(Ordering::Relaxed), Self::FREE)
    }

    /// Called by one thread at a time, and always with the same values once set.
    fn set(&self, waker: &FfiWaker) {
        self.kind.store(waker.kind.cast_mut(), Ordering::Relaxed);
        self.table.store(waker.table.cast_mut(), Ordering::Release);
    }

    #[inline]
    fn is_of(&self, waker: &FfiWaker) -> bool {
        std::ptr::eq(self.table.load(Ordering::Acquire), waker.table)
            && std::ptr::eq(self.kind.load(Ordering::Relaxed), waker.kind)
    }

    /// The waker of this kind with this data.
    #[inline]
    fn waker(&self, data: *const ()) -> FfiWaker {
        let table = self.table.load(Ordering::Acquire);
        FfiWaker { data, kind: self.kind.load(Ordering::Relaxed), table }
    }
}

/// Declares the functions with which this image's standard library uses foreign wakers: those of
/// each kind, by its number, then those of lent wakers.
macro_rules! kinds {
    ($max:literal: $($number:literal)*) => {
        const KINDS_MAX: usize = $max;
        static KINDS: [Kind; KINDS_MAX] = [const { Kind::free() }; KINDS_MAX];
        static FUNCTIONS: [RawWakerVTable; KINDS_MAX + 1] =
            [$( Imported::<$number>::FUNCTIONS, )* Lent::FUNCTIONS];
    };
}

kinds!(32: 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31);

/// A foreign waker whose kind has not been looked up: the data points to its C form.
struct Lent;

impl Lent {
    const FUNCTIONS: RawWakerVTable =
        RawWakerVTable::new(Self::clone, Self::wake_by_ref, Self::wake_by_ref, |_| {});

    /// # Safety
    /// For both: `data` is an [`FfiWaker`] that is lent.
    unsafe fn clone(data: *const ()) -> RawWaker {
        // SAFETY: the caller's promise.
        imported(unsafe { (*data.cast::<FfiWaker>()).duplicate() })
    }

    unsafe fn wake_by_ref(data: *const ()) {
        // SAFETY: the caller's promise.
        unsafe { (*data.cast::<FfiWaker>()).wake() };
    }
}

/// A foreign waker of the kind `N`.
struct Imported<const N: usize>;

impl<const N: usize> Imported<N> {
    const FUNCTIONS: RawWakerVTable =
        RawWakerVTable::new(Self::clone, Self::wake, Self::wake_by_ref, Self::drop);

    /// # Safety
    /// For all four: `data` is that of a live waker of this kind; `wake` and `drop` take it.
    unsafe fn clone(data: *const ()) -> RawWaker {
        // SAFETY: the caller's promise.
        imported(unsafe { KINDS[N].waker(data).duplicate() })
    }

    unsafe fn wake(data: *const ()) {
        let waker = KINDS[N].waker(data);
        // SAFETY: the caller's promise.
        unsafe {
            waker.wake();
            waker.release();
        }
    }

    unsafe fn wake_by_ref(data: *const ()) {
        // SAFETY: the caller's promise.
        unsafe { KINDS[N].waker(data).wake() };
    }

    unsafe fn drop(data: *const ()) {
        // SAFETY: the caller's promise.
        unsafe { KINDS[N].waker(data).release() };
    }
}

/// Converts a clone of a foreign waker.
#[inline]
fn imported(clone: FfiWaker) -> RawWaker {
    match clone.functions() {
        Some(functions) => RawWaker::new(clone.data, functions),
        None => boxed(clone),
    }
}

#[cold]
fn boxed(clone: FfiWaker) -> RawWaker {
    let waker = ManuallyDrop::new(Waker::from(Arc::new(Boxed(clone))));
    RawWaker::new(waker.data(), waker.vtable())
}

/// A clone of a kind for which there is no table left.
struct Boxed(FfiWaker);

// SAFETY: wakers may be used and dropped on any thread, and by several at once.
unsafe impl Send for Boxed {}
// SAFETY: as above.
unsafe impl Sync for Boxed {}

impl Wake for Boxed {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        // SAFETY: alive until it is dropped.
        unsafe { self.0.wake() };
    }
}

impl Drop for Boxed {
    fn drop(&mut self) {
        // SAFETY: it is a clone, given back once, here.
        unsafe { self.0.release() };
    }
}

/// The functions that the other side calls with wakers of this image. A panic of an executor's
/// waker must not unwind into a module.
#[allow(clippy::cast_possible_truncation, reason = "a few pointers")]
static TABLE: FfiWakerTable = FfiWakerTable {
    size: size_of::<FfiWakerTable>() as u32,
    minor: super::MINOR,
    clone,
    wake_by_ref,
    drop: give_back,
};

/// # Safety
/// For all three: `data` and `kind` are those of a live waker that this image exported;
/// [`give_back`] takes it.
unsafe extern "C" fn clone(data: *const (), kind: *const ()) -> FfiWaker {
    // SAFETY: the caller's promise; the waker itself is not ours to drop.
    let waker = ManuallyDrop::new(unsafe { own(data, kind) });
    // A clone that panics is replaced by one that wakes nothing: the call's deadline ends the call.
    let clone = caught(|| Waker::clone(&waker)).unwrap_or_else(|| Waker::noop().clone());
    exported(&ManuallyDrop::new(clone))
}

unsafe extern "C" fn wake_by_ref(data: *const (), kind: *const ()) {
    // SAFETY: as above.
    let waker = ManuallyDrop::new(unsafe { own(data, kind) });
    let _ = caught(|| waker.wake_by_ref());
}

unsafe extern "C" fn give_back(data: *const (), kind: *const ()) {
    // SAFETY: the caller's promise.
    let waker = unsafe { own(data, kind) };
    let _ = caught(|| drop(waker));
}

/// Reconstructs a waker that this image exported: its kind is its vtable.
///
/// # Safety
/// As for [`clone`].
#[inline]
unsafe fn own(data: *const (), kind: *const ()) -> Waker {
    // SAFETY: `exported` took both apart.
    unsafe { Waker::new(data, &*kind.cast::<RawWakerVTable>()) }
}
