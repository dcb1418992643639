//! Errors of a module's storage.

use std::path::PathBuf;

use rusqlite::{Error, ErrorCode};

/// Why storage did not do what was asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StorageError {
    /// The module's file cannot be used; the operator has to fix it.
    #[error("storage `{}` cannot be opened: {reason}", path.display())]
    Open {
        /// The file, or its folder.
        path: PathBuf,
        /// The reason, with the remedy if there is one.
        reason: String,
    },
    /// Too many transactions of the module are waiting already.
    #[error(
        "{waiting} transactions of this module are already waiting: make them shorter, or do more \
         in each"
    )]
    Crowded {
        /// How many may wait.
        waiting: usize,
    },
    /// Another process is writing to the file.
    #[error("another process has kept the storage locked for 5 seconds")]
    Locked,
    /// The transaction has ended without a commit; it was rolled back.
    #[error("the transaction `{description}` was rolled back: {why}")]
    Ended {
        /// The description given to `begin`.
        description: String,
        /// What ended it.
        why: Ended,
    },
    /// A statement that modules may not run, such as `ATTACH`.
    #[error("{what} is not allowed in a module's storage")]
    Refused {
        /// What it would have done.
        what: String,
    },
    /// A constraint forbids what the statement would do.
    #[error("{message}")]
    Constraint {
        /// SQLite's message.
        message: String,
    },
    /// SQLite rejects the statement or fails to run it.
    #[error("{message}")]
    Statement {
        /// SQLite's message, with the position in the statement if SQLite gives one.
        message: String,
    },
    /// The statement and its parameters do not match.
    #[error("{message}")]
    Parameters {
        /// What does not match, and what to give instead.
        message: String,
    },
    /// The result is too large.
    #[error("the result has more than {limit}: add a LIMIT, and ask for the rest later")]
    TooLarge {
        /// The limit that was exceeded.
        limit: String,
    },
    /// A migration failed; none of them was applied.
    #[error("migration {version} failed")]
    Migration {
        /// The version of the migration.
        version: u32,
        /// The reason.
        source: Box<StorageError>,
    },
    /// The versions of the module's migrations do not increase; its author has to fix it.
    #[error("migration {version} follows migration {after}: versions must begin at 1 and increase")]
    MigrationOrder {
        /// The version of the migration.
        version: u32,
        /// The version before it, or 0.
        after: u32,
    },
    /// The file was written by a newer build of the module.
    #[error(
        "the storage has version {file} and this build of the module knows versions up to \
         {known}: install the newer build again, or move the storage away"
    )]
    Newer {
        /// The version of the file.
        file: i64,
        /// The newest version that this build knows.
        known: u32,
    },
    /// The storage was closed, or its thread has ended.
    #[error("the storage has stopped")]
    Stopped,
}

/// Why a transaction has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Ended {
    /// Its time limit passed.
    #[error("it took too long, and others wait")]
    TimedOut,
    /// The future of one of its calls was dropped.
    #[error("a call on it was cancelled")]
    Cancelled,
    /// A statement rolled it back, as `ON CONFLICT ROLLBACK` or a full disk does.
    #[error("one of its statements failed and undid all")]
    RolledBack,
}

impl From<Error> for StorageError {
    fn from(error: Error) -> Self {
        match error {
            Error::SqliteFailure(failure, message) => {
                let message = message.unwrap_or_else(|| failure.to_string());
                match failure.code {
                    ErrorCode::ConstraintViolation => Self::Constraint { message },
                    ErrorCode::DatabaseBusy => Self::Locked,
                    ErrorCode::TooBig => Self::Statement {
                        message: format!(
                            "{message}: values have up to 32 MiB, statements up to 1 MiB"
                        ),
                    },
                    _ => Self::Statement { message },
                }
            }
            Error::SqlInputError { msg, offset, .. } => {
                let place = match offset {
                    0.. => format!(", at byte {offset} of the statement"),
                    _ => String::new(),
                };
                Self::Statement { message: format!("{msg}{place}") }
            }
            Error::MultipleStatement => Self::Statement {
                message: "there is more than one statement: run them one by one".to_owned(),
            },
            Error::ExecuteReturnedResults => {
                Self::Statement { message: "the statement returns rows: use `query`".to_owned() }
            }
            Error::InvalidParameterCount(given, wanted) => Self::Parameters {
                message: format!("values for the parameters: expected {wanted}, found {given}"),
            },
            other => Self::Statement { message: other.to_string() },
        }
    }
}
