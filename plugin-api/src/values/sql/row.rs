//! The rows of a result, as modules read them.

use std::fmt;
use std::sync::Arc;

use super::SqlValue;
use crate::values::ModuleError;

/// The rows of a result, as they cross the boundary.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct SqlRows {
    /// The names of the columns, as in the statement; present even if there are no rows.
    pub columns: Vec<String>,
    /// The rows, each with a value for each column.
    pub rows: Vec<Vec<SqlValue>>,
}

impl SqlRows {
    /// Creates rows with a value for each of `columns`.
    pub const fn new(columns: Vec<String>, rows: Vec<Vec<SqlValue>>) -> Self {
        Self { columns, rows }
    }

    /// Splits it into single rows.
    pub(crate) fn into_rows(self) -> Vec<Row> {
        let columns: Arc<[String]> = self.columns.into();
        let row = |values| Row { columns: Arc::clone(&columns), values };
        self.rows.into_iter().map(row).collect()
    }
}

/// A row of a result.
///
/// ```
/// # use hsmod_plugin_api::prelude::*;
/// # fn example(row: &Row) -> Result<(), ModuleError> {
/// let user_id: String = row.get("user_id")?;
/// let until: Option<i64> = row.get("until")?;
/// let first: SqlValue = row.get(0)?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, PartialEq)]
pub struct Row {
    columns: Arc<[String]>,
    values: Vec<SqlValue>,
}

impl Row {
    /// The value of a column, by its name or its index (from 0).
    ///
    /// # Errors
    /// There is no such column, or its value is not of the type `T`: types are not converted.
    pub fn get<T: FromSql>(&self, column: impl Column) -> Result<T, ModuleError> {
        let (name, value) = match column.find(&self.columns) {
            Some(place) => (&self.columns[place], &self.values[place]),
            None => {
                let known: Vec<String> =
                    self.columns.iter().map(|name| format!("`{name}`")).collect();
                let known = known.join(", ");
                return Err(ModuleError::new(format_args!(
                    "there is no column {column}: the columns are {known}"
                )));
            }
        };
        T::from_sql(value).ok_or_else(|| {
            let (found, wanted) = (value.type_name(), T::WANTED);
            ModuleError::new(format_args!("column `{name}`: expected {wanted}, found {found}"))
        })
    }

    /// The names of the columns.
    pub fn columns(&self) -> &[String] {
        &self.columns
    }

    /// The values, in the order of the columns.
    pub fn into_values(self) -> Vec<SqlValue> {
        self.values
    }
}

impl fmt::Debug for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.columns.iter().zip(&self.values)).finish()
    }
}

/// Identifies a column by its name (`&str`) or its index (`usize`, from 0).
pub trait Column: fmt::Display {
    /// Its index in `columns`; of several columns with the name, the first.
    fn find(&self, columns: &[String]) -> Option<usize>;
}

impl Column for &str {
    fn find(&self, columns: &[String]) -> Option<usize> {
        columns.iter().position(|name| name == self)
    }
}

impl Column for usize {
    fn find(&self, columns: &[String]) -> Option<usize> {
        (*self < columns.len()).then_some(*self)
    }
}

/// A type as which the value of a column can be read.
pub trait FromSql: Sized {
    /// The required type, for messages.
    const WANTED: &'static str;

    /// Converts the value; `None` if it is of another type, or out of range.
    fn from_sql(value: &SqlValue) -> Option<Self>;
}

macro_rules! from_sql {
    ($( $type:ty, $wanted:literal, $pattern:pat => $make:expr; )*) => { $(
        impl FromSql for $type {
            const WANTED: &'static str = $wanted;

            fn from_sql(value: &SqlValue) -> Option<Self> {
                match value {
                    $pattern => $make,
                    _ => None,
                }
            }
        }
    )* };
}

from_sql! {
    i64, "INTEGER", SqlValue::Integer(value) => Some(*value);
    i32, "INTEGER of 32 bits", SqlValue::Integer(value) => (*value).try_into().ok();
    u32, "INTEGER of 32 bits, not negative", SqlValue::Integer(value) => (*value).try_into().ok();
    u64, "INTEGER, not negative", SqlValue::Integer(value) => (*value).try_into().ok();
    bool, "0 or 1", SqlValue::Integer(value @ (0 | 1)) => Some(*value == 1);
    f64, "REAL", SqlValue::Real(value) => Some(*value);
    String, "TEXT", SqlValue::Text(value) => Some(value.clone());
    Vec<u8>, "BLOB", SqlValue::Blob(value) => Some(value.clone());
}

impl FromSql for SqlValue {
    const WANTED: &'static str = "anything";

    fn from_sql(value: &SqlValue) -> Option<Self> {
        Some(value.clone())
    }
}

/// `NULL` is read as `None`.
impl<T: FromSql> FromSql for Option<T> {
    const WANTED: &'static str = T::WANTED;

    fn from_sql(value: &SqlValue) -> Option<Self> {
        match value {
            SqlValue::Null => Some(None),
            value => T::from_sql(value).map(Some),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row() -> Row {
        let columns = ["user_id", "count", "until"].map(str::to_owned).to_vec();
        let values = vec!["@a:b".into(), SqlValue::Integer(-1), SqlValue::Null];
        SqlRows::new(columns, vec![values]).into_rows().remove(0)
    }

    #[test]
    fn values_are_read_by_name_and_by_place() {
        let row = row();
        assert_eq!(row.get::<String>("user_id").unwrap(), "@a:b");
        assert_eq!(row.get::<i64>(1).unwrap(), -1);
        assert_eq!(row.get::<Option<i64>>("until").unwrap(), None);
        assert_eq!(row.get::<Option<i32>>("count").unwrap(), Some(-1));
    }

    #[test]
    fn values_of_the_wrong_type_are_named() {
        let row = row();
        let said = |error: ModuleError| error.to_string();
        assert_eq!(
            said(row.get::<i64>("user").unwrap_err()),
            "there is no column user: the columns are `user_id`, `count`, `until`"
        );
        assert_eq!(
            said(row.get::<i64>(0).unwrap_err()),
            "column `user_id`: expected INTEGER, found TEXT"
        );
        assert_eq!(
            said(row.get::<u32>("count").unwrap_err()),
            "column `count`: expected INTEGER of 32 bits, not negative, found INTEGER"
        );
        assert_eq!(
            said(row.get::<String>("until").unwrap_err()),
            "column `until`: expected TEXT, found NULL"
        );
    }
}
