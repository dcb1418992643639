//! The thread that opens plugins: there is one for the whole process, started before the first
//! plugin for which there is a time limit.
//!
//! While mapping a plugin runs code of it (a constructor), the dynamic linker holds its lock. With
//! glibc, that lock is needed by every new thread, and by a thread that uses a thread-local with a
//! destructor for the first time. So if a constructor hangs, this thread is lost and so are all
//! threads started later; but callers that wait here need nothing new, and can report what
//! happened.

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::process;
use std::sync::{Arc, LazyLock, PoisonError, mpsc};
use std::time::Duration;

use tokio::sync::oneshot::error::TryRecvError;
use tokio::sync::{Mutex, oneshot};

use super::{Image, Loaded};
use crate::problem::{Problem, Stage};
use crate::record::{self, Place};
use crate::scarcity;
use crate::sys;
use crate::verification::Verified;

/// The thread, for the exclusive use of whoever holds the lock. `None` before the first plugin.
static OPENER: Mutex<Option<Opener>> = Mutex::const_new(None);

/// The mapped images by digest; they are never unmapped. Locked while a plugin is opened.
static IMAGES: LazyLock<std::sync::Mutex<HashMap<String, Image>>> = LazyLock::new(Default::default);

/// The opener thread's handle.
struct Opener {
    /// The process it runs in: a forked child has the mapped images, but not the thread.
    process: u32,
    jobs: mpsc::Sender<Job>,
    /// The job whose outcome has not been received yet.
    current: Option<Opening>,
}

/// A plugin that is being opened.
#[derive(Debug)]
struct Opening {
    what: Hanging,
    outcome: oneshot::Receiver<Result<Loaded, Problem>>,
    /// Whether a caller has given up waiting for it.
    overdue: bool,
}

/// A plugin whose mapping does not return.
#[derive(Clone, Debug)]
pub(crate) struct Hanging {
    module: String,
    file: PathBuf,
}

/// Why a plugin was not loaded.
pub(crate) enum Unloaded {
    /// Something is wrong with the plugin.
    Refused(Problem),
    /// This or another plugin hangs: nothing else can be loaded.
    Stuck(Problem, Hanging),
}

/// Loads the plugin of `module` on the opener thread, and waits up to `limit`. Without a limit, no
/// runtime is needed.
pub(crate) async fn load(
    verified: Verified,
    module: &str,
    limit: Option<Duration>,
) -> Result<Loaded, Unloaded> {
    let file = verified.inspection.file.clone();
    let mut opener = OPENER.lock().await;
    let opener = Opener::of_this_process(&mut opener).map_err(Unloaded::Refused)?;
    if let Err(hanging) = opener.free(limit).await {
        return Err(Unloaded::Stuck(hanging.keeps_from(&file), hanging));
    }
    let what = Hanging { module: module.to_owned(), file };
    let opening = opener.begin(verified, what);
    match within(limit, &mut opening.outcome).await {
        Ok(outcome) => {
            opener.current = None;
            outcome.unwrap_or_else(|_| Err(unanswered())).map_err(Unloaded::Refused)
        }
        Err(limit) => {
            opening.overdue = true;
            sys::exit::stuck();
            let hanging = opening.what.clone();
            Err(Unloaded::Stuck(hanging.problem(limit), hanging))
        }
    }
}

/// Loads the plugin of `module` on the caller's thread, which needs neither another thread nor a
/// runtime. If the plugin hangs, so does the caller; if a plugin is known to hang already, this
/// fails at once.
pub(crate) fn load_here(verified: Verified, module: &str) -> Result<Loaded, Unloaded> {
    // If the lock is taken, its holder knows of no plugin that hangs, or will find out.
    if let Ok(mut opener) = OPENER.try_lock()
        && let Some(opener) = &mut *opener
        && let Some(hanging) = opener.hanging()
    {
        return Err(Unloaded::Stuck(hanging.keeps_from(&verified.inspection.file), hanging));
    }
    sys::exit::prepare();
    open(verified, module).unwrap_or_else(|| Err(unanswered())).map_err(Unloaded::Refused)
}

/// Whether a plugin hangs while it is being mapped, or may: no thread can begin until that is over.
pub(crate) fn may_hang() -> bool {
    let Ok(mut opener) = OPENER.try_lock() else { return true };
    opener.as_mut().is_some_and(|opener| opener.hanging().is_some())
}

impl Opener {
    /// The opener of this process, started if there is none or if it was left behind by a fork.
    fn of_this_process(known: &mut Option<Self>) -> Result<&mut Self, Problem> {
        if known.as_ref().is_some_and(|opener| opener.process != process::id()) {
            // Do not drop it: the other end of the channel is on the stack of a thread that does
            // not exist in this process, so there is nobody to wake.
            std::mem::forget(known.take());
        }
        match known {
            Some(opener) => Ok(opener),
            none => Ok(none.insert(Self::start()?)),
        }
    }

