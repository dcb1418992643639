//! A module's background work, which proceeds as the test lets time pass.

use std::collections::BTreeMap;
use std::fmt;
use std::future::{Future, poll_fn};
use std::num::NonZeroU64;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use super::super::clock::{Clock, milliseconds};
use super::{Failed, TestModule};
use crate::host::{Continuation, Entered, Errand, Routine};
use crate::values::{JsonStr, ModuleError};

impl TestModule {
    /// Lets time pass, as [`FakeHost::advance`](crate::testing::FakeHost::advance) does, and runs
    /// the module's background work at the times at which it is due. Waits for its deferred work on
    /// threads. No background work begins before [`start`](Self::start).
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use hsmod_plugin_api::testing::prelude::*;
    /// # fn example(module: &TestModule) {
    /// // Work that the module does every hour has now run twice.
    /// block_on(module.advance(Duration::from_secs(2 * 3600)));
    /// assert!(module.take_failures().is_empty());
    /// # }
    /// ```
    pub async fn advance(&self, by: Duration) {
        let (clock, background) = (self.seat.clock(), &self.seat.background);
        let end = clock.after(by);
        background.run().await;
        while let Some(next) = clock.next(end) {
            clock.set(next);
            background.run().await;
        }
        clock.set(end);
    }

    /// The failures of background work since the last call, each with the name of the work. A
    /// homeserver logs them.
    pub fn take_failures(&self) -> Vec<(String, Failed)> {
        std::mem::take(&mut self.seat.background.state().failures)
    }
}

/// Work that a module has requested.
pub(super) enum Work {
    /// Once, after a delay.
    Once(Duration, Continuation),
    /// Repeatedly, once per period.
    Looping(Duration, Routine),
}

type Running = Pin<Box<dyn Future<Output = ()> + Send>>;

enum Stage {
    /// The module has not been started.
    Early(Work),
    Running(Running),
    /// Being polled at the moment.
    Polled,
}

/// The background work of one module.
pub(super) struct Background {
    clock: Clock,
    state: Arc<Mutex<State>>,
    woken: Arc<Woken>,
}

#[derive(Default)]
struct State {
    started: bool,
    over: bool,
    latest: u64,
    tasks: BTreeMap<NonZeroU64, (String, Stage)>,
    failures: Vec<(String, Failed)>,
}

impl Background {
    pub(super) fn new(clock: Clock) -> Self {
        Self { clock, state: Arc::default(), woken: Arc::default() }
    }

    /// Adds work; returns its number, unless the module has been shut down.
    pub(super) fn add(&self, desc: &str, work: Work) -> Option<NonZeroU64> {
        let mut state = self.state();
        if state.over {
            return None;
        }
        state.latest += 1;
        let number = NonZeroU64::new(state.latest)?;
        let stage = if state.started { self.begun(desc, work) } else { Stage::Early(work) };
        state.tasks.insert(number, (desc.to_owned(), stage));
        self.woken.flag.store(true, Ordering::Release);
        Some(number)
    }

    /// The module is being started: begins the work that it has requested so far.
    pub(super) fn start(&self) {
        let mut state = self.state();
        state.started = true;
        for (desc, stage) in state.tasks.values_mut() {
            *stage = match std::mem::replace(stage, Stage::Polled) {
                Stage::Early(work) => self.begun(desc, work),
                other => other,
            };
        }
    }

    fn begun(&self, desc: &str, work: Work) -> Stage {
        let (clock, desc, state) = (self.clock.clone(), desc.to_owned(), Arc::clone(&self.state));
        let failed = move |entered| {
            let failed = match entered {
                Entered::Ready(Err(error)) => Failed::Error(error),
                Entered::Panicked(panic) => Failed::Panicked(panic),
                _ => return,
            };
            locked(&state).failures.push((desc.clone(), failed));
        };
        let begun = clock.now();
        Stage::Running(match work {
            Work::Once(delay, call) => Box::pin(async move {
                clock.sleep_until(begun.saturating_add(milliseconds(delay))).await;
                failed(call.call(0, JsonStr::new("null")).await);
            }),
            Work::Looping(period, mut call) => Box::pin(async move {
                let period = milliseconds(period).max(1);
                let mut next = begun.saturating_add(period);
                loop {
                    clock.sleep_until(next).await;
                    failed(call.call(0).await);
                    // Missed periods are skipped.
                    let missed = clock.now().saturating_sub(next) / period;
                    next = next.saturating_add(period.saturating_mul(missed + 1));
                }
            }),
        })
    }

