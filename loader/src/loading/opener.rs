//! The thread that opens plugins: one for the whole process, started before the first of them.
//!
//! While code of a plugin runs that belongs to its mapping (a constructor), the dynamic linker
//! holds its lock. With glibc every thread needs that lock which begins, and one that first uses a
//! thread-local with a destructor. So if a constructor hangs, this thread is lost, and whatever
//! begins after it; but those who wait for it here need nothing new, and can say what happened.

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Arc, mpsc};
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

/// The thread, as others see it.
struct Opener {
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
    let opener = match &mut *opener {
        Some(opener) => opener,
        none => none.insert(Opener::start().map_err(Unloaded::Refused)?),
    };
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

impl Opener {
    fn start() -> Result<Self, Problem> {
        let (jobs, incoming) = mpsc::channel();
        sys::exit::prepare();
        let named = std::thread::Builder::new().name("hsmod opener".to_owned());
        match named.spawn(move || run(&incoming)) {
            Ok(_) => Ok(Self { jobs, current: None }),
            Err(error) => Err(scarcity::no_thread(Stage::Loading, &error)),
        }
    }

    /// Waits until it has done what others gave it and did not wait for.
    async fn free(&mut self, limit: Option<Duration>) -> Result<(), Hanging> {
        let Some(current) = &mut self.current else { return Ok(()) };
        let busy = match current.overdue {
            true => current.outcome.try_recv().is_err_and(|none| none == TryRecvError::Empty),
            false => within(limit, &mut current.outcome).await.is_err(),
        };
        if busy {
            current.overdue = true;
            sys::exit::stuck();
            return Err(current.what.clone());
        }
        self.current = None;
        Ok(())
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

/// What the thread does, to the end of the process. The images are its own, and never unmapped.
fn run(jobs: &mpsc::Receiver<Job>) {
    let mut images = HashMap::<String, Image>::new();
    while let Ok(Job { module, verified, dispatch, answer }) = jobs.recv() {
        let load = AssertUnwindSafe(|| super::load(verified, &mut images));
        let inside = record::enter_named(&module, Place::LOADING);
        let opening = sys::exit::opening();
        // A panic is a fault of the loader; the next plugin may do without it.
        let outcome = tracing::dispatcher::with_default(&dispatch, || catch_unwind(load));
        drop(opening);
        drop(inside);
        if let Ok(outcome) = outcome {
            // Nobody waits any more if it took too long.
            let _ = answer.send(outcome);
        }
    }
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
