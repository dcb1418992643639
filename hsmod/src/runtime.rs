//! Creates the tokio runtime that modules run on. If the system cannot provide enough threads, this
//! is reported before the first module is loaded.
//!
//! Rationale: tokio panics if it cannot start its first thread, and silently continues if it cannot
//! start more. So the threads that it will need are started as a test first.

use std::io;
use std::sync::mpsc::channel;
use std::time::Duration;

use hsmod_loader::check::RUNTIME_THREADS;
use tokio::runtime::{Builder, Runtime};

use crate::exit::Result;
use crate::limits;

/// A runtime with this many worker threads, besides the calling thread.
///
/// # Errors
/// The system cannot provide enough threads or file descriptors.
pub(crate) fn several(threads: usize) -> Result<Runtime> {
    let mut builder = Builder::new_multi_thread();
    begin(builder.worker_threads(threads), threads)
}

/// A runtime on the calling thread.
///
/// # Errors
/// The system cannot provide enough threads or file descriptors.
pub(crate) fn single() -> Result<Runtime> {
    begin(&mut Builder::new_current_thread(), 0)
}

fn begin(builder: &mut Builder, threads: usize) -> Result<Runtime> {
    let cannot = |error| limits::stop("cannot start the threads that modules take", &error);
    // Two more: a blocking thread, which is kept alive so that there is always one, and a thread
    // that loads the modules.
    try_threads(threads + 2).map_err(cannot)?;
    let builder = builder.thread_name(RUNTIME_THREADS).thread_keep_alive(FOR_EVER).enable_all();
    let runtime = builder.build().map_err(cannot)?;
    drop(runtime.spawn_blocking(|| ()));
    Ok(runtime)
}

const FOR_EVER: Duration = Duration::from_secs(1 << 32);

/// Starts this many threads at once and ends them again.
fn try_threads(number: usize) -> io::Result<()> {
    let mut running = Vec::with_capacity(number);
    for _ in 0..number {
        let (end, ended) = channel::<()>();
        let thread = std::thread::Builder::new().spawn(move || ended.recv())?;
        running.push((end, thread));
    }
    for (end, thread) in running {
        drop(end);
        // The thread does nothing that could panic.
        let _ = thread.join();
    }
    Ok(())
}
