//! What can go wrong with a module's storage.

use std::path::PathBuf;

use rusqlite::{Error, ErrorCode};

/// Why storage did not do what was asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StorageError {
    /// The module's file cannot be used; the operator's to mend.
    #[error("storage `{}` cannot be opened: {reason}", path.display())]
    Open {
        /// The file, or the folder it should lie in.
        path: PathBuf,
        /// Why, and what to do about it where that is known.
        reason: String,
    },
    /// Too many of the module's transactions wait for their turn.
    #[error(
        "{waiting} transactions of this module wait for their turn already: \
         make them shorter, or do more in each"
    )]
    Crowded {
        /// How many may.
        waiting: usize,
    },
    /// Another process writes to the file.
    #[error("another process has been keeping the storage locked for 5 seconds")]
    Locked,
    /// The transaction is over and was not committed; nothing of it remains.
    #[error("the transaction `{description}` was rolled back: {why}")]
    Ended {
        /// As given to `begin`.
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
    /// A constraint of the tables forbids what the statement would do.
    #[error("{message}")]
    Constraint {
        /// In SQLite's words.
        message: String,
    },
    /// SQLite refuses the statement, or fails to carry it out.
    #[error("{message}")]
    Statement {
        /// In SQLite's words, and where in the statement if it says so.
        message: String,
    },
    /// The statement and the values for it do not fit together.
    #[error("{message}")]
    Parameters {
        /// Which, and what to give instead.
        message: String,
    },
    /// The result would be too large to hand over.
    #[error("the result has more than {limit}: add a LIMIT, and ask for the rest later")]
    TooLarge {
        /// What there is too much of.
        limit: String,
    },
    /// A migration failed; none of them was carried out.
    #[error("migration {version} failed")]
    Migration {
        /// Which.
        version: u32,
        /// Why.
        source: Box<StorageError>,
    },
    /// The module's list of migrations is wrong: the author's to mend.
    #[error("migration {version} follows migration {after}: versions begin at 1 and rise")]
    MigrationOrder {
        /// Which.
        version: u32,
        /// The one before it, or 0.
        after: u32,
    },
    /// A newer build of the module has written this file.
    #[error(
        "the storage has version {file} and this build of the module knows versions up to \
         {known}: install the newer build again, or move the storage away"
    )]
    Newer {
        /// The version of the file.
        file: i64,
        /// The newest that this build knows.
        known: u32,
    },
    /// The storage is no longer served; the loader's fault.
    #[error("the storage has stopped")]
    Stopped,
}

/// What ended a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Ended {
    /// It was begun too long ago.
    #[error("it took too long, and others wait")]
    TimedOut,
    /// The future of one of its calls was dropped.
    #[error("a call on it was cancelled")]
    Cancelled,
    /// A statement rolled it back: `ON CONFLICT ROLLBACK`, a full disk.
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
                message: "the text holds more than one statement: run them one by one".to_owned(),
            },
            Error::ExecuteReturnedResults => {
                Self::Statement { message: "the statement returns rows: use `query`".to_owned() }
            }
            Error::InvalidParameterCount(given, wanted) => Self::Parameters {
                message: format!("values for the parameters: {wanted} wanted, {given} given"),
            },
            other => Self::Statement { message: other.to_string() },
        }
    }
}
