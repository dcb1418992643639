//! A module's log: its copy of `tracing` and its panics go to the homeserver's subscriber.

use std::sync::OnceLock;

use hsmod_abi::{Flag, Slice, Str, table, view};

use crate::boundary::Panic;

table! {
    /// Where an image's log goes. Append-only; none of these functions unwinds.
    pub struct LogTable as LogTableRef {
        /// The most verbose level anybody listens to: 0 none, 1 error, ... 5 trace.
        max_level: fn() -> u8,
        /// Whether somebody listens to this level of this target.
        enabled: fn(u8, Str<'static>) -> Flag,
        /// One event.
        event: fn(*const RawRecord<'static>),
    }
}

view! {
    /// One event of a module's log.
    #[derive(Debug)]
    pub struct RawRecord<'a> {
        /// 1 error, ... 5 trace.
        pub(crate) level: u8,
        /// 0 if it is not known.
        pub(crate) line: u32,
        pub(crate) target: Str<'a>,
        /// None if it is not known.
        pub(crate) file: Str<'a>,
        pub(crate) fields: Slice<'a, RawField<'a>>,
    }
}

view! {
    /// One field of an event; the message is the field `message`.
    #[derive(Debug)]
    pub struct RawField<'a> {
        pub(crate) name: Str<'a>,
        /// One of the constants of this type.
        pub(crate) kind: u8,
        /// The bits of a number or a truth value.
        pub(crate) bits: u64,
        /// The text of a text or of a value shown with `Debug`.
        pub(crate) text: Str<'a>,
    }
}

impl<'a> RawField<'a> {
    const fn new(name: &'a str, kind: u8, bits: u64, text: &'a str) -> Self {
        let (name, text) = (Str::new(name), Str::new(text));
        Self { size: Self::SIZE, flags: 0, name, kind, bits, text }
    }

    /// A value shown with `Debug`.
    pub const DEBUG: u8 = 0;
    /// Text.
    pub const TEXT: u8 = 1;
    /// A signed number.
    pub const I64: u8 = 2;
    /// An unsigned number.
    pub const U64: u8 = 3;
    /// A floating-point number.
    pub const F64: u8 = 4;
    /// A truth value.
    pub const BOOL: u8 = 5;
}

static HOST_LOG: OnceLock<LogTableRef> = OnceLock::new();

/// Begins to forward. The first homeserver to connect gets everything.
pub(super) fn connect(table: LogTableRef) {
    if HOST_LOG.set(table).is_ok() {
        #[cfg(feature = "tracing")]
        forward::install();
    }
}

/// Tells the homeserver of a panic anywhere in this image.
pub(super) fn report_panic(panic: &Panic) {
    let thread = std::thread::current();
    let text = |name, text| RawField::new(name, RawField::TEXT, 0, text);
    let fields = [
        text("message", panic.message.as_str()),
        text("thread", thread.name().unwrap_or("unnamed")),
    ];
    emit(1, "panic", Some(&panic.file), panic.line, &fields);
}

fn emit(level: u8, target: &str, file: Option<&str>, line: u32, fields: &[RawField<'_>]) {
    let record = RawRecord {
        size: RawRecord::SIZE,
        flags: 0,
        level,
        line,
        target: Str::new(target),
        file: Str::optional(file.filter(|file| !file.is_empty())),
        fields: Slice::new(fields),
    };
    if let Some(event) = HOST_LOG.get().and_then(|table| table.event()) {
        // SAFETY: the record lives for the time of the call.
        unsafe { event((&raw const record).cast()) };
    }
}

/// A subscriber of the module's copy of `tracing` that hands every event on.
#[cfg(feature = "tracing")]
mod forward {
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
}
