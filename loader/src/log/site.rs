//! The places in modules that log, as this process's `tracing` knows them.

use std::collections::HashMap;
use std::sync::{Mutex, OnceLock, PoisonError};

use hsmod_abi::RawRecord;
use hsmod_plugin_api::module::LogRecord;
use tracing_core::callsite::{Callsite, Identifier};
use tracing_core::field::FieldSet;
use tracing_core::metadata::Kind;
use tracing_core::subscriber::Interest;
use tracing_core::{Level, Metadata};

/// The field that carries the module's name; the last one of each place.
pub(super) const MODULE: &str = "module";

/// As many as `tracing` itself takes.
pub(super) const MOST_FIELDS: usize = 32;

/// A place in a module that logs.
///
/// Rationale: filters and subscribers keep what they decided about a place for ever, so there is
/// one per place, never freed; a plugin has a fixed number of them.
struct Site {
    metadata: OnceLock<Metadata<'static>>,
}

impl Site {
    fn known(&self) -> &Metadata<'static> {
        self.metadata.get_or_init(|| unreachable!("`site` fills it in before it shows the place"))
    }
}

impl Callsite for Site {
    fn set_interest(&self, _: Interest) {}

    fn metadata(&self) -> &Metadata<'_> {
        self.known()
    }
}

/// What tells one place from another.
#[derive(PartialEq, Eq, Hash)]
pub(super) struct Key {
    level: u8,
    /// Of a span.
    name: Option<String>,
    target: String,
    file: Option<String>,
    line: u32,
    fields: Vec<String>,
}

impl Key {
    /// Of the place that logs this.
    pub(super) fn of<S>(record: &LogRecord<'_, S>) -> Self {
        let fields = record.fields.iter().take(MOST_FIELDS - 1);
        Self {
            level: record.level,
            name: record.name.map(str::to_owned),
            target: record.target.to_owned(),
            file: record.file.map(str::to_owned),
            line: record.line,
            fields: fields.map(|&(name, _)| name.to_owned()).collect(),
        }
    }

    /// Of any place in this target.
    pub(super) fn of_target(level: u8, target: &str) -> Self {
        let (name, target, file) = (None, target.to_owned(), None);
        Self { level, name, target, file, line: 0, fields: Vec::new() }
    }
}

/// The place that logs so; made when it is first seen.
pub(super) fn site(key: Key) -> &'static Metadata<'static> {
    static SITES: Mutex<Option<HashMap<Key, &'static Site>>> = Mutex::new(None);
    let mut sites = SITES.lock().unwrap_or_else(PoisonError::into_inner);
    sites.get_or_insert_default().entry(key).or_insert_with_key(new_site).known()
}

fn new_site(key: &Key) -> &'static Site {
    let leak = |text: &str| -> &'static str { Box::leak(text.to_owned().into_boxed_str()) };
    let names = key.fields.iter().map(|name| leak(name)).chain([MODULE]).collect::<Vec<_>>();
    let site: &'static Site = Box::leak(Box::new(Site { metadata: OnceLock::new() }));
    let level = match key.level {
        0 | RawRecord::ERROR => Level::ERROR,
        RawRecord::WARN => Level::WARN,
        RawRecord::INFO => Level::INFO,
        RawRecord::DEBUG => Level::DEBUG,
        _ => Level::TRACE,
    };
    let metadata = Metadata::new(
        key.name.as_deref().map_or("module event", leak),
        leak(&key.target),
        level,
        key.file.as_deref().map(leak),
        (key.line > 0).then_some(key.line),
        None,
        FieldSet::new(names.leak(), Identifier(site)),
        if key.name.is_some() { Kind::SPAN } else { Kind::EVENT },
    );
    let _ = site.metadata.set(metadata);
    tracing_core::callsite::register(site);
    site
}
