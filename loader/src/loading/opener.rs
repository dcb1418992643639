//! The thread that opens plugins: one for the whole process, started before the first of them that
//! a deadline is for.
//!
//! While code of a plugin runs that belongs to its mapping (a constructor), the dynamic linker
//! holds its lock. With glibc every thread needs that lock which begins, and one that first uses a
//! thread-local with a destructor. So if a constructor hangs, this thread is lost, and whatever
//! begins after it; but those who wait for it here need nothing new, and can say what happened.

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

/// Whoever holds it has the thread's attention. `None` before the first plugin.
static OPENER: Mutex<Option<Opener>> = Mutex::const_new(None);

/// What is mapped, by its digest: never unmapped. Held by whoever opens a plugin.
static IMAGES: LazyLock<std::sync::Mutex<HashMap<String, Image>>> = LazyLock::new(Default::default);

/// The thread, as others see it.
struct Opener {
    /// Where it runs: a process that was forked off has what is mapped, and not the thread.
    process: u32,
    jobs: mpsc::Sender<Job>,
    /// What it was given and nobody has seen the end of.
    current: Option<Opening>,
}

/// A plugin that is being opened.
#[derive(Debug)]
struct Opening {
    what: Hanging,
    outcome: oneshot::Receiver<Result<Loaded, Problem>>,
    /// Somebody has waited for it in vain.
    overdue: bool,
}

/// A plugin that does not come back from being mapped.
#[derive(Clone, Debug)]
pub(crate) struct Hanging {
    module: String,
    file: PathBuf,
}

/// Why a plugin was not loaded.
pub(crate) enum Unloaded {
    /// Something is wrong with it.
    Refused(Problem),
    /// A plugin hangs, be it this one: nothing else can be loaded.
    Stuck(Problem, Hanging),
}

/// Has the thread load the plugin of `module`, and waits for that up to `limit`; without one, no
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

/// Loads the plugin of `module` on the thread of the caller, who starts no other one and needs no
/// runtime. Nobody ends the wait for a plugin that hangs; once one is known to, it is not begun.
pub(crate) fn load_here(verified: Verified, module: &str) -> Result<Loaded, Unloaded> {
    // Whoever has it knows of nothing that hangs, or is about to find out.
    if let Ok(mut opener) = OPENER.try_lock()
        && let Some(opener) = &mut *opener
        && let Some(hanging) = opener.hanging()
    {
        return Err(Unloaded::Stuck(hanging.keeps_from(&verified.inspection.file), hanging));
    }
    sys::exit::prepare();
    open(verified, module).unwrap_or_else(|| Err(unanswered())).map_err(Unloaded::Refused)
}

impl Opener {
    /// The one that is there, unless it was left behind by a fork.
    fn of_this_process(known: &mut Option<Self>) -> Result<&mut Self, Problem> {
        if known.as_ref().is_some_and(|opener| opener.process != process::id()) {
            // Its other end lies on the stack of a thread that is not there: nobody is to be woken.
            std::mem::forget(known.take());
        }
        match known {
            Some(opener) => Ok(opener),
            none => Ok(none.insert(Self::start()?)),
        }
    }

    /// The plugin that was given up, if it has not come back since.
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

    /// Waits until it has done what others gave it and did not wait for.
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
        // Should the thread be gone, the answer is dropped, which is noticed.
        let _ = self.jobs.send(Job { module, verified, dispatch, answer });
        self.current.insert(Opening { what, outcome, overdue: false })
    }
}

/// Waits no longer than `limit`, if there is one.
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

/// What the thread does, to the end of the process.
fn run(jobs: &mpsc::Receiver<Job>) {
    while let Ok(Job { module, verified, dispatch, answer }) = jobs.recv() {
        let outcome = tracing::dispatcher::with_default(&dispatch, || open(verified, &module));
        if let Some(outcome) = outcome {
            // Nobody waits any more if it took too long.
            let _ = answer.send(outcome);
        }
    }
}

/// Opens a plugin on this thread; `None` after a panic, which is a fault of the loader: the next
/// plugin may do without it.
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
            "`{}` did not come back within {limit:?}: code of it that runs while it is being mapped \
             (a constructor) hangs",
            self.file.display()
        );
        Problem::error(Stage::Loading, message).fix(
            "take the module out of the list and tell its author; if it needs that long, raise its \
             `timeout`",
        )
    }

    /// What there is to say of another plugin.
    pub(crate) fn keeps_from(&self, file: &Path) -> Problem {
        let Self { module, file: hanging } = self;
        let message = format!(
            "`{}` was not tried: `{}` of module `{module}` hangs while it is being mapped, and until \
             that is over this process can map nothing else",
            file.display(),
            hanging.display()
        );
        Problem::error(Stage::Loading, message)
            .fix(format!("mend or remove module `{module}`, then start the process anew"))
    }
}

fn unanswered() -> Problem {
    Problem::error(Stage::Loading, "ended without an answer")
        .fix("this is a fault of hsmod: report it")
}
