//! What this process may do in a folder, checked without changing anything in it.

use std::io;
use std::path::Path;

/// Whether files in `folder` can be opened by name.
#[cfg(unix)]
pub(crate) fn may_enter(folder: &Path) -> io::Result<()> {
    may(folder, rustix::fs::Access::EXEC_OK)
}

/// Whether files can be created in `folder`. `ErrorKind::Unsupported` if nobody can: root may write
/// anywhere, even in the kernel's virtual file systems.
#[cfg(unix)]
pub(crate) fn may_write_in(folder: &Path) -> io::Result<()> {
    use rustix::fs::Access;
    may(folder, Access::EXEC_OK | Access::WRITE_OK)?;
    if shows_the_kernel(folder) { Err(io::ErrorKind::Unsupported.into()) } else { Ok(()) }
}

/// Windows uses access control lists, which cannot be evaluated without trying.
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
    // Older container runtimes reject the system call for the effective user, so use it only if
    // that user differs.
    let flags = if getuid() == geteuid() { AtFlags::empty() } else { AtFlags::EACCESS };
    Ok(accessat(CWD, folder, access, flags)?)
}

/// Whether `folder` is in a file system whose files only the kernel creates.
#[cfg(target_os = "linux")]
fn shows_the_kernel(folder: &Path) -> bool {
    use rustix::fs::FsWord;
    /// The magic numbers of proc, sysfs, cgroup, cgroup2, devpts, securityfs, debugfs and tracefs.
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
