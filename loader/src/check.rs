//! Checks the modules of a config without a homeserver, for `hsmod check`.

use std::time::Duration;

pub use crate::registration::Neighbours;

use crate::config::Config;
use crate::host::{FromConfig, Host};
use crate::info::ModuleInfo;
use crate::modules::Modules;
use crate::problem::{Problem, Report};
use crate::requirements::Known;
use crate::services::folders;
use crate::stages::{self, Parsed, Thread, survey};

mod process;

use process::Process;

/// The thread name for the runtime that a [`trial_alone`] runs on, so that its threads are not
/// taken for a module's.
pub const RUNTIME_THREADS: &str = "hsmod-runtime";

/// The remedy where a module's start depends on a request that a trial does not answer.
pub const A_TRIAL_CANNOT_TELL: &str =
    "start the homeserver to see whether the module starts: a trial cannot tell";

/// How long the modules may take to shut down after a trial. It is shorter than the time a trial's
/// parent process waits.
const SHUTDOWN_LIMIT: Duration = Duration::from_secs(5);

/// How long threads may take to end after the modules have been shut down.
const AFTERMATH: Duration = Duration::from_millis(500);

/// The result of a check.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Findings {
    /// Each module, with what was learnt before it failed, if it did.
    pub modules: Vec<ModuleInfo>,
    /// Everything that is wrong, in the order found.
    pub problems: Vec<Problem>,
}

/// Checks everything that shows without running the plugins' code: the config, files, folders,
/// permissions, digests and the ABI.
pub fn examine(config: Config) -> Findings {
    examined(config, Known::Nothing)
}

/// Like [`examine`], for a homeserver whose [calls](Host::calls) are known: this also finds plugins
/// that require other callbacks.
pub fn examine_in(config: Config, host: &Host) -> Findings {
    examined(config, Known::Calls(host))
}

fn examined(config: Config, known: Known<'_>) -> Findings {
    let folders = folders::unusable(&config);
    let surveyed = survey(config, folders, known, Thread::Own);
    let modules = surveyed.lines.iter().map(ModuleInfo::of).collect();
    Findings { modules, problems: surveyed.report.problems }
}

/// A trial: loads, makes, starts and shuts down the modules, and continues after errors as far as
/// possible. Run it in a separate process, because a plugin may crash or hang it. Nothing is stored
/// in the operator's folders; [`examine`] checks whether that would be possible.
pub async fn trial(config: Config, host: Host) -> Findings {
    tried(config, host, false).await
}

/// A trial in a process that does nothing else. It also reports what the modules did to the
/// process, such as signal handlers they installed and threads they left running, and ends the
/// child processes they left.
pub async fn trial_alone(config: Config, host: Host) -> Findings {
    tried(config, host, true).await
}

async fn tried(config: Config, host: Host, alone: bool) -> Findings {
    let entries = config.entries().to_vec();
    let host = host.trial().filled_from(FromConfig::of(&config));
    let surveyed = survey(config, Vec::new(), Known::All(&host), Thread::Own);
    let before = alone.then(Process::now);
    let parsed = Parsed::collect(surveyed, Thread::Own).await;
    let (modules, info) = stages::run(parsed, host).await;
    let mut problems = match modules {
        Ok(modules) => end(&modules).await,
        Err(error) => error.problems,
    };
    if let Some(before) = before {
        let changes = changes(&before, problems.iter().any(Problem::is_error)).await.into_iter();
        problems.extend(changes.map(|change| match entries.as_slice() {
            [entry] => entry.pinpoint(change, &["module"]),
            _ => change,
        }));
    }
    Findings { modules: info, problems }
}

/// What the modules changed in this process. Nothing is reported after a start that `failed`: its
/// consequences, such as threads that hang, are reported with the failure.
async fn changes(before: &Process, failed: bool) -> Vec<Problem> {
    const LOOK: Duration = Duration::from_millis(20);
    let mut after = Process::now();
    let looks = if failed { 0 } else { AFTERMATH.as_millis() / LOOK.as_millis() };
    for _ in 0..looks {
        if !after.runs_more_than(before) {
            break;
        }
        tokio::time::sleep(LOOK).await;
        after = Process::now();
    }
    after.end_children(before);
    if failed { Vec::new() } else { after.changes(before) }
}

/// Shuts the modules down and returns the warnings.
async fn end(modules: &Modules) -> Vec<Problem> {
    let mut report = Report { problems: modules.warnings().to_vec() };
    let shutdown = modules.shutdown(SHUTDOWN_LIMIT).await;
    for (name, error) in shutdown.failures {
        let problem = Problem::warning(crate::problem::Stage::Shutdown, error);
        report.push(problem.of(&*name).fix("this is a bug in the module: report it to its author"));
    }
    report.problems
}
