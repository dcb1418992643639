//! The state that the native parts of one homeserver share.

use std::io;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use hsmod_loader::Modules;
use hsmod_loader::values::{ErrorCode, ModuleError, Unanswered};
use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use pyo3::types::PyWeakrefReference;
use serde_json::{Map, Value};
use tokio::sync::{oneshot, watch};

use crate::log;
use crate::notice::for_modules;
use crate::reactor::Reactor;

/// One homeserver: its reactor, its Python half, and its modules once they run.
pub(crate) struct Home {
    pub(crate) reactor: Arc<Reactor>,
    /// A weak reference to the `hsmod.Modules` of Python, which owns this.
    glue: Arc<Py<PyWeakrefReference>>,
    modules: OnceLock<Modules>,
    /// No modules: asked about whatever modules do during their start.
    nobody: Modules,
    start: watch::Sender<Start>,
}

/// The progress of the modules' start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Start {
    Waits,
    Done,
    Refused,
}

impl Home {
    /// # Errors
    /// There is no file descriptor left.
    pub(crate) fn new(glue: Py<PyWeakrefReference>) -> io::Result<Self> {
        let reactor = Arc::new(Reactor::of_this_thread()?);
        log::watch(&reactor);
        let glue = Arc::new(glue);
        Ok(Self {
            reactor,
            glue,
            modules: OnceLock::new(),
            nobody: Modules::default(),
            start: watch::Sender::new(Start::Waits),
        })
    }

    /// The modules have started: waiting questions continue.
    pub(crate) fn started(&self, modules: Modules) {
        // This is called once, so the cell is still empty.
        let _ = self.modules.set(modules);
        self.start.send_replace(Start::Done);
    }

    /// The start was refused: there will be no modules.
    pub(crate) fn refused(&self) {
        self.start.send_replace(Start::Refused);
    }

    /// The modules, if they have started.
    pub(crate) fn running(&self) -> Option<&Modules> {
        self.modules.get()
    }

    /// The modules; waits until they have started. Questions about what the modules themselves do
    /// during their start would wait for ever, so those are answered without modules.
    ///
    /// # Errors
    /// The modules did not start. The log says why.
    pub(crate) async fn modules(&self) -> PyResult<&Modules> {
        if let Some(modules) = self.modules.get() {
            return Ok(modules);
        }
        if *self.start.borrow() == Start::Waits && for_modules() {
            return Ok(&self.nobody);
        }
        let mut start = self.start.subscribe();
        // `self` owns the sender, so this cannot fail.
        let _ = start.wait_for(|start| *start != Start::Waits).await;
        self.modules.get().ok_or_else(|| {
            PyRuntimeError::new_err(
                "no native module is asked: they did not start, and the log says why",
            )
        })
    }

    /// The Python half.
    ///
    /// # Errors
    /// The homeserver has ended.
    pub(crate) fn glue<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let glue = self.glue.bind(py).upgrade();
        glue.ok_or_else(|| PyRuntimeError::new_err("the homeserver of these modules has ended"))
    }

    /// Passes a module's request on to Synapse: calls the method `request` of Python's `Answers`
    /// with `arguments`, a JSON object. The answer is JSON, too. On the reactor's thread the
    /// request begins at once, in the logging context of the question; on any other thread it
    /// becomes a background process.
    pub(crate) async fn ask(
        &self,
        request: &'static str,
        arguments: String,
    ) -> Result<String, ModuleError> {
        let (sender, receiver) = oneshot::channel();
        let reply = Reply(Mutex::new(Some(sender)));
        if self.reactor.is_here() {
            Python::attach(|py| self.begin(py, "begin", request, &arguments, reply));
        } else {
            // This thread must not wait for Python's lock.
            let glue = Arc::clone(&self.glue);
            self.reactor
                .run(move |py| begin(py, &glue, "begin_elsewhere", request, &arguments, reply));
        }
        receiver.await.unwrap_or_else(|_| Err(Self::ended(request)))
    }

    /// The error if the homeserver has ended.
    pub(crate) fn ended(request: &str) -> ModuleError {
        let message = format!("`{request}` is not answered: the homeserver has ended");
        ModuleError::not_answered(Unanswered::ShuttingDown, message)
    }

    fn begin(&self, py: Python<'_>, how: &str, request: &str, arguments: &str, reply: Reply) {
        begin(py, &self.glue, how, request, arguments, reply);
    }
}

/// Passes a request to Python. A reply that is dropped reports that the homeserver has ended.
fn begin(
    py: Python<'_>,
    glue: &Py<PyWeakrefReference>,
    how: &str,
    request: &str,
    arguments: &str,
    reply: Reply,
) {
    let Some(glue) = glue.bind(py).upgrade() else { return };
    let begun = glue
        .getattr("answers")
        .and_then(|answers| answers.call_method1(how, (request, arguments, reply)));
    if let Err(error) = begun {
        error.write_unraisable(py, None);
    }
}

/// Receives the answer to a request from Python.
#[pyclass(frozen, module = "hsmod._native")]
pub(crate) struct Reply(Mutex<Option<oneshot::Sender<Result<String, ModuleError>>>>);

impl Reply {
    fn send(&self, outcome: Result<String, ModuleError>) {
        let sender = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(sender) = sender {
            // The module has given up the request; the answer is not needed.
            let _ = sender.send(outcome);
        }
    }
}

#[pymethods]
impl Reply {
    /// Answers with JSON.
    fn answer(&self, json: String) {
        self.send(Ok(json));
    }

    /// Refuses with an HTTP status; `fields` is a JSON object.
    fn refuse(&self, status: u16, errcode: &str, message: &str, fields: &str) {
        let fields: Map<String, Value> = serde_json::from_str(fields).unwrap_or_default();
        let error = ModuleError::http(status, ErrorCode::from(errcode), message);
        let error =
            fields.into_iter().fold(error, |error, (name, value)| error.field(&name, value));
        self.send(Err(error));
    }

    /// Reports a failure.
    fn fail(&self, message: &str) {
        self.send(Err(ModuleError::new(message)));
    }

    /// Reports that the request was cancelled.
    fn cancelled(&self) {
        self.send(Err(ModuleError::cancelled()));
    }

    /// Reports that this Synapse cannot answer the request.
    fn unsupported(&self, message: &str) {
        self.send(Err(ModuleError::not_answered(Unanswered::Unsupported, message)));
    }
}
