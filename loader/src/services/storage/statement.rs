//! A single statement of a module: binds parameters, runs it, and collects its result within
//! limits.

use rusqlite::types::ValueRef;
use rusqlite::{Statement, params_from_iter};

use super::value::{Bound, bytes};
use super::worker::Worker;
use super::{Limits, Rows, StorageError, Value};

/// The longest statement that is kept prepared; a few are kept.
const LONGEST_KEPT: usize = 4 << 10;

pub(super) fn query(
    worker: &Worker,
    sql: &str,
    parameters: &[Value],
) -> Result<Rows, StorageError> {
    with_statement(worker, sql, parameters, |statement| {
        collect(statement, parameters, &worker.limits)
    })
}

pub(super) fn execute(
    worker: &Worker,
    sql: &str,
    parameters: &[Value],
) -> Result<u64, StorageError> {
    let changed = with_statement(worker, sql, parameters, |statement| {
        Ok(statement.execute(params_from_iter(parameters.iter().map(Bound)))?)
    })?;
    Ok(changed as u64)
}

/// Whether a statement changes nothing, not even the rest of its transaction. A `PRAGMA` takes
/// effect when it is prepared, so only statements that begin like a query are prepared here.
pub(super) fn only_reads(worker: &Worker, sql: &str) -> bool {
    let text = sql.trim_start();
    let begins =
        |word: &&str| text.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word));
    ["SELECT", "VALUES", "WITH"].iter().any(begins)
        && worker.connection.prepare_cached(sql).is_ok_and(|statement| statement.readonly())
}

/// Prepares the statement and passes it to `run`; if the authorizer refused something, the error
/// says what.
fn with_statement<T>(
    worker: &Worker,
    sql: &str,
    parameters: &[Value],
    run: impl FnOnce(&mut Statement<'_>) -> Result<T, StorageError>,
) -> Result<T, StorageError> {
    check(parameters)?;
    let mut done = match worker.connection.prepare_cached(sql) {
        Ok(statement) if is_empty(&statement) => {
            Err(StorageError::Statement { message: "the statement is empty".to_owned() })
        }
        Ok(mut statement) => {
            if !statement.readonly() {
                worker.writes();
            }
            let done = run(&mut statement);
            if sql.len() > LONGEST_KEPT {
                statement.discard();
            }
            done
        }
        // Prepare it again for its error: the cache trims the statement, which shifts positions.
        Err(error) => Err(worker.connection.prepare(sql).err().unwrap_or(error).into()),
    };
    // Take it in any case: a statement may be refused although it was prepared.
    if let Some(what) = worker.authorizer.take_refused()
        && done.is_err()
    {
        done = Err(StorageError::Refused { what });
    }
    done
}

/// Whether there is no statement in the string. SQL is expanded only if nothing else tells, because
/// that takes as long as many statements.
fn is_empty(statement: &Statement<'_>) -> bool {
    statement.readonly() && statement.column_count() == 0 && statement.expanded_sql().is_none()
}

/// Refuses NaN, which SQLite would turn into NULL.
fn check(parameters: &[Value]) -> Result<(), StorageError> {
    let is_nan = |value: &Value| matches!(value, Value::Real(real) if real.is_nan());
    let Some(index) = parameters.iter().position(is_nan) else { return Ok(()) };
    let message = format!("parameter {} is NaN, which SQLite does not store: give NULL", index + 1);
    Err(StorageError::Parameters { message })
}

fn collect(
    statement: &mut Statement<'_>,
    parameters: &[Value],
    limits: &Limits,
) -> Result<Rows, StorageError> {
    let mut found = statement.query(params_from_iter(parameters.iter().map(Bound)))?;
    let (mut columns, mut rows, mut size) = (Vec::new(), Vec::new(), 0_usize);
    while let Some(row) = found.next()? {
        if rows.is_empty() {
            columns = names(row.as_ref());
        }
        if rows.len() == limits.rows {
            return Err(StorageError::TooLarge { limit: format!("{} rows", limits.rows) });
        }
        let mut values = Vec::with_capacity(columns.len());
        for (index, column) in columns.iter().enumerate() {
            let value = value(row.get_ref(index)?, column)?;
            size += bytes(&value);
            values.push(value);
        }
        if size > limits.bytes {
            return Err(StorageError::TooLarge { limit: format!("{} bytes", limits.bytes) });
        }
        rows.push(values);
    }
    drop(found);
    if rows.is_empty() {
        columns = names(statement);
    }
    Ok(Rows::new(columns, rows))
}

/// The names of the columns. Call this after the first step, in which a cached statement adapts to
/// changed tables.
fn names(statement: &Statement<'_>) -> Vec<String> {
    statement.column_names().into_iter().map(str::to_owned).collect()
}

fn value(found: ValueRef<'_>, column: &str) -> Result<Value, StorageError> {
    Ok(match found {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(integer) => Value::Integer(integer),
        ValueRef::Real(real) => Value::Real(real),
        ValueRef::Blob(bytes) => Value::Blob(bytes.to_vec()),
        ValueRef::Text(text) => match str::from_utf8(text) {
            Ok(text) => Value::Text(text.to_owned()),
            Err(_) => {
                let message =
                    format!("the text in column `{column}` is not UTF-8: select it as a BLOB");
                return Err(StorageError::Statement { message });
            }
        },
    })
}
