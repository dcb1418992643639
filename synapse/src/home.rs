//! What the native parts of one homeserver share.

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
    /// A weak reference to the `hsmod.Modules` of Python, which owns us.
    glue: Arc<Py<PyWeakrefReference>>,
    modules: OnceLock<Modules>,
    /// Who is asked about what modules do while they start.
    nobody: Modules,
    start: watch::Sender<Start>,
}

/// How far the start of the modules is.
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

    /// The modules run: questions that wait go on.
    pub(crate) fn started(&self, modules: Modules) {
        // There is one start, so that nothing is there yet.
        let _ = self.modules.set(modules);
        self.start.send_replace(Start::Done);
    }

    /// There will be no modules.
    pub(crate) fn refused(&self) {
        self.start.send_replace(Start::Refused);
    }

    /// The modules, if they have started.
    pub(crate) fn running(&self) -> Option<&Modules> {
        self.modules.get()
    }

    /// The modules; waits until they have started. What they themselves do while they start would
    /// wait for ever: they are not asked about that.
    ///
    /// # Errors
    /// They did not start. The log says why.
    pub(crate) async fn modules(&self) -> PyResult<&Modules> {
        if let Some(modules) = self.modules.get() {
            return Ok(modules);
        }
        if *self.start.borrow() == Start::Waits && for_modules() {
            return Ok(&self.nobody);
        }
        let mut start = self.start.subscribe();
        // The sender is ours, so that it is there.
        let _ = start.wait_for(|start| *start != Start::Waits).await;
        self.modules.get().ok_or_else(|| {
            PyRuntimeError::new_err(
                "no native module is asked: their start was refused, as the log says",
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

    /// Asks the homeserver for something that a module requests: the method `request` of Python's
    /// `Answers`, with `arguments` by their names, a JSON object. The answer is JSON, too. On the
    /// reactor's thread it begins at once, inside the logging context of the question; anywhere else
    /// it is a background process.
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
            // Python's lock is not waited for here.
            let glue = Arc::clone(&self.glue);
            self.reactor
                .run(move |py| begin(py, &glue, "begin_elsewhere", request, &arguments, reply));
        }
        receiver.await.unwrap_or_else(|_| Err(Self::ended(request)))
    }

    /// Nobody is there to answer.
    pub(crate) fn ended(request: &str) -> ModuleError {
        let message = format!("`{request}` is not answered: the homeserver has ended");
        ModuleError::not_answered(Unanswered::ShuttingDown, message)
    }

    fn begin(&self, py: Python<'_>, how: &str, request: &str, arguments: &str, reply: Reply) {
        begin(py, &self.glue, how, request, arguments, reply);
    }
}

/// Hands a request to Python. A reply that is dropped says that the homeserver has ended.
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

/// Where Python puts the answer to a request.
#[pyclass(frozen, module = "hsmod._native")]
pub(crate) struct Reply(Mutex<Option<oneshot::Sender<Result<String, ModuleError>>>>);

impl Reply {
    fn send(&self, outcome: Result<String, ModuleError>) {
        let sender = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(sender) = sender {
            // A module that has given the request up is not there to hear of it.
            let _ = sender.send(outcome);
        }
    }
}

#[pymethods]
impl Reply {
    /// The answer, as JSON.
    fn answer(&self, json: String) {
        self.send(Ok(json));
    }

    /// The homeserver refuses, in terms of HTTP; `fields` is a JSON object.
    fn refuse(&self, status: u16, errcode: &str, message: &str, fields: &str) {
        let fields: Map<String, Value> = serde_json::from_str(fields).unwrap_or_default();
        let error = ModuleError::http(status, ErrorCode::from(errcode), message);
        let error =
            fields.into_iter().fold(error, |error, (name, value)| error.field(&name, value));
        self.send(Err(error));
    }

    /// It failed.
    fn fail(&self, message: &str) {
        self.send(Err(ModuleError::new(message)));
    }

    /// It was cancelled.
    fn cancelled(&self) {
        self.send(Err(ModuleError::cancelled()));
    }

    /// This Synapse cannot answer it.
    fn unsupported(&self, message: &str) {
        self.send(Err(ModuleError::not_answered(Unanswered::Unsupported, message)));
    }
}
