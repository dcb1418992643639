//! The thread that a module's file belongs to. It does one thing at a time, so that no caller ever
//! waits in SQLite.

use std::convert::Infallible;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::sync::{Arc, OnceLock};
use std::thread;
use std::time::{Duration, Instant};

use rusqlite::config::DbConfig;
use rusqlite::limits::Limit;
use rusqlite::{Connection, OpenFlags};
use tokio::sync::{OwnedSemaphorePermit, oneshot};

use super::authorizer::Authorizer;
use super::{Ended, Limits, StorageError, file};

/// How long another process may keep the file locked.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// Instructions of SQLite's machine between two looks at whether to go on: well below a millisecond.
const INSTRUCTIONS_PER_LOOK: i32 = 10_000;

/// SQLite's name for a database without a file, of which each connection has its own.
const IN_MEMORY: &str = ":memory:";

type Job = Box<dyn FnOnce(&mut Worker) + Send>;

/// Where work is handed in. The thread ends with the last clone.
#[derive(Clone, Debug)]
pub(super) struct Workshop {
    jobs: Sender<Job>,
    limits: Limits,
    /// Stops the statement that runs.
    closing: Arc<AtomicBool>,
}

/// Where the tables lie.
pub(super) enum Place {
    /// In a file in the operator's folder.
    Folder(PathBuf),
    /// In memory: they last as long as the connection.
    Memory,
}

impl Workshop {
    pub(super) fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Has the thread end, and waits for that.
    pub(super) async fn close(&self) {
        self.closing.store(true, Ordering::Relaxed);
        let (closed, wait) = oneshot::channel();
        if self.send(move |worker| worker.closed = Some(closed)).is_ok() {
            // Nothing is ever sent: the sender is dropped behind all else.
            let _ = wait.await;
        }
    }

    /// # Errors
    /// The thread is gone.
    pub(super) fn send(
        &self,
        job: impl FnOnce(&mut Worker) + Send + 'static,
    ) -> Result<(), StorageError> {
        self.jobs.send(Box::new(job)).map_err(|_| StorageError::Stopped)
    }
}

impl Place {
    /// What messages call it.
    fn path(&self) -> PathBuf {
        match self {
            Self::Folder(path) => path.clone(),
            Self::Memory => PathBuf::from(IN_MEMORY),
        }
    }

    /// The path that SQLite opens for the module.
    ///
    /// # Errors
    /// The folder or the file cannot be made.
    fn prepare(&self, module: &str) -> Result<PathBuf, StorageError> {
        match self {
            Self::Folder(data_dir) => file::prepare(data_dir, module),
            Self::Memory => Ok(PathBuf::from(IN_MEMORY)),
        }
    }
}

/// A transaction, as its handle and the thread know it.
#[derive(Debug)]
pub(super) struct Ticket {
    description: String,
    /// How long it may last, if it has an end.
    time: Option<Duration>,
    cancelled: AtomicBool,
    ended: OnceLock<Ended>,
}

impl Ticket {
    pub(super) fn new(description: &str, time: Option<Duration>) -> Self {
        let description = description.to_owned();
        Self { description, time, cancelled: AtomicBool::new(false), ended: OnceLock::new() }
    }

    /// Stops the statement that runs.
    pub(super) fn cancel(&self) {
        self.cancelled.store(true, Ordering::Relaxed);
    }

    fn why_ended(&self) -> StorageError {
        let why = self.ended.get().copied().unwrap_or(Ended::Cancelled);
        StorageError::Ended { description: self.description.clone(), why }
    }
}

/// The transaction that has its turn.
struct Active {
    ticket: Arc<Ticket>,
    deadline: Option<Instant>,
    /// Its end is the next one's beginning.
    _turn: OwnedSemaphorePermit,
}

impl Active {
    fn is_late(&self) -> bool {
        self.deadline.is_some_and(|deadline| deadline <= Instant::now())
    }
}

/// What only the thread touches.
pub(super) struct Worker {
    module: String,
    pub(super) connection: Connection,
    pub(super) authorizer: Arc<Authorizer>,
    pub(super) limits: Limits,
    active: Option<Active>,
    closing: Arc<AtomicBool>,
    /// Last: whoever waits for the end waits for all of it.
    closed: Option<oneshot::Sender<Infallible>>,
}

