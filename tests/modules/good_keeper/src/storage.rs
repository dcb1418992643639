//! Values of storage as lossless JSON: numbers are integers, reals are `{"bits": number}` and blobs
//! `{"blob": [byte, ..]}`.

use hsmod_plugin_api::prelude::*;
use serde_json::{Value, json};

use crate::Keeper;

impl Keeper {
    pub(crate) async fn db_query(&self, sql: &Value, values: &Value) -> Result<Value, ModuleError> {
        let rows = self.api.db_query(sql.as_str().unwrap_or_default(), &parameters(values)).await?;
        Ok(rows.into_iter().map(shown).collect())
    }

    pub(crate) async fn db_execute(
        &self,
        sql: &Value,
        values: &Value,
    ) -> Result<Value, ModuleError> {
        let sql = sql.as_str().unwrap_or_default();
        Ok(self.api.db_execute(sql, &parameters(values)).await?.into())
    }
}

/// The values for a statement.
pub(crate) fn parameters(values: &Value) -> Vec<SqlValue> {
    let value = |value: &Value| match value {
        Value::String(text) => text.into(),
        Value::Number(number) => number.as_i64().into(),
        Value::Bool(value) => (*value).into(),
        Value::Object(object) => match object.get("bits").and_then(Value::as_u64) {
            Some(bits) => f64::from_bits(bits).into(),
            None => serde_json::from_value::<Vec<u8>>(value["blob"].clone()).ok().into(),
        },
        _ => SqlValue::Null,
    };
    values.as_array().into_iter().flatten().map(value).collect()
}

/// A row as an object.
pub(crate) fn shown(row: Row) -> Value {
    let columns = row.columns().to_vec();
    let value = |value| match value {
        SqlValue::Null => Value::Null,
        SqlValue::Integer(integer) => integer.into(),
        SqlValue::Real(real) => json!({"bits": real.to_bits()}),
        SqlValue::Text(text) => text.into(),
        SqlValue::Blob(bytes) => json!({"blob": bytes}),
    };
    Value::Object(columns.into_iter().zip(row.into_values().into_iter().map(value)).collect())
}
