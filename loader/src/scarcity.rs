//! Resources that a process may run out of, and the remedies.

use std::io;

use crate::problem::{Problem, Stage};

pub(crate) const TOO_MANY_OPEN: &str = "this process has too many files open: raise its limit \
                                        (`ulimit -n`; `LimitNOFILE=` in a systemd unit)";

pub(crate) const TOO_MANY_IN_SYSTEM: &str =
    "the whole system has too many files open: close some, or raise the sysctl `fs.file-max`";

pub(crate) const NO_MEMORY: &str = "there is too little memory: free some, or raise this process's \
                                    limit (`ulimit -v`; `MemoryMax=` in a systemd unit)";

const TOO_MANY_THREADS: &str = "there are too many processes and threads: raise the limit on them \
                                (`ulimit -u`; `TasksMax=` and `LimitNPROC=` in a systemd unit; a \
                                container's limit on PIDs)";

/// The remedy if `error` says that a resource is exhausted: open files, threads, processes or
/// memory.
///
/// ```
/// # #[cfg(target_os = "linux")] {
/// let error = std::io::Error::from_raw_os_error(24);
/// assert!(hsmod_loader::scarcity::remedy(&error).unwrap().contains("ulimit -n"));
/// # }
/// ```
#[cfg(unix)]
pub fn remedy(error: &io::Error) -> Option<&'static str> {
    use rustix::io::Errno;
    match Errno::from_io_error(error)? {
        Errno::MFILE => Some(TOO_MANY_OPEN),
        Errno::NFILE => Some(TOO_MANY_IN_SYSTEM),
        Errno::AGAIN => Some(TOO_MANY_THREADS),
        Errno::NOMEM => Some(NO_MEMORY),
        _ => None,
    }
}

/// Other systems have no such limits or report them differently.
#[cfg(not(unix))]
pub fn remedy(_: &io::Error) -> Option<&'static str> {
    None
}

/// The problem that a thread cannot be started.
pub(crate) fn no_thread(stage: Stage, error: &io::Error) -> Problem {
    let fix = remedy(error).unwrap_or(TOO_MANY_THREADS);
    Problem::error(stage, format!("no thread can be started: {error}")).fix(fix)
}

#[cfg(all(test, unix))]
mod tests {
    use insta::assert_snapshot;
    use rustix::io::Errno;

    use super::*;

    fn said(errno: Errno) -> &'static str {
        remedy(&errno.into()).unwrap_or("-")
    }

    #[test]
    fn exhausted_resources_are_named_with_their_limits() {
        assert_snapshot!(said(Errno::MFILE), @"this process has too many files open: raise its limit (`ulimit -n`; `LimitNOFILE=` in a systemd unit)");
        assert_snapshot!(said(Errno::NFILE), @"the whole system has too many files open: close some, or raise the sysctl `fs.file-max`");
        assert_snapshot!(said(Errno::NOMEM), @"there is too little memory: free some, or raise this process's limit (`ulimit -v`; `MemoryMax=` in a systemd unit)");
        assert_snapshot!(said(Errno::ACCESS), @"-");
        assert_snapshot!(no_thread(Stage::New, &Errno::AGAIN.into()), @r"
        error: new: no thread can be started: Resource temporarily unavailable (os error 11)
          fix: there are too many processes and threads: raise the limit on them (`ulimit -u`; `TasksMax=` and `LimitNPROC=` in a systemd unit; a container's limit on PIDs)
        ");
    }
}
