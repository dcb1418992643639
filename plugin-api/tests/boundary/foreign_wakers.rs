//! Shows that wakers of another language work: those that wake nothing, and those of executors that
//! number their kinds freely.

use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::ptr::null;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};

use hsmod_abi::start;
use hsmod_plugin_api::host::Entered;
use hsmod_plugin_api::values::ModuleError;
use hsmod_plugin_api::values::answer::Returns;

use crate::raw::{RawFrame, RawWaker, RawWakerTable};
use crate::support::HostCall;

/// A caller in another language may have nothing to wake.
#[test]
fn a_waker_without_functions_wakes_nothing() {
    let mut call = pin!(HostCall::<()>::new());
    let waker = keep_of(call.as_mut(), RawWaker::NOBODY);
    let second = waker.clone();
    second.wake_by_ref();
    second.wake();
    // Kinds that are registered later are not confused with it.
    let executor = Executor::default();
    let other = keep_of(call.as_mut(), executor.waker(null(), &FIRST));
    waker.wake_by_ref();
    assert_eq!(executor.woken(), [0, 0]);
    other.wake();
    assert_eq!(executor.woken(), [1, 0]);
    waker.wake();
}

/// Executors of two libraries may number their kinds alike, and use the same data.
#[test]
fn wakers_are_distinguished_by_kind_and_functions() {
    let executor = Executor::default();
    let mut call = pin!(HostCall::<()>::new());
    let kind = std::ptr::without_provenance(48);
    let first = keep_of(call.as_mut(), executor.waker(kind, &FIRST));
    let second = keep_of(call.as_mut(), executor.waker(kind, &SECOND));
    let third = keep_of(call.as_mut(), executor.waker(null(), &FIRST));
    assert!(!first.will_wake(&second) && !first.will_wake(&third) && !second.will_wake(&third));
    assert!(first.will_wake(&first.clone()) && second.will_wake(&second.clone()));
    second.wake_by_ref();
    assert_eq!(executor.woken(), [0, 1]);
    first.wake();
    third.wake();
    assert_eq!(executor.woken(), [2, 1]);
    drop(second);
    assert_eq!(executor.alive.load(Ordering::SeqCst), 0, "all clones were given back");
}

/// The clone that a future of this image makes of a waker of another language.
fn keep_of(mut call: Pin<&mut HostCall<()>>, waker: RawWaker) -> Waker {
    let kept = Arc::new(Mutex::new(None));
    let keep = Arc::clone(&kept);
    let future = move |context: &mut Context<'_>| {
        *keep.lock().unwrap() = Some(context.waker().clone());
        Poll::Ready(Ok::<(), ModuleError>(()))
    };
    // SAFETY: the waker is alive; the future borrows nothing.
    let entered = unsafe {
        call.as_mut().enter(&mut Context::from_waker(Waker::noop()), |frame| {
            *RawFrame::waker(frame) = waker.into();
            start::<(), _, Returns<()>>(frame, |_| poll_fn(future))
        })
    };
    assert!(matches!(entered, Entered::Neutral));
    kept.lock().unwrap().take().expect("a waker was kept")
}

/// An executor of another language, with two tables of functions.
#[derive(Default)]
struct Executor {
    woken: [AtomicUsize; 2],
    alive: AtomicUsize,
}

static FIRST: RawWakerTable = functions::<0>();
static SECOND: RawWakerTable = functions::<1>();

impl Executor {
    fn waker(&self, kind: *const (), table: &'static RawWakerTable) -> RawWaker {
        RawWaker { data: std::ptr::from_ref(self).cast(), kind, table }
    }

    fn woken(&self) -> [usize; 2] {
        self.woken.each_ref().map(|count| count.load(Ordering::SeqCst))
    }
}

const fn functions<const NUMBER: usize>() -> RawWakerTable {
    /// # Safety
    /// For all three: `data` is a live [`Executor`].
    unsafe extern "C" fn clone<const NUMBER: usize>(data: *const (), kind: *const ()) -> RawWaker {
        // SAFETY: the caller's promise.
        unsafe { &*data.cast::<Executor>() }.alive.fetch_add(1, Ordering::SeqCst);
        RawWaker { data, kind, table: if NUMBER == 0 { &FIRST } else { &SECOND } }
    }

    unsafe extern "C" fn wake_by_ref<const NUMBER: usize>(data: *const (), _: *const ()) {
        // SAFETY: the caller's promise.
        unsafe { &*data.cast::<Executor>() }.woken[NUMBER].fetch_add(1, Ordering::SeqCst);
    }

    unsafe extern "C" fn drop(data: *const (), _: *const ()) {
        // SAFETY: the caller's promise.
        unsafe { &*data.cast::<Executor>() }.alive.fetch_sub(1, Ordering::SeqCst);
    }

    RawWakerTable {
        size: 32,
        minor: 0,
        clone: clone::<NUMBER>,
        wake_by_ref: wake_by_ref::<NUMBER>,
        drop,
    }
}
