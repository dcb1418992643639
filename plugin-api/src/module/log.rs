//! A module's log: its copy of `tracing` and its panics go to the homeserver's subscriber.

use std::cell::Cell;
use std::sync::OnceLock;

use hsmod_abi::{Flag, Slice, Source, Str, table, view};

use super::api::ModuleApi;
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
        /// Begins a span, which has a name. Null: nobody listens to it. Fields that get their values
        /// later are of the kind [`RawField::EMPTY`].
        begin_span: fn(*const RawRecord<'static>) -> *const (),
        /// Values for fields that the span has.
        record: fn(*const (), Slice<'static, RawField<'static>>),
        /// The first one is because of the second.
        follows_from: fn(*const (), *const ()),
        /// From now on this thread is in the span, which what it begins and logs is part of.
        enter: fn(*const ()),
        /// This thread leaves the span.
        exit: fn(*const ()),
        /// Ends the span, which is not used afterwards.
        end_span: fn(*const ()),
    }
}

view! {
    /// One event of a module's log, or a span that begins.
    #[derive(Debug)]
    pub struct RawRecord<'a> {
        /// 1 error, ... 5 trace.
        pub(crate) level: u8,
        /// 0 if it is not known.
        pub(crate) line: u32,
        /// Of a span.
        pub(crate) name: Str<'a>,
        pub(crate) target: Str<'a>,
        /// None if it is not known.
        pub(crate) file: Str<'a>,
        pub(crate) fields: Slice<'a, RawField<'a>>,
        /// The span that it is part of, as `begin_span` answered it. Null: the one that this thread
        /// is in, or none if the flags say [`RawRecord::ROOT`].
        pub(crate) parent: Source<'a>,
        /// The number of the module, for threads on which the homeserver does not see whose they
        /// are; 0 if it is not known.
        pub(crate) module: u32,
    }
}

impl RawRecord<'_> {
    /// The flag of what is part of no span.
    pub const ROOT: u32 = 1;

    /// Whether it is part of no span.
    pub(crate) const fn is_root(&self) -> bool {
        self.flags & Self::ROOT != 0
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
    /// No value yet: a field of a span.
    pub const EMPTY: u8 = 6;
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
    let (file, line) = (Some(&*panic.file), panic.line);
    emit(
        &Place { level: 1, name: None, target: "panic", file, line, parent: Parent::Current },
        &fields,
    );
}

thread_local! {
    /// The module that a thread of its own says it works for; 0 for none.
    static MODULE: Cell<u32> = const { Cell::new(0) };
}

impl ModuleApi {
    /// Runs `f` so that what it logs bears this module's name: for threads of the module's own.
    ///
    /// A homeserver sees itself whose log it is wherever it runs a module: in callbacks, in requests
    /// and what waits for their answers, in background work, in what was
    /// [deferred to a thread](Self::defer_to_thread). Of a thread that the module started itself it
    /// knows nothing.
    ///
    /// ```
    /// # use hsmod_plugin_api::prelude::*;
    /// # fn example(api: &ModuleApi) {
    /// let api = api.clone();
    /// std::thread::spawn(move || api.within(|| {
    ///     // ... what is logged here bears the name ...
    /// }));
    /// # }
    /// ```
    pub fn within<T>(&self, f: impl FnOnce() -> T) -> T {
        let _within = Within(MODULE.replace(self.number()));
        f()
    }
}

/// The thread works for a module; when this is dropped, for the one before.
struct Within(u32);

impl Drop for Within {
    fn drop(&mut self) {
        MODULE.set(self.0);
    }
}

/// What is not told by its fields.
struct Place<'a> {
    level: u8,
    name: Option<&'a str>,
    target: &'a str,
    file: Option<&'a str>,
    line: u32,
    parent: Parent,
}

/// The span that something is part of.
#[derive(Clone, Copy)]
enum Parent {
    /// The one that this thread is in.
    Current,
    /// None.
    #[cfg_attr(not(feature = "tracing"), allow(dead_code, reason = "panics have no parent"))]
    Root,
    /// As `begin_span` answered it.
    #[cfg_attr(not(feature = "tracing"), allow(dead_code, reason = "panics have no parent"))]
    Span(*const ()),
}

/// Calls `log` with what crosses.
fn recorded<T>(
    place: &Place<'_>,
    fields: &[RawField<'_>],
    log: impl FnOnce(*const RawRecord<'static>) -> T,
) -> T {
    let (flags, parent) = match place.parent {
        Parent::Current => (0, Source::NONE),
        Parent::Root => (RawRecord::ROOT, Source::NONE),
        Parent::Span(span) => (0, Source::again(span)),
    };
    let record = RawRecord {
        size: RawRecord::SIZE,
        flags,
        level: place.level,
        line: place.line,
        name: Str::optional(place.name),
        target: Str::new(place.target),
        file: Str::optional(place.file.filter(|file| !file.is_empty())),
        fields: Slice::new(fields),
        parent,
        module: MODULE.get(),
    };
    log((&raw const record).cast())
}

fn emit(place: &Place<'_>, fields: &[RawField<'_>]) {
    if let Some(event) = HOST_LOG.get().and_then(|table| table.event()) {
        // SAFETY: the record lives for the time of the call.
        recorded(place, fields, |record| unsafe { event(record) });
    }
}
