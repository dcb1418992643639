//! The homeserver's side of a log: the functions behind its table.

use std::marker::PhantomData;
use std::sync::Arc;

use super::{LogParent, LogTable, LogTableRef, RawField, RawRecord};
use crate::array::Slice;
use crate::form::Field;
use crate::panic::caught;
use crate::text::{Flag, Str};
use crate::view::checked_view;

/// Receives the log records of images.
pub trait Logs: 'static {
    /// A span that has begun; it ends when this is dropped.
    type Span: Send + Sync + 'static;

    /// The most verbose level that is recorded.
    fn max_level() -> u8;
    /// Whether this level of this target is recorded.
    fn enabled(level: u8, target: &str) -> bool;
    /// Records an event.
    fn event(record: &RawRecord<'_>, parent: LogParent<'_, Self::Span>);
    /// Begins a span; `None` if it is not recorded.
    fn span(record: &RawRecord<'_>, parent: LogParent<'_, Self::Span>) -> Option<Self::Span>;
    /// Records values for fields of the span.
    fn record(span: &Self::Span, fields: Slice<'_, RawField<'_>>);
    /// Records that `span` follows from `before`.
    fn follows_from(span: &Self::Span, before: &Self::Span);
    /// This thread enters the span.
    fn enter(span: &Self::Span);
    /// This thread exits the span.
    fn exit(span: &Self::Span);
}

struct LogTableOf<S>(PhantomData<S>);

impl<S: Logs> LogTableOf<S> {
    const TABLE: &'static LogTable = &LogTable {
        size: LogTable::SIZE,
        minor: crate::MINOR,
        max_level: Some(max_level::<S>),
        enabled: Some(enabled::<S>),
        event: Some(event::<S>),
        begin_span: Some(begin_span::<S>),
        record: Some(record::<S>),
        follows_from: Some(follows_from::<S>),
        enter: Some(enter::<S>),
        exit: Some(exit::<S>),
        end_span: Some(end_span::<S>),
    };
}

impl LogTableRef {
    /// A table that sends the records to `S`.
    pub const fn of<S: Logs>() -> Self {
        Self::new(LogTableOf::<S>::TABLE)
    }
}

unsafe extern "C" fn max_level<S: Logs>() -> u8 {
    caught(S::max_level).unwrap_or_default()
}

unsafe extern "C" fn enabled<S: Logs>(level: u8, target: Str<'static>) -> Flag {
    Flag::new(caught(|| S::enabled(level, &target.lossy())).unwrap_or_default())
}

/// # Safety
/// `record` lives for the duration of the call; its parent, if it has one, was begun here and has
/// not ended.
unsafe extern "C" fn event<S: Logs>(record: *const RawRecord<'static>) {
    // SAFETY: the caller's promise.
    caught(|| unsafe { read::<S, _>(record, S::event) });
}

/// # Safety
/// As for [`event`].
unsafe extern "C" fn begin_span<S: Logs>(record: *const RawRecord<'static>) -> *const () {
    // SAFETY: the caller's promise.
    let begun = caught(|| unsafe { read::<S, _>(record, S::span) }).flatten();
    begun.flatten().map_or(std::ptr::null(), |span| Arc::into_raw(Arc::new(span)).cast())
}

/// # Safety
/// `span` was begun here and has not ended; the fields live for the duration of the call.
unsafe extern "C" fn record<S: Logs>(span: *const (), fields: Slice<'static, RawField<'static>>) {
    // SAFETY: the caller's promise.
    let span = unsafe { &*span.cast::<S::Span>() };
    caught(|| {
        if fields.check().is_ok() {
            S::record(span, fields);
        }
    });
}

/// # Safety
/// Both were begun here and have not ended.
unsafe extern "C" fn follows_from<S: Logs>(span: *const (), before: *const ()) {
    // SAFETY: the caller's promise.
    let (span, before) = unsafe { (&*span.cast::<S::Span>(), &*before.cast::<S::Span>()) };
    caught(|| S::follows_from(span, before));
}

/// # Safety
/// `span` was begun here and has not ended.
unsafe extern "C" fn enter<S: Logs>(span: *const ()) {
    // SAFETY: the caller's promise.
    let span = unsafe { &*span.cast::<S::Span>() };
    caught(|| S::enter(span));
}

/// # Safety
/// As for [`enter`].
unsafe extern "C" fn exit<S: Logs>(span: *const ()) {
    // SAFETY: the caller's promise.
    let span = unsafe { &*span.cast::<S::Span>() };
    caught(|| S::exit(span));
}

/// # Safety
/// `span` was begun here, and is given back.
unsafe extern "C" fn end_span<S: Logs>(span: *const ()) {
    // SAFETY: the caller's promise.
    let span = unsafe { Arc::from_raw(span.cast::<S::Span>()) };
    caught(|| drop(span));
}

/// Reads a record that crossed; a record that cannot be read is dropped.
///
/// # Safety
/// As for [`event`].
unsafe fn read<S: Logs, T>(
    record: *const RawRecord<'static>,
    then: impl FnOnce(&RawRecord<'_>, LogParent<'_, S::Span>) -> T,
) -> Option<T> {
    // SAFETY: the caller's promise.
    let record: &RawRecord<'_> = unsafe { checked_view(record) }.ok()?;
    // SAFETY: the caller's promise.
    let parent = match unsafe { record.parent.pointer().cast::<S::Span>().as_ref() } {
        Some(span) => LogParent::Span(span),
        None if record.flags & RawRecord::ROOT != 0 => LogParent::Root,
        None => LogParent::Current,
    };
    Some(then(record, parent))
}
