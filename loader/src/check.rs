//! What is wrong with the modules of a config, without a homeserver: for `hsmod check`.

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

/// What threads of the runtime are to be called that a [`trial_alone`] runs on: they are not the
/// module's.
pub const RUNTIME_THREADS: &str = "hsmod-runtime";

/// What helps where a module asked in its start, and a trial had nobody to answer it.
pub const A_TRIAL_CANNOT_TELL: &str =
    "start the homeserver to see how this goes on: a trial cannot tell";

/// How long the modules may take to end after a trial; less than whoever watches a trial waits.
const SHUTDOWN_LIMIT: Duration = Duration::from_secs(5);

/// How long threads may take to end after the modules have.
const AFTERMATH: Duration = Duration::from_millis(500);

/// What was found.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Findings {
    /// Each module, as far as it came.
    pub modules: Vec<ModuleInfo>,
    /// Everything that is wrong, in the order found.
    pub problems: Vec<Problem>,
}

/// Config, files, folders, permissions, digests, ABI: everything that shows without running code of
/// the plugins.
pub fn examine(config: Config) -> Findings {
    examined(config, Known::Nothing)
}

/// The same for a homeserver of which is known what it [calls](Host::calls): plugins that require
/// another callback are found, too.
pub fn examine_in(config: Config, host: &Host) -> Findings {
    examined(config, Known::Calls(host))
}

fn examined(config: Config, known: Known<'_>) -> Findings {
    let folders = folders::unusable(&config);
    let surveyed = survey(config, folders, known, Thread::Own);
    let modules = surveyed.lines.iter().map(ModuleInfo::of).collect();
    Findings { modules, problems: surveyed.report.problems }
}

/// A trial: loads, makes, starts and shuts down the modules, and goes on after an error as far as
/// it can. Run it in a process of its own: a plugin may crash or hang it. Nothing is stored in the
/// operator's folders, so whether that would be possible is for [`examine`] to say.
pub async fn trial(config: Config, host: Host) -> Findings {
    tried(config, host, false).await
}

/// A trial in a process that does nothing else: what the modules did to it, such as signals they
/// took and threads they left, is found as well, and processes that they left are ended.
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

/// What the modules have changed in this process. What comes of a start that `failed`, such as
/// threads that hang, has been said.
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

/// Shuts the modules down; returns their warnings.
async fn end(modules: &Modules) -> Vec<Problem> {
    let mut report = Report { problems: modules.warnings().to_vec() };
    let shutdown = modules.shutdown(SHUTDOWN_LIMIT).await;
    for (name, error) in shutdown.failures {
        let problem = Problem::warning(crate::problem::Stage::Shutdown, error);
        report.push(problem.of(&*name).fix("this is a fault of the module: tell its author"));
    }
    report.problems
}
