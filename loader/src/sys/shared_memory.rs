//! Memory backed by a file: other processes can read what is written to it, even after this process
//! has ended.

use std::fs::File;
use std::io;
use std::sync::atomic::AtomicU64;

/// Makes the file `words` words long, all of them zero, and maps it for ever.
///
/// The file must not be truncated: the system would end this process when it accesses the missing
/// part.
#[cfg(unix)]
#[allow(unsafe_code, reason = "maps a file")]
pub(crate) fn map_shared(file: &File, words: usize) -> io::Result<&'static [AtomicU64]> {
    use rustix::mm::{MapFlags, ProtFlags, mmap};

    let length = words * size_of::<AtomicU64>();
    file.set_len(0)?;
    file.set_len(length as u64)?;
    reserve(file, length as u64)?;
    let flags = ProtFlags::READ | ProtFlags::WRITE;
    // SAFETY: without an address, the system chooses one that is not in use; it is never unmapped.
    let start = unsafe { mmap(std::ptr::null_mut(), length, flags, MapFlags::SHARED, file, 0) }?;
    // SAFETY: `length` bytes were just mapped at the beginning of a page; any bits are valid
    // atomics, and nothing else in this process refers to them.
    Ok(unsafe { std::slice::from_raw_parts(start.cast::<AtomicU64>(), words) })
}

/// Reserves the space now: if the disk is full, writing to the memory later would be fatal.
#[cfg(target_os = "linux")]
fn reserve(file: &File, length: u64) -> io::Result<()> {
    use rustix::fs::{FallocateFlags, fallocate};
    use rustix::io::Errno;
    match fallocate(file, FallocateFlags::empty(), 0, length) {
        // Some file systems do not support this.
        Ok(()) | Err(Errno::OPNOTSUPP | Errno::NOSYS) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

#[cfg(all(unix, not(target_os = "linux")))]
fn reserve(_: &File, _: u64) -> io::Result<()> {
    Ok(())
}

/// Not implemented on other systems yet.
#[cfg(not(unix))]
pub(crate) fn map_shared(_: &File, _: usize) -> io::Result<&'static [AtomicU64]> {
    Err(io::Error::new(io::ErrorKind::Unsupported, "files are mapped on Unix only"))
}

#[cfg(all(test, unix))]
mod tests {
    use std::io::{Read as _, Seek as _};
    use std::sync::atomic::Ordering;

    use super::*;

    #[test]
    fn written_words_are_in_the_file() {
        let mut file = tempfile::tempfile().unwrap();
        let words = map_shared(&file, 1000).unwrap();
        assert!(words.iter().all(|word| word.load(Ordering::Relaxed) == 0));
        words[999].store(0x0102_0304_0506_0708, Ordering::Relaxed);
        let mut bytes = Vec::new();
        file.rewind().unwrap();
        file.read_to_end(&mut bytes).unwrap();
        assert_eq!(bytes.len(), 8000);
        assert_eq!(bytes[7992..], 0x0102_0304_0506_0708_u64.to_ne_bytes());
    }

    #[test]
    fn descriptors_that_are_not_files_are_refused() {
        let (reader, _writer) = std::io::pipe().unwrap();
        let file = File::from(std::os::fd::OwnedFd::from(reader));
        assert!(map_shared(&file, 8).is_err());
    }
}
