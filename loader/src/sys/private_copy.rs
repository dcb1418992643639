//! Bytes that no other user can change, under a path that can be mapped: where there is no memfd.

use std::fs;
use std::io;
use std::path::PathBuf;

use tempfile::TempDir;

/// A copy in a folder of its own that only this user may enter.
///
/// It must outlive the mapping; the folder is removed when it is dropped, where the system lets a
/// mapped library be removed.
#[derive(Debug)]
pub(crate) struct PrivateCopy {
    folder: TempDir,
    name: String,
}

impl PrivateCopy {
    /// Copies `bytes` to a file called `name`, which must be a plain file name.
    pub(crate) fn new(name: &str, bytes: &[u8]) -> io::Result<Self> {
        let mut builder = tempfile::Builder::new();
        builder.prefix("hsmod-");
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700));
        let copy = Self { folder: builder.tempdir()?, name: name.to_owned() };
        fs::write(copy.path(), bytes)?;
        Ok(copy)
    }

    /// The path to map.
    pub(crate) fn path(&self) -> PathBuf {
        self.folder.path().join(&self.name)
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn the_copy_is_in_a_folder_of_this_user_alone() {
        let copy = PrivateCopy::new("libx.so", b"bytes").unwrap();
        assert_eq!(fs::read(copy.path()).unwrap(), b"bytes");
        assert_eq!(fs::metadata(copy.folder.path()).unwrap().permissions().mode() & 0o777, 0o700);
        let path = copy.path();
        drop(copy);
        assert!(!path.exists());
    }
}
