//! A Rust future that Synapse awaits, polled on the reactor's thread.
//!
//! If the future is ready at its first poll, it becomes an object that can be awaited without
//! involving the reactor. Otherwise it becomes a Deferred, and a job polls it again whenever it is
//! woken.

use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Wake, Waker};

use pyo3::exceptions::{PyRuntimeError, PyStopIteration};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;

use crate::reactor::Reactor;
use crate::runtime;

/// A future of a Python value, polled on the reactor's thread without holding Python's lock.
pub(crate) type Asking = Pin<Box<dyn Future<Output = PyResult<Py<PyAny>>> + Send>>;

/// Begins `asking`, and returns an awaitable for Synapse.
///
/// # Errors
/// There is no runtime. Errors of `asking` itself are raised where the awaitable is awaited.
pub(crate) fn awaitable<'py>(
    py: Python<'py>,
    reactor: &Arc<Reactor>,
    asking: Asking,
) -> PyResult<Bound<'py, PyAny>> {
    let task = Arc::new(Task {
        reactor: Arc::clone(reactor),
        state: Mutex::new(State { asking: Some(asking), suspended: None }),
    });
    match task.poll(py)? {
        Poll::Ready(outcome) => Ok(Bound::new(py, Ready(Mutex::new(Some(outcome))))?.into_any()),
        Poll::Pending => {
            let suspended = suspended_class(py)?.call1((Suspended(Arc::clone(&task)),))?;
            task.state().suspended = Some(suspended.clone().unbind());
            suspended.call_method0("awaitable")
        }
    }
}

struct Task {
    reactor: Arc<Reactor>,
    state: Mutex<State>,
}

struct State {
    /// `None` while it is polled, and after it has ended.
    asking: Option<Asking>,
    /// The `hsmod.reactor.Suspended` that is notified when the future is to be polled again.
    suspended: Option<Py<PyAny>>,
}

impl Task {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Polls the future, on the reactor's thread.
    ///
    /// Rationale: Python's lock is released, because a module may wait for another of its threads
    /// that asks for the JSON of an event, which requires the lock; and so that the other threads
    /// of the homeserver can run.
    fn poll(self: &Arc<Self>, py: Python<'_>) -> PyResult<Poll<PyResult<Py<PyAny>>>> {
        let Some(mut asking) = self.state().asking.take() else { return Ok(Poll::Pending) };
        let _entered = runtime::handle()?.enter();
        let waker = Waker::from(Arc::clone(self));
        // PyO3 would treat a Rust panic as a reason to end the process.
        let poll = py.detach(|| {
            let mut context = Context::from_waker(&waker);
            catch_unwind(AssertUnwindSafe(|| asking.as_mut().poll(&mut context)))
        });
        Ok(match poll {
            Ok(Poll::Pending) => {
                self.state().asking = Some(asking);
                Poll::Pending
            }
            Ok(ready) => ready,
            Err(_) => Poll::Ready(Err(PyRuntimeError::new_err(
                "the loader of native modules panicked; the process's standard error says where",
            ))),
        })
    }

    /// Polls again after a wake-up, on the reactor's thread.
    fn resume(&self, py: Python<'_>) {
        let suspended = self.state().suspended.as_ref().map(|suspended| suspended.clone_ref(py));
        if let Some(suspended) = suspended
            && let Err(error) = suspended.call_method0(py, "resume")
        {
            error.write_unraisable(py, None);
        }
    }
}

impl Wake for Task {
    fn wake(self: Arc<Self>) {
        let reactor = Arc::clone(&self.reactor);
        reactor.run(move |py| self.resume(py));
    }
}

/// An answer that is available at once.
#[pyclass(frozen, module = "hsmod._native")]
struct Ready(Mutex<Option<PyResult<Py<PyAny>>>>);

#[pymethods]
impl Ready {
    fn __await__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    const fn __iter__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    fn __next__(&self) -> PyResult<Py<PyAny>> {
        let outcome = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        match outcome {
            Some(Ok(value)) => Err(PyStopIteration::new_err((value,))),
            Some(Err(error)) => Err(error),
            None => Err(PyRuntimeError::new_err("this answer has already been awaited")),
        }
    }
}

/// A future that is not ready, owned by `hsmod.reactor.Suspended`.
#[pyclass(frozen, module = "hsmod._native")]
struct Suspended(Arc<Task>);

#[pymethods]
impl Suspended {
    /// Polls; returns `None`, or the answer in a tuple.
    fn poll(&self, py: Python<'_>) -> PyResult<Option<(Py<PyAny>,)>> {
        match self.0.poll(py)? {
            Poll::Pending => Ok(None),
            Poll::Ready(outcome) => {
                self.0.state().suspended = None;
                outcome.map(|value| Some((value,)))
            }
        }
    }

    /// The answer is no longer needed: drops the module's future.
    fn abandon(&self) {
        let (asking, suspended) = {
            let mut state = self.0.state();
            (state.asking.take(), state.suspended.take())
        };
        if let Ok(handle) = runtime::handle() {
            let _entered = handle.enter();
            drop((asking, suspended));
        }
    }
}

fn suspended_class(py: Python<'_>) -> PyResult<&Bound<'_, PyAny>> {
    static CLASS: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    let class = CLASS.get_or_try_init(py, || {
        Ok::<_, PyErr>(py.import("hsmod.reactor")?.getattr("Suspended")?.unbind())
    })?;
    Ok(class.bind(py))
}
