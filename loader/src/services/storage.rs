//! Storage: each module has its own SQLite file in the config's `data_dir`.
//!
//! Each file has a thread of its own, because SQLite blocks its caller. Sending a statement to that
//! thread and the answer back takes longer than most statements. Therefore a transaction begins
//! with its first statement, one that only reads is ended without waiting, and one that consists of
//! a single statement is sent once.
//!
//! Synapse's `run_db_interaction` gives modules access to the homeserver's own database; here each
//! module has a file that no other module can reach. A module works in transactions, one at a time:
//! what was [committed](Transaction::commit) survives a crash of the process and of the machine,
//! and all else is rolled back.
//!
//! Statements bind their parameters, must be single (a string with two statements is refused), and
//! are confined to the file: no `ATTACH`, no extensions, and no settings that would affect other
//! transactions.

mod alone;
pub(crate) mod answers;
mod authorizer;
mod error;
mod file;
mod migration;
mod statement;
#[cfg(test)]
mod tests;
mod turn;
mod value;
mod worker;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

pub use hsmod_plugin_api::values::{SqlRows as Rows, SqlValue as Value};
use tokio::sync::oneshot;

pub use self::error::{Ended, StorageError};
pub use self::migration::Migration;
use self::turn::{Active, Ticket};
use self::worker::{Place, Worker, Workshop};
use super::limit::{Crowded, Limiter};

/// A module's storage. It is cheap to clone; all clones share the file and its limits.
///
/// # Examples
/// ```
/// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
/// use hsmod_loader::services::storage::{Migration, Storage, Value};
///
/// # let folder = tempfile::tempdir()?;
/// # let data_dir = folder.path();
/// let storage = Storage::open(data_dir, "evil-list").await?;
/// let table = "CREATE TABLE strikes (user_id TEXT PRIMARY KEY, count INTEGER NOT NULL)";
/// storage.migrate(&[Migration { version: 1, sql: table }]).await?;
///
/// let mut transaction = storage.begin("strike").await?;
/// let evil = vec![Value::from("@evil:example.com")];
/// transaction.execute("INSERT INTO strikes VALUES (?, 1)", evil).await?;
/// transaction.commit().await?;
///
/// let rows = storage.query("SELECT count FROM strikes", vec![]).await?;
/// assert_eq!(rows.rows, [[Value::Integer(1)]]);
/// # Ok::<(), Box<dyn std::error::Error>>(()) })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Storage {
    workshop: Workshop,
    turns: Arc<Limiter>,
}

/// How much a module may ask of its storage.
#[derive(Clone, Copy, Debug)]
struct Limits {
    /// The time from `begin` to `commit`, after which the transaction is rolled back.
    transaction: Duration,
    /// How many transactions may wait for the one that is running.
    waiting: usize,
    /// The most rows of one result.
    rows: usize,
    /// The most bytes of one result, and of any value in the file.
    bytes: usize,
}

impl Limits {
    const USUAL: Self =
        Self { transaction: Duration::from_secs(60), waiting: 256, rows: 100_000, bytes: 32 << 20 };
}

impl Storage {
    /// Opens the file of `module` in `data_dir`. Folder and file are created if necessary,
    /// accessible to this user only.
    ///
    /// # Errors
    /// The folder or the file cannot be created, the file is not an SQLite database, or it is not a
    /// plain file but a symbolic or hard link.
    pub async fn open(data_dir: &Path, module: &str) -> Result<Self, StorageError> {
        Self::open_within(data_dir, module, Limits::USUAL).await
    }

    async fn open_within(
        data_dir: &Path,
        module: &str,
        limits: Limits,
    ) -> Result<Self, StorageError> {
        Self::open_at(Place::Folder(data_dir.to_owned()), module, limits).await
    }

    /// Opens an empty storage in memory, which is gone when it is closed. Nothing is written to any
    /// folder.
    ///
    /// # Errors
    /// No thread can be started for it.
    pub async fn open_in_memory(module: &str) -> Result<Self, StorageError> {
        Self::open_at(Place::Memory, module, Limits::USUAL).await
    }

