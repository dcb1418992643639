//! The thread that owns a module's file. It does one thing at a time, so that callers never block
//! in SQLite.

use std::convert::Infallible;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender, TryRecvError};
use std::thread;
use std::time::{Duration, Instant};

use rusqlite::config::DbConfig;
use rusqlite::limits::Limit;
use rusqlite::{Connection, OpenFlags};
use tokio::sync::oneshot;

use super::authorizer::Authorizer;
use super::turn::{Active, Ticket};
use super::{Ended, Limits, StorageError, file};

/// How long to wait while another process has the file locked.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// How many of SQLite's virtual machine instructions run between two checks whether to stop: far
/// less than a millisecond.
const INSTRUCTIONS_PER_LOOK: i32 = 10_000;

/// How long the thread spins for more work before it sleeps.
const SPIN: Duration = Duration::from_micros(20);

/// SQLite's name for a database without a file; each connection has its own.
const IN_MEMORY: &str = ":memory:";

type Job = Box<dyn FnOnce(&mut Worker) + Send>;

/// Sends work to the thread, which ends when the last clone is dropped.
#[derive(Clone, Debug)]
pub(super) struct Workshop {
    jobs: Sender<Job>,
    limits: Limits,
    /// Stops the running statement.
    closing: Arc<AtomicBool>,
}

/// Where the tables are.
pub(super) enum Place {
    /// In a file in the operator's folder.
    Folder(PathBuf),
    /// In memory; they last as long as the connection.
    Memory,
}

impl Workshop {
    pub(super) fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Ends the thread, and waits until it has ended.
    pub(super) async fn close(&self) {
        self.closing.store(true, Ordering::Relaxed);
        let (closed, wait) = oneshot::channel();
        let close: Job = Box::new(move |worker| worker.closed = Some(closed));
        if self.jobs.send(close).is_ok() {
            // Nothing is ever sent: the sender is dropped when everything else has been.
            let _ = wait.await;
        }
    }

    /// Sends a job to the thread.
    ///
    /// # Errors
    /// The thread has ended or is about to.
    pub(super) fn send(
        &self,
        job: impl FnOnce(&mut Worker) + Send + 'static,
    ) -> Result<(), StorageError> {
        // Check here, because the caller may not wait for the job and would not notice that it is
        // never run.
        if self.closing.load(Ordering::Relaxed) {
            return Err(StorageError::Stopped);
        }
        self.jobs.send(Box::new(job)).map_err(|_| StorageError::Stopped)
    }
}

impl Place {
    /// The path that messages show.
    fn path(&self) -> PathBuf {
        match self {
            Self::Folder(path) => path.clone(),
            Self::Memory => PathBuf::from(IN_MEMORY),
        }
    }

    /// The path that SQLite opens for the module.
    ///
    /// # Errors
    /// The folder or the file cannot be created.
    fn prepare(&self, module: &str) -> Result<PathBuf, StorageError> {
        match self {
            Self::Folder(data_dir) => file::prepare(data_dir, module),
            Self::Memory => Ok(PathBuf::from(IN_MEMORY)),
        }
    }
}

/// The state that only the thread uses.
pub(super) struct Worker {
    module: String,
    pub(super) connection: Connection,
    pub(super) authorizer: Arc<Authorizer>,
    pub(super) limits: Limits,
    active: Option<Active>,
    closing: Arc<AtomicBool>,
    /// The last field, so that waiting for the end includes all other fields.
    closed: Option<oneshot::Sender<Infallible>>,
}

/// Opens the file on a new thread, which then waits for work.
pub(super) async fn start(
    place: Place,
    module: String,
    limits: Limits,
) -> Result<Workshop, StorageError> {
    let (jobs, waiting) = mpsc::channel();
    let (reply, opened) = oneshot::channel();
    let path = place.path();
    let closing = Arc::new(AtomicBool::new(false));
    let stop = Arc::clone(&closing);
    let work = move || match Worker::open(place, module, limits, stop) {
        Ok(worker) => {
            if reply.send(Ok(())).is_ok() {
                worker.work(&waiting);
            }
        }
        Err(error) => {
            // The caller may have gone.
            let _ = reply.send(Err(error));
        }
    };
    let named = thread::Builder::new().name("hsmod-storage".to_owned());
    named.spawn(work).map_err(|cause| StorageError::Open { path, reason: cause.to_string() })?;
    opened.await.map_err(|_| StorageError::Stopped)??;
    Ok(Workshop { jobs, limits, closing })
}

