//! What the loader and its modules log, in Python's logging.
//!
//! | who logs | logger |
//! | --- | --- |
//! | the module `name` | `hsmod.modules.name` |
//! | the loader, with the target `hsmod_loader::part` | `hsmod.loader.part` |
//! | another crate, with the target `a::b` | `hsmod.a.b` |
//!
//! A line of the reactor's thread is handed over at once, in the logging context of whoever caused
//! it. Lines of other threads [wait](waiting) for that thread. What Python would throw away ends
//! here, before anything of it is made: the [levels] of Python's loggers are kept as a copy.

mod levels;
mod record;
mod waiting;

use std::collections::HashMap;

use pyo3::prelude::*;
use tracing_core::span::{Attributes, Id, Record as SpanRecord};
use tracing_core::subscriber::Interest;
use tracing_core::{Dispatch, Event, LevelFilter, Metadata, Subscriber, callsite, dispatcher};

use self::record::Record;

pub(crate) use self::waiting::watch;

/// Begins to listen, in this process. The first thread to come is the one that Python is at home
/// on, until there is a reactor.
pub(crate) fn install() {
    waiting::at_home_here();
    // Nobody else's code in this library sets one, so that ours is the first.
    let _ = dispatcher::set_global_default(Dispatch::new(Forward));
}

/// Takes over the levels of Python's loggers: of `hsmod`, and of those below it that have one.
#[pyfunction]
pub(crate) fn log_levels(loggers: HashMap<String, i32>) {
    if levels::set(loggers) {
        // `tracing` remembers of every place that logs whether anybody listens to it.
        callsite::rebuild_interest_cache();
    }
}

/// Hands over the lines that wait, and takes no more: Python ends.
#[pyfunction]
pub(crate) fn end_log(py: Python<'_>) {
    waiting::end(py);
}

/// The one subscriber of the process, however many homeservers it has.
struct Forward;

impl Subscriber for Forward {
    fn register_callsite(&self, metadata: &'static Metadata<'static>) -> Interest {
        if levels::is_of_modules(metadata) && metadata.is_event() {
            return Interest::sometimes();
        }
        if self.enabled(metadata) { Interest::always() } else { Interest::never() }
    }

    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        // Nobody in here makes spans that say what its events do not.
        metadata.is_event() && levels::may_admit(metadata)
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(levels::most_verbose())
    }

    fn event(&self, event: &Event<'_>) {
        let record = Record::of(event);
        if levels::admits(&record.logger, record.level) {
            waiting::hand_over(record);
        }
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &SpanRecord<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}