    /// The plugin that a caller gave up waiting for, if it has not returned since.
    fn hanging(&mut self) -> Option<Hanging> {
        let current = self.current.as_mut().filter(|current| current.overdue)?;
        let busy = current.outcome.try_recv().is_err_and(|none| none == TryRecvError::Empty);
        if !busy {
            return self.current.take().and(None);
        }
        Some(current.what.clone())
    }

    fn start() -> Result<Self, Problem> {
        let (jobs, incoming) = mpsc::channel();
        sys::exit::prepare();
        let named = std::thread::Builder::new().name("hsmod opener".to_owned());
        match named.spawn(move || run(&incoming)) {
            Ok(_) => Ok(Self { process: process::id(), jobs, current: None }),
            Err(error) => Err(scarcity::no_thread(Stage::Loading, &error)),
        }
    }

    /// Waits until the thread has finished the job that an earlier caller stopped waiting for.
    async fn free(&mut self, limit: Option<Duration>) -> Result<(), Hanging> {
        let Some(current) = &mut self.current else { return Ok(()) };
        if !current.overdue {
            current.overdue = within(limit, &mut current.outcome).await.is_err();
            if !current.overdue {
                self.current = None;
                return Ok(());
            }
        }
        match self.hanging() {
            Some(hanging) => {
                sys::exit::stuck();
                Err(hanging)
            }
            None => Ok(()),
        }
    }

    fn begin(&mut self, verified: Verified, what: Hanging) -> &mut Opening {
        let dispatch = tracing::dispatcher::get_default(Clone::clone);
        let (answer, outcome) = oneshot::channel();
        let module = what.module.as_str().into();
        // If the thread is gone, `answer` is dropped, which the caller notices.
        let _ = self.jobs.send(Job { module, verified, dispatch, answer });
        self.current.insert(Opening { what, outcome, overdue: false })
    }
}

/// Awaits `future`, for at most `limit` if there is one.
async fn within<F: Future>(limit: Option<Duration>, future: F) -> Result<F::Output, Duration> {
    match limit {
        Some(limit) => tokio::time::timeout(limit, future).await.map_err(|_| limit),
        None => Ok(future.await),
    }
}

struct Job {
    module: Arc<str>,
    verified: Verified,
    dispatch: tracing::Dispatch,
    answer: oneshot::Sender<Result<Loaded, Problem>>,
}

/// The loop of the thread, which lasts until the end of the process.
fn run(jobs: &mpsc::Receiver<Job>) {
    while let Ok(Job { module, verified, dispatch, answer }) = jobs.recv() {
        let outcome = tracing::dispatcher::with_default(&dispatch, || open(verified, &module));
        if let Some(outcome) = outcome {
            // The caller may have given up.
            let _ = answer.send(outcome);
        }
    }
}

/// Opens a plugin on this thread; `None` after a panic. That is a bug in the loader, and the next
/// plugin may not trigger it.
fn open(verified: Verified, module: &str) -> Option<Result<Loaded, Problem>> {
    let mut images = IMAGES.lock().unwrap_or_else(PoisonError::into_inner);
    let inside = record::enter_named(module, Place::LOADING);
    let opening = sys::exit::opening();
    let outcome = catch_unwind(AssertUnwindSafe(|| super::load(verified, &mut images)));
    drop(opening);
    drop(inside);
    outcome.ok()
}

impl Hanging {
    fn problem(&self, limit: Duration) -> Problem {
        let message = format!(
            "`{}` was not mapped within {limit:?}: code that it runs while it is being mapped (a \
             constructor) hangs",
            self.file.display()
        );
        Problem::error(Stage::Loading, message).fix(
            "remove the module and report it to its author; if it needs that long, raise its \
             `timeout`",
        )
    }

    /// The problem of another plugin that could not be loaded because of this one.
    pub(crate) fn keeps_from(&self, file: &Path) -> Problem {
        let Self { module, file: hanging } = self;
        let message = format!(
            "`{}` was not mapped: `{}` of module `{module}` hangs while it is being mapped, and \
             until it ends this process cannot map other plugins",
            file.display(),
            hanging.display()
        );
        Problem::error(Stage::Loading, message)
            .fix(format!("fix or remove module `{module}`, then restart the process"))
    }
}

fn unanswered() -> Problem {
    Problem::error(Stage::Loading, "ended without an answer")
        .fix("this is a bug in hsmod: report it")
}
