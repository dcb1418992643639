//! Contains panics: they end inside the image whose code panicked.

use std::any::Any;
use std::cell::RefCell;
use std::fmt;
use std::panic::{AssertUnwindSafe, PanicHookInfo, catch_unwind};
use std::sync::{Once, OnceLock};

use super::owned::OwnedStr;

crate::structure! {
    /// The message of a panic, and where it happened.
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
    /// The message.
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

/// Returns the result of `body`, or its panic.
pub fn attempted<R>(body: impl FnOnce() -> R) -> Result<R, Panic> {
    catch_unwind(AssertUnwindSafe(body)).map_err(latest)
}

/// Returns the result of `body`; `None` if it panics. For code that must not unwind and has no
/// caller to report a panic to.
pub fn caught<R>(body: impl FnOnce() -> R) -> Option<R> {
    attempted(body).ok()
}

/// Drops a payload, which may panic; the payload of that second panic is leaked, because dropping
/// it might panic again.
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

/// Returns the remedy for a panic with this message, if there is one.
type Explain = fn(&str) -> Option<&'static str>;

static EXPLAIN: OnceLock<Explain> = OnceLock::new();

/// Adds the remedies of `explain` to the messages of panics from now on. For images whose code is
/// all of one kind, such as a plugin; only the first call has an effect.
pub fn explain_panics(explain: Explain) {
    let _ = EXPLAIN.set(explain);
}

type Place = (String, u32);

thread_local! {
    /// File and line of the latest panic of this thread, for the report.
    static LATEST: RefCell<Option<Place>> = const { RefCell::new(None) };
}

/// Records nothing while the thread ends: this thread-local may be destroyed before one whose
/// destructor panics, and a panic inside the hook would abort the process.
fn remember(place: Place) {
    let _ = LATEST.try_with(|latest| latest.replace(Some(place)));
}

/// Empty and 0 if it is not known.
fn place_of_latest() -> Place {
    LATEST.try_with(RefCell::take).ok().flatten().unwrap_or_default()
}

/// Makes this image's copy of the standard library record where a panic happened.
///
/// `report` is called with every panic, and replaces the message on standard error. With `None` the
/// previous hook is still called; this is for images that are not just a plugin.
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

/// Logs the panic of a call that was dropped, because no caller waits for it.
#[cold]
pub(crate) fn unheard(panic: &Panic) {
    #[cfg(feature = "tracing")]
    tracing::error!(%panic, "a future panicked while it was dropped");
    #[cfg(not(feature = "tracing"))]
    let _ = panic;
}