    /// Cancels the work with this number, if it has not ended.
    pub(super) fn cancel(&self, number: NonZeroU64) {
        let task = self.state().tasks.remove(&number);
        drop(task);
    }

    /// Cancels everything, and refuses further work.
    pub(super) fn shut(&self) {
        let mut state = self.state();
        state.over = true;
        let tasks = std::mem::take(&mut state.tasks);
        drop(state);
        drop(tasks);
    }

    /// Runs blocking work on a thread of its own.
    pub(super) fn defer(&self, errand: Errand) -> Result<(), ModuleError> {
        let woken = Arc::clone(&self.woken);
        woken.threads.fetch_add(1, Ordering::AcqRel);
        let spawned = std::thread::Builder::new().spawn(move || {
            errand.run();
            // Must precede the decrement, so that a reader that finds no thread left also sees the
            // wake-up.
            woken.wake_by_ref();
            woken.threads.fetch_sub(1, Ordering::AcqRel);
            woken.wake_by_ref();
        });
        match spawned {
            Ok(_) => Ok(()),
            Err(error) => {
                self.woken.threads.fetch_sub(1, Ordering::AcqRel);
                Err(ModuleError::new(error))
            }
        }
    }

    /// Runs until all work waits for a later time, or for the test.
    async fn run(&self) {
        let waker = Waker::from(Arc::clone(&self.woken));
        poll_fn(|outer| {
            self.woken.tell(outer.waker());
            loop {
                self.woken.flag.store(false, Ordering::Release);
                self.poll_all(&mut Context::from_waker(&waker));
                let threads = self.woken.threads.load(Ordering::Acquire);
                if !self.woken.flag.load(Ordering::Acquire) {
                    return if threads == 0 { Poll::Ready(()) } else { Poll::Pending };
                }
            }
        })
        .await;
    }

    /// Polls without holding the lock: a module may add to its work, or cancel some.
    fn poll_all(&self, context: &mut Context<'_>) {
        let numbers: Vec<NonZeroU64> = self.state().tasks.keys().copied().collect();
        for number in numbers {
            let taken = match self.state().tasks.get_mut(&number) {
                Some((_, stage)) => std::mem::replace(stage, Stage::Polled),
                None => continue,
            };
            let left = match taken {
                Stage::Running(mut running) => match running.as_mut().poll(context) {
                    Poll::Pending => Some(Stage::Running(running)),
                    Poll::Ready(()) => None,
                },
                other => Some(other),
            };
            let mut state = self.state();
            let ended = match (left, state.tasks.get_mut(&number)) {
                (Some(left), Some((_, stage))) => {
                    *stage = left;
                    continue;
                }
                (left, _) => (left, state.tasks.remove(&number)),
            };
            drop(state);
            drop(ended);
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        locked(&self.state)
    }
}

fn locked(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

impl fmt::Debug for Background {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.state();
        f.debug_list().entries(state.tasks.values().map(|(desc, _)| desc)).finish()
    }
}

/// Wakes the task that runs the work.
#[derive(Default)]
struct Woken {
    flag: AtomicBool,
    /// The number of threads that work for the module.
    threads: AtomicUsize,
    outer: Mutex<Option<Waker>>,
}

impl Woken {
    fn tell(&self, outer: &Waker) {
        *self.outer.lock().unwrap_or_else(PoisonError::into_inner) = Some(outer.clone());
    }
}

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.flag.store(true, Ordering::Release);
        let outer = self.outer.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(outer) = outer {
            outer.wake();
        }
    }
}
