//! What this process may do with a folder, asked without touching anything in it.

use std::io;
use std::path::Path;

/// Whether files in `folder` can be opened by their names.
#[cfg(unix)]
pub(crate) fn may_enter(folder: &Path) -> io::Result<()> {
    may(folder, rustix::fs::Access::EXEC_OK)
}

/// Whether files can be made in `folder`. `ErrorKind::Unsupported` if nobody can: root may write
/// everywhere, also where the kernel shows itself as files.
#[cfg(unix)]
pub(crate) fn may_write_in(folder: &Path) -> io::Result<()> {
    use rustix::fs::Access;
    may(folder, Access::EXEC_OK | Access::WRITE_OK)?;
    if shows_the_kernel(folder) { Err(io::ErrorKind::Unsupported.into()) } else { Ok(()) }
}

/// Windows has access lists, which say nothing until something is tried.
#[cfg(not(unix))]
pub(crate) fn may_enter(_folder: &Path) -> io::Result<()> {
    Ok(())
}

/// As for [`may_enter`].
#[cfg(not(unix))]
pub(crate) fn may_write_in(_folder: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(unix)]
fn may(folder: &Path, access: rustix::fs::Access) -> io::Result<()> {
    use rustix::fs::{AtFlags, CWD, accessat};
    use rustix::process::{geteuid, getuid};
    // Containers that are older than the call for the effective user refuse it, so it is made only
    // where that user is another one.
    let flags = if getuid() == geteuid() { AtFlags::empty() } else { AtFlags::EACCESS };
    Ok(accessat(CWD, folder, access, flags)?)
}

/// Whether `folder` lies in a file system whose files are made by the kernel alone.
#[cfg(target_os = "linux")]
fn shows_the_kernel(folder: &Path) -> bool {
    use rustix::fs::FsWord;
    /// Of proc, sysfs, cgroup, cgroup2, devpts, securityfs, debugfs, tracefs.
    const KERNELS_OWN: [FsWord; 8] = [
        rustix::fs::PROC_SUPER_MAGIC,
        0x6265_6572,
        0x0027_e0eb,
        0x6367_7270,
        0x1cd1,
        0x7363_6673,
        0x6462_6720,
        0x7472_6163,
    ];
    rustix::fs::statfs(folder).is_ok_and(|found| KERNELS_OWN.contains(&found.f_type))
}

#[cfg(all(unix, not(target_os = "linux")))]
fn shows_the_kernel(_folder: &Path) -> bool {
    false
}