/// Opens the file on a thread of its own, which then waits for work.
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
            // Whoever asked may have gone.
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

    /// Works until it is told to close, or nobody can hand in more.
    fn work(mut self, jobs: &Receiver<Job>) {
        while self.closed.is_none() {
            let job = match self.active.as_ref().and_then(|active| active.deadline) {
                None => jobs.recv().map_err(|_| RecvTimeoutError::Disconnected),
                Some(deadline) => {
                    jobs.recv_timeout(deadline.saturating_duration_since(Instant::now()))
                }
            };
            match job {
                Ok(job) => job(&mut self),
                Err(RecvTimeoutError::Timeout) => self.end_active(Ended::TimedOut),
                Err(RecvTimeoutError::Disconnected) => return,
            }
        }
    }

    /// Begins the transaction, whose turn lasts until it ends.
    pub(super) fn begin(
        &mut self,
        ticket: Arc<Ticket>,
        turn: OwnedSemaphorePermit,
    ) -> Result<(), StorageError> {
        self.own("BEGIN IMMEDIATE")?;
        let deadline = ticket.time.map(|time| Instant::now() + time);
        let (watched, closing) = (Arc::clone(&ticket), Arc::clone(&self.closing));
        let stop = move || {
            watched.cancelled.load(Ordering::Relaxed)
                || closing.load(Ordering::Relaxed)
                || deadline.is_some_and(|deadline| deadline <= Instant::now())
        };
        self.active = Some(Active { ticket, deadline, _turn: turn });
        Ok(self.connection.progress_handler(INSTRUCTIONS_PER_LOOK, Some(stop))?)
    }

    /// Does some work in the transaction, if that still has its turn.
    pub(super) fn run<T>(
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
        if self.connection.is_autocommit() {
            self.end_active(Ended::RolledBack);
        }
        done
    }

    /// Commits the transaction whose turn it is.
    pub(super) fn commit(&mut self) -> Result<(), StorageError> {
        self.unwatch();
        let committed = self.own("COMMIT");
        match committed {
            Ok(()) => self.active = None,
            Err(_) => self.end_active(Ended::RolledBack),
        }
        committed
    }

    /// Rolls the transaction back, if it still has its turn.
    pub(super) fn end(&mut self, ticket: &Arc<Ticket>, why: Ended) {
        if self.is_active(ticket) {
            self.end_active(why);
        }
    }

    fn is_active(&self, ticket: &Arc<Ticket>) -> bool {
        self.active.as_ref().is_some_and(|active| Arc::ptr_eq(&active.ticket, ticket))
    }

    /// Whether the time of the active transaction was up, or its handle is gone.
    fn end_if_due(&mut self) -> bool {
        let Some(active) = &self.active else { return false };
        if active.is_late() {
            self.end_active(Ended::TimedOut);
        } else if active.ticket.cancelled.load(Ordering::Relaxed) {
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
        let description = &active.ticket.description;
        if why == Ended::TimedOut {
            tracing::warn!(
                module = self.module,
                transaction = description,
                "rolled back: it took longer than {:?}",
                self.limits.transaction
            );
        }
        // It ends once: it is no longer the active one.
        let _ = active.ticket.ended.set(why);
    }

    /// Lets what follows run to its end.
    fn unwatch(&self) {
        // SQLite refuses this for a connection that another owns; this one is ours.
        let _ = self.connection.progress_handler(0, None::<fn() -> bool>);
    }

    /// Runs a statement of the loader's own.
    fn own(&self, sql: &str) -> Result<(), StorageError> {
        Ok(self.authorizer.own(|| self.connection.execute_batch(sql))?)
    }
}

fn connect(path: &Path, limits: &Limits) -> rusqlite::Result<(Connection, Arc<Authorizer>)> {
    // Without CREATE the file is the one that was looked at, or at least one that was there.
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
        | OpenFlags::SQLITE_OPEN_NO_MUTEX
        | OpenFlags::SQLITE_OPEN_NOFOLLOW;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
    connection.pragma_update(None, "journal_mode", "wal")?;
    // A commit is on the disk when it returns: it survives a loss of power, too.
    connection.pragma_update(None, "synchronous", "full")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    if path == Path::new(IN_MEMORY) {
        // SQLite would sort large results in temporary files otherwise.
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
