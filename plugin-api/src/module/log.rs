//! A module's log: its copy of `tracing` and its panics go to the homeserver's subscriber.

use std::sync::OnceLock;

use abi_stable::StableAbi;
use abi_stable::std_types::{RSlice, RStr};

use crate::boundary::Panic;

/// Where an image's log goes. Append-only; none of these functions unwinds.
#[repr(C)]
#[derive(StableAbi)]
#[sabi(kind(Prefix(prefix_ref = LogTableRef)))]
#[sabi(missing_field(option))]
pub struct LogTable {
    /// Version of the boundary of the homeserver.
    #[sabi(last_prefix_field)]
    pub abi_minor: u32,
    /// The most verbose level anybody listens to: 0 none, 1 error, ... 5 trace.
    pub(crate) max_level: unsafe extern "C" fn() -> u8,
    /// Whether somebody listens to this level of this target.
    pub(crate) enabled: unsafe extern "C" fn(u8, RStr<'_>) -> bool,
    /// One event.
    pub(crate) event: unsafe extern "C" fn(*const RawRecord<'_>),
}

/// One event of a module's log.
#[repr(C)]
#[derive(Clone, Copy, Debug, StableAbi)]
pub struct RawRecord<'a> {
    /// 1 error, ... 5 trace.
    pub(crate) level: u8,
    pub(crate) target: RStr<'a>,
    /// Empty if it is not known.
    pub(crate) file: RStr<'a>,
    /// 0 if it is not known.
    pub(crate) line: u32,
    pub(crate) fields: RSlice<'a, RawField<'a>>,
}

/// One field of an event; the message is the field `message`.
#[repr(C)]
#[derive(Clone, Copy, Debug, StableAbi)]
pub struct RawField<'a> {
    pub(crate) name: RStr<'a>,
    /// One of the constants of this type.
    pub(crate) kind: u8,
    /// The bits of a number or a truth value.
    pub(crate) bits: u64,
    /// The text of a text or of a value shown with `Debug`.
    pub(crate) text: RStr<'a>,
}

impl RawField<'_> {
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
    let text =
        |name, text| RawField { name: RStr::from_str(name), kind: RawField::TEXT, bits: 0, text };
    let fields = [
        text("message", panic.message.as_str().into()),
        text("thread", thread.name().unwrap_or("unnamed").into()),
    ];
    emit(&RawRecord {
        level: 1,
        target: "panic".into(),
        file: panic.file.as_str().into(),
        line: panic.line,
        fields: RSlice::from_slice(&fields),
    });
}

fn emit(record: &RawRecord<'_>) {
    if let Some(event) = HOST_LOG.get().and_then(|table| table.event()) {
        // SAFETY: the record lives for the time of the call.
        unsafe { event(record) };
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

    use super::{HOST_LOG, RSlice, RStr, RawField, RawRecord, emit};

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
            // SAFETY: functions of the host's table; the text lives for the time of the call.
            unsafe { level <= max_level() && enabled(level, metadata.target().into()) }
        }

        fn event(&self, event: &Event<'_>) {
            let mut fields = Fields(Vec::new());
            event.record(&mut fields);
            let fields: Vec<RawField<'_>> = fields.0.iter().map(Owned::raw).collect();
            let metadata = event.metadata();
            emit(&RawRecord {
                level: number(*metadata.level()),
                target: metadata.target().into(),
                file: metadata.file().unwrap_or_default().into(),
                line: metadata.line().unwrap_or_default(),
                fields: RSlice::from_slice(&fields),
            });
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
            let (kind, bits) = (self.kind, self.bits);
            RawField {
                name: RStr::from_str(self.name),
                kind,
                bits,
                text: self.text.as_str().into(),
            }
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
