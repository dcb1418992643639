//! Forwards the log of the loader and its modules to Python's logging.
//!
//! | who logs | logger |
//! | --- | --- |
//! | the module `name` | `hsmod.modules.name` |
//! | the loader, with the target `hsmod_loader::part` | `hsmod.loader.part` |
//! | another crate, with the target `a::b` | `hsmod.a.b` |
//!
//! A line logged on the reactor's thread is passed on at once, in the current logging context.
//! Lines of other threads [wait](waiting) for that thread. Lines that Python would discard are
//! dropped before they are formatted: the [levels] of Python's loggers are cached.

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

/// Installs the subscriber of this process. The thread that calls this first is treated as
/// Python's, as the reactor's thread is later.
pub(crate) fn install() {
    waiting::at_home_here();
    // No other code in this library sets a subscriber, so this succeeds.
    let _ = dispatcher::set_global_default(Dispatch::new(Forward));
}

/// Takes over the levels of `hsmod`, and of the loggers below it that have a level.
#[pyfunction]
pub(crate) fn log_levels(loggers: HashMap<String, i32>) {
    if levels::set(loggers) {
        // `tracing` caches for every callsite whether it is enabled.
        callsite::rebuild_interest_cache();
    }
}

/// Passes on all waiting lines, and accepts no more, because Python ends.
#[pyfunction]
pub(crate) fn end_log(py: Python<'_>) {
    waiting::end(py);
}

/// The only subscriber of the process, which may have several homeservers.
struct Forward;

impl Subscriber for Forward {
    fn register_callsite(&self, metadata: &'static Metadata<'static>) -> Interest {
        if levels::is_of_modules(metadata) && metadata.is_event() {
            return Interest::sometimes();
        }
        if self.enabled(metadata) { Interest::always() } else { Interest::never() }
    }

    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        // No span in this process has information that its events lack.
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
