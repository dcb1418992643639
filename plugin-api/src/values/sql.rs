//! The parameters and results of statements in a module's storage.

pub(crate) mod form;
mod row;

use std::fmt;

use super::id::{RoomAlias, RoomId, UserId};

pub use row::{Column, FromSql, Row, SqlRows};

/// A value of one of SQLite's five types. Crosses the boundary exactly.
///
/// ```
/// # use hsmod_plugin_api::prelude::*;
/// assert_eq!(SqlValue::from(true), SqlValue::Integer(1));
/// assert_eq!(SqlValue::from(None::<&str>), SqlValue::Null);
/// ```
#[derive(Clone, Debug, PartialEq)]
#[allow(clippy::exhaustive_enums, reason = "SQLite's types: a sixth would be another format")]
pub enum SqlValue {
    /// `NULL`.
    Null,
    /// `INTEGER`; booleans are 0 and 1.
    Integer(i64),
    /// `REAL`; never NaN, which SQLite does not store.
    Real(f64),
    /// `TEXT`.
    Text(String),
    /// `BLOB`.
    Blob(Vec<u8>),
}

impl SqlValue {
    /// SQLite's name of its type: `INTEGER`.
    pub const fn type_name(&self) -> &'static str {
        match self {
            Self::Null => "NULL",
            Self::Integer(_) => "INTEGER",
            Self::Real(_) => "REAL",
            Self::Text(_) => "TEXT",
            Self::Blob(_) => "BLOB",
        }
    }
}

macro_rules! from {
    ($( $type:ty => |$value:ident| $make:expr; )*) => { $(
        impl From<$type> for SqlValue {
            fn from($value: $type) -> Self {
                $make
            }
        }
    )* };
}

from! {
    i64 => |value| Self::Integer(value);
    i32 => |value| Self::Integer(value.into());
    u32 => |value| Self::Integer(value.into());
    bool => |value| Self::Integer(value.into());
    f64 => |value| Self::Real(value);
    &str => |value| Self::Text(value.to_owned());
    String => |value| Self::Text(value);
    &String => |value| Self::Text(value.clone());
    &UserId => |value| Self::Text(value.as_str().to_owned());
    &RoomId => |value| Self::Text(value.as_str().to_owned());
    &RoomAlias => |value| Self::Text(value.as_str().to_owned());
    &[u8] => |value| Self::Blob(value.to_vec());
    Vec<u8> => |value| Self::Blob(value);
}

impl<T: Into<Self>> From<Option<T>> for SqlValue {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

/// Formats it for messages: strings in quotes, of a blob only the length.
impl fmt::Display for SqlValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("NULL"),
            Self::Integer(integer) => write!(f, "{integer}"),
            Self::Real(real) => write!(f, "{real:?}"),
            Self::Text(text) => write!(f, "{text:?}"),
            Self::Blob(bytes) => write!(f, "a BLOB of {} bytes", bytes.len()),
        }
    }
}

/// The values for the parameters of a statement, in order.
///
/// ```
/// # use hsmod_plugin_api::prelude::*;
/// # async fn example(mut transaction: Transaction, user_id: &UserId) -> Result<(), ModuleError> {
/// let strikes = "INSERT INTO strikes (user_id, count) VALUES (?, ?)";
/// transaction.execute(strikes, params![user_id, 1]).await?;
/// # Ok(())
/// # }
/// ```
#[macro_export]
macro_rules! params {
    ($($value:expr),* $(,)?) => {
        &[$( <$crate::values::SqlValue as ::core::convert::From<_>>::from($value) ),*]
            as &[$crate::values::SqlValue]
    };
}
