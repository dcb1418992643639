//! Forwards what modules log to the homeserver's subscriber: events and spans with their target,
//! level and fields, and the module's name. Their parent is the span in which the homeserver calls
//! the module.

mod site;

use hsmod_abi::RawRecord;
use hsmod_plugin_api::module::{LogParent, LogRecord, LogSink, LogValue};
use tracing::Span;
use tracing_core::field::{DisplayValue, Field, Value, ValueSet, display};
use tracing_core::span::Record;
use tracing_core::{Event, LevelFilter, Metadata, dispatcher};

use self::site::{Key, MODULE, MOST_FIELDS, site};
use crate::record;

/// Forwards the log records of every image to `tracing`.
#[derive(Debug)]
pub(crate) enum Forwarder {}

impl LogSink for Forwarder {
    type Span = Span;

    fn max_level() -> u8 {
        match LevelFilter::current() {
            LevelFilter::OFF => 0,
            LevelFilter::ERROR => RawRecord::ERROR,
            LevelFilter::WARN => RawRecord::WARN,
            LevelFilter::INFO => RawRecord::INFO,
            LevelFilter::DEBUG => RawRecord::DEBUG,
            _ => RawRecord::TRACE,
        }
    }

    fn enabled(level: u8, target: &str) -> bool {
        let site = site(Key::of_target(level, target));
        dispatcher::get_default(|dispatch| dispatch.enabled(site))
    }

    fn event(event: &LogRecord<'_, Span>) {
        let metadata = site(Key::of(event));
        in_its_subscriber(&event.parent, || {
            with_values(metadata, event, |values| match &event.parent {
                LogParent::Span(span) => Event::child_of(span.id(), metadata, values),
                LogParent::Root => Event::child_of(None, metadata, values),
                _ => Event::dispatch(metadata, values),
            });
        });
    }

    fn span(span: &LogRecord<'_, Span>) -> Option<Span> {
        let metadata = site(Key::of(span));
        in_its_subscriber(&span.parent, || {
            if !dispatcher::get_default(|dispatch| dispatch.enabled(metadata)) {
                return None;
            }
            Some(with_values(metadata, span, |values| match &span.parent {
                LogParent::Span(parent) => Span::child_of(parent.id(), metadata, values),
                LogParent::Root => Span::new_root(metadata, values),
                _ => Span::new(metadata, values),
            }))
        })
    }

    fn record(span: &Span, fields: &[(&str, LogValue<'_>)]) {
        let Some(metadata) = span.metadata() else { return };
        let known = metadata.fields();
        let fields: Vec<(Field, Shown<'_>)> = fields
            .iter()
            .filter_map(|(name, value)| Some((known.field(name)?, Shown::new(*value)?)))
            .collect();
        let Some(first) = known.iter().next() else { return };
        let pairs = std::array::from_fn(|index| match fields.get(index) {
            Some((field, value)) => (field, Some(value.value())),
            None => (&first, None),
        });
        let values = known.value_set::<[_; MOST_FIELDS]>(&pairs);
        span.with_subscriber(|(id, dispatch)| dispatch.record(id, &Record::new(&values)));
    }

    fn follows_from(span: &Span, before: &Span) {
        span.follows_from(before.id());
    }

    fn enter(span: &Span) {
        span.with_subscriber(|(id, dispatch)| dispatch.enter(id));
    }

    fn exit(span: &Span) {
        span.with_subscriber(|(id, dispatch)| dispatch.exit(id));
    }
}

/// Runs `log` with the subscriber that the parent span belongs to.
fn in_its_subscriber<T>(parent: &LogParent<'_, Span>, log: impl FnOnce() -> T) -> T {
    let mut log = Some(log);
    let known = match parent {
        LogParent::Span(span) => span.with_subscriber(|(_, dispatch)| {
            log.take().map(|log| dispatcher::with_default(dispatch, log))
        }),
        _ => None,
    };
    match (known.flatten(), log) {
        (Some(logged), _) => logged,
        (None, Some(log)) => log(),
        (None, None) => unreachable!("what was taken was run"),
    }
}

/// Calls `log` with the values of a record, to which the module's name is added.
fn with_values<T>(
    metadata: &'static Metadata<'static>,
    record: &LogRecord<'_, Span>,
    log: impl FnOnce(&ValueSet<'_>) -> T,
) -> T {
    // Prefer the module that this thread is inside of: a module's own thread may call another
    // module.
    let module = record::current().or_else(|| record::name(record.module?));
    let values: Vec<Option<Shown<'_>>> = record
        .fields
        .iter()
        .take(MOST_FIELDS - 1)
        .map(|(_, value)| Shown::new(*value))
        .chain([module.as_deref().map(Shown::Text)])
        .collect();
    let keys: Vec<Field> = metadata.fields().iter().collect();
    let last = keys.last().unwrap_or_else(|| unreachable!("`{MODULE}` is a field of every site"));
    // `tracing` takes arrays only: surplus elements repeat a field, without a value.
    let pairs = std::array::from_fn(|index| {
        let value = values.get(index).and_then(Option::as_ref);
        (keys.get(index).unwrap_or(last), value.map(Shown::value))
    });
    log(&metadata.fields().value_set::<[_; MOST_FIELDS]>(&pairs))
}

/// A field's value, in a form that `tracing` takes.
enum Shown<'a> {
    Debug(DisplayValue<&'a str>),
    Text(&'a str),
    I64(i64),
    U64(u64),
    F64(f64),
    Bool(bool),
}

impl<'a> Shown<'a> {
    fn new(value: LogValue<'a>) -> Option<Self> {
        Some(match value {
            LogValue::Text(text) => Self::Text(text),
            LogValue::I64(number) => Self::I64(number),
            LogValue::U64(number) => Self::U64(number),
            LogValue::F64(number) => Self::F64(number),
            LogValue::Bool(truth) => Self::Bool(truth),
            LogValue::Debug(text) => Self::Debug(display(text)),
            _ => return None,
        })
    }

    fn value(&self) -> &dyn Value {
        match self {
            Self::Debug(value) => value,
            Self::Text(value) => value,
            Self::I64(value) => value,
            Self::U64(value) => value,
            Self::F64(value) => value,
            Self::Bool(value) => value,
        }
    }
}
