//! Where the log of images goes.

use std::borrow::Cow;
use std::marker::PhantomData;
use std::sync::Arc;

use hsmod_abi::{Field, Flag, MINOR, Slice, Str, checked_view};

use super::guarded;
use crate::module::log::{LogTable, LogTableRef, RawField, RawRecord};

/// Where the log of images goes.
pub trait LogSink: 'static {
    /// A span that has begun; dropped, it has ended.
    type Span: Send + Sync + 'static;

    /// The most verbose level anybody listens to: 0 none, 1 error, ... 5 trace.
    fn max_level() -> u8;
    /// Whether somebody listens to this level of this target.
    fn enabled(level: u8, target: &str) -> bool;
    /// One event.
    fn event(event: &LogRecord<'_, Self::Span>);
    /// A span begins; `None` if nobody listens to it.
    fn span(span: &LogRecord<'_, Self::Span>) -> Option<Self::Span>;
    /// Values for fields that the span has.
    fn record(span: &Self::Span, fields: &[(&str, LogValue<'_>)]);
    /// The span is because of `before`.
    fn follows_from(span: &Self::Span, before: &Self::Span);
    /// This thread is in the span from now on.
    fn enter(span: &Self::Span);
    /// This thread leaves the span.
    fn exit(span: &Self::Span);
}

/// An event, or a span that begins.
#[derive(Debug)]
#[non_exhaustive]
pub struct LogRecord<'a, S> {
    /// 1 error, ... 5 trace.
    pub level: u8,
    /// Of a span.
    pub name: Option<&'a str>,
    /// Which part of the module it is.
    pub target: &'a str,
    /// The source file.
    pub file: Option<&'a str>,
    /// The line in it; 0 if it is not known.
    pub line: u32,
    /// Their names and values.
    pub fields: &'a [(&'a str, LogValue<'a>)],
    /// What it is part of.
    pub parent: LogParent<'a, S>,
    /// The number of the module, if it says so itself.
    pub module: Option<usize>,
}

/// The span that something is part of.
#[derive(Debug)]
#[non_exhaustive]
pub enum LogParent<'a, S> {
    /// The one that this thread is in.
    Current,
    /// None.
    Root,
    /// This one.
    Span(&'a S),
}

/// The value of a field.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum LogValue<'a> {
    /// Shown with `Debug`.
    Debug(&'a str),
    /// Text.
    Text(&'a str),
    /// A signed number.
    I64(i64),
    /// An unsigned number.
    U64(u64),
    /// A floating-point number.
    F64(f64),
    /// A truth value.
    Bool(bool),
    /// None yet.
    Empty,
}

/// Where the log of a plugin goes that asks for it by itself.
#[derive(Clone, Copy, Debug)]
pub struct LogHandle(LogTableRef);

impl LogHandle {
    /// Nowhere.
    pub const NONE: Self = Self(LogTableRef::NONE);

    /// To `S`.
    pub const fn of<S: LogSink>() -> Self {
        Self(LogTableRef::new(LogTableOf::<S>::TABLE))
    }

    pub(super) const fn table(self) -> LogTableRef {
        self.0
    }
}

struct LogTableOf<S>(PhantomData<S>);

impl<S: LogSink> LogTableOf<S> {
    const TABLE: &'static LogTable = &LogTable {
        size: LogTable::SIZE,
        minor: MINOR,
        max_level: Some(max_level::<S>),
        enabled: Some(log_enabled::<S>),
        event: Some(log_event::<S>),
        begin_span: Some(begin_span::<S>),
        record: Some(record::<S>),
        follows_from: Some(follows_from::<S>),
        enter: Some(enter::<S>),
        exit: Some(exit::<S>),
        end_span: Some(end_span::<S>),
    };
}

unsafe extern "C" fn max_level<S: LogSink>() -> u8 {
    guarded(0, S::max_level)
}

unsafe extern "C" fn log_enabled<S: LogSink>(level: u8, target: Str<'static>) -> Flag {
    Flag::new(guarded(false, || S::enabled(level, &target.lossy())))
}

/// # Safety
/// `record` lives for the time of the call.
unsafe extern "C" fn log_event<S: LogSink>(record: *const RawRecord<'static>) {
    // SAFETY: the caller's promise.
    guarded(None, || unsafe { read::<S, _>(record, S::event) });
}

/// # Safety
/// `record` lives for the time of the call.
unsafe extern "C" fn begin_span<S: LogSink>(record: *const RawRecord<'static>) -> *const () {
    // SAFETY: the caller's promise.
    let begun = guarded(None, || unsafe { read::<S, _>(record, S::span) });
    begun.flatten().map_or(std::ptr::null(), |span| Arc::into_raw(Arc::new(span)).cast())
}

/// # Safety
/// `span` was begun here, and has not ended; the fields live for the time of the call.
unsafe extern "C" fn record<S: LogSink>(
    span: *const (),
    fields: Slice<'static, RawField<'static>>,
) {
    // SAFETY: the caller's promise.
    let span = unsafe { &*span.cast::<S::Span>() };
    guarded((), || {
        if fields.check().is_ok() {
            with_fields(fields, |fields| S::record(span, fields));
        }
    });
}

/// # Safety
/// Both were begun here, and have not ended.
unsafe extern "C" fn follows_from<S: LogSink>(span: *const (), before: *const ()) {
    // SAFETY: the caller's promise.
    let (span, before) = unsafe { (&*span.cast::<S::Span>(), &*before.cast::<S::Span>()) };
    guarded((), || S::follows_from(span, before));
}

/// # Safety
/// `span` was begun here, and has not ended.
unsafe extern "C" fn enter<S: LogSink>(span: *const ()) {
    // SAFETY: the caller's promise.
    let span = unsafe { &*span.cast::<S::Span>() };
    guarded((), || S::enter(span));
}

/// # Safety
/// As for [`enter`].
unsafe extern "C" fn exit<S: LogSink>(span: *const ()) {
    // SAFETY: the caller's promise.
    let span = unsafe { &*span.cast::<S::Span>() };
    guarded((), || S::exit(span));
}

/// # Safety
/// `span` was begun here, and is given back.
unsafe extern "C" fn end_span<S: LogSink>(span: *const ()) {
    // SAFETY: the caller's promise.
    let span = unsafe { Arc::from_raw(span.cast::<S::Span>()) };
    guarded((), || drop(span));
}

/// Reads what crossed; what cannot be read is told by nobody.
///
/// # Safety
/// `record` lives for the time of the call; its parent, if it names one, was begun here and has
/// not ended.
unsafe fn read<S: LogSink, T>(
    record: *const RawRecord<'static>,
    then: impl FnOnce(&LogRecord<'_, S::Span>) -> T,
) -> Option<T> {
    // SAFETY: the caller's promise.
    let record: &RawRecord<'_> = unsafe { checked_view(record) }.ok()?;
    let [name, target, file] = [record.name, record.target, record.file].map(|text| text.lossy());
    // SAFETY: the caller's promise.
    let parent = match unsafe { record.parent.pointer().cast::<S::Span>().as_ref() } {
        Some(span) => LogParent::Span(span),
        None if record.is_root() => LogParent::Root,
        None => LogParent::Current,
    };
    Some(with_fields(record.fields, |fields| {
        then(&LogRecord {
            level: record.level,
            name: Some(&*name).filter(|name| !name.is_empty()),
            target: &target,
            file: Some(&*file).filter(|file| !file.is_empty()),
            line: record.line,
            fields,
            parent,
            module: usize::try_from(record.module).ok().filter(|module| *module != 0),
        })
    }))
}

fn with_fields<T>(
    fields: Slice<'_, RawField<'_>>,
    then: impl FnOnce(&[(&str, LogValue<'_>)]) -> T,
) -> T {
    let texts: Vec<(Cow<'_, str>, Cow<'_, str>)> =
        fields.iter().map(|field| (field.name.lossy(), field.text.lossy())).collect();
    let fields: Vec<(&str, LogValue<'_>)> = fields
        .iter()
        .zip(&texts)
        .map(|(field, (name, text))| (&**name, value(field, text)))
        .collect();
    then(&fields)
}

fn value<'a>(field: &RawField<'_>, text: &'a str) -> LogValue<'a> {
    match field.kind {
        RawField::TEXT => LogValue::Text(text),
        RawField::I64 => LogValue::I64(i64::from_ne_bytes(field.bits.to_ne_bytes())),
        RawField::U64 => LogValue::U64(field.bits),
        RawField::F64 => LogValue::F64(f64::from_bits(field.bits)),
        RawField::BOOL => LogValue::Bool(field.bits != 0),
        RawField::EMPTY => LogValue::Empty,
        _ => LogValue::Debug(text),
    }
}
