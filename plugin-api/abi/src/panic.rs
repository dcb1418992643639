//! Panics end where they happen: inside the image whose code panicked.

use std::any::Any;
use std::cell::RefCell;
use std::fmt;
use std::panic::{AssertUnwindSafe, PanicHookInfo, catch_unwind};
use std::sync::{Once, OnceLock};

use super::owned::OwnedStr;

crate::structure! {
    /// What a panic said, and where it happened.
    #[repr(C)]
    #[derive(Debug)]
    #[cfg_attr(feature = "layout", derive(abi_stable::StableAbi))]
    pub struct RawPanic {
        message: OwnedStr,
        /// None if it is not known.
        file: OwnedStr,
        /// 0 if it is not known.
        line: u32,
        /// Reserved: 0.
        flags: u32,
    }
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

impl From<RawPanic> for Panic {
    fn from(raw: RawPanic) -> Self {
        Self {
            message: raw.message.to_text().unwrap_or_default(),
            file: raw.file.to_text().unwrap_or_default(),
            line: raw.line,
        }
    }
}

impl From<Panic> for RawPanic {
    fn from(panic: Panic) -> Self {
        let Panic { message, file, line } = panic;
        Self { message: message.into(), file: file.into(), line, flags: 0 }
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

/// The panic of this thread that carried `payload`.
#[cold]
pub(crate) fn latest(payload: Box<dyn Any + Send>) -> Panic {
    let (file, line) = place_of_latest();
    let message = message_of(&*payload);
    discard(payload);
    Panic { message, file, line }
}

/// What `body` returns, or how it panicked.
pub fn attempted<R>(body: impl FnOnce() -> R) -> Result<R, Panic> {
    catch_unwind(AssertUnwindSafe(body)).map_err(latest)
}

/// What `body` returns; nothing if it panics. For what must not unwind and has nobody to tell.
pub fn caught<R>(body: impl FnOnce() -> R) -> Option<R> {
    attempted(body).ok()
}

/// A payload may panic when it is dropped; what that panic carries is leaked, or it might go on.
#[cold]
fn discard(payload: Box<dyn Any + Send>) {
    if let Err(second) = catch_unwind(AssertUnwindSafe(|| drop(payload))) {
        std::mem::forget(second);
    }
}

fn message_of(payload: &dyn Any) -> String {
    let text = payload
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| payload.downcast_ref::<String>().map(String::as_str));
    let Some(text) = text else { return "a panic without a message".to_owned() };
    match EXPLAIN.get().and_then(|explain| explain(text)) {
        Some(remedy) => format!("{text}; {remedy}"),
        None => text.to_owned(),
    }
}

/// The remedy for a panic of this message, if there is one.
type Explain = fn(&str) -> Option<&'static str>;

static EXPLAIN: OnceLock<Explain> = OnceLock::new();

/// From now on what panics say is told with the remedy that `explain` knows. Of an image whose code is
/// all of one kind, as a plugin's is; only the first one counts.
pub fn explain_panics(explain: Explain) {
    let _ = EXPLAIN.set(explain);
}

type Place = (String, u32);

thread_local! {
    /// File and line of the latest panic of this thread, for the report.
    static LATEST: RefCell<Option<Place>> = const { RefCell::new(None) };
}

/// Nothing is remembered while the thread ends: the place may be gone before a call that another
/// thread-local holds, and a panic inside the hook would abort.
fn remember(place: Place) {
    let _ = LATEST.try_with(|latest| latest.replace(Some(place)));
}

/// Empty and 0 if it is not known.
fn place_of_latest() -> Place {
    LATEST.try_with(RefCell::take).ok().flatten().unwrap_or_default()
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
            remember((file.clone(), line));
            match report {
                Some(report) => {
                    report(&Panic { message: message_of(info.payload()), file, line });
                }
                None => previous(info),
            }
        }));
    });
}

/// Nobody waits for a call that is dropped: its panic goes to the log.
#[cold]
pub(crate) fn unheard(panic: &Panic) {
    #[cfg(feature = "tracing")]
    tracing::error!(%panic, "a future panicked while it was dropped");
    #[cfg(not(feature = "tracing"))]
    let _ = panic;
}
