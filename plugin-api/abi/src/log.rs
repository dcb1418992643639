//! The log of an image: its events and spans go to the homeserver.

mod sink;

use std::fmt;

use crate::array::Slice;
use crate::text::{Flag, Source, Str};

pub use sink::Logs;

crate::table! {
    /// Receives an image's log. Append-only; none of these functions unwinds.
    pub struct LogTable as LogTableRef {
        /// The most verbose level that is recorded: 0 none, 1 error, ... 5 trace.
        max_level: fn() -> u8,
        /// Whether this level of this target is recorded.
        enabled: fn(u8, Str<'static>) -> Flag,
        /// Records an event.
        event: fn(*const RawRecord<'static>),
        /// Begins a span, which must have a name. Null: it is not recorded. Fields that get their
        /// values later are of the kind [`RawField::EMPTY`].
        begin_span: fn(*const RawRecord<'static>) -> *const (),
        /// Records values for fields of the span.
        record: fn(*const (), Slice<'static, RawField<'static>>),
        /// Records that the first span follows from the second.
        follows_from: fn(*const (), *const ()),
        /// This thread enters the span: it is the parent of what the thread begins and logs from
        /// now on.
        enter: fn(*const ()),
        /// This thread exits the span.
        exit: fn(*const ()),
        /// Ends the span, which must not be used afterwards.
        end_span: fn(*const ()),
    }
}

crate::named!(LogTableRef, "log/1");

crate::view! {
    /// One event of a module's log, or a span that begins.
    #[derive(Debug)]
    #[allow(missing_docs, reason = "some fields say it by their names")]
    pub struct RawRecord<'a> {
        /// 1 error, ... 5 trace.
        pub level: u8,
        /// 0 if it is not known.
        pub line: u32,
        /// The name of a span; none for an event.
        pub name: Str<'a>,
        pub target: Str<'a>,
        /// None if it is not known.
        pub file: Str<'a>,
        pub fields: Slice<'a, RawField<'a>>,
        /// Its parent, as returned by `begin_span`. Null: the current span of this thread, or none
        /// if the flags contain [`RawRecord::ROOT`].
        parent: Source<'a>,
        /// The number of the module, for threads whose module the homeserver does not know; 0 if it
        /// is not known.
        pub module: u32,
    }
}

impl RawRecord<'_> {
    /// The level of errors.
    pub const ERROR: u8 = 1;
    /// The level of warnings.
    pub const WARN: u8 = 2;
    /// The level of messages that operators usually see.
    pub const INFO: u8 = 3;
    /// The level of messages for debugging.
    pub const DEBUG: u8 = 4;
    /// The most verbose level.
    pub const TRACE: u8 = 5;

    /// The flag of records without a parent span.
    pub const ROOT: u32 = 1;

    /// Creates an empty record.
    pub const fn new() -> Self {
        Self {
            size: Self::SIZE,
            flags: 0,
            level: Self::ERROR,
            line: 0,
            name: Str::NONE,
            target: Str::NONE,
            file: Str::NONE,
            fields: Slice::new(&[]),
            parent: Source::NONE,
            module: 0,
        }
    }
}

impl Default for RawRecord<'_> {
    fn default() -> Self {
        Self::new()
    }
}

crate::view! {
    /// One field of an event; the message is the field `message`.
    #[derive(Debug)]
    #[allow(missing_docs, reason = "some fields say it by their names")]
    pub struct RawField<'a> {
        pub name: Str<'a>,
        /// One of the constants of this type.
        pub kind: u8,
        /// The bits of a number or boolean.
        pub bits: u64,
        /// The string, or the text of a value shown with `Debug`.
        pub text: Str<'a>,
    }
}

