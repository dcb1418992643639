//! A homeserver's subscriber that keeps its events.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::sync::{Arc, LazyLock, Mutex};

use serde_json::Value;
use tracing::field::{Field, Visit};
use tracing::level_filters::LevelFilter;
use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::{DefaultGuard, NoSubscriber};
use tracing::{Dispatch, Event, Metadata, Subscriber};

use crate::support::without_lines;

/// What was logged on this thread since [`Log::listen`].
#[derive(Clone)]
pub(crate) struct Log {
    level: LevelFilter,
    lines: Arc<Mutex<Vec<Line>>>,
}

/// One event.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Line {
    pub(crate) level: String,
    pub(crate) target: String,
    pub(crate) file: Option<String>,
    pub(crate) fields: BTreeMap<&'static str, Value>,
}

impl Log {
    /// Keeps everything down to `level` until the guard is dropped.
    ///
    /// Rationale: while only one subscriber exists, tracing caches whether a line is enabled when
    /// the first thread reaches it, which may belong to another test without a subscriber.
    pub(crate) fn listen(level: LevelFilter) -> (Self, DefaultGuard) {
        static ANOTHER: LazyLock<Dispatch> = LazyLock::new(|| Dispatch::new(NoSubscriber::new()));
        LazyLock::force(&ANOTHER);
        let log = Self { level, lines: Arc::default() };
        (log.clone(), tracing::subscriber::set_default(log))
    }

    /// The events since the last time.
    pub(crate) fn take(&self) -> Vec<Line> {
        std::mem::take(&mut self.lines.lock().unwrap())
    }

    /// The events since the last time, one line per event: level, target, module, message; without
    /// line numbers.
    pub(crate) fn text(&self) -> String {
        let text =
            |line: &Line, name| line.fields.get(name).and_then(Value::as_str).map(str::to_owned);
        let shown = self.take().into_iter().map(|line| {
            let module = text(&line, "module").map(|name| format!(" [{name}]")).unwrap_or_default();
            let message = text(&line, "message").unwrap_or_default();
            format!("{} {}{module}: {message}", line.level, line.target)
        });
        without_lines(&shown.collect::<Vec<_>>().join("\n"))
    }
}

impl Subscriber for Log {
    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(self.level)
    }

    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        *metadata.level() <= self.level
    }

    fn event(&self, event: &Event<'_>) {
        let mut fields = Fields::default();
        event.record(&mut fields);
        let metadata = event.metadata();
        self.lines.lock().unwrap().push(Line {
            level: metadata.level().to_string(),
            target: metadata.target().to_owned(),
            file: metadata.file().map(str::to_owned),
            fields: fields.0,
        });
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }
    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

#[derive(Default)]
struct Fields(BTreeMap<&'static str, Value>);

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.0.insert(field.name(), format!("{value:?}").into());
    }
    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.insert(field.name(), value.into());
    }
    fn record_i64(&mut self, field: &Field, value: i64) {
        self.0.insert(field.name(), value.into());
    }
    fn record_u64(&mut self, field: &Field, value: u64) {
        self.0.insert(field.name(), value.into());
    }
    fn record_f64(&mut self, field: &Field, value: f64) {
        self.0.insert(field.name(), value.into());
    }
    fn record_bool(&mut self, field: &Field, value: bool) {
        self.0.insert(field.name(), value.into());
    }
}
