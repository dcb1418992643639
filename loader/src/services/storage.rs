//! Storage: an SQLite file of its own for each module, in the config's `data_dir`.
//!
//! A file belongs to a thread of its own, since SQLite makes its caller wait. To hand a statement to
//! it and the answer back takes longer than most statements: a transaction begins with its first
//! statement, one that only read ends without being waited for, and one of a single statement is
//! handed over once.
//!
//! Synapse's `run_db_interaction` lends modules the homeserver's own database; here each has a
//! file that no other module reaches. A module works in transactions, one at a time: what was
//! [committed](Transaction::commit) survives the death of the process and of the machine, what was
//! not never was.
//!
//! Statements bind their parameters, stand alone (a text with two is refused), and may not leave
//! the file: no `ATTACH`, no extensions, no setting that other transactions would feel.

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

/// A module's storage. Cheap to clone; all clones share the file and its limits.
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
    /// From `begin` to `commit`; then the transaction is rolled back.
    transaction: Duration,
    /// Transactions that wait for the one that runs.
    waiting: usize,
    /// Of one result.
    rows: usize,
    /// Of one result, and of any value in the file.
    bytes: usize,
}

impl Limits {
    const USUAL: Self =
        Self { transaction: Duration::from_secs(60), waiting: 256, rows: 100_000, bytes: 32 << 20 };
}

impl Storage {
    /// Opens the file of the module called `module` in `data_dir`, both of which are made if they
    /// are not there: the folder for this user alone, and so the file.
    ///
    /// # Errors
    /// The folder or the file cannot be made, the file is no SQLite database, or it is no plain
    /// file of its own (a symbolic or a hard link).
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

    /// Opens an empty storage that lies in memory, and is gone when it is closed. Nothing is written
    /// to any folder.
    ///
    /// # Errors
    /// The system has no thread for it.
    pub async fn open_in_memory(module: &str) -> Result<Self, StorageError> {
        Self::open_at(Place::Memory, module, Limits::USUAL).await
    }

    async fn open_at(place: Place, module: &str, limits: Limits) -> Result<Self, StorageError> {
        let workshop = worker::start(place, module.to_owned(), limits).await?;
        Ok(Self { workshop, turns: Arc::new(Limiter::new(1, limits.waiting)) })
    }

    /// Closes the file, for all clones: the transaction that runs is rolled back, whatever comes
    /// later is [refused](StorageError::Stopped). When this returns, the file is closed.
    pub async fn close(&self) {
        self.workshop.close().await;
    }

    /// Brings the file up to date: runs those of `migrations` that are newer than the file, all of
    /// them or, if one fails, none. Their versions must rise; the last is what this build knows.
    /// A migration may hold several statements, and may take as long as it takes.
    ///
    /// # Errors
    /// A migration failed, their versions do not rise, or the file is newer than all of them.
    pub async fn migrate(&self, migrations: &[Migration<'_>]) -> Result<(), StorageError> {
        let steps = migration::steps(migrations)?;
        let transaction = self.begin_for("migrate", None).await?;
        transaction.run(move |worker| migration::run(worker, &steps)).await?;
        transaction.commit().await
    }

    /// Begins a transaction once those begun before it have ended. `description` is what messages
    /// call it. It must be committed within a minute, or it is rolled back.
    ///
    /// The file is locked, for writers elsewhere, from the first statement on; that fails where
    /// another process [keeps it locked](StorageError::Locked), and may be tried again.
    ///
    /// # Errors
    /// 256 transactions are waiting already.
    pub async fn begin(&self, description: &str) -> Result<Transaction, StorageError> {
        self.begin_for(description, Some(self.workshop.limits().transaction)).await
    }

    /// One statement in a transaction of its own: [`Transaction::query`], committed. A `SELECT`
    /// waits for no writer of another process.
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

    /// One statement in a transaction of its own: [`Transaction::execute`], committed.
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

    /// Does something in a transaction of its own, which `work` ends, on the way to the file and
    /// back once.
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
        // Nobody waits for this: it has the thread mind the time, and wakes it meanwhile.
        self.workshop.send(move |worker| worker.admit(active))?;
        Ok(transaction)
    }

    /// A transaction that has its turn.
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

/// A transaction. Dropped before [`commit`](Self::commit), it is rolled back, even while a
/// statement of it runs; so it is when the future of one of its calls is dropped.
#[derive(Debug)]
pub struct Transaction {
    workshop: Workshop,
    ticket: Arc<Ticket>,
    /// Nothing of it is left that could be rolled back.
    over: bool,
}

impl Transaction {
    /// Runs one statement and returns its rows. `parameters` are bound to `?` or `?1` in order.
    ///
    /// # Errors
    /// SQLite or the rules refuse the statement, the result is too large, or the transaction has
    /// [ended](StorageError::Ended).
    pub async fn query(&mut self, sql: &str, parameters: Vec<Value>) -> Result<Rows, StorageError> {
        let sql = sql.to_owned();
        self.run(move |worker| statement::query(worker, &sql, &parameters)).await
    }

    /// Runs one statement and returns how many rows it inserted, changed or deleted.
    ///
    /// # Errors
    /// As of [`query`](Self::query); also when the statement returns rows.
    pub async fn execute(
        &mut self,
        sql: &str,
        parameters: Vec<Value>,
    ) -> Result<u64, StorageError> {
        let sql = sql.to_owned();
        self.run(move |worker| statement::execute(worker, &sql, &parameters)).await
    }

    /// Makes what it did last. When this returns, it is on the disk.
    ///
    /// # Errors
    /// A deferred constraint is violated, the disk is full, or the transaction has ended; nothing
    /// of it remains then.
    pub async fn commit(mut self) -> Result<(), StorageError> {
        if self.ticket.only_read() {
            // Nothing has to reach the disk, and nothing can be refused any more.
            let ticket = Arc::clone(&self.ticket);
            self.workshop.send(move |worker| worker.finish_read(&ticket))?;
            // Behind that, so that the thread sees the next transaction after this one's end.
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

    /// Has the thread do something, and waits for what comes of it.
    async fn hand_in<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Worker) -> Result<T, StorageError> + Send + 'static,
    ) -> Result<T, StorageError> {
        let (reply, answer) = oneshot::channel();
        // Dropped with this future before the answer has come, it ends the transaction.
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
        // A worker that is gone has rolled back.
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
