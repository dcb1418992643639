//! A record of what the child's threads are inside of, which the parent reads when the child has
//! ended, however that was: memory that both can see, where the system has such.

use std::fs::File;

use hsmod_loader::record::{Left, keep_in, left_in};

/// Memory for a record; the child goes on without it if there is none.
#[cfg(target_os = "linux")]
pub(super) fn new() -> Option<File> {
    let flags = rustix::fs::MemfdFlags::CLOEXEC;
    rustix::fs::memfd_create("hsmod-record", flags).ok().map(File::from)
}

/// Elsewhere, such memory would have to be a file that could be left behind.
#[cfg(not(target_os = "linux"))]
pub(super) fn new() -> Option<File> {
    None
}

/// How the child is told of it.
#[cfg(unix)]
pub(super) fn argument(record: &File) -> [String; 2] {
    ["--record".to_owned(), std::os::fd::AsRawFd::as_raw_fd(record).to_string()]
}

/// There is none.
#[cfg(not(unix))]
pub(super) fn argument(_record: &File) -> [String; 0] {
    []
}

/// In the child: keeps the record where the parent wants it.
pub(super) fn keep(parent: u32, descriptor: Option<u32>) {
    let Some(descriptor) = descriptor else { return };
    let path = format!("/proc/{parent}/fd/{descriptor}");
    // Where another process may not be looked into, the stage alone tells where the modules are.
    if let Ok(record) = File::options().read(true).write(true).open(path) {
        let _ = keep_in(&record);
    }
}

/// In the parent: where the child's threads were.
pub(super) fn left(record: &File) -> Vec<Left> {
    left_in(record).unwrap_or_default()
}
