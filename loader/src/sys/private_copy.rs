//! Bytes that no other user can change, at a path that can be mapped: for systems without memfd.

use std::fs::{self, DirEntry, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Once;
use std::time::Duration;

use tempfile::TempDir;

/// The prefix of the folders of copies, followed by the process's number.
const PREFIX: &str = "hsmod-copy-";

/// A copy in a folder of its own, which only this user may enter.
///
/// A mapped file stays mapped until the process ends, so the destructor only removes copies that
/// were not mapped. On Unix a mapped file does not need its path, and [`mapped`](Self::mapped)
/// removes it. On Windows it does, so there the next process removes the copies of those that have
/// ended; this also covers a process that was killed before it could remove its copies.
#[derive(Debug)]
pub(crate) struct PrivateCopy {
    /// Marks the copy as in use. Windows does not remove a file that is open like this, so it is
    /// closed before the folder is removed.
    _held: File,
    folder: TempDir,
    name: String,
}

impl PrivateCopy {
    /// Copies `bytes` to a file called `name`, which must be a plain file name.
    pub(crate) fn new(name: &str, bytes: &[u8]) -> io::Result<Self> {
        static SWEPT: Once = Once::new();
        let parent = std::env::temp_dir();
        SWEPT.call_once(|| sweep(&parent));
        Self::within(&parent, name, bytes)
    }

    fn within(parent: &Path, name: &str, bytes: &[u8]) -> io::Result<Self> {
        // The dynamic linker may identify an image by its path, so no path is used twice, even
        // after its file was removed.
        let prefix = format!("{PREFIX}{}-{}-", std::process::id(), next_number());
        let mut builder = tempfile::Builder::new();
        builder.prefix(&prefix);
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700));
        let folder = builder.tempdir_in(parent)?;
        let path = folder.path().join(name);
        File::create_new(&path)?.write_all(bytes)?;
        Ok(Self { _held: hold(&path)?, folder, name: name.to_owned() })
    }

    /// The path to map.
    pub(crate) fn path(&self) -> PathBuf {
        self.folder.path().join(&self.name)
    }

    /// The copy is mapped, and its path is no longer needed: removes it, if possible.
    #[cfg(unix)]
    pub(crate) fn mapped(&self) {
        let _ = fs::remove_dir_all(self.folder.path());
    }

    /// The copy is mapped, and needs its path as long as it is.
    #[cfg(not(unix))]
    pub(crate) fn mapped(&self) {}
}

