//! The module's file: its path, and the check that it is a plain file with a single name.

use std::fs::{self, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use super::StorageError;

/// Creates folder and file if they do not exist, and returns the file's path, which contains no
/// symbolic links.
///
/// # Errors
/// They cannot be created, or what exists is not a plain file.
pub(super) fn prepare(data_dir: &Path, module: &str) -> Result<PathBuf, StorageError> {
    let cannot = |path: &Path, cause: io::Error| StorageError::Open {
        path: path.to_owned(),
        reason: cause.to_string(),
    };
    folder(data_dir).map_err(|cause| cannot(data_dir, cause))?;
    // The operator may place the folder behind a symbolic link; there must be none below it.
    let data_dir = data_dir.canonicalize().map_err(|cause| cannot(data_dir, cause))?;
    let path = data_dir.join(file_name(module));
    let refuse =
        |reason: &str| Err(StorageError::Open { path: path.clone(), reason: reason.to_owned() });
    match fs::symlink_metadata(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            create(&path).map_err(|cause| cannot(&path, cause))?;
        }
        Err(error) => return Err(cannot(&path, error)),
        Ok(metadata) if metadata.is_symlink() => {
            return refuse("it is a symbolic link: put the file itself there");
        }
        Ok(metadata) if !metadata.is_file() => {
            return refuse("it is not a regular file: move it away");
        }
        Ok(metadata) if links(&metadata) > 1 => {
            return refuse("it has several names (hard links): put a copy there");
        }
        Ok(_) => {}
    }
    Ok(path)
}

/// A unique name for each module's file, even where names are case-insensitive: all but a few
/// characters are written as `%XX`.
fn file_name(module: &str) -> String {
    let mut name = String::new();
    for byte in module.bytes() {
        match byte {
            b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' => name.push(byte.into()),
            b'.' if !name.is_empty() => name.push('.'),
            _ => name.push_str(&format!("%{byte:02X}")),
        }
    }
    // File systems allow 255 bytes; SQLite appends to the name for its other files.
    if name.len() > 200 {
        let digest: String = Sha256::digest(module).iter().map(|b| format!("{b:02x}")).collect();
        name.truncate(100);
        name = format!("{name}%-{digest}");
    }
    format!("{name}.sqlite3")
}

#[cfg(unix)]
fn folder(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;
    fs::DirBuilder::new().recursive(true).mode(0o700).create(path)
}

#[cfg(not(unix))]
fn folder(path: &Path) -> io::Result<()> {
    fs::create_dir_all(path)
}

fn create(path: &Path) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        // Another process created it first; SQLite will check its content.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        made => made.map(drop),
    }
}

#[cfg(unix)]
fn links(metadata: &fs::Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::nlink(metadata)
}

#[cfg(not(unix))]
fn links(_metadata: &fs::Metadata) -> u64 {
    1
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names_that_would_leave_the_folder_are_escaped() {
        for (module, name) in [
            ("evil-list", "evil-list.sqlite3"),
            ("v1.2", "v1.2.sqlite3"),
            ("Spam", "%53pam.sqlite3"),
            ("../other", "%2E.%2Fother.sqlite3"),
            ("", ".sqlite3"),
            ("a\0b%", "a%00b%25.sqlite3"),
            ("file:x?mode=memory", "file%3Ax%3Fmode%3Dmemory.sqlite3"),
        ] {
            assert_eq!(file_name(module), name);
        }
    }

    proptest! {
        #[test]
        fn each_name_has_a_file_of_its_own(a in ".{0,100}", b in ".{0,100}") {
            let (one, other) = (file_name(&a), file_name(&b));
            prop_assert_eq!(one.eq_ignore_ascii_case(&other), a == b);
            prop_assert!(one.len() < 240 && !one.contains(['/', '\\', '\0']));
        }
    }
}
