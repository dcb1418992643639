//! Passes log lines on to Python.
//!
//! A thread other than Python's appends its lines to a queue and wakes the reactor. It never waits
//! for Python's lock, which a module that blocks may hold. Whenever a line is passed to Python, the
//! queue is emptied first, so lines keep their order; the last time is when Python ends. No line is
//! lost if no reactor runs yet or any more.
//!
//! If the reactor hangs, a warning most likely explains why. After a while the warning is written
//! to standard error, and then to the log by a thread that may wait for Python's lock: a Synapse
//! that runs as a daemon has no standard error.

use std::cell::Cell;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak};
use std::thread::{self, ThreadId};
use std::time::Duration;

use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::PyList;

use super::record::Record;
use crate::reactor::Reactor;
use crate::runtime;

/// How long a warning may wait for Python until it is written to standard error.
const PATIENCE: Duration = Duration::from_secs(3);

/// Lines of this level or higher must not be missed.
const WARNING: i32 = 30;

static WAITING: Mutex<Waiting> = Mutex::new(Waiting::new());

/// The thread that called [`at_home_here`] first.
static HOME: OnceLock<ThreadId> = OnceLock::new();

thread_local! {
    /// Whether this thread is already inside Python's logging, because of another line.
    static BUSY: Cell<bool> = const { Cell::new(false) };
}

struct Waiting {
    records: VecDeque<Record>,
    /// The number of the first queued record.
    first: u64,
    reactors: Vec<Weak<Reactor>>,
    ended: bool,
}

impl Waiting {
    const fn new() -> Self {
        Self { records: VecDeque::new(), first: 0, reactors: Vec::new(), ended: false }
    }

    fn take(&mut self) -> VecDeque<Record> {
        self.first += self.records.len() as u64;
        std::mem::take(&mut self.records)
    }
}

/// Declares this thread to be one of Python's: the only one until there is a reactor.
pub(super) fn at_home_here() {
    HOME.get_or_init(|| thread::current().id());
}

/// Wakes this reactor, too, when lines are queued.
pub(crate) fn watch(reactor: &Arc<Reactor>) {
    let has_begun = {
        let mut waiting = waiting();
        waiting.reactors.retain(|reactor| reactor.strong_count() > 0);
        waiting.reactors.push(Arc::downgrade(reactor));
        !waiting.records.is_empty()
    };
    if has_begun {
        reactor.run(deliver_waiting);
    }
}

/// Passes a line to Python: at once, if this is Python's thread.
pub(super) fn hand_over(record: Record) {
    if BUSY.get() || !is_python_here() {
        put(record);
        return;
    }
    let handed = Python::try_attach(|py| {
        deliver_waiting(py);
        deliver(py, "emit", |py| record.arguments(py));
    });
    if handed.is_none() {
        say(&record);
    }
}

/// Python ends: lines are written to standard error from now on.
pub(super) fn end(py: Python<'_>) {
    deliver_waiting(py);
    waiting().ended = true;
}

fn is_python_here() -> bool {
    let here = HOME.get() == Some(&thread::current().id());
    here || reactors().iter().any(|reactor| reactor.is_here())
}

/// Appends a line to the queue, and wakes the reactors.
fn put(record: Record) {
    let is_urgent = record.level >= WARNING;
    let number = {
        let mut waiting = waiting();
        if waiting.ended {
            drop(waiting);
            say(&record);
            return;
        }
        if is_urgent && waiting.reactors.is_empty() {
            // Synapse is reading its config, and may be about to fork: no thread may be started to
            // watch the line.
            say(&record);
        }
        waiting.records.push_back(record);
        if waiting.records.len() > 1 && !is_urgent {
            // The reactors were woken for the first line.
            return;
        }
        waiting.first + waiting.records.len() as u64 - 1
    };
    let reactors = reactors();
    for reactor in &reactors {
        reactor.run(deliver_waiting);
    }
    if is_urgent
        && !reactors.is_empty()
        && let Ok(runtime) = runtime::handle()
    {
        runtime.spawn(async move {
            tokio::time::sleep(PATIENCE).await;
            if say_if_it_waits(number) {
                // This may wait for Python's lock, which a module may hold.
                runtime.spawn_blocking(|| Python::try_attach(deliver_waiting));
            }
        });
    }
}

/// Passes on all waiting lines, outside any logging context, because they come from other threads.
fn deliver_waiting(py: Python<'_>) {
    let records = waiting().take();
    if !records.is_empty() {
        deliver(py, "emit_outside", |py| {
            let lines: Vec<_> =
                records.iter().map(|record| record.arguments(py)).collect::<PyResult<_>>()?;
            Ok((PyList::new(py, lines)?,).into_pyobject(py)?.into_any())
        });
    }
}

/// Calls a function of `hsmod.logs`.
fn deliver<'py>(
    py: Python<'py>,
    function: &str,
    arguments: impl FnOnce(Python<'py>) -> PyResult<Bound<'py, PyAny>>,
) {
    static LOGS: PyOnceLock<Py<PyModule>> = PyOnceLock::new();
    let before = BUSY.replace(true);
    let delivered = LOGS
        .get_or_try_init(py, || py.import("hsmod.logs").map(Bound::unbind))
        .and_then(|logs| arguments(py).map(|arguments| (logs.bind(py), arguments)))
        .and_then(|(logs, arguments)| logs.getattr(function)?.call1(arguments.cast_into()?));
    BUSY.set(before);
    if let Err(error) = delivered {
        error.write_unraisable(py, None);
    }
}

/// Writes the line to standard error if it is still waiting: the reactor hangs, most likely in a
/// module, and the line probably says so. Returns whether it is waiting.
fn say_if_it_waits(number: u64) -> bool {
    let text = {
        let waiting = waiting();
        let place = number.checked_sub(waiting.first).and_then(|place| usize::try_from(place).ok());
        place.and_then(|place| waiting.records.get(place)).map(Record::text)
    };
    if let Some(text) = &text {
        eprintln!("hsmod: {text} (Synapse's main thread has been blocked for {PATIENCE:?})");
    }
    text.is_some()
}

fn say(record: &Record) {
    eprintln!("hsmod: {}", record.text());
}

/// The reactors that still exist.
fn reactors() -> Vec<Arc<Reactor>> {
    waiting().reactors.iter().filter_map(Weak::upgrade).collect()
}

fn waiting() -> MutexGuard<'static, Waiting> {
    WAITING.lock().unwrap_or_else(PoisonError::into_inner)
}