    async fn open_at(place: Place, module: &str, limits: Limits) -> Result<Self, StorageError> {
        let workshop = worker::start(place, module.to_owned(), limits).await?;
        Ok(Self { workshop, turns: Arc::new(Limiter::new(1, limits.waiting)) })
    }

    /// Closes the file for all clones: a running transaction is rolled back, and later calls are
    /// [refused](StorageError::Stopped). When this returns, the file is closed.
    pub async fn close(&self) {
        self.workshop.close().await;
    }

    /// Migrates the file: runs those of `migrations` that are newer than the file, either all of
    /// them or, if one fails, none. Their versions must increase; the last one is the newest
    /// version that this build knows. A migration may contain several statements, and has no time
    /// limit.
    ///
    /// # Errors
    /// A migration failed, the versions do not increase, or the file is newer than all of them.
    pub async fn migrate(&self, migrations: &[Migration<'_>]) -> Result<(), StorageError> {
        let steps = migration::steps(migrations)?;
        let transaction = self.begin_for("migrate", None).await?;
        transaction.run(move |worker| migration::run(worker, &steps)).await?;
        transaction.commit().await
    }

    /// Begins a transaction, once those begun before it have ended. `description` names it in
    /// messages. It is rolled back unless committed within a minute.
    ///
    /// From the first statement on the file is locked against other processes that write. This
    /// fails if another process [keeps it locked](StorageError::Locked), and may be tried again.
    ///
    /// # Errors
    /// 256 transactions are waiting already.
    pub async fn begin(&self, description: &str) -> Result<Transaction, StorageError> {
        self.begin_for(description, Some(self.workshop.limits().transaction)).await
    }

    /// Runs one statement in a transaction of its own: [`Transaction::query`], committed. A
    /// `SELECT` does not wait for other processes that write.
    ///
    /// # Errors
    /// Those of `begin`, `query` and `commit`.
    pub async fn query(&self, sql: &str, parameters: Vec<Value>) -> Result<Rows, StorageError> {
        let sql = sql.to_owned();
        let work = move |worker: &mut Worker, ticket: &Arc<Ticket>| {
            alone::query(worker, ticket, &sql, &parameters)
        };
        self.alone("query", work).await
    }

    /// Runs one statement in a transaction of its own: [`Transaction::execute`], committed.
    ///
    /// # Errors
    /// Those of `begin`, `execute` and `commit`.
    pub async fn execute(&self, sql: &str, parameters: Vec<Value>) -> Result<u64, StorageError> {
        let sql = sql.to_owned();
        let work = move |worker: &mut Worker, ticket: &Arc<Ticket>| {
            alone::execute(worker, ticket, &sql, &parameters)
        };
        self.alone("execute", work).await
    }

    /// Runs `work`, which is a whole transaction and ends it, with a single message to the file's
    /// thread.
    async fn alone<T: Send + 'static>(
        &self,
        description: &str,
        work: impl FnOnce(&mut Worker, &Arc<Ticket>) -> Result<T, StorageError> + Send + 'static,
    ) -> Result<T, StorageError> {
        let ticket = self.ticket(description, Some(self.workshop.limits().transaction)).await?;
        let mut transaction = Transaction { workshop: self.workshop.clone(), ticket, over: false };
        let active = Active(Arc::clone(&transaction.ticket));
        let alone = move |worker: &mut Worker| {
            let ticket = Arc::clone(&active.0);
            worker.admit(active);
            work(worker, &ticket)
        };
        let done = transaction.hand_in(alone).await;
        transaction.over = true;
        done
    }

    async fn begin_for(
        &self,
        description: &str,
        time: Option<Duration>,
    ) -> Result<Transaction, StorageError> {
        let ticket = self.ticket(description, time).await?;
        let transaction = Transaction { workshop: self.workshop.clone(), ticket, over: false };
        let active = Active(Arc::clone(&transaction.ticket));
        // Do not wait: this makes the thread watch the time limit, and wakes it in advance.
        self.workshop.send(move |worker| worker.admit(active))?;
        Ok(transaction)
    }

