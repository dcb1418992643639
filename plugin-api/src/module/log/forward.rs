//! A subscriber of the module's copy of `tracing` that hands every event and every span on.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt::Debug;
use std::sync::{Arc, PoisonError, RwLock};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::Interest;
use tracing::{Event, Level, Metadata, Subscriber};
use tracing_core::span::Current;

use super::{HOST_LOG, LogTableRef, Parent, Place, RawField, Slice, Str, emit, recorded};

pub(super) fn install() {
    // Fails if the module has a subscriber of its own: then that one is to have the events.
    let _ = tracing::subscriber::set_global_default(Forward);
}

struct Forward;

impl Subscriber for Forward {
    fn register_callsite(&self, _: &'static Metadata<'static>) -> Interest {
        Interest::sometimes()
    }

    // No `max_level_hint`: `tracing` would keep it from the first load on, and a homeserver that
    // begins to listen to more would not get it. What nobody listens to ends in `enabled`.

    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        let level = number(*metadata.level());
        let log = HOST_LOG.get().filter(|log| metadata.is_event() || log.begin_span().is_some());
        let Some(log) = log else { return false };
        let (Some(max_level), Some(enabled)) = (log.max_level(), log.enabled()) else {
            return false;
        };
        let target = Str::new(metadata.target());
        // SAFETY: functions of the host's table; the text lives for the time of the call.
        unsafe { level <= max_level() && enabled(level, target.kept()).get() }
    }

    fn event(&self, event: &Event<'_>) {
        let mut fields = Fields(Vec::new());
        event.record(&mut fields);
        let held = event.parent().and_then(Span::of);
        let parent = parent(event.is_contextual(), held.as_deref());
        emit(&place(event.metadata(), parent), &fields.raw());
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        let metadata = span.metadata();
        let mut fields = Fields(Vec::new());
        span.record(&mut fields);
        fields.add_missing(metadata);
        let held = span.parent().and_then(Span::of);
        let place = place(metadata, parent(span.is_contextual(), held.as_deref()));
        let begin = HOST_LOG.get().and_then(|log| log.begin_span());
        let span = begin.map_or(std::ptr::null(), |begin| {
            // SAFETY: the record lives for the time of the call.
            recorded(&place, &fields.raw(), |record| unsafe { begin(record) })
        });
        Span { span, metadata }.keep()
    }

    fn record(&self, id: &Id, values: &Record<'_>) {
        let mut fields = Fields(Vec::new());
        values.record(&mut fields);
        let raw = fields.raw();
        let Some(span) = Span::of(id) else { return };
        // SAFETY: the span has begun, and is held; the fields live for the time of the call.
        span.tell(LogTableRef::record, |record, span| unsafe {
            record(span, Slice::new(&raw).kept());
        });
    }

    fn record_follows_from(&self, id: &Id, before: &Id) {
        let (Some(span), Some(before)) = (Span::of(id), Span::of(before)) else { return };
        if !before.span.is_null() {
            // SAFETY: both have begun, and are held.
            span.tell(LogTableRef::follows_from, |follows, span| unsafe {
                follows(span, before.span);
            });
        }
    }

    fn enter(&self, id: &Id) {
        let Some(span) = Span::of(id) else { return };
        ENTERED.with_borrow_mut(|entered| entered.push(id.clone()));
        // SAFETY: the span has begun, and is held.
        span.tell(LogTableRef::enter, |enter, span| unsafe { enter(span) });
    }

    fn exit(&self, id: &Id) {
        ENTERED.with_borrow_mut(|entered| {
            if let Some(latest) = entered.iter().rposition(|other| other == id) {
                entered.remove(latest);
            }
        });
        let Some(span) = Span::of(id) else { return };
        // SAFETY: the span has begun, and is held.
        span.tell(LogTableRef::exit, |exit, span| unsafe { exit(span) });
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
    /// The spans that this thread is in.
    static ENTERED: RefCell<Vec<Id>> = const { RefCell::new(Vec::new()) };
}

/// The spans of this image that have not ended.
///
/// Rationale: ids are looked up and not believed, since anybody can make one.
static SPANS: RwLock<Spans> = RwLock::new(Spans { latest: 0, all: BTreeMap::new() });

struct Spans {
    /// The id that was given last.
    latest: u64,
    /// By their ids, with how many hold each.
    all: BTreeMap<u64, (usize, Arc<Span>)>,
}

/// A span of this image.
struct Span {
    /// The homeserver's; null if it does not listen to it.
    span: *const (),
    metadata: &'static Metadata<'static>,
}

// SAFETY: the homeserver's functions take its span on any thread.
unsafe impl Send for Span {}
// SAFETY: as above.
unsafe impl Sync for Span {}

impl Span {
    /// It lives until as many are [released](Self::release) as are made here, and retained.
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

    /// Whether it was the last.
    fn release(id: &Id) -> bool {
        let mut spans = SPANS.write().unwrap_or_else(PoisonError::into_inner);
        let Some((held, _)) = spans.all.get_mut(&id.into_u64()) else { return false };
        *held -= 1;
        let last = *held == 0;
        let ended = if last { spans.all.remove(&id.into_u64()) } else { None };
        // The homeserver is told: not under the lock.
        drop(spans);
        drop(ended);
        last
    }

    /// Calls a function of the homeserver's with its span, if it has both.
    fn tell<F>(
        &self,
        function: impl FnOnce(LogTableRef) -> Option<F>,
        tell: impl FnOnce(F, *const ()),
    ) {
        let log = HOST_LOG.get().filter(|_| !self.span.is_null());
        if let Some(function) = log.copied().and_then(function) {
            tell(function, self.span);
        }
    }
}

impl Drop for Span {
    fn drop(&mut self) {
        // SAFETY: the span has begun, and is ended once.
        self.tell(LogTableRef::end_span, |end, span| unsafe { end(span) });
    }
}

/// What something is part of, for as long as the span is held.
fn parent(contextual: bool, span: Option<&Span>) -> Parent {
    match span {
        Some(span) if !span.span.is_null() => Parent::Span(span.span),
        None if !contextual => Parent::Root,
        // Of a span that nobody listens to, what it lies in is the next best.
        _ => Parent::Current,
    }
}

fn place<'a>(metadata: &'a Metadata<'_>, parent: Parent) -> Place<'a> {
    Place {
        level: number(*metadata.level()),
        name: metadata.is_span().then(|| metadata.name()),
        target: metadata.target(),
        file: metadata.file(),
        line: metadata.line().unwrap_or_default(),
        parent,
    }
}

fn number(level: Level) -> u8 {
    match level {
        Level::ERROR => 1,
        Level::WARN => 2,
        Level::INFO => 3,
        Level::DEBUG => 4,
        Level::TRACE => 5,
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

    /// Those that have no value yet.
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