impl<'a> RawField<'a> {
    /// Creates a field with a value of this kind.
    pub const fn new(name: &'a str, kind: u8, bits: u64, text: &'a str) -> Self {
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
    /// No value yet: a field of a span.
    pub const EMPTY: u8 = 6;
}

/// The parent of an event or span.
#[derive(Debug)]
#[allow(clippy::exhaustive_enums, reason = "there is no other way")]
pub enum LogParent<'a, S> {
    /// The span that this thread has entered.
    Current,
    /// None.
    Root,
    /// This span.
    Span(&'a S),
}

/// A span of the other side; dropping it ends the span.
pub struct LogSpan {
    /// The span as returned by the table; not null.
    span: *const (),
    table: LogTableRef,
}

// SAFETY: the functions of the table take the span on any thread.
unsafe impl Send for LogSpan {}
// SAFETY: as above.
unsafe impl Sync for LogSpan {}

impl LogTableRef {
    /// Whether this level of this target is recorded; for a span, also whether there are spans at
    /// all.
    pub fn listens(self, level: u8, target: &str, to_span: bool) -> bool {
        if to_span && self.begin_span().is_none() {
            return false;
        }
        let (Some(max_level), Some(enabled)) = (self.max_level(), self.enabled()) else {
            return false;
        };
        // SAFETY: they take no object; the text lives for the duration of the call.
        unsafe { level <= max_level() && enabled(level, Str::new(target).kept()).get() }
    }

    /// Records an event.
    pub fn tell(self, record: RawRecord<'_>, parent: &LogParent<'_, LogSpan>) {
        if let Some(event) = self.event() {
            let record = self.child(record, parent);
            // SAFETY: the record lives for the time of the call; the parent is one of this table.
            unsafe { event((&raw const record).cast()) };
        }
    }

    /// Begins a span; `None` if it is not recorded.
    pub fn begin(self, record: RawRecord<'_>, parent: &LogParent<'_, LogSpan>) -> Option<LogSpan> {
        let begin = self.begin_span()?;
        let record = self.child(record, parent);
        // SAFETY: as for an event.
        let span = unsafe { begin((&raw const record).cast()) };
        (!span.is_null()).then_some(LogSpan { span, table: self })
    }

    /// Sets the parent of the record. A span that another table began has no meaning for this one.
    fn child<'a>(self, record: RawRecord<'a>, parent: &LogParent<'a, LogSpan>) -> RawRecord<'a> {
        match parent {
            LogParent::Span(span) if span.table.0 == self.0 => {
                RawRecord { parent: Source::again(span.span), ..record }
            }
            LogParent::Root => RawRecord { flags: RawRecord::ROOT, ..record },
            _ => record,
        }
    }
}

impl LogSpan {
    /// Records values for fields of the span.
    pub fn record(&self, fields: &[RawField<'_>]) {
        if let Some(record) = self.table.record() {
            // SAFETY: the table began the span; the fields live for the duration of the call.
            unsafe { record(self.span, Slice::new(fields).kept()) };
        }
    }

    /// Records that this span follows from `before`.
    pub fn follows_from(&self, before: &Self) {
        let follows = self.table.follows_from().filter(|_| self.table.0 == before.table.0);
        if let Some(follows) = follows {
            // SAFETY: the table began both.
            unsafe { follows(self.span, before.span) };
        }
    }

    /// This thread enters the span.
    pub fn enter(&self) {
        if let Some(enter) = self.table.enter() {
            // SAFETY: the table began the span.
            unsafe { enter(self.span) };
        }
    }

    /// This thread exits the span.
    pub fn exit(&self) {
        if let Some(exit) = self.table.exit() {
            // SAFETY: the table began the span.
            unsafe { exit(self.span) };
        }
    }
}

impl Drop for LogSpan {
    fn drop(&mut self) {
        if let Some(end) = self.table.end_span() {
            // SAFETY: the table began the span, which is ended once.
            unsafe { end(self.span) };
        }
    }
}

impl fmt::Debug for LogSpan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LogSpan").finish_non_exhaustive()
    }
}
