//! Where the log of images goes.

use std::marker::PhantomData;

use abi_stable::prefix_type::WithMetadata;
use abi_stable::staticref;
use abi_stable::std_types::RStr;

use super::guarded;
use crate::module::log::{LogTable, LogTableRef, RawField, RawRecord};

/// Where the log of images goes.
pub trait LogSink: 'static {
    /// The most verbose level anybody listens to: 0 none, 1 error, ... 5 trace.
    fn max_level() -> u8;
    /// Whether somebody listens to this level of this target.
    fn enabled(level: u8, target: &str) -> bool;
    /// One event: level, target, source file and line (0: not known), fields.
    fn event(
        level: u8,
        target: &str,
        file: Option<&str>,
        line: u32,
        fields: &[(&str, LogValue<'_>)],
    );
}

/// The value of a field of an event.
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
}

pub(super) struct LogTableOf<S>(PhantomData<S>);

impl<S: LogSink> LogTableOf<S> {
    staticref!(const WITH_METADATA: WithMetadata<LogTable> = WithMetadata::new(LogTable {
        abi_minor: crate::ABI.minor,
        max_level: max_level::<S>,
        enabled: log_enabled::<S>,
        event: log_event::<S>,
    }));
    pub(super) const TABLE: LogTableRef = LogTableRef(Self::WITH_METADATA.as_prefix());
}

unsafe extern "C" fn max_level<S: LogSink>() -> u8 {
    guarded(0, S::max_level)
}

unsafe extern "C" fn log_enabled<S: LogSink>(level: u8, target: RStr<'_>) -> bool {
    guarded(false, || S::enabled(level, target.as_str()))
}

/// # Safety
/// `record` lives for the time of the call.
unsafe extern "C" fn log_event<S: LogSink>(record: *const RawRecord<'_>) {
    // SAFETY: the caller's promise.
    let record = unsafe { &*record };
    guarded((), || {
        let fields: Vec<(&str, LogValue<'_>)> =
            record.fields.iter().map(|field| (field.name.as_str(), value(field))).collect();
        let file = Some(record.file.as_str()).filter(|file| !file.is_empty());
        S::event(record.level, record.target.as_str(), file, record.line, &fields);
    });
}

fn value<'a>(field: &'a RawField<'_>) -> LogValue<'a> {
    match field.kind {
        RawField::TEXT => LogValue::Text(field.text.as_str()),
        RawField::I64 => LogValue::I64(i64::from_ne_bytes(field.bits.to_ne_bytes())),
        RawField::U64 => LogValue::U64(field.bits),
        RawField::F64 => LogValue::F64(f64::from_bits(field.bits)),
        RawField::BOOL => LogValue::Bool(field.bits != 0),
        _ => LogValue::Debug(field.text.as_str()),
    }
}
