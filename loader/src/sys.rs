//! The operating system: what differs between Linux, macOS and Windows has the same name here on
//! all of them, so that the rest of the loader does not depend on the system.

use std::fs::File;
use std::io;
use std::path::Path;

mod access;
pub(crate) mod exit;
mod glibc;
#[cfg(any(test, not(target_os = "linux")))]
mod private_copy;
#[cfg(target_os = "linux")]
mod sealed_memory;
mod shared_memory;

pub(crate) use access::{may_enter, may_write_in};
pub(crate) use glibc::glibc_version;
#[cfg(not(target_os = "linux"))]
pub(crate) use private_copy::PrivateCopy as FixedBytes;
#[cfg(target_os = "linux")]
pub(crate) use sealed_memory::SealedMemory as FixedBytes;
pub(crate) use shared_memory::map_shared;

/// The remedy if the bytes of a plugin cannot be reached where they were just put.
pub(crate) const NO_WAY_TO_BYTES: &str = if cfg!(target_os = "linux") {
    "plugins are mapped by a path below `/proc/self/fd`, which is not there: mount `/proc` (in a \
     chroot: `mount -t proc proc /proc`; in a systemd unit: `ProcSubset=all`)"
} else {
    "keep the temporary folder of the homeserver from being emptied while it starts"
};

/// Opens `path` for reading without blocking: a FIFO that has no writer opens at once, so that the
/// caller can detect and refuse it.
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

/// The user this process acts as, who may own plugins like root.
#[cfg(unix)]
pub(crate) fn effective_user() -> u32 {
    rustix::process::geteuid().as_raw()
}
