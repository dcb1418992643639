//! A system that has too little of something: what to raise, in words.

use std::io;

use crate::exit::Stop;

/// What could not be done, why, and what helps.
pub(crate) fn stop(what: &str, error: &io::Error) -> Stop {
    Stop::wrong(format!("{what}: {error}\n  fix: {}", remedy(error)))
}

#[cfg(unix)]
fn remedy(error: &io::Error) -> &'static str {
    use rustix::io::Errno;

    match Errno::from_io_error(error) {
        Some(Errno::AGAIN) => {
            "raise the limit on processes and threads of this user (`ulimit -u`, `TasksMax=` of a \
             service, `--pids-limit` of a container)"
        }
        Some(Errno::MFILE) => {
            "raise the limit on open files (`ulimit -n`, `LimitNOFILE=` of a service)"
        }
        Some(Errno::NFILE) => "the whole system has too many open files: raise `fs.file-max`",
        Some(Errno::NOMEM) => "free some memory, or raise its limit (`ulimit -v`, `MemoryMax=`)",
        _ => OTHERWISE,
    }
}

#[cfg(not(unix))]
const fn remedy(_: &io::Error) -> &'static str {
    OTHERWISE
}

const OTHERWISE: &str = "run it where processes and threads can be started; \
                         `hsmod check --no-load` does without";

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn what_is_lacking_is_named() {
        let said = |errno: rustix::io::Errno| match stop("cannot start", &errno.into()) {
            Stop::Wrong(message) => message,
            Stop::Refused(_) => String::new(),
        };
        insta::assert_snapshot!(said(rustix::io::Errno::AGAIN), @"
        cannot start: Resource temporarily unavailable (os error 11)
          fix: raise the limit on processes and threads of this user (`ulimit -u`, `TasksMax=` of a service, `--pids-limit` of a container)
        ");
        insta::assert_snapshot!(said(rustix::io::Errno::MFILE), @"
        cannot start: Too many open files (os error 24)
          fix: raise the limit on open files (`ulimit -n`, `LimitNOFILE=` of a service)
        ");
        insta::assert_snapshot!(said(rustix::io::Errno::PERM), @"
        cannot start: Operation not permitted (os error 1)
          fix: run it where processes and threads can be started; `hsmod check --no-load` does without
        ");
    }
}
