//! The tokio runtime that drives what modules do in the background.
//!
//! One thread for the process, however many homeservers it has: timers, sockets, queues and
//! background work run there, and questions do not. It begins with the first module that is made,
//! which is after Synapse has become a daemon; a fork has no threads.

use std::io;
use std::sync::OnceLock;

use pyo3::exceptions::PyOSError;
use pyo3::prelude::*;
use tokio::runtime::{Builder, Handle};

static RUNTIME: OnceLock<Handle> = OnceLock::new();

/// The runtime; its thread begins with the first call.
///
/// # Errors
/// The operating system gives no further thread or file descriptor.
pub(crate) fn handle() -> PyResult<&'static Handle> {
    if let Some(handle) = RUNTIME.get() {
        return Ok(handle);
    }
    let handle = begin().map_err(|error| {
        PyOSError::new_err(format!(
            "the thread of native modules cannot be started: {error}; \
             look at this process's limits of threads and open files"
        ))
    })?;
    // Only the reactor's thread comes here, so that nobody was faster.
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
