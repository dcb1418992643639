//! Wakers across the boundary. A call boxes its waker at most once; a waker that comes back to
//! the side it came from is that side's own again.

use std::mem::ManuallyDrop;
use std::ptr::NonNull;
use std::sync::atomic::{AtomicPtr, AtomicUsize, Ordering, fence};
use std::task::{Context, RawWaker, RawWakerVTable, Waker};

use abi_stable::StableAbi;

use super::panic::caught;

/// A waker in C form: the head of something only its maker knows.
#[repr(C)]
#[derive(StableAbi)]
pub struct FfiWaker {
    table: *const FfiWakerTable,
}

/// What can be done with an [`FfiWaker`]. None of these functions unwinds.
#[repr(C)]
#[derive(StableAbi)]
pub struct FfiWakerTable {
    clone: unsafe extern "C" fn(*const FfiWaker) -> *const FfiWaker,
    wake_by_ref: unsafe extern "C" fn(*const FfiWaker),
    drop: unsafe extern "C" fn(*const FfiWaker),
}

// SAFETY: the table holds function pointers only.
unsafe impl Sync for FfiWakerTable {}

/// Runs `body` with a context around the waker that was lent.
///
/// # Safety
/// `waker` is a live waker, lent for the time of this call.
#[inline]
pub(super) unsafe fn with_context<R>(
    waker: *const FfiWaker,
    body: impl FnOnce(&mut Context<'_>) -> R,
) -> R {
    // SAFETY: `IMPORTED` works on live foreign wakers. The lent one is not ours to drop, and what
    // comes from this image is not used so.
    let imported =
        ManuallyDrop::new(unsafe { Waker::from_raw(RawWaker::new(waker.cast(), &IMPORTED)) });
    // SAFETY: the caller's promise.
    let waker = unsafe { own(waker) }.unwrap_or(&imported);
    body(&mut Context::from_waker(waker))
}

/// The executor's own waker, if it is this image that lent or cloned it.
///
/// # Safety
/// `waker` is a live waker; the answer is used while it is.
#[inline]
unsafe fn own<'a>(waker: *const FfiWaker) -> Option<&'a Waker> {
    // SAFETY: a live waker.
    let table = unsafe { (*waker).table };
    if table.addr().wrapping_sub((&raw const TABLES).addr()) >= size_of_val(&TABLES) {
        return None;
    }
    if std::ptr::eq(table, LENT) {
        // SAFETY: only this image makes wakers with this table, and they are `Lent`.
        Some(unsafe { (*waker.cast::<Lent<'_>>()).waker })
    } else {
        // SAFETY: only this image makes wakers with the other table, and they are `Owned`.
        Some(unsafe { &(*waker.cast::<Owned>()).waker })
    }
}

/// The clone of its waker that a call keeps, to lend it again.
pub(super) struct KeptWaker(Option<NonNull<Owned>>);

// SAFETY: it is a reference-counted `Waker`, which is `Send + Sync`.
unsafe impl Send for KeptWaker {}
// SAFETY: as above.
unsafe impl Sync for KeptWaker {}

impl KeptWaker {
    /// Nothing kept yet.
    #[inline]
    pub(super) const fn none() -> Self {
        Self(None)
    }

    /// Whether there is something to give back.
    #[inline]
    pub(super) const fn is_some(&self) -> bool {
        self.0.is_some()
    }

    /// Lends `waker` in C form while `body` runs.
    #[inline]
    pub(super) fn lend<R>(&mut self, waker: &Waker, body: impl FnOnce(*const FfiWaker) -> R) -> R {
        if std::ptr::eq(waker.vtable(), &raw const IMPORTED) {
            // It came from the other side: hand back the original.
            return body(waker.data().cast());
        }
        if let Some(owned) = self.0 {
            // SAFETY: this call holds one of its references.
            if unsafe { owned.as_ref() }.waker.will_wake(waker) {
                return body(owned.as_ptr().cast_const().cast());
            }
        }
        let head = FfiWaker { table: LENT };
        let lent = Lent { head, waker, cloned: AtomicPtr::new(std::ptr::null_mut()) };
        let result = body((&raw const lent).cast());
        if let Some(cloned) = NonNull::new(lent.cloned.into_inner()) {
            self.release();
            self.0 = Some(cloned);
        }
        result
    }

    fn release(&mut self) {
        if let Some(owned) = self.0.take() {
            // SAFETY: gives back the reference this call held.
            unsafe { owned_drop(owned.as_ptr().cast_const().cast()) };
        }
    }
}

impl Drop for KeptWaker {
    #[inline]
    fn drop(&mut self) {
        self.release();
    }
}

/// A foreign waker as this image's standard library sees it.
static IMPORTED: RawWakerVTable = RawWakerVTable::new(
    |data| {
        let waker: *const FfiWaker = data.cast();
        // SAFETY: `data` is a live foreign waker, as everywhere in this table.
        let clone = unsafe { ((*(*waker).table).clone)(waker) };
        RawWaker::new(clone.cast(), &IMPORTED)
    },
    |data| {
        let waker: *const FfiWaker = data.cast();
        // SAFETY: as above; `wake` takes the waker, so it is dropped too.
        unsafe {
            ((*(*waker).table).wake_by_ref)(waker);
            ((*(*waker).table).drop)(waker);
        }
    },
    |data| {
        let waker: *const FfiWaker = data.cast();
        // SAFETY: as above.
        unsafe { ((*(*waker).table).wake_by_ref)(waker) };
    },
    |data| {
        let waker: *const FfiWaker = data.cast();
        // SAFETY: as above.
        unsafe { ((*(*waker).table).drop)(waker) };
    },
);

/// A waker on the caller's stack, lent for one poll.
#[repr(C)]
struct Lent<'a> {
    head: FfiWaker,
    waker: &'a Waker,
    /// The first clone that was made of it; the call holds one reference to it. Atomic, because
    /// whoever polls may share its waker with threads that end before the poll does.
    cloned: AtomicPtr<Owned>,
}

/// A waker on the heap, shared by reference count.
#[repr(C)]
struct Owned {
    head: FfiWaker,
    count: AtomicUsize,
    waker: Waker,
}

/// Side by side, so that one comparison tells this image's wakers from all others.
static TABLES: [FfiWakerTable; 2] = [
    FfiWakerTable { clone: lent_clone, wake_by_ref: lent_wake_by_ref, drop: lent_drop },
    FfiWakerTable { clone: owned_clone, wake_by_ref: owned_wake_by_ref, drop: owned_drop },
];
const LENT: *const FfiWakerTable = &raw const TABLES[0];
const OWNED: *const FfiWakerTable = &raw const TABLES[1];

/// # Safety
/// `waker` is a [`Lent`] of this image, still lent.
unsafe extern "C" fn lent_clone(waker: *const FfiWaker) -> *const FfiWaker {
    // SAFETY: the caller's promise.
    let lent = unsafe { &*waker.cast::<Lent<'_>>() };
    let cloned = lent.cloned.load(Ordering::Acquire);
    if !cloned.is_null() {
        // SAFETY: the call holds a reference to it.
        return unsafe { owned_clone(cloned.cast_const().cast()) };
    }
    let owned = Box::into_raw(Box::new(Owned {
        head: FfiWaker { table: OWNED },
        // One for the module, one that the call keeps.
        count: AtomicUsize::new(2),
        // A clone that panics wakes nobody: the call's deadline ends it.
        waker: caught(|| lent.waker.clone()).unwrap_or_else(|| Waker::noop().clone()),
    }));
    let none = std::ptr::null_mut();
    if lent.cloned.compare_exchange(none, owned, Ordering::AcqRel, Ordering::Acquire).is_err() {
        // SAFETY: another thread was faster, so the call does not keep this one.
        unsafe { owned_drop(owned.cast_const().cast()) };
    }
    owned.cast_const().cast()
}

/// # Safety
/// As for [`lent_clone`].
unsafe extern "C" fn lent_wake_by_ref(waker: *const FfiWaker) {
    // SAFETY: the caller's promise.
    wake(unsafe { (*waker.cast::<Lent<'_>>()).waker });
}

/// A lent waker belongs to the caller: nothing to drop.
unsafe extern "C" fn lent_drop(_: *const FfiWaker) {}

/// # Safety
/// `waker` is an [`Owned`] of this image to which the caller holds a reference.
unsafe extern "C" fn owned_clone(waker: *const FfiWaker) -> *const FfiWaker {
    // SAFETY: the caller's promise.
    unsafe { &*waker.cast::<Owned>() }.count.fetch_add(1, Ordering::Relaxed);
    waker
}

/// # Safety
/// As for [`owned_clone`].
unsafe extern "C" fn owned_wake_by_ref(waker: *const FfiWaker) {
    // SAFETY: the caller's promise.
    wake(unsafe { &(*waker.cast::<Owned>()).waker });
}

/// # Safety
/// As for [`owned_clone`]; the reference is given back.
unsafe extern "C" fn owned_drop(waker: *const FfiWaker) {
    // SAFETY: the caller's promise.
    if unsafe { &*waker.cast::<Owned>() }.count.fetch_sub(1, Ordering::Release) == 1 {
        fence(Ordering::Acquire);
        // SAFETY: that was the last reference, and `lent_clone` made it as a box.
        let owned = unsafe { Box::from_raw(waker.cast_mut().cast::<Owned>()) };
        // An executor's waker that panics must not unwind into the module.
        let _ = caught(|| drop(owned));
    }
}

fn wake(waker: &Waker) {
    // An executor's waker that panics must not unwind into the module.
    let _ = caught(|| waker.wake_by_ref());
}