    /// A transaction whose turn has come.
    async fn ticket(
        &self,
        description: &str,
        time: Option<Duration>,
    ) -> Result<Arc<Ticket>, StorageError> {
        let crowded = |crowded: Crowded| StorageError::Crowded { waiting: crowded.waiting_max };
        let turn = self.turns.admit().await.map_err(crowded)?;
        Ok(Arc::new(Ticket::new(description, time, turn)))
    }
}

/// A transaction. It is rolled back if it is dropped before [`commit`](Self::commit), even while
/// one of its statements is running, and also if the future of one of its calls is dropped.
#[derive(Debug)]
pub struct Transaction {
    workshop: Workshop,
    ticket: Arc<Ticket>,
    /// Whether it has ended, so that nothing needs to be rolled back.
    over: bool,
}

impl Transaction {
    /// Runs one statement and returns its rows. `parameters` are bound to `?` or `?1` in order.
    ///
    /// # Errors
    /// SQLite or the storage's rules refuse the statement, the result is too large, or the
    /// transaction has [ended](StorageError::Ended).
    pub async fn query(&mut self, sql: &str, parameters: Vec<Value>) -> Result<Rows, StorageError> {
        let sql = sql.to_owned();
        self.run(move |worker| statement::query(worker, &sql, &parameters)).await
    }

    /// Runs one statement and returns how many rows it inserted, changed or deleted.
    ///
    /// # Errors
    /// As for [`query`](Self::query), and if the statement returns rows.
    pub async fn execute(
        &mut self,
        sql: &str,
        parameters: Vec<Value>,
    ) -> Result<u64, StorageError> {
        let sql = sql.to_owned();
        self.run(move |worker| statement::execute(worker, &sql, &parameters)).await
    }

    /// Commits the transaction. When this returns, its changes are on disk.
    ///
    /// # Errors
    /// A deferred constraint is violated, the disk is full, or the transaction has ended; in all
    /// these cases it is rolled back.
    pub async fn commit(mut self) -> Result<(), StorageError> {
        if self.ticket.only_read() {
            // Nothing has to be written to disk, and nothing can fail any more.
            let ticket = Arc::clone(&self.ticket);
            self.workshop.send(move |worker| worker.finish_read(&ticket))?;
            // Only now, so that the thread receives the next transaction after the end of this one.
            self.ticket.give_turn_up();
            self.over = true;
            return Ok(());
        }
        let committed = self.run(Worker::commit).await;
        self.over = true;
        committed
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Worker) -> Result<T, StorageError> + Send + 'static,
    ) -> Result<T, StorageError> {
        let ticket = Arc::clone(&self.ticket);
        self.hand_in(move |worker| worker.run(&ticket, work)).await
    }

    /// Runs `work` on the file's thread and waits for its result.
    async fn hand_in<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Worker) -> Result<T, StorageError> + Send + 'static,
    ) -> Result<T, StorageError> {
        let (reply, answer) = oneshot::channel();
        // If this future is dropped before the answer, the transaction ends.
        let mut unanswered = Unanswered(Some(self));
        self.workshop.send(move |worker| {
            let _ = reply.send(work(worker));
        })?;
        let answer = answer.await.map_err(|_| StorageError::Stopped)?;
        unanswered.0 = None;
        answer
    }

    fn cancel(&self) {
        self.ticket.cancel();
        let ticket = Arc::clone(&self.ticket);
        // If the thread is gone, it has rolled back.
        let _ = self.workshop.send(move |worker| worker.end(&ticket, Ended::Cancelled));
    }
}

impl Drop for Transaction {
    fn drop(&mut self) {
        if !self.over {
            self.cancel();
        }
    }
}

struct Unanswered<'a>(Option<&'a Transaction>);

impl Drop for Unanswered<'_> {
    fn drop(&mut self) {
        if let Some(transaction) = self.0 {
            transaction.cancel();
        }
    }
}
