//! The homeserver's side of the logs of images.

use std::borrow::Cow;
use std::marker::PhantomData;

use super::unread;
pub use hsmod_abi::LogParent;
use hsmod_abi::{LogTableRef, Logs, RawField, RawRecord, Slice};

/// Receives the log records of images.
pub trait LogSink: 'static {
    /// A span that has begun; it ends when this is dropped.
    type Span: Send + Sync + 'static;

    /// The most verbose level that is recorded: 0 none, 1 error, ... 5 trace.
    fn max_level() -> u8;
    /// Whether this level of this target is recorded.
    fn enabled(level: u8, target: &str) -> bool;
    /// Records an event.
    fn event(event: &LogRecord<'_, Self::Span>);
    /// Begins a span; `None` if it is not recorded.
    fn span(span: &LogRecord<'_, Self::Span>) -> Option<Self::Span>;
    /// Records values for fields of the span.
    fn record(span: &Self::Span, fields: &[(&str, LogValue<'_>)]);
    /// Records that `span` follows from `before`.
    fn follows_from(span: &Self::Span, before: &Self::Span);
    /// This thread enters the span.
    fn enter(span: &Self::Span);
    /// This thread exits the span.
    fn exit(span: &Self::Span);
}

/// An event, or a span that begins.
#[derive(Debug)]
#[non_exhaustive]
pub struct LogRecord<'a, S> {
    /// 1 error, ... 5 trace.
    pub level: u8,
    /// The name of a span; `None` for an event.
    pub name: Option<&'a str>,
    /// The part of the module that it comes from.
    pub target: &'a str,
    /// The source file.
    pub file: Option<&'a str>,
    /// The line in that file; 0 if it is not known.
    pub line: u32,
    /// The names and values of its fields.
    pub fields: &'a [(&'a str, LogValue<'a>)],
    /// Its parent.
    pub parent: LogParent<'a, S>,
    /// The number of the module, if the record names it.
    pub module: Option<usize>,
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
    /// No value yet.
    Empty,
}

/// The log of a plugin that requests it by itself.
#[derive(Clone, Copy, Debug)]
pub struct LogHandle(LogTableRef);

impl LogHandle {
    /// Discards all records.
    pub const NONE: Self = Self(LogTableRef::NONE);

    /// Sends the records to `S`.
    pub const fn of<S: LogSink>() -> Self {
        Self(LogTableRef::of::<Sunk<S>>())
    }

    pub(super) const fn table(self) -> LogTableRef {
        self.0
    }
}

/// A [`LogSink`] in the form that images call.
struct Sunk<S>(PhantomData<S>);

impl<S: LogSink> Logs for Sunk<S> {
    type Span = S::Span;

    fn max_level() -> u8 {
        S::max_level()
    }

    fn enabled(level: u8, target: &str) -> bool {
        S::enabled(level, target)
    }

    fn event(record: &RawRecord<'_>, parent: LogParent<'_, S::Span>) {
        read(record, parent, |record| {
            if !unread::is_noted(record) {
                S::event(record);
            }
        });
    }

    fn span(record: &RawRecord<'_>, parent: LogParent<'_, S::Span>) -> Option<S::Span> {
        read(record, parent, S::span)
    }

    fn record(span: &S::Span, fields: Slice<'_, RawField<'_>>) {
        with_fields(fields, |fields| S::record(span, fields));
    }

    fn follows_from(span: &S::Span, before: &S::Span) {
        S::follows_from(span, before);
    }

    fn enter(span: &S::Span) {
        S::enter(span);
    }

    fn exit(span: &S::Span) {
        S::exit(span);
    }
}

/// Converts a record that crossed.
fn read<S, T>(
    record: &RawRecord<'_>,
    parent: LogParent<'_, S>,
    then: impl FnOnce(&LogRecord<'_, S>) -> T,
) -> T {
    let [name, target, file] = [record.name, record.target, record.file].map(|text| text.lossy());
    with_fields(record.fields, |fields| {
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
    })
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
