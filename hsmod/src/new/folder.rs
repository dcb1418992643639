//! Writes a folder completely or not at all.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::name::Name;
use crate::exit::{Result, Stop};

/// # Errors
/// A file or folder of this name exists.
pub(super) fn refuse_existing(name: &Name) -> Result<()> {
    // Unlike `exists`, this also finds a dangling link.
    let Ok(found) = fs::symlink_metadata(name.as_str()) else { return Ok(()) };
    let what = if found.is_dir() { "folder" } else { "file" };
    Err(Stop::wrong(format!(
        "there is already a {what} `{name}` here\n  fix: choose another name, or move it away"
    )))
}

/// Writes the files of the new crate. Each is given as its path in the folder and its text.
///
/// # Errors
/// A file cannot be written. Then none is left behind.
pub(super) fn write(name: &Name, files: &[(&str, String)]) -> Result<()> {
    write_whole(Path::new(name.as_str()), files).map_err(|(path, error)| {
        Stop::wrong(format!(
            "cannot write `{}`: {error}\n  fix: make sure that you may create folders here; \
             nothing of `{name}` was left behind",
            path.display()
        ))
    })
}

/// Writes the folder under a temporary name first, so that an interruption leaves no folder that
/// looks like a crate. On failure, returns the path that could not be written.
fn write_whole(
    folder: &Path,
    files: &[(&str, String)],
) -> std::result::Result<(), (PathBuf, io::Error)> {
    let name = folder.file_name().unwrap_or_default().to_string_lossy();
    let unfinished = Unfinished(folder.with_file_name(format!(".{name}.{}", std::process::id())));
    let failed = |path: &Path| {
        let path = folder.join(path);
        move |error| (path, error)
    };
    fs::create_dir(&unfinished.0).map_err(failed(Path::new("")))?;
    for (path, text) in files {
        let (path, file) = (Path::new(path), unfinished.0.join(path));
        let parents = file.parent().map_or(Ok(()), fs::create_dir_all);
        parents.and_then(|()| fs::write(&file, text)).map_err(failed(path))?;
    }
    fs::rename(&unfinished.0, folder).map_err(failed(Path::new("")))
}

/// The temporary folder, removed on drop unless it has been renamed.
struct Unfinished(PathBuf);

impl Drop for Unfinished {
    fn drop(&mut self) {
        // The folder does not exist if it was renamed or could not be created.
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_write_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let crate_folder = folder.path().join("my_filter");
        let files = |paths: [&'static str; 2]| paths.map(|path| (path, "text".to_owned()));
        let (path, _) = write_whole(&crate_folder, &files(["src", "src/lib.rs"])).unwrap_err();
        assert_eq!(path, crate_folder.join("src/lib.rs"));
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);

        write_whole(&crate_folder, &files(["Cargo.toml", "src/lib.rs"])).unwrap();
        assert_eq!(fs::read_to_string(crate_folder.join("src/lib.rs")).unwrap(), "text");
        // A folder that exists by now is not overwritten.
        assert!(write_whole(&crate_folder, &files(["README.md", "src/lib.rs"])).is_err());
        assert!(!crate_folder.join("README.md").exists());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
