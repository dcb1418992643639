//! What modules log, in the homeserver's own subscriber: with its target, level and fields, and
//! the module's name.

use std::collections::HashMap;
use std::sync::{Mutex, OnceLock, PoisonError};

use hsmod_plugin_api::module::{LogSink, LogValue};
use tracing_core::callsite::{Callsite, Identifier};
use tracing_core::field::{DisplayValue, Field, FieldSet, Value, display};
use tracing_core::metadata::Kind;
use tracing_core::subscriber::Interest;
use tracing_core::{Event, Level, LevelFilter, Metadata, dispatcher};

use crate::record;

/// The field that carries the module's name.
const MODULE: &str = "module";

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
        let site = site(level, target, None, 0, &[]);
        dispatcher::get_default(|dispatch| dispatch.enabled(site.metadata()))
    }

    fn event(
        level: u8,
        target: &str,
        file: Option<&str>,
        line: u32,
        fields: &[(&str, LogValue<'_>)],
    ) {
        let names: Vec<&str> = fields.iter().map(|(name, _)| *name).collect();
        let metadata = site(level, target, file, line, &names).metadata();
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

/// As many as `tracing` itself takes.
const MOST_FIELDS: usize = 32;

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

/// A place in a module that logs, as this process's `tracing` knows it.
///
/// Rationale: filters and subscribers keep what they decided about a place for ever, so there is
/// one per place, never freed; a plugin has a fixed number of them.
struct Site {
    metadata: OnceLock<Metadata<'static>>,
}

impl Site {
    fn metadata(&'static self) -> &'static Metadata<'static> {
        self.metadata.get_or_init(|| unreachable!("`site` fills it in before it shows the place"))
    }
}

impl Callsite for Site {
    fn set_interest(&self, _: Interest) {}

    fn metadata(&self) -> &Metadata<'_> {
        self.metadata.get_or_init(|| unreachable!("`site` fills it in before it shows the place"))
    }
}

/// What tells one place from another.
#[derive(PartialEq, Eq, Hash)]
struct Key {
    level: u8,
    target: String,
    file: Option<String>,
    line: u32,
    fields: Vec<String>,
}

/// The place that logs so; made when it is first seen.
fn site(level: u8, target: &str, file: Option<&str>, line: u32, fields: &[&str]) -> &'static Site {
    static SITES: Mutex<Option<HashMap<Key, &'static Site>>> = Mutex::new(None);
    let key = Key {
        level,
        target: target.to_owned(),
        file: file.map(str::to_owned),
        line,
        fields: fields.iter().take(MOST_FIELDS - 1).map(|&name| name.to_owned()).collect(),
    };
    let mut sites = SITES.lock().unwrap_or_else(PoisonError::into_inner);
    sites.get_or_insert_default().entry(key).or_insert_with_key(new_site)
}

fn new_site(key: &Key) -> &'static Site {
    let leak = |text: &str| -> &'static str { Box::leak(text.to_owned().into_boxed_str()) };
    let names = key.fields.iter().map(|name| leak(name)).chain([MODULE]).collect::<Vec<_>>();
    let site: &'static Site = Box::leak(Box::new(Site { metadata: OnceLock::new() }));
    let level = match key.level {
        0 | 1 => Level::ERROR,
        2 => Level::WARN,
        3 => Level::INFO,
        4 => Level::DEBUG,
        _ => Level::TRACE,
    };
    let metadata = Metadata::new(
        "module event",
        leak(&key.target),
        level,
        key.file.as_deref().map(leak),
        (key.line > 0).then_some(key.line),
        None,
        FieldSet::new(names.leak(), Identifier(site)),
        Kind::EVENT,
    );
    let _ = site.metadata.set(metadata);
    tracing_core::callsite::register(site);
    site
}
