//! The operating system: what differs between Linux, macOS and Windows has the same name here on
//! each of them, and the rest of the loader does not ask where it runs.

use std::fs::File;
use std::io;
use std::path::Path;

mod glibc;

pub(crate) use glibc::glibc_version;

/// Opens `path` for reading and never waits: a FIFO without a writer opens at once, so that the
/// caller can see what it is and refuse it.
#[cfg(unix)]
pub(crate) fn open_without_waiting(path: &Path) -> io::Result<File> {
    use rustix::fs::{Mode, OFlags};
    let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
    Ok(File::from(rustix::fs::open(path, flags, Mode::empty())?))
}

/// Opens `path` for reading.
#[cfg(not(unix))]
pub(crate) fn open_without_waiting(path: &Path) -> io::Result<File> {
    File::open(path)
}
