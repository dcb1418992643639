//! A record of which modules the child's threads are running, in memory shared with the parent,
//! where the system supports that. The parent reads it after the child's end, however the child
//! ended.

use std::fs::File;

use hsmod_loader::record::{Left, keep_in, left_in};

/// Creates the memory for a record. If that fails, the child runs without one.
#[cfg(target_os = "linux")]
pub(super) fn new() -> Option<File> {
    let flags = rustix::fs::MemfdFlags::CLOEXEC;
    rustix::fs::memfd_create("hsmod-record", flags).ok().map(File::from)
}

/// On other systems the memory would have to be a file, which could be left behind.
#[cfg(not(target_os = "linux"))]
pub(super) fn new() -> Option<File> {
    None
}

/// The arguments that name the record to the child.
#[cfg(unix)]
pub(super) fn argument(record: &File) -> [String; 2] {
    ["--record".to_owned(), std::os::fd::AsRawFd::as_raw_fd(record).to_string()]
}

/// Without a record there are no arguments.
#[cfg(not(unix))]
pub(super) fn argument(_record: &File) -> [String; 0] {
    []
}

/// In the child: keeps the record in the parent's memory.
pub(super) fn keep(parent: u32, descriptor: Option<u32>) {
    let Some(descriptor) = descriptor else { return };
    let path = format!("/proc/{parent}/fd/{descriptor}");
    // If the system forbids access to the parent's descriptors, only the stage says where the
    // modules are.
    if let Ok(record) = File::options().read(true).write(true).open(path) {
        let _ = keep_in(&record);
    }
}

/// In the parent: reads where the child's threads were.
pub(super) fn left(record: &File) -> Vec<Left> {
    left_in(record).unwrap_or_default()
}