impl Worker {
    fn open(
        place: Place,
        module: String,
        limits: Limits,
        closing: Arc<AtomicBool>,
    ) -> Result<Self, StorageError> {
        let path = place.prepare(&module)?;
        let (connection, authorizer) = connect(&path, &limits)
            .map_err(|error| StorageError::Open { path, reason: error.to_string() })?;
        Ok(Self { module, connection, authorizer, limits, active: None, closing, closed: None })
    }

    /// Runs jobs until it is told to close, or until no more can be sent.
    fn work(mut self, jobs: &Receiver<Job>) {
        let spins = thread::available_parallelism().is_ok_and(|processors| processors.get() > 1);
        while self.closed.is_none() {
            let soon = if spins { spin(jobs) } else { None };
            match soon.map_or_else(|| self.wait(jobs), Ok) {
                Ok(job) => job(&mut self),
                Err(RecvTimeoutError::Timeout) => self.end_active(Ended::TimedOut),
                Err(RecvTimeoutError::Disconnected) => return,
            }
        }
    }

    /// Sleeps until there is a job, or until the transaction's time limit.
    fn wait(&self, jobs: &Receiver<Job>) -> Result<Job, RecvTimeoutError> {
        match self.active.as_ref().and_then(|active| active.0.deadline) {
            None => jobs.recv().map_err(|_| RecvTimeoutError::Disconnected),
            Some(deadline) => jobs.recv_timeout(deadline.saturating_duration_since(Instant::now())),
        }
    }

    /// Gives the transaction its turn, which lasts until it ends. Nothing happens in the file
    /// before its first statement.
    pub(super) fn admit(&mut self, active: Active) {
        let (watched, closing) = (Arc::clone(&active.0), Arc::clone(&self.closing));
        let stop =
            move || watched.is_cancelled() || closing.load(Ordering::Relaxed) || watched.is_late();
        self.watch(Some(stop));
        self.active = Some(active);
    }

    /// Does some work in the transaction, if it still has its turn.
    pub(super) fn run<T>(
        &mut self,
        ticket: &Arc<Ticket>,
        work: impl FnOnce(&mut Self) -> Result<T, StorageError>,
    ) -> Result<T, StorageError> {
        let mut begun = false;
        let done = self.in_turn(ticket, |worker| {
            if worker.connection.is_autocommit() {
                worker.own("BEGIN IMMEDIATE")?;
            }
            begun = true;
            work(worker)
        });
        if begun && self.is_active(ticket) && self.connection.is_autocommit() {
            self.end_active(Ended::RolledBack);
        }
        done
    }

    /// Does some work that only reads and is all of its transaction, without locking the file.
    pub(super) fn look<T>(
        &mut self,
        ticket: &Arc<Ticket>,
        work: impl FnOnce(&mut Self) -> Result<T, StorageError>,
    ) -> Result<T, StorageError> {
        let done = self.in_turn(ticket, work);
        if self.is_active(ticket) {
            self.unwatch();
            self.active = None;
        }
        done
    }

    fn in_turn<T>(
        &mut self,
        ticket: &Arc<Ticket>,
        work: impl FnOnce(&mut Self) -> Result<T, StorageError>,
    ) -> Result<T, StorageError> {
        self.end_if_due();
        if !self.is_active(ticket) {
            return Err(ticket.why_ended());
        }
        let done = work(self);
        if self.end_if_due() && done.is_err() {
            return Err(ticket.why_ended());
        }
        done
    }

    /// Commits the current transaction. If it ran no statement, there is nothing to commit.
    pub(super) fn commit(&mut self) -> Result<(), StorageError> {
        self.unwatch();
        let committed = if self.connection.is_autocommit() { Ok(()) } else { self.own("COMMIT") };
        match committed {
            Ok(()) => self.active = None,
            Err(_) => self.end_active(Ended::RolledBack),
        }
        committed
    }

    /// Ends a transaction that has changed nothing, without a caller waiting for it.
    pub(super) fn finish_read(&mut self, ticket: &Arc<Ticket>) {
        if self.is_active(ticket) {
            // If the commit fails it is rolled back, which makes no difference here.
            let _ = self.commit();
        }
    }

