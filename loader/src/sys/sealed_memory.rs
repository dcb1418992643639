//! Bytes that nobody can change, at a path that can be mapped: on Linux.

use std::fs::File;
use std::io::{self, Write as _};
use std::os::fd::AsRawFd as _;
use std::path::PathBuf;

use rustix::fs::{MemfdFlags, SealFlags, fcntl_add_seals, memfd_create};
use rustix::io::Errno;

/// A sealed memfd.
///
/// Its path contains the file descriptor, and glibc takes equal paths for the same library. So this
/// value must outlive the mapping: if it were dropped earlier, the next memfd would get the same
/// number, and `dlopen` would silently return the library mapped before.
#[derive(Debug)]
pub(crate) struct SealedMemory {
    file: File,
}

impl SealedMemory {
    /// Copies `bytes`; `/proc/PID/maps` and debuggers show `name`.
    pub(crate) fn new(name: &str, bytes: &[u8]) -> io::Result<Self> {
        let mut file = create(truncated(name))?;
        file.write_all(bytes)?;
        let seals = SealFlags::WRITE | SealFlags::SHRINK | SealFlags::GROW | SealFlags::SEAL;
        fcntl_add_seals(&file, seals)?;
        Ok(Self { file })
    }

    /// The path to map.
    pub(crate) fn path(&self) -> PathBuf {
        PathBuf::from(format!("/proc/self/fd/{}", self.file.as_raw_fd()))
    }

    /// The image is mapped. There is no file to remove.
    #[allow(clippy::unused_self, reason = "on other systems there is a file to remove")]
    pub(crate) fn mapped(&self) {}
}

/// `NOEXEC_SEAL` says that the file is not for `exec`; a library can still be mapped from it. Since
/// Linux 6.3, the kernel logs a complaint about programs that leave this open, and a hardened
/// kernel refuses. Older kernels do not know the flag.
fn create(name: &str) -> io::Result<File> {
    let flags = MemfdFlags::CLOEXEC | MemfdFlags::ALLOW_SEALING;
    let fd = match memfd_create(name, flags | MemfdFlags::NOEXEC_SEAL) {
        Err(Errno::INVAL) => memfd_create(name, flags),
        result => result,
    }?;
    Ok(File::from(fd))
}

/// The name of a file may have 255 bytes, that of a memfd 249.
fn truncated(name: &str) -> &str {
    let end = (0..=name.len().min(249)).rev().find(|&end| name.is_char_boundary(end));
    &name[..end.unwrap_or(0)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_path_leads_to_the_bytes() {
        let memory = SealedMemory::new("libx.so", b"bytes").unwrap();
        assert_eq!(std::fs::read(memory.path()).unwrap(), b"bytes");
        let link = std::fs::read_link(memory.path()).unwrap();
        assert_eq!(link.to_str(), Some("/memfd:libx.so (deleted)"));
    }

    #[test]
    fn the_bytes_cannot_be_changed() {
        let mut memory = SealedMemory::new("libx.so", b"bytes").unwrap();
        assert!(memory.file.write_all(b"more").is_err());
        assert!(memory.file.set_len(0).is_err());
        assert!(memory.file.set_len(100).is_err());
        assert!(fcntl_add_seals(&memory.file, SealFlags::FUTURE_WRITE).is_err());
        let again = File::options().write(true).open(memory.path());
        assert!(again.is_err() || again.unwrap().write_all(b"x").is_err());
        assert_eq!(std::fs::read(memory.path()).unwrap(), b"bytes");
    }

    #[test]
    fn the_longest_file_name_is_cut_between_characters() {
        let name = "é".repeat(127);
        let memory = SealedMemory::new(&name, b"").unwrap();
        assert!(std::fs::read_link(memory.path()).unwrap().to_str().unwrap().contains("éé"));
    }
}
