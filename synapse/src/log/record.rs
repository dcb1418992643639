//! A log line in Python's terms.

use std::fmt::{Debug, Write};
use std::thread;
use std::time::{SystemTime, UNIX_EPOCH};

use pyo3::prelude::*;
use serde_json::{Map, Value};
use tracing_core::Event;
use tracing_core::field::{Field, Visit};

use super::levels;

/// A log line, with all that Python's `LogRecord` needs.
pub(super) struct Record {
    pub(super) logger: String,
    pub(super) level: i32,
    message: String,
    fields: Map<String, Value>,
    file: &'static str,
    line: u32,
    /// Seconds since 1970, and the thread's name.
    when: f64,
    thread: String,
}

impl Record {
    pub(super) fn of(event: &Event<'_>) -> Self {
        let metadata = event.metadata();
        let mut fields = Fields::default();
        event.record(&mut fields);
        let Fields { message, mut named } = fields;
        let logger = if levels::is_of_modules(metadata) {
            // If a thread of a module logs, the module may be unknown.
            let module = named.remove("module");
            named.entry("target").or_insert_with(|| metadata.target().into());
            match module.as_ref().and_then(Value::as_str) {
                Some(module) => format!("{}.{module}", levels::MODULES),
                None => levels::MODULES.to_owned(),
            }
        } else {
            levels::logger(metadata.target())
        };
        let when = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Self {
            logger,
            level: levels::number(*metadata.level()),
            message,
            fields: named,
            file: metadata.file().unwrap_or_default(),
            line: metadata.line().unwrap_or_default(),
            when: when.as_secs_f64(),
            thread: thread::current().name().unwrap_or_default().to_owned(),
        }
    }

    /// The message, followed by the fields that it does not contain.
    pub(super) fn text(&self) -> String {
        let mut text = self.message.clone();
        for (name, value) in &self.fields {
            let shown = match value {
                Value::String(text) => text.clone(),
                other => other.to_string(),
            };
            let told = name == "target" || name == "kind" || self.message.contains(&shown);
            // Writing into a `String` cannot fail.
            let _ = match told {
                true => Ok(()),
                false if shown.contains(char::is_whitespace) => write!(text, " {name}={shown:?}"),
                false => write!(text, " {name}={shown}"),
            };
        }
        text
    }

    /// The arguments of `hsmod.logs.emit`.
    pub(super) fn arguments<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let fields = Value::Object(self.fields.clone());
        let Self { logger, level, file, line, when, thread, .. } = self;
        let fields = crate::convert::json::object(py, &fields)?;
        let arguments = (logger, level, self.text(), fields, file, line, when, thread);
        Ok(arguments.into_pyobject(py)?.into_any())
    }
}

/// The message and fields of an event.
#[derive(Default)]
struct Fields {
    message: String,
    named: Map<String, Value>,
}

impl Fields {
    fn put(&mut self, field: &Field, value: Value) {
        match (field.name(), value) {
            ("message", Value::String(text)) => self.message = text,
            ("message", other) => self.message = other.to_string(),
            (name, value) => {
                self.named.insert(name.to_owned(), value);
            }
        }
    }
}

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.put(field, format!("{value:?}").into());
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.put(field, value.into());
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.put(field, value.into());
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.put(field, value.into());
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.put(field, value.into());
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.put(field, value.into());
    }
}
