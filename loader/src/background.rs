//! What a module does without being asked: begun when the module starts, cancelled when it ends.

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

/// How much work of one module is waited for at once.
///
/// Rationale: far more than any module plans, few enough that one which begins something with each
/// message is noticed before the memory is gone.
const AT_ONCE: u32 = 1024;

/// Periods are neither shorter nor longer.
const PERIODS: [Duration; 2] =
    [Duration::from_millis(1), Duration::from_secs(30 * 365 * 24 * 60 * 60)];

/// What is to be done.
#[derive(Debug)]
pub(crate) enum Work {
    /// Once, after a delay.
    Once(Duration, Continuation),
    /// Again and again, after each period.
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
    /// One for each piece of work; back when its futures are dropped.
    places: Arc<Semaphore>,
}

#[derive(Debug)]
struct State {
    phase: Phase,
    /// What has begun and not ended.
    running: HashMap<NonZeroU64, Running>,
    latest: NonZeroU64,
}

#[derive(Debug)]
enum Phase {
    /// The module is being made: what is to begin when it is started.
    Early(Vec<(NonZeroU64, Task)>),
    Started,
    Over,
}

#[derive(Debug, Default)]
struct Running {
    /// To be cancelled as soon as it can be.
    cancelled: bool,
    /// `None` just before it begins.
    handle: Option<AbortHandle>,
}

/// Work that has a place.
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

    /// Begins `work`, or keeps it until the module is started; returns its number.
    pub(crate) fn add(self: &Arc<Self>, desc: &str, work: Work) -> Option<NonZeroU64> {
        let Ok(permit) = Arc::clone(&self.places).try_acquire_owned() else {
            let message = format!("is not run: the module has {AT_ONCE} of them at once");
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

    /// Begins what was added so far.
    pub(crate) fn start(self: &Arc<Self>) {
        let mut state = self.state();
        let Phase::Early(tasks) = &mut state.phase else { return };
        let tasks = std::mem::take(tasks);
        state.phase = Phase::Started;
        state.running.extend(tasks.iter().map(|(number, _)| (*number, Running::default())));
        drop(state);
        tasks.into_iter().for_each(|(number, task)| self.spawn(number, task));
    }

    /// Not under the lock: whatever is dropped there may be a module's.
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
            // It has ended already, or is to.
            _ => {
                drop(state);
                handle.abort();
            }
        }
    }

    /// Cancels the work of a number, if it has not ended.
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

    /// Cancels everything; from now on nothing begins.
    pub(crate) fn shut(&self) {
        let mut state = self.state();
        let phase = std::mem::replace(&mut state.phase, Phase::Over);
        let handles: Vec<_> =
            state.running.values_mut().filter_map(|running| running.handle.take()).collect();
        drop(state);
        handles.iter().for_each(AbortHandle::abort);
        self.give_back(phase);
    }

    /// Waits until nothing runs, after [`Self::shut`].
    pub(crate) async fn ended(&self) {
        // Nobody closes it.
        let _ = self.places.acquire_many(AT_ONCE).await;
    }

    /// Drops what belongs to the module.
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

/// The first time after `now` that lies a number of periods after `latest`.
///
/// Mirrors `LoopingCall` of Twisted: calls that were missed are not made up for.
fn following(latest: Instant, period: Duration, now: Instant) -> Instant {
    let late = now.saturating_duration_since(latest).as_nanos() % period.as_nanos();
    // Shorter than a period, the longest of which is 30 years.
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

/// Work that runs. All of it happens inside the module, its end too.
struct Spawned {
    module: usize,
    place: Place,
    future: Option<Pin<Box<dyn Future<Output = ()> + Send>>>,
    /// Given back after the future.
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

/// Work is among the running until this is dropped.
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
    fn what_was_missed_is_left_out() {
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
