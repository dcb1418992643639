//! Migrates a module's file, by version numbers.

use super::StorageError;
use super::worker::Worker;

/// One step in the history of the tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(clippy::exhaustive_structs, reason = "authors write it as a literal")]
pub struct Migration<'a> {
    /// The version that the file has after this step; at least 1, and gaps are allowed.
    pub version: u32,
    /// One or more statements.
    pub sql: &'a str,
}

/// A migration that can be sent to the worker.
pub(super) struct Step {
    version: u32,
    sql: String,
}

/// Checks the migrations and makes them ready to be sent.
///
/// # Errors
/// The versions do not increase.
pub(super) fn steps(migrations: &[Migration<'_>]) -> Result<Vec<Step>, StorageError> {
    let mut after = 0;
    let step = |migration: &Migration<'_>| {
        let version = migration.version;
        if version <= after {
            return Err(StorageError::MigrationOrder { version, after });
        }
        after = version;
        Ok(Step { version, sql: migration.sql.to_owned() })
    };
    migrations.iter().map(step).collect()
}

/// Runs the steps that are newer than the file, in the open transaction.
///
/// # Errors
/// One of them failed, or the file is newer than the last one.
pub(super) fn run(worker: &Worker, steps: &[Step]) -> Result<(), StorageError> {
    let connection = &worker.connection;
    let file: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let known = steps.last().map_or(0, |step| step.version);
    if file > known.into() {
        return Err(StorageError::Newer { file, known });
    }
    for step in steps.iter().filter(|step| i64::from(step.version) > file) {
        carry_out(worker, &step.sql).map_err(|error| StorageError::Migration {
            version: step.version,
            source: Box::new(error),
        })?;
    }
    let set = || connection.pragma_update(None, "user_version", known);
    if i64::from(known) > file { Ok(worker.authorizer.own(set)?) } else { Ok(()) }
}

fn carry_out(worker: &Worker, sql: &str) -> Result<(), StorageError> {
    let done = worker.connection.execute_batch(sql).map_err(StorageError::from);
    match worker.authorizer.take_refused() {
        Some(what) if done.is_err() => Err(StorageError::Refused { what }),
        _ => done,
    }
}
