//! Answers a module's requests for storage.

use std::path::PathBuf;
use std::sync::Arc;

use hsmod_plugin_api::requests;
use hsmod_plugin_api::requests::storage::{ALONE, rows};
use hsmod_plugin_api::values::{JsonStr, ModuleError, SqlRows, SqlValue, Unanswered};
use tokio::sync::{Mutex, OnceCell};

use super::{Migration, Storage, StorageError, Transaction};
use crate::admission::shutting_down;
use crate::services::life::Life;
use crate::services::shelf::Shelf;

/// Answers the requests of one module. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct StorageAnswers(Arc<Desk>);

#[derive(Debug)]
struct Desk {
    /// `None` for storage in memory.
    data_dir: Option<PathBuf>,
    module: Arc<str>,
    life: Arc<Life>,
    /// Opened for the first request: a module that makes none has no file.
    storage: OnceCell<Storage>,
    transactions: Shelf<Arc<Mutex<Transaction>>>,
}

impl StorageAnswers {
    /// Answers `module`, whose file is in `data_dir`; without a `data_dir`, its tables are in
    /// memory.
    pub(crate) fn new(data_dir: Option<PathBuf>, module: Arc<str>, life: Arc<Life>) -> Self {
        let (storage, transactions) = (OnceCell::new(), Shelf::new());
        Self(Arc::new(Desk { data_dir, module, life, storage, transactions }))
    }

    /// Rolls back all transactions and closes the file.
    pub(crate) async fn close(&self) {
        self.0.transactions.close();
        if let Some(storage) = self.0.storage.get() {
            storage.close().await;
        }
    }

    async fn storage(&self) -> Result<&Storage, ModuleError> {
        let Desk { data_dir, module, storage, .. } = &*self.0;
        let open = async || match data_dir {
            Some(data_dir) => Storage::open(data_dir, module).await,
            None => Storage::open_in_memory(module).await,
        };
        storage.get_or_try_init(open).await.map_err(failed)
    }

    /// Does some work in a transaction. A transaction with a call that was dropped is rolled back,
    /// which its next call reports.
    async fn within<T>(
        &self,
        request: &str,
        number: i64,
        work: impl AsyncFnOnce(&mut Transaction) -> Result<T, StorageError>,
    ) -> Result<T, ModuleError> {
        let transaction = self.0.transactions.get(number).ok_or_else(|| over(request))?;
        let work = async {
            let mut transaction = transaction.lock().await;
            work(&mut transaction).await.map_err(failed)
        };
        self.0.life.during(request, work).await
    }
}

#[requests]
impl requests::Storage for StorageAnswers {
    async fn run_db_interaction(&self, desc: &str) -> Result<i64, ModuleError> {
        let request = rows::run_db_interaction.name;
        let begin = async { self.storage().await?.begin(desc).await.map_err(failed) };
        let transaction = self.0.life.during(request, begin).await?;
        // If the caller has gone, the transaction is dropped with the shelf.
        let number = self.0.transactions.put(Arc::new(Mutex::new(transaction)));
        number.ok_or_else(|| shutting_down(request))
    }

    async fn db_query(
        &self,
        transaction: i64,
        sql: &str,
        parameters: &[u8],
    ) -> Result<SqlRows, ModuleError> {
        let (request, parameters) = (rows::db_query.name, SqlValue::decode(parameters)?);
        if transaction == ALONE {
            let alone =
                async { self.storage().await?.query(sql, parameters).await.map_err(failed) };
            return self.0.life.during(request, alone).await;
        }
        let work = async |transaction: &mut Transaction| transaction.query(sql, parameters).await;
        self.within(request, transaction, work).await
    }

    async fn db_execute(
        &self,
        transaction: i64,
        sql: &str,
        parameters: &[u8],
    ) -> Result<i64, ModuleError> {
        let (request, parameters) = (rows::db_execute.name, SqlValue::decode(parameters)?);
        let changed = if transaction == ALONE {
            let alone =
                async { self.storage().await?.execute(sql, parameters).await.map_err(failed) };
            self.0.life.during(request, alone).await?
        } else {
            let work =
                async |transaction: &mut Transaction| transaction.execute(sql, parameters).await;
            self.within(request, transaction, work).await?
        };
        Ok(changed.try_into().unwrap_or(i64::MAX))
    }

    async fn db_commit(&self, transaction: i64) -> Result<(), ModuleError> {
        let request = rows::db_commit.name;
        let taken = self.0.transactions.take(transaction).and_then(Arc::into_inner);
        let transaction = taken.ok_or_else(|| over(request))?.into_inner();
        let commit = async { transaction.commit().await.map_err(failed) };
        self.0.life.during(request, commit).await
    }

    async fn migrate_db(&self, migrations: &JsonStr) -> Result<(), ModuleError> {
        let migrations: Vec<(u32, String)> = migrations.parse()?;
        let steps: Vec<Migration<'_>> =
            migrations.iter().map(|(version, sql)| Migration { version: *version, sql }).collect();
        let migrate = async { self.storage().await?.migrate(&steps).await.map_err(failed) };
        self.0.life.during(rows::migrate_db.name, migrate).await
    }

    /// Rolls the transaction back.
    fn give_up(&self, number: i64) {
        drop(self.0.transactions.take(number));
    }
}

fn over(request: &str) -> ModuleError {
    ModuleError::new(format_args!(
        "`{request}`: the transaction is over, or busy with another call"
    ))
}

/// Converts an error for the module.
fn failed(error: StorageError) -> ModuleError {
    match error {
        StorageError::Crowded { .. } => {
            ModuleError::not_answered(Unanswered::TooMany, error.to_string())
        }
        StorageError::Constraint { message } => ModuleError::constraint_violation(message),
        StorageError::Stopped => shutting_down("storage"),
        error => error.into(),
    }
}
