//! Panics end where they happen: inside the image whose code panicked.

use std::any::Any;
use std::cell::RefCell;
use std::fmt;
use std::panic::{AssertUnwindSafe, PanicHookInfo, catch_unwind};
use std::sync::Once;

use abi_stable::StableAbi;
use abi_stable::std_types::RString;

use super::Status;

/// What a panic said, and where it happened. Uninitialised until the status is `PANICKED`; then
/// the caller owns it.
#[repr(C)]
#[derive(StableAbi)]
pub struct PanicReport {
    message: RString,
    file: RString,
    line: u32,
}

/// A panic of the other side, in memory of this side.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Panic {
    /// What it said.
    pub message: String,
    /// The source file; empty if it is not known.
    pub file: String,
    /// The line there, counted from 1; 0 if it is not known.
    pub line: u32,
}

impl From<PanicReport> for Panic {
    fn from(raw: PanicReport) -> Self {
        Self {
            message: raw.message.as_str().to_owned(),
            file: raw.file.as_str().to_owned(),
            line: raw.line,
        }
    }
}

impl fmt::Display for Panic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.file.as_str(), self.line) {
            ("", _) => f.write_str(&self.message),
            (file, line) => write!(f, "{} ({file}:{line})", self.message),
        }
    }
}

/// Runs `body`; if it panics, writes the report instead.
///
/// # Safety
/// `report` may be written; what is there is not an initialised value.
#[inline]
pub(crate) unsafe fn contained(report: *mut PanicReport, body: impl FnOnce() -> Status) -> Status {
    match catch_unwind(AssertUnwindSafe(body)) {
        Ok(status) => status,
        // SAFETY: the caller's promise.
        Err(payload) => unsafe { write_report(report, payload) },
    }
}

#[cold]
#[inline(never)]
unsafe fn write_report(report: *mut PanicReport, payload: Box<dyn Any + Send>) -> Status {
    let (file, line) = LAST_LOCATION.with_borrow_mut(Option::take).unwrap_or_default();
    let message = message_of(&*payload).into();
    // SAFETY: the caller's promise.
    unsafe { report.write(PanicReport { message, file: file.into(), line }) };
    // A payload whose drop panics is leaked rather than dropped twice.
    if let Err(second) = catch_unwind(AssertUnwindSafe(|| drop(payload))) {
        std::mem::forget(second);
    }
    Status::PANICKED
}

fn message_of(payload: &dyn Any) -> String {
    if let Some(text) = payload.downcast_ref::<&str>() {
        (*text).to_owned()
    } else if let Some(text) = payload.downcast_ref::<String>() {
        text.clone()
    } else {
        "a panic without a message".to_owned()
    }
}

thread_local! {
    /// File and line of the latest panic of this thread, for [`contained`] to report.
    static LAST_LOCATION: RefCell<Option<(String, u32)>> = const { RefCell::new(None) };
}

/// Makes this image's copy of the standard library remember where a panic happened.
///
/// `report` is called with every panic, and stands in for the message on standard error; with
/// `None` the hook that was there goes on as before (an image that is not a plugin's own).
pub fn install_panic_hook(report: Option<fn(&Panic)>) {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let previous = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info: &PanicHookInfo<'_>| {
            let (file, line) =
                info.location().map(|at| (at.file().to_owned(), at.line())).unwrap_or_default();
            LAST_LOCATION.with_borrow_mut(|last| *last = Some((file.clone(), line)));
            match report {
                Some(report) => {
                    report(&Panic { message: message_of(info.payload()), file, line });
                }
                None => previous(info),
            }
        }));
    });
}
