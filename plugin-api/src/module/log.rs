//! A module's log: its copy of `tracing` and its panics go to the homeserver's subscriber.

use std::sync::OnceLock;

use hsmod_abi::{Flag, Slice, Str, table, view};

use crate::boundary::Panic;

#[cfg(feature = "tracing")]
mod forward;

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
