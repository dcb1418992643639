//! Forwards a module's log: the events of its copy of `tracing` and its panics go to the
//! homeserver's subscriber.

use std::cell::Cell;
use std::sync::OnceLock;

use hsmod_abi::{LogParent, LogSpan, LogTableRef, RawField, RawRecord, Slice, Str};

use super::api::ModuleApi;
use crate::boundary::Panic;

#[cfg(feature = "tracing")]
mod forward;

static HOST_LOG: OnceLock<LogTableRef> = OnceLock::new();

/// Begins to forward the log. The first homeserver to connect gets everything.
pub(super) fn connect(table: LogTableRef) {
    if HOST_LOG.set(table).is_ok() {
        #[cfg(feature = "tracing")]
        forward::install();
    }
}

/// Reports a panic anywhere in this image to the homeserver.
pub(super) fn report_panic(panic: &Panic) {
    let thread = std::thread::current();
    let text = |name, text| RawField::new(name, RawField::TEXT, 0, text);
    let fields = [
        text("message", panic.message.as_str()),
        text("thread", thread.name().unwrap_or("unnamed")),
    ];
    let mut record = recorded();
    record.target = Str::new("panic");
    record.file = Str::optional(Some(&*panic.file).filter(|file| !file.is_empty()));
    record.line = panic.line;
    record.fields = Slice::new(&fields);
    emit(record, &LogParent::Current);
}

thread_local! {
    /// The module that a thread started by a module has declared it works for; 0 for none.
    static MODULE: Cell<u32> = const { Cell::new(0) };
}

impl ModuleApi {
    /// Runs `f` so that what it logs carries this module's name. For threads that the module starts
    /// itself.
    ///
    /// The homeserver knows which module it is running: in callbacks, in requests and the futures
    /// that await their answers, in background work, and in work [deferred to a
    /// thread](Self::defer_to_thread). It knows nothing of threads that the module starts itself.
    ///
    /// ```
    /// # use hsmod_plugin_api::prelude::*;
    /// # fn example(api: &ModuleApi) {
    /// let api = api.clone();
    /// std::thread::spawn(move || api.within(|| {
    ///     // ... log records made here carry the name ...
    /// }));
    /// # }
    /// ```
    pub fn within<T>(&self, f: impl FnOnce() -> T) -> T {
        let _within = Within(MODULE.replace(self.number()));
        f()
    }
}

/// Marks the thread as working for a module; dropping this restores the previous one.
struct Within(u32);

impl Drop for Within {
    fn drop(&mut self) {
        MODULE.set(self.0);
    }
}

/// The fields that every record has.
pub(super) fn recorded<'a>() -> RawRecord<'a> {
    let mut record = RawRecord::new();
    record.module = MODULE.get();
    record
}

pub(super) fn emit(record: RawRecord<'_>, parent: &LogParent<'_, LogSpan>) {
    if let Some(log) = HOST_LOG.get() {
        log.tell(record, parent);
    }
}
