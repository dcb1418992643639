//! A subscriber of the module's copy of `tracing` that hands every event on.

use std::fmt::Debug;
use std::sync::atomic::{AtomicU64, Ordering};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::Interest;
use tracing::{Event, Level, Metadata, Subscriber};

use super::{HOST_LOG, RawField, Str, emit};

pub(super) fn install() {
    // Fails if the module has a subscriber of its own: then that one is to have the events.
    let _ = tracing::subscriber::set_global_default(Forward { spans: AtomicU64::new(1) });
}

struct Forward {
    spans: AtomicU64,
}

impl Subscriber for Forward {
    fn register_callsite(&self, _: &'static Metadata<'static>) -> Interest {
        Interest::sometimes()
    }

    // No `max_level_hint`: `tracing` would keep it from the first load on, and a homeserver that
    // begins to listen to more would not get it. What nobody listens to ends in `enabled`.

    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        let level = number(*metadata.level());
        let Some(log) = HOST_LOG.get().filter(|_| metadata.is_event()) else { return false };
        let (Some(max_level), Some(enabled)) = (log.max_level(), log.enabled()) else {
            return false;
        };
        let target = Str::new(metadata.target());
        // SAFETY: functions of the host's table; the text lives for the time of the call.
        unsafe { level <= max_level() && enabled(level, target.kept()).get() }
    }

    fn event(&self, event: &Event<'_>) {
        let mut fields = Fields(Vec::new());
        event.record(&mut fields);
        let fields: Vec<RawField<'_>> = fields.0.iter().map(Owned::raw).collect();
        let metadata = event.metadata();
        let line = metadata.line().unwrap_or_default();
        let level = number(*metadata.level());
        emit(level, metadata.target(), metadata.file(), line, &fields);
    }

    // Spans stay inside the module: `enabled` says no to them.
    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(self.spans.fetch_add(1, Ordering::Relaxed).max(1))
    }
    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

fn number(level: Level) -> u8 {
    match level {
        Level::ERROR => 1,
        Level::WARN => 2,
        Level::INFO => 3,
        Level::DEBUG => 4,
        Level::TRACE => 5,
    }
}

struct Owned {
    name: &'static str,
    kind: u8,
    bits: u64,
    text: String,
}

impl Owned {
    fn raw(&self) -> RawField<'_> {
        RawField::new(self.name, self.kind, self.bits, &self.text)
    }
}

struct Fields(Vec<Owned>);

impl Fields {
    fn push(&mut self, field: &Field, kind: u8, bits: u64, text: String) {
        self.0.push(Owned { name: field.name(), kind, bits, text });
    }
}

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.push(field, RawField::DEBUG, 0, format!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.push(field, RawField::TEXT, 0, value.to_owned());
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.push(field, RawField::I64, u64::from_ne_bytes(value.to_ne_bytes()), String::new());
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.push(field, RawField::U64, value, String::new());
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.push(field, RawField::F64, value.to_bits(), String::new());
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.push(field, RawField::BOOL, value.into(), String::new());
    }
}
