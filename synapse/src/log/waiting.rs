//! Lines on their way to Python.
//!
//! A thread that is not Python's puts its lines into a queue and wakes the reactor: it never waits
//! for Python's lock, which a module that blocks may hold. Whenever Python is at hand the queue goes
//! first, so that lines keep their order; the last time is when Python ends. Nothing is lost if no
//! reactor turns yet, or none any more.
//!
//! If the reactor stands still, a warning is most likely about why. After a while it is written to
//! standard error, which needs nobody, and then to the log by a thread that may wait for Python's
//! lock: a Synapse that is a daemon has no standard error.

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

/// From this level on, a line is one that nobody may miss.
const WARNING: i32 = 30;

static WAITING: Mutex<Waiting> = Mutex::new(Waiting::new());

/// The thread that came first.
static HOME: OnceLock<ThreadId> = OnceLock::new();

thread_local! {
    /// Whether this thread is in Python's logging already, by a line before.
    static BUSY: Cell<bool> = const { Cell::new(false) };
}

struct Waiting {
    records: VecDeque<Record>,
    /// The number of the first one.
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

/// This is Python's thread, as long as there is no reactor.
pub(super) fn at_home_here() {
    HOME.get_or_init(|| thread::current().id());
}

/// Wakes this reactor, too, for what waits.
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

/// Hands a line to Python: now, if Python is at hand.
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

/// Python ends.
pub(super) fn end(py: Python<'_>) {
    deliver_waiting(py);
    waiting().ended = true;
}

fn is_python_here() -> bool {
    let here = HOME.get() == Some(&thread::current().id());
    here || reactors().iter().any(|reactor| reactor.is_here())
}

/// Puts a line into the queue, and sees to it that somebody looks.
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
            // Synapse reads its config, and may be about to fork: no thread may begin that waits.
            say(&record);
        }
        waiting.records.push_back(record);
        if waiting.records.len() > 1 && !is_urgent {
            // Somebody was woken for the first one.
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
                // It may have to wait for Python's lock, which a module may hold.
                runtime.spawn_blocking(|| Python::try_attach(deliver_waiting));
            }
        });
    }
}

/// Hands over what waits, outside of any logging context: it is of other threads.
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

/// The reactor hangs, most likely in a module, and that is what the line is about. Returns whether
/// the line waits.
fn say_if_it_waits(number: u64) -> bool {
    let text = {
        let waiting = waiting();
        let place = number.checked_sub(waiting.first).and_then(|place| usize::try_from(place).ok());
        place.and_then(|place| waiting.records.get(place)).map(Record::text)
    };
    if let Some(text) = &text {
        eprintln!("hsmod: {text} (Synapse's own thread has stood still for {PATIENCE:?})");
    }
    text.is_some()
}

fn say(record: &Record) {
    eprintln!("hsmod: {}", record.text());
}

/// Those that live.
fn reactors() -> Vec<Arc<Reactor>> {
    waiting().reactors.iter().filter_map(Weak::upgrade).collect()
}

fn waiting() -> MutexGuard<'static, Waiting> {
    WAITING.lock().unwrap_or_else(PoisonError::into_inner)
}
