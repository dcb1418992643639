//! Work that a module runs on its own account: it begins once the module has started and is
//! cancelled when the module is shut down.

use std::collections::HashMap;
use std::future::Future;
use std::num::NonZeroU64;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use hsmod_plugin_api::host::{Continuation, Entered, Routine};
use hsmod_plugin_api::values::JsonStr;
use tokio::runtime::Handle;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::AbortHandle;
use tokio::time::{Instant, sleep, sleep_until};

use crate::call_error::FailureKind;
use crate::failures::{Duty, Failing, Failures, Subject};
use crate::record::{self, Place};

/// How many pieces of background work one module may have at once.
///
/// Rationale: this is far more than any module plans, yet low enough that a module which starts
/// work for every message is noticed before memory runs out.
const AT_ONCE: u32 = 1024;

/// The shortest and the longest period; others are clamped to these.
const PERIODS: [Duration; 2] =
    [Duration::from_millis(1), Duration::from_secs(30 * 365 * 24 * 60 * 60)];

/// The kinds of work.
#[derive(Debug)]
pub(crate) enum Work {
    /// Once, after a delay.
    Once(Duration, Continuation),
    /// Repeatedly, once per period.
    Looping(Duration, Routine),
}

/// The background work of one module.
#[derive(Debug)]
pub(crate) struct Background {
    module: usize,
    name: Arc<str>,
    failures: Arc<Failures>,
    runtime: Handle,
    state: Mutex<State>,
    /// One permit for each piece of work, returned after its future is dropped.
    places: Arc<Semaphore>,
}

#[derive(Debug)]
struct State {
    phase: Phase,
    /// The work that has begun and not ended.
    running: HashMap<NonZeroU64, Running>,
    latest: NonZeroU64,
}

#[derive(Debug)]
enum Phase {
    /// The module is still being made; this work begins when the module has started.
    Early(Vec<(NonZeroU64, Task)>),
    Started,
    Over,
}

#[derive(Debug, Default)]
struct Running {
    /// Cancel it as soon as there is a handle.
    cancelled: bool,
    /// `None` until the task is spawned.
    handle: Option<AbortHandle>,
}

/// Work that holds a permit.
#[derive(Debug)]
struct Task {
    desc: Box<str>,
    work: Work,
    permit: OwnedSemaphorePermit,
}

impl Background {
    pub(crate) fn new(
        module: usize,
        name: Arc<str>,
        failures: Arc<Failures>,
        runtime: Handle,
    ) -> Self {
        let state = State {
            phase: Phase::Early(Vec::new()),
            running: HashMap::new(),
            latest: NonZeroU64::MIN,
        };
        let places = Arc::new(Semaphore::new(AT_ONCE as usize));
        Self { module, name, failures, runtime, state: Mutex::new(state), places }
    }

    /// Begins `work`, or queues it until the module has started, and returns its number.
    pub(crate) fn add(self: &Arc<Self>, desc: &str, work: Work) -> Option<NonZeroU64> {
        let Ok(permit) = Arc::clone(&self.places).try_acquire_owned() else {
            let message =
                format!("is not run: the module already has {AT_ONCE} pieces of background work");
            fail(&self.failures, desc, FailureKind::Error, &message);
            return None;
        };
        let task = Task { desc: desc.into(), work, permit };
        let mut state = self.state();
        let number = state.latest.saturating_add(1);
        state.latest = number;
        match &mut state.phase {
            Phase::Early(tasks) => tasks.push((number, task)),
            Phase::Started => {
                state.running.insert(number, Running::default());
                drop(state);
                self.spawn(number, task);
            }
            Phase::Over => {
                drop(state);
                tracing::warn!(
                    module = &*self.name,
                    "the background work `{desc}` is not run: the module is being shut down"
                );
                return None;
            }
        }
        Some(number)
    }

    /// Begins the work that was added so far.
    pub(crate) fn start(self: &Arc<Self>) {
        let mut state = self.state();
        let Phase::Early(tasks) = &mut state.phase else { return };
        let tasks = std::mem::take(tasks);
        state.phase = Phase::Started;
        state.running.extend(tasks.iter().map(|(number, _)| (*number, Running::default())));
        drop(state);
        tasks.into_iter().for_each(|(number, task)| self.spawn(number, task));
    }

    /// Spawns the work. Call this without holding the lock: what is dropped here may run the
    /// module's code.
    fn spawn(self: &Arc<Self>, number: NonZeroU64, task: Task) {
        let Task { desc, work, permit } = task;
        let place = Place::work(&desc);
        let future = Box::pin(run(self.module, Arc::clone(&self.failures), desc, work));
        let held = Held { background: Arc::clone(self), number, _permit: permit };
        let future = Spawned { module: self.module, place, future: Some(future), _held: held };
        let handle = self.runtime.spawn(future).abort_handle();
        let mut state = self.state();
        let over = matches!(state.phase, Phase::Over);
        match state.running.get_mut(&number) {
            Some(running) if !over && !running.cancelled => running.handle = Some(handle),
            // It has ended already, or was cancelled meanwhile.
            _ => {
                drop(state);
                handle.abort();
            }
        }
    }

