//! Where the log of images goes.

use std::marker::PhantomData;

use std::borrow::Cow;

use hsmod_abi::{Flag, MINOR, Str, checked_view};

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
    guarded((), || {
        // SAFETY: the caller's promise. What cannot be read is told by nobody.
        let Ok(record) = (unsafe { checked_view(record) }) else { return };
        let texts: Vec<(Cow<'_, str>, Cow<'_, str>)> =
            record.fields.iter().map(|field| (field.name.lossy(), field.text.lossy())).collect();
        let fields: Vec<(&str, LogValue<'_>)> = record
            .fields
            .iter()
            .zip(&texts)
            .map(|(field, (name, text))| (&**name, value(field, text)))
            .collect();
        let file = record.file.lossy();
        let file = Some(&*file).filter(|file| !file.is_empty());
        S::event(record.level, &record.target.lossy(), file, record.line, &fields);
    });
}

fn value<'a>(field: &RawField<'_>, text: &'a str) -> LogValue<'a> {
    match field.kind {
        RawField::TEXT => LogValue::Text(text),
        RawField::I64 => LogValue::I64(i64::from_ne_bytes(field.bits.to_ne_bytes())),
        RawField::U64 => LogValue::U64(field.bits),
        RawField::F64 => LogValue::F64(f64::from_bits(field.bits)),
        RawField::BOOL => LogValue::Bool(field.bits != 0),
        _ => LogValue::Debug(text),
    }
}
