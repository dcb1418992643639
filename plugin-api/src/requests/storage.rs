//! Group `storage`: the module's own SQLite file. The loader answers it in every homeserver.

use crate::module::ModuleApi;
use crate::table::requests;
use crate::values::{JsonStr, SqlRows};

/// The requests in the form in which they cross; modules use
/// [`run_db_interaction`](ModuleApi::run_db_interaction), [`db_query`](ModuleApi::db_query),
/// [`db_execute`](ModuleApi::db_execute) and [`migrate_db`](ModuleApi::migrate_db).
#[derive(Clone, Copy, Debug)]
pub struct Db<'a>(pub(crate) &'a ModuleApi);

impl Db<'_> {
    const fn api(&self) -> &ModuleApi {
        self.0
    }
}

/// In place of the number of a transaction: the statement runs in a transaction of its own.
pub const ALONE: i64 = 0;

requests! {
    /// The module's own SQLite file. The loader answers this in every homeserver; a homeserver that
    /// answers it has priority.
    pub trait Storage = storage on Db<'_>, holds transactions,
        written StorageRequests, table StorageTable StorageTableRef, erased ErasedStorage
    {
        /// Begins a transaction; the answer is its number, never 0. The module releases the number
        /// when it no longer needs the transaction. Since Synapse 0.25.
        async fn run_db_interaction(&self, desc: &str) -> i64, since 0 {
            /// let mut transaction = api.run_db_interaction("forget").await?;
            /// transaction.execute("DELETE FROM strikes WHERE user_id = ?", params![user_id]).await?;
            /// transaction.commit().await?;
        }

        /// Runs a statement in a transaction; if that is 0, in a new one, which is then committed.
        /// `parameters` are [encoded](crate::values::SqlValue::encode).
        async fn db_query(&self, transaction: i64, sql: &str, parameters: &[u8]) -> SqlRows, since 0 {
            /// let strikes = "SELECT count FROM strikes WHERE user_id = ?";
            /// let rows = api.db_query(strikes, params![user_id]).await?;
        }

        /// Runs a statement in a transaction, 0 as above, and answers how many rows it has changed.
        async fn db_execute(&self, transaction: i64, sql: &str, parameters: &[u8]) -> i64, since 0 {
            /// let forget = "DELETE FROM strikes WHERE user_id = ?";
            /// let forgotten = api.db_execute(forget, params![user_id]).await?;
        }

        /// Commits a transaction.
        async fn db_commit(&self, transaction: i64) -> (), since 0 {
            /// let mut transaction = api.run_db_interaction("forget").await?;
            /// transaction.execute("DELETE FROM strikes", &[]).await?;
            /// transaction.commit().await?;
        }

        /// Brings the tables up to date. `migrations` is a list of pairs: a version and its SQL.
        async fn migrate_db(&self, migrations: &JsonStr as List) -> (), since 0 {
            /// const MIGRATIONS: &[(u32, &str)] =
            ///     &[(1, "CREATE TABLE strikes (user_id TEXT PRIMARY KEY, count INTEGER NOT NULL)")];
            /// api.migrate_db(MIGRATIONS).await?;
        }
    }
}
