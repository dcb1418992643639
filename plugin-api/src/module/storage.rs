//! A module's storage: transactions on an SQLite file that belongs to the module alone.

use super::ModuleApi;
use super::handle::Handle;
use crate::requests::storage::{ALONE, Db, rows};
use crate::values::{ModuleError, Row, SqlValue};

impl ModuleApi {
    /// Begins a transaction in the module's storage, after those that were begun before it have
    /// ended. `desc` names it in messages.
    ///
    /// The storage is an SQLite file that belongs to this module alone, in the operator's
    /// `data_dir`. One transaction runs at a time: begin late and commit soon. After a minute it is
    /// rolled back. Committed changes survive the end of the process. Works until
    /// [`Module::shutdown`](crate::Module::shutdown) returns; in a trial the tables are in memory.
    ///
    /// ```
    /// # use hsmod_plugin_api::prelude::*;
    /// # async fn example(api: &ModuleApi, user_id: &UserId) -> Result<i64, ModuleError> {
    /// let mut transaction = api.run_db_interaction("strike").await?;
    /// let add = "INSERT INTO strikes VALUES (?, 1) ON CONFLICT DO UPDATE SET count = count + 1";
    /// transaction.execute(add, params![user_id]).await?;
    /// let count = "SELECT count FROM strikes WHERE user_id = ?";
    /// let count = transaction.query(count, params![user_id]).await?[0].get("count")?;
    /// transaction.commit().await?;
    /// # Ok(count)
    /// # }
    /// ```
    ///
    /// Mirrors `synapse.module_api.ModuleApi.run_db_interaction`, which lends the homeserver's own
    /// database to a function.
    ///
    /// # Errors
    /// The operator has configured no storage or the homeserver has none
    /// ([`Unsupported`](crate::values::Unanswered::Unsupported), the message says what to do); 256
    /// transactions are waiting already ([`TooMany`](crate::values::Unanswered::TooMany)); the file
    /// cannot be opened. If another process keeps the file locked, the first statement fails.
    pub async fn run_db_interaction(&self, desc: &str) -> Result<Transaction, ModuleError> {
        let number = Db(self).run_db_interaction(desc).await?;
        Ok(Transaction(Handle::new(self, rows::run_db_interaction.group, number)))
    }

    /// Runs one statement in a transaction of its own and returns its rows. Faster than the same
    /// with [`Self::run_db_interaction`]; a statement that only reads, as most `SELECT`s do,
    /// neither blocks a writer in another process nor waits for one.
    ///
    /// ```
    /// # use hsmod_plugin_api::prelude::*;
    /// # async fn example(api: &ModuleApi, user_id: &UserId) -> Result<bool, ModuleError> {
    /// let strikes = "SELECT count FROM strikes WHERE user_id = ?";
    /// let rows = api.db_query(strikes, params![user_id]).await?;
    /// # Ok(!rows.is_empty())
    /// # }
    /// ```
    ///
    /// # Errors
    /// Those of [`Self::run_db_interaction`], [`Transaction::query`] and [`Transaction::commit`];
    /// the statement then has no effect.
    pub async fn db_query(
        &self,
        sql: &str,
        parameters: &[SqlValue],
    ) -> Result<Vec<Row>, ModuleError> {
        let rows = Db(self).db_query(ALONE, sql, &SqlValue::encode(parameters)).await?;
        Ok(rows.into_rows())
    }

    /// Runs one statement in a transaction of its own and returns how many rows it inserted,
    /// changed or deleted. When this returns, the changes are on disk.
    ///
    /// ```
    /// # use hsmod_plugin_api::prelude::*;
    /// # async fn example(api: &ModuleApi, user_id: &UserId) -> Result<(), ModuleError> {
    /// let pardon = "DELETE FROM strikes WHERE user_id = ?";
    /// api.db_execute(pardon, params![user_id]).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// Those of [`Self::db_query`]; also if the statement returns rows.
    pub async fn db_execute(&self, sql: &str, parameters: &[SqlValue]) -> Result<u64, ModuleError> {
        let changed = Db(self).db_execute(ALONE, sql, &SqlValue::encode(parameters)).await?;
        Ok(changed.unsigned_abs())
    }

    /// Brings the module's storage up to date: runs those of `migrations`, each a version and its
    /// SQL, that are newer than the file; all of them or, if one fails, none. Versions begin at 1
    /// and increase; the SQL may hold several statements. Meant for
    /// [`Module::start`](crate::Module::start).
    ///
    /// ```
    /// # use hsmod_plugin_api::prelude::*;
    /// # async fn example(api: &ModuleApi) -> Result<(), ModuleError> {
    /// const MIGRATIONS: &[(u32, &str)] = &[
    ///     (1, "CREATE TABLE strikes (user_id TEXT PRIMARY KEY, count INTEGER NOT NULL)"),
    ///     (2, "ALTER TABLE strikes ADD COLUMN until INTEGER"),
    /// ];
    /// api.migrate_db(MIGRATIONS).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// A migration failed, the versions do not increase, or the file is newer than all of them; and
    /// those of [`Self::run_db_interaction`].
    pub async fn migrate_db(&self, migrations: &[(u32, &str)]) -> Result<(), ModuleError> {
        Db(self).migrate_db(migrations).await
    }
}

/// A transaction in the module's storage, see [`ModuleApi::run_db_interaction`]. It is rolled back
/// if it is dropped before [`commit`](Self::commit), and if the future of one of its calls is
/// dropped.
#[derive(Debug)]
pub struct Transaction(Handle);

impl Transaction {
    /// Runs one statement and returns its rows. `parameters` are bound to `?` or `?1` in order.
    ///
    /// # Errors
    /// SQLite refuses the statement, or it would leave the module's file (`ATTACH`, ..); the result
    /// has more than 100,000 rows or 32 MiB; the transaction was rolled back before; a constraint
    /// forbids it ([`ModuleError::is_constraint_violation`]). A statement that failed has changed
    /// nothing; the transaction goes on.
    pub async fn query(
        &mut self,
        sql: &str,
        parameters: &[SqlValue],
    ) -> Result<Vec<Row>, ModuleError> {
        let parameters = SqlValue::encode(parameters);
        let rows = Db(&self.0.api).db_query(self.0.number, sql, &parameters).await?;
        Ok(rows.into_rows())
    }

    /// Runs one statement and returns how many rows it inserted, changed or deleted.
    /// Those of [`Self::query`]; also if the statement returns rows.
    /// # Errors
    /// As of [`Self::query`]; also when the statement returns rows.
    pub async fn execute(
        &mut self,
        sql: &str,
        parameters: &[SqlValue],
    ) -> Result<u64, ModuleError> {
        let parameters = SqlValue::encode(parameters);
        let changed = Db(&self.0.api).db_execute(self.0.number, sql, &parameters).await?;
        Ok(changed.unsigned_abs())
    }

    /// Commits the transaction. When this returns, its changes are on disk.
    ///
    /// # Errors
    /// A deferred constraint is violated ([`ModuleError::is_constraint_violation`]), the disk is full, or it was rolled back before. Nothing
    /// of it remains then.
    pub async fn commit(self) -> Result<(), ModuleError> {
        Db(&self.0.api).db_commit(self.0.number).await
    }
}
