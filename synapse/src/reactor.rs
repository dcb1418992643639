//! The way to the reactor's thread, which alone touches Synapse.
//!
//! Other threads put a job into a queue and write a byte to a socket that the reactor watches. None
//! of them ever waits for Python's lock, but one on which a module asks for the JSON of an event that
//! it is asked about.

use std::collections::VecDeque;
use std::io::{self, ErrorKind, Read, Write};
use std::os::fd::{AsRawFd, RawFd};
use std::os::unix::net::UnixStream;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread::{self, ThreadId};

use pyo3::prelude::*;

/// What is to be done on the reactor's thread.
pub(crate) type Job = Box<dyn FnOnce(Python<'_>) + Send>;

/// The reactor of one homeserver, as the other threads see it.
#[derive(Debug)]
pub(crate) struct Reactor {
    jobs: Mutex<Jobs>,
    /// Has a byte while jobs wait.
    awake: UnixStream,
    waker: UnixStream,
    thread: ThreadId,
}

#[derive(Default)]
struct Jobs {
    waiting: VecDeque<Job>,
    /// Nobody looks at the queue any more.
    closed: bool,
}

impl std::fmt::Debug for Jobs {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Jobs").field(&self.waiting.len()).finish()
    }
}

impl Reactor {
    /// The reactor that runs on this thread.
    ///
    /// # Errors
    /// There is no file descriptor left.
    pub(crate) fn of_this_thread() -> io::Result<Self> {
        let (awake, waker) = UnixStream::pair()?;
        awake.set_nonblocking(true)?;
        waker.set_nonblocking(true)?;
        Ok(Self { jobs: Mutex::default(), awake, waker, thread: thread::current().id() })
    }

    /// Whether this is its thread.
    pub(crate) fn is_here(&self) -> bool {
        thread::current().id() == self.thread
    }

    /// Runs `job` on the reactor's thread, soon; never, if the homeserver has ended. Jobs run in
    /// the order in which they were given, outside of any request's logging context.
    pub(crate) fn run(&self, job: impl FnOnce(Python<'_>) + Send + 'static) {
        let mut jobs = self.jobs();
        if jobs.closed {
            // Dropped without the lock: it may own anything.
            drop(jobs);
            return;
        }
        jobs.waiting.push_back(Box::new(job));
        if jobs.waiting.len() == 1 {
            // A full socket has bytes already, which wake as well as this one.
            let _ = (&self.waker).write(&[0]);
        }
    }

    /// Runs the jobs that wait. Those that they give in turn come with the next call, so that the
    /// reactor looks after its sockets in between.
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

    /// Lets go of the jobs that wait and takes no further ones.
    pub(crate) fn close(&self) {
        let waiting = {
            let mut jobs = self.jobs();
            jobs.closed = true;
            std::mem::take(&mut jobs.waiting)
        };
        drop(waiting);
    }

    /// What the reactor watches: readable while jobs wait.
    pub(crate) fn descriptor(&self) -> RawFd {
        self.awake.as_raw_fd()
    }

    fn jobs(&self) -> MutexGuard<'_, Jobs> {
        self.jobs.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
