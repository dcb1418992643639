//! Bytes that no other user can change, under a path that can be mapped: where there is no memfd.

use std::fs::{self, DirEntry, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Once;
use std::time::Duration;

use tempfile::TempDir;

/// What the folders of copies are called; then comes the process.
const PREFIX: &str = "hsmod-copy-";

/// A copy in a folder of its own that only this user may enter.
///
/// What is mapped stays mapped to the end of the process, so a destructor removes only what was
/// not. Unix can do without the path of a mapped file: [`mapped`](Self::mapped) removes it. Windows
/// cannot, so there the copies of a process that has ended are removed by the next one, and so are
/// those of a process that was killed before it came to that.
#[derive(Debug)]
pub(crate) struct PrivateCopy {
    /// Says that a process has a use for the copy. Windows removes no file that is open like this,
    /// so it is closed before the folder goes.
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
        // The dynamic linker may know an image by its path, so no path comes again, also after its
        // file was removed.
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

    /// The copy is mapped, and its path is not needed any more. It stays if it cannot be removed.
    #[cfg(unix)]
    pub(crate) fn mapped(&self) {
        let _ = fs::remove_dir_all(self.folder.path());
    }

    /// The copy is mapped; its path stays as long as it is.
    #[cfg(not(unix))]
    pub(crate) fn mapped(&self) {}
}

fn next_number() -> u64 {
    use std::sync::atomic::{AtomicU64, Ordering};
    static NEXT: AtomicU64 = AtomicU64::new(0);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

/// Younger folders are left alone: their process may be about to hold what is in them.
const YOUNG: Duration = Duration::from_secs(60);

/// Removes the copies of processes that have ended. What cannot be removed stays.
fn sweep(parent: &Path) {
    let Ok(entries) = fs::read_dir(parent) else { return };
    for entry in entries.flatten() {
        if is_copy(&entry) && is_left_behind(&entry.path(), YOUNG) {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

/// Whether it is a folder that this user may have made for a copy.
fn is_copy(entry: &DirEntry) -> bool {
    let is_named = entry.file_name().to_str().is_some_and(|name| name.starts_with(PREFIX));
    is_named && entry.metadata().is_ok_and(|found| found.is_dir() && is_own(&found))
}

fn is_left_behind(folder: &Path, young: Duration) -> bool {
    let age = fs::metadata(folder).and_then(|found| found.modified()).map(|then| then.elapsed());
    // A clock that was set back makes everything young.
    let is_old = matches!(age, Ok(Ok(age)) if age >= young);
    let files = fs::read_dir(folder).into_iter().flatten().flatten();
    is_old && !files.map(|file| file.path()).any(|file| is_held(&file))
}

#[cfg(unix)]
fn is_own(found: &fs::Metadata) -> bool {
    std::os::unix::fs::MetadataExt::uid(found) == super::effective_user()
}

/// Elsewhere the folder for temporary files is each user's own.
#[cfg(not(unix))]
fn is_own(_found: &fs::Metadata) -> bool {
    true
}

/// A lock that ends with the process, however that ends; a number of a process says less: it is
/// given out again, and containers that share a folder count for themselves.
#[cfg(unix)]
fn hold(path: &Path) -> io::Result<File> {
    let file = File::open(path)?;
    // Where there are no locks, nobody gets one to remove it either.
    let _ = rustix::fs::flock(&file, rustix::fs::FlockOperation::LockShared);
    Ok(file)
}

#[cfg(unix)]
fn is_held(path: &Path) -> bool {
    use rustix::fs::{FlockOperation, flock};
    // Who may not open it must not remove it.
    let free = |file: File| flock(&file, FlockOperation::NonBlockingLockExclusive).is_ok();
    !super::open_without_waiting(path).is_ok_and(free)
}

/// As long as it is open, others may read the file and nothing else.
#[cfg(windows)]
fn hold(path: &Path) -> io::Result<File> {
    use std::os::windows::fs::OpenOptionsExt as _;
    const FILE_SHARE_READ: u32 = 1;
    fs::OpenOptions::new().read(true).share_mode(FILE_SHARE_READ).open(path)
}

/// Nobody may write to a file that is held.
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

    /// The names of the folders in it.
    fn left_in(parent: &TempDir) -> Vec<String> {
        let entries = fs::read_dir(parent.path()).unwrap();
        let mut names: Vec<_> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    /// Makes the folder look as if it had been there for long.
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
    fn nothing_is_left_of_what_is_mapped_though_it_is_kept_for_ever() {
        let parent = tempfile::tempdir().unwrap();
        let copy = copy(&parent);
        let mapped = File::open(copy.path()).unwrap();
        copy.mapped();
        assert_eq!(left_in(&parent), [""; 0]);
        assert_eq!(mapped.metadata().unwrap().len(), 5);
        // As the images of a process are, which are never unmapped.
        std::mem::forget(copy);
    }

    #[test]
    fn no_path_comes_twice() {
        let parent = tempfile::tempdir().unwrap();
        let mut paths = std::collections::BTreeSet::new();
        for _ in 0..20 {
            let copy = copy(&parent);
            copy.mapped();
            let folder = copy.path().parent().unwrap().file_name().unwrap().to_owned();
            // Whatever the random end of the name is.
            let name = folder.into_string().unwrap();
            assert!(paths.insert(name.rsplit_once('-').unwrap().0.to_owned()), "{name}");
        }
    }

    #[test]
    fn what_a_dead_process_left_is_removed_and_what_is_in_use_is_not() {
        let parent = tempfile::tempdir().unwrap();
        let [in_use, dead, young] = [(); 3].map(|()| copy(&parent));
        for old in [&in_use, &dead] {
            age(old.folder.path());
        }
        let kept = [&in_use, &young].map(|copy| copy.folder.path().to_owned());
        // As after a process was killed: nobody holds it, and no destructor ran.
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
    fn a_link_that_is_named_like_a_copy_leads_to_no_removal() {
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
