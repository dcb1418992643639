//! A lock against concurrent runs of a task that use the same files.

use std::fs::{self, File};
use std::io;
use std::path::Path;

use crate::command::Result;

/// A lock that is held until drop. The system releases it when the process ends, however it ends.
#[derive(Debug)]
pub(crate) struct Lock {
    _file: File,
}

impl Lock {
    /// Locks `folder`, creating it if necessary. If another process holds the lock, waits with a
    /// message.
    ///
    /// # Errors
    /// The folder cannot be written to.
    pub(crate) fn of(folder: &Path) -> Result<Self> {
        fs::create_dir_all(folder)?;
        let path = folder.join("lock");
        let locked = File::create(&path).and_then(|file| {
            if !try_lock(&file)? {
                eprintln!("waiting for another run in `{}`", folder.display());
                lock(&file)?;
            }
            Ok(Self { _file: file })
        });
        locked.map_err(|error| format!("cannot lock `{}`: {error}", path.display()).into())
    }
}

#[cfg(unix)]
fn try_lock(file: &File) -> io::Result<bool> {
    use rustix::fs::{FlockOperation, flock};
    match flock(file, FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => Ok(true),
        Err(rustix::io::Errno::WOULDBLOCK) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

#[cfg(unix)]
fn lock(file: &File) -> io::Result<()> {
    use rustix::fs::{FlockOperation, flock};
    Ok(flock(file, FlockOperation::LockExclusive)?)
}

/// Synapse does not run on such systems.
#[cfg(not(unix))]
fn try_lock(_: &File) -> io::Result<bool> {
    Ok(true)
}

#[cfg(not(unix))]
fn lock(_: &File) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn a_second_one_waits_for_the_first() {
        let folder = std::env::temp_dir().join(format!("hsmod-lock-{}", std::process::id()));
        let first = Lock::of(&folder).unwrap();
        let second = File::open(folder.join("lock")).unwrap();
        assert!(!try_lock(&second).unwrap());
        drop(first);
        assert!(try_lock(&second).unwrap());
        fs::remove_dir_all(folder).unwrap();
    }
}