    /// Cancels the work with this number, unless it has ended.
    pub(crate) fn cancel(&self, number: NonZeroU64) {
        let mut state = self.state();
        if let Phase::Early(tasks) = &mut state.phase {
            let at = tasks.iter().position(|(other, _)| *other == number);
            let task = at.map(|at| tasks.remove(at));
            drop(state);
            self.give_back(task);
            return;
        }
        let handle = state.running.get_mut(&number).and_then(|running| {
            running.cancelled = true;
            running.handle.take()
        });
        drop(state);
        if let Some(handle) = handle {
            handle.abort();
        }
    }

    /// Cancels all work; from now on nothing begins.
    pub(crate) fn shut(&self) {
        let mut state = self.state();
        let phase = std::mem::replace(&mut state.phase, Phase::Over);
        let handles: Vec<_> =
            state.running.values_mut().filter_map(|running| running.handle.take()).collect();
        drop(state);
        handles.iter().for_each(AbortHandle::abort);
        self.give_back(phase);
    }

    /// Waits until no work is running. Call [`Self::shut`] first.
    pub(crate) async fn ended(&self) {
        // The semaphore is never closed.
        let _ = self.places.acquire_many(AT_ONCE).await;
    }

    /// Drops a value of the module's, recorded as running inside the module.
    fn give_back<T>(&self, of_module: T) {
        let _inside = record::enter(self.module, Place::DROP);
        drop(of_module);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn run(module: usize, failures: Arc<Failures>, desc: Box<str>, work: Work) {
    match work {
        Work::Once(delay, call) => {
            if !delay.is_zero() {
                sleep(delay).await;
            }
            report(&failures, &desc, &call.call(module, JsonStr::new("null")).await);
        }
        Work::Looping(period, mut call) => {
            let period = period.clamp(PERIODS[0], PERIODS[1]);
            let mut next = Instant::now() + period;
            loop {
                sleep_until(next).await;
                report(&failures, &desc, &call.call(module).await);
                next = following(next, period, Instant::now());
            }
        }
    }
}

/// The next multiple of `period` after `latest` that is later than `now`.
///
/// Mirrors Twisted's `LoopingCall`: missed calls are not made up for.
fn following(latest: Instant, period: Duration, now: Instant) -> Instant {
    let late = now.saturating_duration_since(latest).as_nanos() % period.as_nanos();
    // This is less than a period, and the longest period is 30 years: it fits.
    now + period - Duration::from_nanos(u64::try_from(late).unwrap_or_default())
}

fn report(failures: &Failures, desc: &str, entered: &Entered<()>) {
    let (kind, message) = match entered {
        Entered::Ready(Err(error)) => (FailureKind::of(error), error.to_string()),
        Entered::Panicked(panic) => (FailureKind::Panicked, format!("panicked: {panic}")),
        _ => return,
    };
    fail(failures, desc, kind, &message);
}

fn fail(failures: &Failures, desc: &str, kind: FailureKind, message: &str) {
    failures.report(&Failing {
        duty: Duty::Background(desc),
        kind,
        message,
        subject: &Subject::default(),
        passed_over: false,
    });
}

/// Running work. It is polled and dropped inside the module.
struct Spawned {
    module: usize,
    place: Place,
    future: Option<Pin<Box<dyn Future<Output = ()> + Send>>>,
    /// Dropped after the future.
    _held: Held,
}

impl Future for Spawned {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let this = self.get_mut();
        let _inside = record::enter(this.module, this.place);
        match &mut this.future {
            Some(future) => future.as_mut().poll(context),
            None => Poll::Ready(()),
        }
    }
}

impl Drop for Spawned {
    fn drop(&mut self) {
        let _inside = record::enter(self.module, self.place);
        self.future = None;
    }
}

/// Keeps the work in the list of running work until dropped.
struct Held {
    background: Arc<Background>,
    number: NonZeroU64,
    _permit: OwnedSemaphorePermit,
}

impl Drop for Held {
    fn drop(&mut self) {
        self.background.state().running.remove(&self.number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn missed_periods_are_skipped() {
        let (begun, period) = (Instant::now(), Duration::from_secs(10));
        let next = |now: f64| {
            let next = following(begun, period, begun + Duration::from_secs_f64(now));
            (next - begun).as_secs_f64()
        };
        assert_eq!(
            [0.0, 9.5, 10.0, 25.0, 1e6 + 3.0].map(next),
            [10.0, 10.0, 20.0, 30.0, 1e6 + 10.0]
        );
    }
}
