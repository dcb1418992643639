//! What modules log, in the homeserver's own subscriber: with its target, level and fields, and
//! the module's name.

mod site;

use hsmod_plugin_api::module::{LogSink, LogValue};
use tracing_core::field::{DisplayValue, Field, Value, display};
use tracing_core::{Event, LevelFilter, dispatcher};

use self::site::{Key, MOST_FIELDS, site};
use crate::record;

/// Hands the log of every image to `tracing`.
#[derive(Debug)]
pub(crate) enum Forwarder {}

impl LogSink for Forwarder {
    fn max_level() -> u8 {
        match LevelFilter::current() {
            LevelFilter::OFF => 0,
            LevelFilter::ERROR => 1,
            LevelFilter::WARN => 2,
            LevelFilter::INFO => 3,
            LevelFilter::DEBUG => 4,
            _ => 5,
        }
    }

    fn enabled(level: u8, target: &str) -> bool {
        let site = site(Key::new(level, target, None, 0, &[]));
        dispatcher::get_default(|dispatch| dispatch.enabled(site))
    }

    fn event(
        level: u8,
        target: &str,
        file: Option<&str>,
        line: u32,
        fields: &[(&str, LogValue<'_>)],
    ) {
        let names: Vec<&str> = fields.iter().map(|(name, _)| *name).collect();
        let metadata = site(Key::new(level, target, file, line, &names));
        let module = record::current();
        let values: Vec<Shown<'_>> = fields
            .iter()
            .map(|(_, value)| Shown::new(*value))
            .chain(module.as_deref().map(Shown::Text))
            .collect();
        let keys: Vec<Field> = metadata.fields().iter().collect();
        let Some(first) = keys.first() else { return };
        // `tracing` takes arrays only; what is left over names a field again, without a value.
        let pairs: [(&Field, Option<&dyn Value>); MOST_FIELDS] = std::array::from_fn(|index| {
            (keys.get(index).unwrap_or(first), values.get(index).map(Shown::value))
        });
        Event::dispatch(metadata, &metadata.fields().value_set(&pairs));
    }
}

/// A value of a field, as `tracing` takes it.
enum Shown<'a> {
    Debug(DisplayValue<&'a str>),
    Text(&'a str),
    I64(i64),
    U64(u64),
    F64(f64),
    Bool(bool),
}

impl<'a> Shown<'a> {
    fn new(value: LogValue<'a>) -> Self {
        match value {
            LogValue::Text(text) => Self::Text(text),
            LogValue::I64(number) => Self::I64(number),
            LogValue::U64(number) => Self::U64(number),
            LogValue::F64(number) => Self::F64(number),
            LogValue::Bool(truth) => Self::Bool(truth),
            LogValue::Debug(text) => Self::Debug(display(text)),
            _ => Self::Text(""),
        }
    }

    fn value(&self) -> &dyn Value {
        match self {
            Self::Debug(value) => value,
            Self::Text(value) => value,
            Self::I64(value) => value,
            Self::U64(value) => value,
            Self::F64(value) => value,
            Self::Bool(value) => value,
        }
    }
}
