//! Shared by the tests: a call with both sides in this image, futures and wakers that count, and an
//! allocator that counts.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, Wake, Waker};

use hsmod_abi::{Call, start};
use hsmod_plugin_api::boundary::install_panic_hook;
use hsmod_plugin_api::host::{CALLBACK_ROOM, Entered};
use hsmod_plugin_api::values::ModuleError;
use hsmod_plugin_api::values::answer::{Answer, Returns};

/// The homeserver's side of a call, with `ROOM` bytes of room.
pub(crate) type HostCall<A, const ROOM: usize = CALLBACK_ROOM> = Call<Returns<A>, ROOM>;

/// Begins a call whose other side builds the future of `make`.
///
/// The futures of these tests are `'static`: nothing is borrowed, so the requirements of
/// `Call::enter` and `start` are met.
pub(crate) fn enter<A, F, const ROOM: usize>(
    call: Pin<&mut HostCall<A, ROOM>>,
    waker: &Waker,
    make: impl FnOnce() -> F,
) -> Entered<A>
where
    A: Answer,
    F: Future<Output = Result<A, ModuleError>> + Send + 'static,
{
    let mut context = Context::from_waker(waker);
    // SAFETY: `start` keeps to its own protocol, with just this frame; nothing is borrowed (`'static`).
    unsafe { call.enter(&mut context, |frame| start::<(), _, Returns<A>>(frame, |_| make())) }
}

pub(crate) fn resume<A: Answer, const ROOM: usize>(
    call: Pin<&mut HostCall<A, ROOM>>,
    waker: &Waker,
) -> Entered<A> {
    call.resume(&mut Context::from_waker(waker))
}

/// The panic of a call, with the location that a hook in this image recorded.
pub(crate) fn panic_of<A: std::fmt::Debug>(entered: Entered<A>) -> hsmod_plugin_api::host::Panic {
    match entered {
        Entered::Panicked(panic) => panic,
        other => panic!("expected a panic, found {other:?}"),
    }
}

/// Makes this image record where panics happen, as a plugin does.
pub(crate) fn remember_places() {
    install_panic_hook(None);
}

/// Suspends this many times.
pub(crate) struct Suspend(pub(crate) usize);

impl Future for Suspend {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        match self.0.checked_sub(1) {
            Some(left) => {
                self.0 = left;
                Poll::Pending
            }
            None => Poll::Ready(()),
        }
    }
}

/// Counts how often it is dropped.
#[derive(Clone, Default)]
pub(crate) struct Drops(Arc<AtomicUsize>);

impl Drops {
    pub(crate) fn guard(&self) -> Guard {
        Guard { drops: self.clone(), panics: false }
    }

    /// A guard whose drop counts and then panics.
    pub(crate) fn panicking_guard(&self) -> Guard {
        Guard { drops: self.clone(), panics: true }
    }

    pub(crate) fn count(&self) -> usize {
        self.0.load(Ordering::SeqCst)
    }
}

pub(crate) struct Guard {
    drops: Drops,
    panics: bool,
}

impl Drop for Guard {
    fn drop(&mut self) {
        self.drops.0.fetch_add(1, Ordering::SeqCst);
        assert!(!self.panics, "dropped with a bang");
    }
}

/// An executor's waker that counts.
#[derive(Default)]
pub(crate) struct Wakes(AtomicUsize);

impl Wakes {
    pub(crate) fn waker(self: &Arc<Self>) -> Waker {
        Arc::clone(self).into()
    }

    pub(crate) fn count(&self) -> usize {
        self.0.load(Ordering::SeqCst)
    }
}

impl Wake for Wakes {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

/// The number of allocations of `body` on this thread, and its result.
pub(crate) fn allocations<R>(body: impl FnOnce() -> R) -> (usize, R) {
    let before = ALLOCATIONS.get();
    let result = body();
    (ALLOCATIONS.get() - before, result)
}

/// How many allocations of exactly `size` bytes by `body` on this thread have not been freed.
pub(crate) fn left_of_size(size: usize, body: impl FnOnce()) -> isize {
    WATCHED.set((size, 0));
    body();
    WATCHED.replace((0, 0)).1
}

thread_local! {
    static ALLOCATIONS: Cell<usize> = const { Cell::new(0) };
    static WATCHED: Cell<(usize, isize)> = const { Cell::new((0, 0)) };
}

struct Counting;

#[global_allocator]
static COUNTING: Counting = Counting;

// SAFETY: delegates to the system's allocator.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let _ = ALLOCATIONS.try_with(|count| count.set(count.get() + 1));
        watch(layout, 1);
        // SAFETY: the caller's promise.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        watch(layout, -1);
        // SAFETY: the caller's promise.
        unsafe { System.dealloc(pointer, layout) }
    }
}

fn watch(layout: Layout, change: isize) {
    let _ = WATCHED.try_with(|watched| {
        let (size, left) = watched.get();
        if layout.size() == size {
            watched.set((size, left + change));
        }
    });
}