    /// Notes that the current transaction may have changed something.
    pub(super) fn writes(&self) {
        if let Some(Active(ticket)) = &self.active {
            ticket.writes();
        }
    }

    /// Rolls the transaction back, if it still has its turn.
    pub(super) fn end(&mut self, ticket: &Arc<Ticket>, why: Ended) {
        if self.is_active(ticket) {
            self.end_active(why);
        }
    }

    fn is_active(&self, ticket: &Arc<Ticket>) -> bool {
        self.active.as_ref().is_some_and(|active| Arc::ptr_eq(&active.0, ticket))
    }

    /// Ends the current transaction if its time limit has passed or its handle was dropped. Returns
    /// whether there is none now.
    fn end_if_due(&mut self) -> bool {
        let Some(Active(ticket)) = &self.active else { return false };
        if ticket.is_late() {
            self.end_active(Ended::TimedOut);
        } else if ticket.is_cancelled() {
            self.end_active(Ended::Cancelled);
        }
        self.active.is_none()
    }

    fn end_active(&mut self, why: Ended) {
        let Some(active) = self.active.take() else { return };
        self.unwatch();
        if !self.connection.is_autocommit()
            && let Err(error) = self.own("ROLLBACK")
        {
            tracing::error!(module = self.module, %error, "a transaction cannot be rolled back");
        }
        let description = &active.0.description;
        if why == Ended::TimedOut {
            tracing::warn!(
                module = self.module,
                transaction = description,
                "rolled back: it took longer than {:?}",
                self.limits.transaction
            );
        }
        // Note the reason before the turn is released, since the next holder may look at it.
        active.0.end(why);
    }

    /// Lets what follows run to its end.
    fn unwatch(&self) {
        self.watch(None::<fn() -> bool>);
    }

    /// Makes SQLite check regularly whether to stop.
    fn watch(&self, stop: Option<impl FnMut() -> bool + Send + 'static>) {
        // SQLite refuses this for borrowed connections only; this one is owned.
        let _ = self.connection.progress_handler(INSTRUCTIONS_PER_LOOK, stop);
    }

    /// Runs one of the loader's own statements.
    fn own(&self, sql: &str) -> Result<(), StorageError> {
        Ok(self.authorizer.own(|| self.connection.execute_batch(sql))?)
    }
}

/// Spins briefly for the next job: after an answer a module often sends another request at once,
/// and sleeping and waking takes longer than most statements.
fn spin(jobs: &Receiver<Job>) -> Option<Job> {
    let start = Instant::now();
    while start.elapsed() < SPIN {
        match jobs.try_recv() {
            Ok(job) => return Some(job),
            Err(TryRecvError::Empty) => std::hint::spin_loop(),
            Err(TryRecvError::Disconnected) => return None,
        }
    }
    None
}

fn connect(path: &Path, limits: &Limits) -> rusqlite::Result<(Connection, Arc<Authorizer>)> {
    // Without CREATE, this opens a file that existed when it was checked, and never creates one.
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
        | OpenFlags::SQLITE_OPEN_NO_MUTEX
        | OpenFlags::SQLITE_OPEN_NOFOLLOW;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
    connection.pragma_update(None, "journal_mode", "wal")?;
    // A commit is on disk when it returns, so it survives a power failure.
    connection.pragma_update(None, "synchronous", "full")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    if path == Path::new(IN_MEMORY) {
        // Otherwise SQLite would sort large results in temporary files.
        connection.pragma_update(None, "temp_store", "memory")?;
    }
    let bytes = i32::try_from(limits.bytes).unwrap_or(i32::MAX);
    for (limit, value) in [
        (Limit::SQLITE_LIMIT_ATTACHED, 0),
        (Limit::SQLITE_LIMIT_LENGTH, bytes),
        (Limit::SQLITE_LIMIT_SQL_LENGTH, 1 << 20),
        (Limit::SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 1_000),
        (Limit::SQLITE_LIMIT_TRIGGER_DEPTH, 100),
        (Limit::SQLITE_LIMIT_VDBE_OP, 1_000_000),
        (Limit::SQLITE_LIMIT_WORKER_THREADS, 0),
    ] {
        connection.set_limit(limit, value)?;
    }
    let authorizer = Authorizer::install(&connection)?;
    Ok((connection, authorizer))
}
