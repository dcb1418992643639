//! The runtime that modules run on. Where a system has too few threads for it, this is said before
//! the first module is loaded.
//!
//! Rationale: tokio panics where it cannot start its first thread, and goes on in silence where
//! more are lacking. So as many as it will want are tried before.

use std::io;
use std::sync::mpsc::channel;
use std::time::Duration;

use hsmod_loader::check::RUNTIME_THREADS;
use tokio::runtime::{Builder, Runtime};

use crate::exit::Result;
use crate::limits;

/// A runtime with this many threads beside the one that waits.
///
/// # Errors
/// There are too few threads, or too few descriptors.
pub(crate) fn several(threads: usize) -> Result<Runtime> {
    let mut builder = Builder::new_multi_thread();
    begin(builder.worker_threads(threads), threads)
}

/// A runtime on the thread that waits.
///
/// # Errors
/// As above.
pub(crate) fn single() -> Result<Runtime> {
    begin(&mut Builder::new_current_thread(), 0)
}

fn begin(builder: &mut Builder, threads: usize) -> Result<Runtime> {
    let cannot = |error| limits::stop("cannot start the threads that modules take", &error);
    // One more for what blocks, which stays, so that there is always one, and one to load on.
    try_threads(threads + 2).map_err(cannot)?;
    let builder = builder.thread_name(RUNTIME_THREADS).thread_keep_alive(FOR_EVER).enable_all();
    let runtime = builder.build().map_err(cannot)?;
    drop(runtime.spawn_blocking(|| ()));
    Ok(runtime)
}

const FOR_EVER: Duration = Duration::from_secs(1 << 32);

/// Starts so many threads at once, and lets them end.
fn try_threads(number: usize) -> io::Result<()> {
    let mut running = Vec::with_capacity(number);
    for _ in 0..number {
        let (end, ended) = channel::<()>();
        let thread = std::thread::Builder::new().spawn(move || ended.recv())?;
        running.push((end, thread));
    }
    for (end, thread) in running {
        drop(end);
        // It does nothing that could fail.
        let _ = thread.join();
    }
    Ok(())
}
