//! The operator's folder: templates in it are found by name, and nothing outside of it.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use super::TemplateError;

/// Larger than any template.
const BYTES_MAX: u64 = 1 << 20;

/// A folder, with its path free of symbolic links.
#[derive(Debug)]
pub(super) struct Folder(PathBuf);

impl Folder {
    /// Opens the folder.
    ///
    /// # Errors
    /// It does not exist, or is not a folder.
    pub(super) fn open(path: PathBuf) -> Result<Self, TemplateError> {
        match path.canonicalize() {
            Ok(folder) if folder.is_dir() => Ok(Self(folder)),
            Ok(_) => Err(unusable(&path, "it is not a folder")),
            Err(error) => Err(unusable(&path, error)),
        }
    }

    /// Reads the file called `name`, which [`check`] has accepted; `None` if there is none.
    ///
    /// # Errors
    /// It leads out of the folder, or cannot be read.
    pub(super) fn read(&self, name: &str) -> Result<Option<String>, TemplateError> {
        let path = self.0.join(name);
        let real = match path.canonicalize() {
            Ok(real) => real,
            // A dangling link does exist, and is an error.
            Err(error) if is_absent(&error) && fs::symlink_metadata(&path).is_err() => {
                return Ok(None);
            }
            Err(error) => return Err(unusable(&path, error)),
        };
        if !real.starts_with(&self.0) {
            return Err(unusable(&path, "it is a symbolic link out of the folder"));
        }
        if !real.is_file() {
            return Err(unusable(&path, "it is not a regular file"));
        }
        let mut text = String::new();
        let read =
            File::open(&real).and_then(|file| file.take(BYTES_MAX + 1).read_to_string(&mut text));
        match read {
            Ok(bytes) if bytes as u64 > BYTES_MAX => {
                Err(unusable(&path, "it is larger than 1 MiB"))
            }
            Ok(_) => Ok(Some(text)),
            Err(error) if error.kind() == io::ErrorKind::InvalidData => {
                Err(unusable(&path, "it is not UTF-8"))
            }
            Err(error) => Err(unusable(&path, error)),
        }
    }
}

/// Refuses names that would lead elsewhere.
///
/// # Errors
/// The name is not a relative path of plain names.
pub(super) fn check(name: &str) -> Result<(), TemplateError> {
    let is_plain = |part: &str| !matches!(part, "" | "." | "..");
    // A backslash or a colon leads elsewhere on some systems.
    if name.split('/').all(is_plain) && !name.contains(['\\', ':', '\0']) {
        return Ok(());
    }
    Err(TemplateError::Name { name: name.escape_debug().to_string() })
}

fn is_absent(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

fn unusable(path: &Path, reason: impl ToString) -> TemplateError {
    TemplateError::File { path: path.to_owned(), reason: reason.to_string() }
}
