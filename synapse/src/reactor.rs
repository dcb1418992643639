//! Access to the reactor's thread, the only one that uses Synapse.
//!
//! Other threads append a job to a queue and write a byte to a socket that the reactor watches.
//! They do not wait for Python's lock, except when a module asks for the JSON of an event on
//! another thread.

use std::collections::VecDeque;
use std::io::{self, ErrorKind, Read, Write};
use std::os::fd::{AsRawFd, RawFd};
use std::os::unix::net::UnixStream;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread::{self, ThreadId};

use pyo3::prelude::*;

/// Work for the reactor's thread.
pub(crate) type Job = Box<dyn FnOnce(Python<'_>) + Send>;

/// The reactor of one homeserver, for use by other threads.
#[derive(Debug)]
pub(crate) struct Reactor {
    jobs: Mutex<Jobs>,
    /// Readable while jobs wait.
    awake: UnixStream,
    waker: UnixStream,
    thread: ThreadId,
}

#[derive(Default)]
struct Jobs {
    waiting: VecDeque<Job>,
    /// The queue is not read any more.
    closed: bool,
}

impl std::fmt::Debug for Jobs {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Jobs").field(&self.waiting.len()).finish()
    }
}

impl Reactor {
    /// The reactor of this thread.
    ///
    /// # Errors
    /// There is no file descriptor left.
    pub(crate) fn of_this_thread() -> io::Result<Self> {
        let (awake, waker) = UnixStream::pair()?;
        awake.set_nonblocking(true)?;
        waker.set_nonblocking(true)?;
        Ok(Self { jobs: Mutex::default(), awake, waker, thread: thread::current().id() })
    }

    /// Whether this is the reactor's thread.
    pub(crate) fn is_here(&self) -> bool {
        thread::current().id() == self.thread
    }

    /// Runs `job` on the reactor's thread, soon; never, if the homeserver has ended. Jobs run in
    /// the order in which they were added, outside any request's logging context.
    pub(crate) fn run(&self, job: impl FnOnce(Python<'_>) + Send + 'static) {
        let mut jobs = self.jobs();
        if jobs.closed {
            // Dropped after the lock is released: the job may own anything.
            drop(jobs);
            return;
        }
        jobs.waiting.push_back(Box::new(job));
        if jobs.waiting.len() == 1 {
            // If the socket is full, it wakes the reactor anyway.
            let _ = (&self.waker).write(&[0]);
        }
    }

    /// Runs the waiting jobs. Jobs that they add run with the next call, so that the reactor can
    /// handle its sockets in between.
    pub(crate) fn run_waiting(&self, py: Python<'_>) {
        let mut bytes = [0; 16];
        loop {
            match (&self.awake).read(&mut bytes) {
                Ok(0) => break,
                Ok(_) => {}
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(_) => break,
            }
        }
        let waiting = std::mem::take(&mut self.jobs().waiting);
        for job in waiting {
            job(py);
        }
    }

    /// Drops the waiting jobs, and accepts no more.
    pub(crate) fn close(&self) {
        let waiting = {
            let mut jobs = self.jobs();
            jobs.closed = true;
            std::mem::take(&mut jobs.waiting)
        };
        drop(waiting);
    }

    /// The file descriptor that the reactor watches: readable while jobs wait.
    pub(crate) fn descriptor(&self) -> RawFd {
        self.awake.as_raw_fd()
    }

    fn jobs(&self) -> MutexGuard<'_, Jobs> {
        self.jobs.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
