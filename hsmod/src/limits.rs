//! Errors of a system that runs short of a resource, with the limit to raise.

use std::io;

use hsmod_loader::scarcity;

use crate::exit::Stop;

/// The error that says what could not be done, why, and the remedy.
pub(crate) fn stop(what: &str, error: &io::Error) -> Stop {
    let fix = scarcity::remedy(error).unwrap_or(OTHERWISE);
    Stop::wrong(format!("{what}: {error}\n  fix: {fix}"))
}

const OTHERWISE: &str = "run it where processes and threads can be started, or use \
                         `hsmod check --no-load`";

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn missing_resources_are_named() {
        let said = |errno: rustix::io::Errno| match stop("cannot start", &errno.into()) {
            Stop::Wrong(message) => message,
            Stop::Refused(_) => String::new(),
        };
        insta::assert_snapshot!(said(rustix::io::Errno::MFILE), @"
        cannot start: Too many open files (os error 24)
          fix: this process has too many files open: raise its limit (`ulimit -n`; `LimitNOFILE=` in a systemd unit)
        ");
        insta::assert_snapshot!(said(rustix::io::Errno::PERM), @"
        cannot start: Operation not permitted (os error 1)
          fix: run it where processes and threads can be started, or use `hsmod check --no-load`
        ");
    }
}
