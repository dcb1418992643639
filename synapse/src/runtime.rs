//! The tokio runtime that drives the modules' background work.
//!
//! The process has one such thread, however many homeservers it has: it runs timers, sockets,
//! queues and background work, but not questions. It starts when the first module is created, which
//! is after Synapse has become a daemon, because threads do not survive a fork.

use std::io;
use std::sync::OnceLock;

use pyo3::exceptions::PyOSError;
use pyo3::prelude::*;
use tokio::runtime::{Builder, Handle};

static RUNTIME: OnceLock<Handle> = OnceLock::new();

/// The runtime; its thread begins with the first call.
///
/// # Errors
/// The operating system provides no further thread or file descriptor.
pub(crate) fn handle() -> PyResult<&'static Handle> {
    if let Some(handle) = RUNTIME.get() {
        return Ok(handle);
    }
    let handle = begin().map_err(|error| {
        PyOSError::new_err(format!(
            "the thread of native modules cannot be started: {error}; check this process's limits \
             on threads and open files"
        ))
    })?;
    // Only the reactor's thread calls this, so there is no race.
    Ok(RUNTIME.get_or_init(|| handle))
}

fn begin() -> io::Result<Handle> {
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let handle = runtime.handle().clone();
    // It ends with the process, and never touches Python.
    std::thread::Builder::new()
        .name("hsmod".to_owned())
        .spawn(move || runtime.block_on(std::future::pending::<()>()))?;
    Ok(handle)
}
