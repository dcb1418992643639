//! The subscriber of this process, and the lines that it received.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::sync::{Mutex, Once};
use std::time::{Duration, Instant};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Subscriber};
use tracing_subscriber::layer::{Context, SubscriberExt};
use tracing_subscriber::registry::{LookupSpan, Registry};
use tracing_subscriber::{Layer, filter::LevelFilter};

/// An event that a `good_logger` wrote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Line {
    /// The field `module`.
    pub(crate) module: Option<String>,
    pub(crate) message: String,
    /// The enclosing spans, outermost first: the name of each span and its fields.
    pub(crate) spans: Vec<String>,
}

static LINES: Mutex<Vec<Line>> = Mutex::new(Vec::new());

/// Keeps all lines from now on.
pub(crate) fn listen() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let subscriber = Registry::default().with(Keeper.with_filter(LevelFilter::INFO));
        tracing::subscriber::set_global_default(subscriber).unwrap();
    });
}

/// The lines written so far by the module that calls itself `name`.
pub(crate) fn of(name: &str) -> Vec<Line> {
    let lines = LINES.lock().unwrap();
    let words = |line: &Line| line.message.ends_with(&format!(" {name}"));
    lines.iter().filter(|line| words(line)).cloned().collect()
}

/// Waits for the line with this message.
pub(crate) fn line(message: &str) -> Line {
    let begun = Instant::now();
    loop {
        let lines = LINES.lock().unwrap();
        if let Some(line) = lines.iter().find(|line| line.message == message) {
            return line.clone();
        }
        drop(lines);
        assert!(begun.elapsed() < Duration::from_secs(60), "nobody said {message:?}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

struct Keeper;

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Keeper {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let mut fields = Fields::default();
        attributes.record(&mut fields);
        context.span(id).unwrap().extensions_mut().insert(fields);
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        let span = context.span(id).unwrap();
        values.record(span.extensions_mut().get_mut::<Fields>().unwrap());
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        if event.metadata().target() != "good_logger" && event.metadata().target() != "context" {
            return;
        }
        let mut fields = Fields::default();
        event.record(&mut fields);
        let scope = context.event_scope(event).into_iter().flat_map(|scope| scope.from_root());
        let spans = scope.map(|span| {
            let extensions = span.extensions();
            let shown: Vec<_> = extensions.get::<Fields>().unwrap().0.iter().collect();
            let shown: Vec<_> =
                shown.iter().map(|(name, value)| format!("{name}={value}")).collect();
            format!("{}({})", span.name(), shown.join(" "))
        });
        let spans = spans.collect();
        let (module, message) = (fields.0.remove("module"), fields.0.remove("message"));
        LINES.lock().unwrap().push(Line { module, message: message.unwrap_or_default(), spans });
    }
}

#[derive(Default)]
struct Fields(BTreeMap<&'static str, String>);

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.0.insert(field.name(), format!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.insert(field.name(), value.to_owned());
    }
}
