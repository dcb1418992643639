//! A trial: one module is loaded and started in a process of its own, so that whatever it does to
//! that process is a finding.

use std::io;
use std::process::{ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use hsmod_loader::config::Entry;
use hsmod_loader::problem::{Problem, Stage};
use hsmod_loader::values::by_name;
use tempfile::NamedTempFile;
use tokio::io::AsyncReadExt;
use tokio::process::{Child, ChildStderr, Command};

use super::calls::Calls;
use super::child::{Found, Line};
use crate::exit::{Result, Stop};
use crate::modules::Site;
use crate::output::complain;
use crate::words;

/// How long a trial may take.
pub(super) const LIMIT: Duration = Duration::from_secs(10);

/// How much of what a trial writes to stderr is kept: the end of it.
const KEPT: usize = 64 * 1024;

pub(super) type Tried = Found;

/// A trial that is ready to run.
pub(super) struct Trial {
    entry: Entry,
    command: Command,
    report: NamedTempFile,
    verbose: bool,
}

impl Trial {
    pub(super) fn new(site: &Site, calls: &Calls, verbose: u8, entry: &Entry) -> Result<Self> {
        let stop = |error: io::Error| Stop::wrong(format!("cannot prepare a trial: {error}"));
        let report = NamedTempFile::new().map_err(stop)?;
        let mut command = Command::new(std::env::current_exe().map_err(stop)?);
        command
            .arg("__trial")
            .arg("--config")
            .arg(&site.config)
            .args(["--server-name", &site.server_name])
            .args(calls.arguments().into_iter().flatten())
            .args(["--index", &entry.index().to_string()])
            .arg("--report")
            .arg(report.path())
            .args((0..verbose).map(|_| "-v"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        Ok(Self { entry: entry.clone(), command, report, verbose: verbose > 0 })
    }

    /// Runs it to its end, or to the end of its time.
    pub(super) async fn run(mut self) -> Tried {
        let (ended, words) = match self.command.spawn() {
            Ok(child) => watch(child).await,
            Err(error) => (Ended::Unknown(error), String::new()),
        };
        if self.verbose {
            complain(&words);
        }
        let report = std::fs::read_to_string(self.report.path()).unwrap_or_default();
        let (mut stage, mut found) = (Stage::Loading, None);
        for line in report.lines() {
            match by_name::from_str(line) {
                Ok(Line::Stage(reached)) => stage = reached,
                Ok(Line::Found(all)) => found = Some(all),
                // The process ended while it wrote this line.
                Err(_) => {}
            }
        }
        let over = found.is_some();
        let mut found = found.unwrap_or_default();
        if let Some(problem) = ended.problem(stage, over, &words) {
            found.problems.push(self.entry.pinpoint(problem, &["module"]));
            found.problems.iter_mut().for_each(|problem| problem.module = None);
        }
        found
    }
}

/// What is to be said of a trial that could not be waited for.
pub(super) fn unfinished(entry: &Entry, error: &tokio::task::JoinError) -> Tried {
    let ended = Ended::Unknown(io::Error::other(error.to_string()));
    let problem = ended.problem(Stage::Loading, false, "");
    let problems = problem.into_iter().map(|problem| entry.pinpoint(problem, &["module"]));
    Found { problems: problems.collect(), ..Found::default() }
}

/// How a trial's process ended.
enum Ended {
    ByItself(ExitStatus),
    TooLate,
    Unknown(io::Error),
}

/// Waits for a process; how it ended, and what it last wrote to stderr.
async fn watch(mut child: Child) -> (Ended, String) {
    let words = Arc::new(Mutex::new(Vec::new()));
    let listening = child.stderr.take().map(|stderr| tokio::spawn(listen(stderr, words.clone())));
    let ended = match tokio::time::timeout(LIMIT, child.wait()).await {
        Ok(Ok(status)) => Ended::ByItself(status),
        Ok(Err(error)) => Ended::Unknown(error),
        Err(_) => child.kill().await.map_or_else(Ended::Unknown, |()| Ended::TooLate),
    };
    if let Some(listening) = listening {
        // A process that the module started may still hold the other end.
        let _ = tokio::time::timeout(Duration::from_millis(500), listening).await;
    }
    let words = words.lock().unwrap_or_else(PoisonError::into_inner);
    (ended, String::from_utf8_lossy(&words).into_owned())
}

async fn listen(mut stderr: ChildStderr, words: Arc<Mutex<Vec<u8>>>) {
    let mut chunk = vec![0; KEPT / 4];
    while let Ok(length @ 1..) = stderr.read(&mut chunk).await {
        let mut words = words.lock().unwrap_or_else(PoisonError::into_inner);
        words.extend_from_slice(&chunk[..length]);
        let surplus = words.len().saturating_sub(KEPT);
        words.drain(..surplus);
    }
}

impl Ended {
    /// What is wrong with that; `over`: the trial itself had come to its end.
    fn problem(&self, stage: Stage, over: bool, words: &str) -> Option<Problem> {
        const REMEDY: &str = "keep it out of your homeserver, where it would do the same, and tell \
                              its author";
        let last = words::last(words);
        let (stage, message, fix) = match self {
            Self::ByItself(status) if over && status.success() => return None,
            Self::ByItself(status) if over => {
                let message = format!("it took the process down at its end: {}", shown(*status));
                (Stage::Shutdown, message + &last, REMEDY)
            }
            Self::ByItself(status) => {
                let message = format!("it took the process down: {}", shown(*status));
                (stage, message + &last, REMEDY)
            }
            Self::TooLate => {
                let message = format!("it did not come back within {LIMIT:?}, and was ended");
                (stage, message + &last, REMEDY)
            }
            Self::Unknown(error) => (
                stage,
                format!("it could not be loaded as a trial: {error}"),
                "check again with `--no-load`, or where processes can be started",
            ),
        };
        Some(Problem::error(stage, message).fix(fix))
    }
}

/// `signal: 6 (SIGABRT)` or `exit status: 7`.
fn shown(status: ExitStatus) -> String {
    status.to_string().replace(" (core dumped)", "")
}
