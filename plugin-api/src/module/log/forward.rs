//! A subscriber of the module's copy of `tracing` that forwards every event and every span.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt::Debug;
use std::sync::{Arc, PoisonError, RwLock};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::Interest;
use tracing::{Event, Level, Metadata, Subscriber};
use tracing_core::span::Current;

use super::{HOST_LOG, LogParent, LogSpan, RawField, RawRecord, Slice, Str, emit, recorded};

pub(super) fn install() {
    // Fails if the module has set a subscriber itself, which then gets the events.
    let _ = tracing::subscriber::set_global_default(Forward);
}

struct Forward;

impl Subscriber for Forward {
    fn register_callsite(&self, _: &'static Metadata<'static>) -> Interest {
        Interest::sometimes()
    }

    // No `max_level_hint`: `tracing` would cache it, and a homeserver that later records more would
    // not get it. Events that are not recorded end in `enabled`.

    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        let level = number(*metadata.level());
        let log = HOST_LOG.get();
        log.is_some_and(|log| log.listens(level, metadata.target(), !metadata.is_event()))
    }

    fn event(&self, event: &Event<'_>) {
        let mut fields = Fields(Vec::new());
        event.record(&mut fields);
        let held = event.parent().and_then(Span::of);
        let parent = parent(event.is_contextual(), held.as_deref());
        emit(record(event.metadata(), &fields.raw()), &parent);
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        let metadata = span.metadata();
        let mut fields = Fields(Vec::new());
        span.record(&mut fields);
        fields.add_missing(metadata);
        let held = span.parent().and_then(Span::of);
        let parent = parent(span.is_contextual(), held.as_deref());
        let log = HOST_LOG.get();
        let span = log.and_then(|log| log.begin(record(metadata, &fields.raw()), &parent));
        Span { span, metadata }.keep()
    }

    fn record(&self, id: &Id, values: &Record<'_>) {
        let mut fields = Fields(Vec::new());
        values.record(&mut fields);
        if let Some(span) = Span::of(id).as_deref().and_then(Span::told) {
            span.record(&fields.raw());
        }
    }

    fn record_follows_from(&self, id: &Id, before: &Id) {
        let (Some(span), Some(before)) = (Span::of(id), Span::of(before)) else { return };
        if let (Some(span), Some(before)) = (span.told(), before.told()) {
            span.follows_from(before);
        }
    }

    fn enter(&self, id: &Id) {
        let Some(span) = Span::of(id) else { return };
        ENTERED.with_borrow_mut(|entered| entered.push(id.clone()));
        if let Some(span) = span.told() {
            span.enter();
        }
    }

    fn exit(&self, id: &Id) {
        ENTERED.with_borrow_mut(|entered| {
            if let Some(latest) = entered.iter().rposition(|other| other == id) {
                entered.remove(latest);
            }
        });
        if let Some(span) = Span::of(id).as_deref().and_then(Span::told) {
            span.exit();
        }
    }

    fn clone_span(&self, id: &Id) -> Id {
        Span::retain(id);
        id.clone()
    }

    fn try_close(&self, id: Id) -> bool {
        Span::release(&id)
    }

    fn current_span(&self) -> Current {
        let latest = ENTERED.with_borrow(|entered| entered.last().cloned());
        let span = latest.and_then(|id| Some((Span::of(&id)?.metadata, id)));
        span.map_or_else(Current::none, |(metadata, id)| Current::new(id, metadata))
    }
}

thread_local! {
    /// The spans that this thread has entered.
    static ENTERED: RefCell<Vec<Id>> = const { RefCell::new(Vec::new()) };
}

/// The spans of this image that have not ended.
///
/// Rationale: ids are looked up rather than trusted, since anybody can create one.
static SPANS: RwLock<Spans> = RwLock::new(Spans { latest: 0, all: BTreeMap::new() });

struct Spans {
    /// The latest id that was assigned.
    latest: u64,
    /// The spans by id, each with its reference count.
    all: BTreeMap<u64, (usize, Arc<Span>)>,
}

/// A span of this image.
struct Span {
    /// The homeserver's span, if the homeserver records it.
    span: Option<LogSpan>,
    metadata: &'static Metadata<'static>,
}

impl Span {
    /// Stores the span with a reference count of 1, to be dropped by [`Self::release`].
    fn keep(self) -> Id {
        let mut spans = SPANS.write().unwrap_or_else(PoisonError::into_inner);
        spans.latest += 1;
        let id = spans.latest;
        spans.all.insert(id, (1, Arc::new(self)));
        Id::from_u64(id)
    }

    fn of(id: &Id) -> Option<Arc<Self>> {
        let spans = SPANS.read().unwrap_or_else(PoisonError::into_inner);
        spans.all.get(&id.into_u64()).map(|(_, span)| Arc::clone(span))
    }

    fn retain(id: &Id) {
        let mut spans = SPANS.write().unwrap_or_else(PoisonError::into_inner);
        if let Some((held, _)) = spans.all.get_mut(&id.into_u64()) {
            *held += 1;
        }
    }

    /// Drops one reference; returns whether it was the last.
    fn release(id: &Id) -> bool {
        let mut spans = SPANS.write().unwrap_or_else(PoisonError::into_inner);
        let Some((held, _)) = spans.all.get_mut(&id.into_u64()) else { return false };
        *held -= 1;
        let last = *held == 0;
        let ended = if last { spans.all.remove(&id.into_u64()) } else { None };
        // Ending the span calls the homeserver, so the lock is released first.
        drop(spans);
        drop(ended);
        last
    }

    /// The homeserver's span, if the homeserver records it.
    const fn told(&self) -> Option<&LogSpan> {
        self.span.as_ref()
    }
}

/// The parent of an event or span, while the span is held.
fn parent(contextual: bool, span: Option<&Span>) -> LogParent<'_, LogSpan> {
    match span {
        Some(Span { span: Some(span), .. }) => LogParent::Span(span),
        None if !contextual => LogParent::Root,
        // The homeserver does not record that span; the current one is the closest to it.
        _ => LogParent::Current,
    }
}

fn record<'a>(metadata: &'a Metadata<'_>, fields: &'a [RawField<'a>]) -> RawRecord<'a> {
    let mut record = recorded();
    record.level = number(*metadata.level());
    record.name = Str::optional(metadata.is_span().then(|| metadata.name()));
    record.target = Str::new(metadata.target());
    record.file = Str::optional(metadata.file().filter(|file| !file.is_empty()));
    record.line = metadata.line().unwrap_or_default();
    record.fields = Slice::new(fields);
    record
}

fn number(level: Level) -> u8 {
    match level {
        Level::ERROR => RawRecord::ERROR,
        Level::WARN => RawRecord::WARN,
        Level::INFO => RawRecord::INFO,
        Level::DEBUG => RawRecord::DEBUG,
        Level::TRACE => RawRecord::TRACE,
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
        RawField::new(self.name, self.kind, self.bits, &self.text)
    }
}

/// The values of an event or a span.
struct Fields(Vec<Owned>);

impl Fields {
    fn raw(&self) -> Vec<RawField<'_>> {
        self.0.iter().map(Owned::raw).collect()
    }

    /// Adds the fields that have no value yet.
    fn add_missing(&mut self, metadata: &'static Metadata<'static>) {
        for field in metadata.fields() {
            if !self.0.iter().any(|known| known.name == field.name()) {
                self.push(&field, RawField::EMPTY, 0, String::new());
            }
        }
    }

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
