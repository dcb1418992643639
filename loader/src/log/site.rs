//! The log call sites in modules, registered with this process's `tracing`.

use std::collections::HashMap;
use std::sync::{Mutex, OnceLock, PoisonError};

use hsmod_abi::RawRecord;
use hsmod_plugin_api::module::LogRecord;
use tracing_core::callsite::{Callsite, Identifier};
use tracing_core::field::FieldSet;
use tracing_core::metadata::Kind;
use tracing_core::subscriber::Interest;
use tracing_core::{Level, Metadata};

/// The field with the module's name; the last field of each call site.
pub(super) const MODULE: &str = "module";

/// The most fields that `tracing` itself supports.
pub(super) const MOST_FIELDS: usize = 32;

/// A log call site in a module.
///
/// Rationale: filters and subscribers cache their decisions about a call site for ever, so each has
/// one `Site`, which is never freed; a plugin has a fixed number of them.
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

/// What distinguishes call sites.
#[derive(PartialEq, Eq, Hash)]
pub(super) struct Key {
    level: u8,
    /// The name, for spans.
    name: Option<String>,
    target: String,
    file: Option<String>,
    line: u32,
    fields: Vec<String>,
}

impl Key {
    /// The call site that logs this record.
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

    /// A call site that stands for a whole target.
    pub(super) fn of_target(level: u8, target: &str) -> Self {
        let (name, target, file) = (None, target.to_owned(), None);
        Self { level, name, target, file, line: 0, fields: Vec::new() }
    }
}

/// The metadata of this call site, created when first used.
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
