//! Writes the result to a file. It holds secrets, so only its owner may read it, and it does not
//! replace an existing file.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::Path;

use crate::exit::{Result, Stop};

/// Writes `text` completely or not at all. An existing file is replaced only with `force`, and
/// `homeserver` never.
///
/// # Errors
/// The path exists already, or the file cannot be written.
pub(super) fn write(path: &Path, text: &str, homeserver: &Path, force: bool) -> Result<()> {
    if is_same(path, homeserver) {
        return Err(Stop::wrong(format!(
            "`{}` is the config that was read, and the result would overwrite it\n  fix: write the \
             result to another file",
            path.display()
        )));
    }
    let written = if force { replace(path, text) } else { write_new(path, text) };
    written.map_err(|error| Stop::wrong(refusal(path, &error)))
}

fn refusal(path: &Path, error: &io::Error) -> String {
    let path = path.display();
    match error.kind() {
        ErrorKind::AlreadyExists => format!(
            "`{path}` already exists\n  fix: choose another name, or add `--force` to overwrite it"
        ),
        _ => {
            format!("cannot write `{path}`: {error}\n  fix: choose a folder that you may write to")
        }
    }
}

fn is_same(path: &Path, homeserver: &Path) -> bool {
    let resolved = |path: &Path| fs::canonicalize(path).ok();
    resolved(path).is_some_and(|path| resolved(homeserver) == Some(path))
}

/// Writes a temporary file beside the old one and renames it, so that a reader finds either the old
/// or the new content. The new file keeps the old one's permissions.
fn replace(path: &Path, text: &str) -> io::Result<()> {
    // Resolve links, since renaming would replace the link itself.
    let path = &fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let beside = path.with_file_name(format!(".{name}.{}", std::process::id()));
    write_new(&beside, text)?;
    let permitted = match fs::metadata(path) {
        Ok(old) => fs::set_permissions(&beside, old.permissions()),
        Err(_) => Ok(()),
    };
    permitted.and_then(|()| fs::rename(&beside, path)).inspect_err(|_| forget(&beside))
}

fn write_new(path: &Path, text: &str) -> io::Result<()> {
    let mut file = create(path)?;
    file.write_all(text.as_bytes()).inspect_err(|_| forget(path))
}

/// Removes an incomplete file, so that it is not mistaken for the result. An error is ignored,
/// since the caller reports the failed write.
fn forget(path: &Path) {
    let _ = fs::remove_file(path);
}

#[cfg(unix)]
fn create(path: &Path) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;
    OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)
}

#[cfg(not(unix))]
fn create(path: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).create_new(true).open(path)
}