fn next_number() -> u64 {
    use std::sync::atomic::{AtomicU64, Ordering};
    static NEXT: AtomicU64 = AtomicU64::new(0);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

/// Folders younger than this are left alone: their process may not have locked the file yet.
const YOUNG: Duration = Duration::from_secs(60);

/// Removes the copies of processes that have ended, as far as possible.
fn sweep(parent: &Path) {
    let Ok(entries) = fs::read_dir(parent) else { return };
    for entry in entries.flatten() {
        if is_copy(&entry) && is_left_behind(&entry.path(), YOUNG) {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

/// Whether this is a folder that this user may have created for a copy.
fn is_copy(entry: &DirEntry) -> bool {
    let is_named = entry.file_name().to_str().is_some_and(|name| name.starts_with(PREFIX));
    is_named && entry.metadata().is_ok_and(|found| found.is_dir() && is_own(&found))
}

fn is_left_behind(folder: &Path, young: Duration) -> bool {
    let age = fs::metadata(folder).and_then(|found| found.modified()).map(|then| then.elapsed());
    // If the clock was set back, every folder counts as young.
    let is_old = matches!(age, Ok(Ok(age)) if age >= young);
    let files = fs::read_dir(folder).into_iter().flatten().flatten();
    is_old && !files.map(|file| file.path()).any(|file| is_held(&file))
}

#[cfg(unix)]
fn is_own(found: &fs::Metadata) -> bool {
    std::os::unix::fs::MetadataExt::uid(found) == super::effective_user()
}

/// On other systems, each user has a folder of their own for temporary files.
#[cfg(not(unix))]
fn is_own(_found: &fs::Metadata) -> bool {
    true
}

/// Takes a lock that ends with the process, however it ends. A process number would not do: it is
/// reused, and containers that share a folder count separately.
#[cfg(unix)]
fn hold(path: &Path) -> io::Result<File> {
    let file = File::open(path)?;
    // Where locks are not supported, nobody can get one in order to remove the file, either.
    let _ = rustix::fs::flock(&file, rustix::fs::FlockOperation::LockShared);
    Ok(file)
}

#[cfg(unix)]
fn is_held(path: &Path) -> bool {
    use rustix::fs::{FlockOperation, flock};
    // A file that cannot be opened must not be removed.
    let free = |file: File| flock(&file, FlockOperation::NonBlockingLockExclusive).is_ok();
    !super::open_without_waiting(path).is_ok_and(free)
}

/// While this is open, others may only read the file.
#[cfg(windows)]
fn hold(path: &Path) -> io::Result<File> {
    use std::os::windows::fs::OpenOptionsExt as _;
    const FILE_SHARE_READ: u32 = 1;
    fs::OpenOptions::new().read(true).share_mode(FILE_SHARE_READ).open(path)
}

/// A file that is held cannot be opened for writing.
#[cfg(windows)]
fn is_held(path: &Path) -> bool {
    fs::OpenOptions::new().write(true).open(path).is_err()
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    fn copy(parent: &TempDir) -> PrivateCopy {
        PrivateCopy::within(parent.path(), "libx.so", b"bytes").unwrap()
    }

    /// The names of the folders in `parent`.
    fn left_in(parent: &TempDir) -> Vec<String> {
        let entries = fs::read_dir(parent.path()).unwrap();
        let mut names: Vec<_> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    /// Makes the folder look old.
    fn age(folder: &Path) {
        let then = std::time::SystemTime::now() - 2 * YOUNG;
        File::open(folder).unwrap().set_modified(then).unwrap();
    }

    #[test]
    fn the_copy_is_in_a_folder_of_this_user_alone() {
        let copy = PrivateCopy::new("libx.so", b"bytes").unwrap();
        assert_eq!(fs::read(copy.path()).unwrap(), b"bytes");
        assert_eq!(fs::metadata(copy.folder.path()).unwrap().permissions().mode() & 0o777, 0o700);
        let path = copy.path();
        drop(copy);
        assert!(!path.exists() && !path.parent().unwrap().exists());
    }

    #[test]
    fn a_mapped_copy_leaves_no_file_even_if_it_is_never_dropped() {
        let parent = tempfile::tempdir().unwrap();
        let copy = copy(&parent);
        let mapped = File::open(copy.path()).unwrap();
        copy.mapped();
        assert_eq!(left_in(&parent), [""; 0]);
        assert_eq!(mapped.metadata().unwrap().len(), 5);
        // As for the images of a process, which are never unmapped.
        std::mem::forget(copy);
    }

    #[test]
    fn no_path_is_used_twice() {
        let parent = tempfile::tempdir().unwrap();
        let mut paths = std::collections::BTreeSet::new();
        for _ in 0..20 {
            let copy = copy(&parent);
            copy.mapped();
            let folder = copy.path().parent().unwrap().file_name().unwrap().to_owned();
            // The name must differ even without its random part.
            let name = folder.into_string().unwrap();
            assert!(paths.insert(name.rsplit_once('-').unwrap().0.to_owned()), "{name}");
        }
    }

    #[test]
    fn copies_of_dead_processes_are_removed_and_those_in_use_are_not() {
        let parent = tempfile::tempdir().unwrap();
        let [in_use, dead, young] = [(); 3].map(|()| copy(&parent));
        for old in [&in_use, &dead] {
            age(old.folder.path());
        }
        let kept = [&in_use, &young].map(|copy| copy.folder.path().to_owned());
        // As if the process had been killed: the file is not held, and no destructor runs.
        for copy in [dead, young] {
            let PrivateCopy { _held, folder, .. } = copy;
            let _ = folder.keep();
        }
        let other = parent.path().join("not-ours");
        fs::create_dir(&other).unwrap();
        age(&other);
        sweep(parent.path());
        let name = |path: &Path| path.file_name().unwrap().to_str().unwrap().to_owned();
        let mut expected = kept.map(|path| name(&path)).to_vec();
        expected.push("not-ours".to_owned());
        expected.sort();
        assert_eq!(left_in(&parent), expected);
        assert_eq!(fs::read(in_use.path()).unwrap(), b"bytes");
    }

    #[test]
    fn links_named_like_a_copy_are_not_followed() {
        let parent = tempfile::tempdir().unwrap();
        let elsewhere = tempfile::tempdir().unwrap();
        fs::write(elsewhere.path().join("precious"), "").unwrap();
        age(elsewhere.path());
        let link = parent.path().join(format!("{PREFIX}1-0-x"));
        std::os::unix::fs::symlink(elsewhere.path(), link).unwrap();
        sweep(parent.path());
        assert!(elsewhere.path().join("precious").exists());
        assert_eq!(left_in(&parent).len(), 1);
    }
}
