//! How a child ended, and what that means: the work was done, the child could not begin, or a
//! module took its process down.

use std::io;
use std::process::ExitStatus;
use std::time::Duration;

use hsmod_loader::problem::Stage;
use hsmod_loader::record::Left;

use super::Report;
use crate::exit::{Exit, Result, Stop};
use crate::{limits, words};

/// A child that has ended.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(super) how: How,
    /// The last part of what the child wrote to stderr.
    pub(super) words: String,
    pub(super) told: Told,
    /// Where the child's threads were at the end.
    pub(super) left: Vec<Left>,
}

#[derive(Debug)]
pub(super) enum How {
    ByItself(ExitStatus),
    /// The parent ended it after its time limit.
    TooLate,
    Unknown(io::Error),
}

/// What the child had reported.
#[derive(Debug, Default)]
pub(super) struct Told {
    begun: bool,
    /// The module that was started or shut down last, and the stage.
    reached: Option<(String, Stage)>,
    stopped: Option<String>,
    done: Option<Exit>,
    /// The parent stopped reading, because its own output was closed.
    pub(super) unheard: bool,
}

impl Told {
    /// Whether the child has done its work and only has to exit.
    pub(super) const fn is_done(&self) -> bool {
        self.done.is_some()
    }

    pub(super) fn note(&mut self, report: Report) {
        match report {
            Report::Begun => self.begun = true,
            Report::Stage { module, stage } => self.reached = Some((module, stage)),
            Report::Stopped(message) => self.stopped = Some(message),
            Report::Done(exit) => self.done = Some(exit),
            Report::Started => self.reached = None,
            Report::Found(_) | Report::Read(_) => {}
        }
    }
}

/// A module took the process down, or kept it from ending.
#[derive(Debug)]
pub(crate) struct Fall {
    /// The last stage that was reached.
    pub(crate) stage: Stage,
    /// What happened, and where, if that is not the stage.
    pub(crate) message: String,
    pub(crate) fix: &'static str,
}

const REMEDY: &str = "do not use it in your homeserver, where it would do the same, and report it \
                      to its author";
const KILLED: &str = "the signal came from outside: see in `dmesg` whether memory ran out, and try \
                      again";

impl Ended {
    /// The last part of what the child wrote to stderr.
    pub(crate) fn words(&self) -> &str {
        &self.words
    }

    /// The modules whose code was running when the child ended. If none is known, the module whose
    /// stage was reached last.
    pub(crate) fn inside_of(&self) -> Vec<String> {
        let mut modules: Vec<String> = self.left.iter().map(|left| left.module.clone()).collect();
        modules.sort_unstable();
        modules.dedup();
        if modules.is_empty() {
            modules.extend(self.told.reached.iter().map(|(module, _)| module.clone()));
        }
        modules
    }

    /// Whether modules were being started or shut down.
    pub(crate) const fn is_in_stage(&self) -> bool {
        self.told.reached.is_some()
    }

    /// The exit code of the work, or how a module ended the process. `limit` is the time limit that
    /// the child had.
    ///
    /// # Errors
    /// The child could not do its work, for a reason other than a module.
    pub(crate) fn outcome(&self, limit: Duration) -> Result<std::result::Result<Exit, Fall>> {
        let Told { begun, reached, stopped, done, unheard } = &self.told;
        if let Some(message) = stopped {
            return Err(Stop::wrong(message));
        }
        let last = words::last(&self.words);
        let stage = reached.as_ref().map_or(Stage::Loading, |(_, stage)| *stage);
        let place = self.place(stage);
        let fall = |stage, message: String| Fall { stage, message: message + &last, fix: REMEDY };
        Ok(match (&self.how, done) {
            (How::Unknown(error), _) => {
                return Err(limits::stop("cannot wait for a process", error));
            }
            (How::ByItself(status), Some(exit)) if status.success() => Ok(*exit),
            (How::ByItself(status), Some(_)) => {
                let message = format!("it took the process down at exit: {}", shown(*status));
                Err(fall(Stage::Shutdown, message))
            }
            (How::TooLate, Some(_)) => {
                let message = format!("its process did not exit within {limit:?}, and was killed");
                Err(fall(Stage::Shutdown, message))
            }
            (_, None) if *unheard => Ok(Exit::Well),
            (how, None) if !begun => return Err(not_begun(how, limit, &last)),
            (How::ByItself(status), None) => {
                let message = format!("it took the process down{place}: {}", shown(*status));
                let fix = if is_killed(*status) { KILLED } else { REMEDY };
                Err(Fall { fix, ..fall(stage, message) })
            }
            (How::TooLate, None) => {
                let message =
                    format!("it did not come back within {limit:?}{place}, and was killed");
                Err(fall(stage, message))
            }
        })
    }

    /// ` in its background work`: where the child's threads were. Empty if the stage says the same.
    fn place(&self, stage: Stage) -> String {
        let mut places: Vec<&str> = self.left.iter().map(|left| left.what.as_str()).collect();
        places.sort_unstable();
        places.dedup();
        if places == [stage.to_string().as_str()] || places.is_empty() {
            return String::new();
        }
        format!(" in {}", places.join(", or in "))
    }
}

/// The error for a child that ended before any module's code could run.
fn not_begun(how: &How, limit: Duration, last: &str) -> Stop {
    let what = "the process that runs the modules";
    let ended = match how {
        How::ByItself(status) => format!("{what} ended before it was ready: {}", shown(*status)),
        _ => format!("{what} was not ready within {limit:?}"),
    };
    Stop::wrong(format!(
        "{ended}{last}\n  fix: make sure that `hsmod` can start itself: check the limits on \
         memory, processes and open files (`ulimit -a`)"
    ))
}

/// `signal: 6 (SIGABRT)` or `exit status: 7`.
fn shown(status: ExitStatus) -> String {
    status.to_string().replace(" (core dumped)", "")
}

#[cfg(unix)]
fn is_killed(status: ExitStatus) -> bool {
    use std::os::unix::process::ExitStatusExt;
    status.signal() == Some(rustix::process::Signal::KILL.as_raw())
}

#[cfg(not(unix))]
const fn is_killed(_: ExitStatus) -> bool {
    false
}
