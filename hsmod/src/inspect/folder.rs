//! The plugins in a folder.

use std::env::consts::DLL_EXTENSION;
use std::ffi::OsStr;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use hsmod_loader::problem::{Problem, Stage};
use hsmod_loader::suggestion::listed;

use crate::exit::Exit;

/// The number of skipped files that are named.
const NAMED: usize = 5;

/// The content of a folder.
pub(super) struct Folder {
    /// The files whose extension is that of a shared library, sorted.
    pub(super) plugins: Vec<PathBuf>,
    /// A warning that names the other files.
    pub(super) others: Option<Problem>,
}

/// Lists the plugins in a folder.
///
/// # Errors
/// The folder cannot be read or holds no plugin.
pub(super) fn plugins(folder: &Path) -> Result<Folder, (Box<Problem>, Exit)> {
    let files =
        files(folder).map_err(|error| (Box::new(unreadable(folder, &error)), Exit::Wrong))?;
    let is_plugin = |file: &PathBuf| file.extension() == Some(OsStr::new(DLL_EXTENSION));
    let (plugins, others): (Vec<PathBuf>, Vec<PathBuf>) = files.into_iter().partition(is_plugin);
    if plugins.is_empty() {
        return Err((Box::new(empty(folder, &others)), Exit::No));
    }
    let left_out = (!others.is_empty()).then(|| {
        let message = format!(
            "in `{}`, files that are not named like shared libraries are skipped: {}",
            folder.display(),
            named(&others)
        );
        Problem::warning(Stage::Discovery, message)
    });
    Ok(Folder { plugins, others: left_out })
}

/// Everything in the folder except folders, sorted.
fn files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let entries = std::fs::read_dir(folder)?.map(|entry| Ok(entry?.path()));
    let mut files = entries.collect::<io::Result<Vec<PathBuf>>>()?;
    files.retain(|file| !file.is_dir());
    files.sort();
    Ok(files)
}

fn unreadable(folder: &Path, error: &io::Error) -> Problem {
    let message = format!("the folder `{}` cannot be read: {error}", folder.display());
    Problem::error(Stage::Discovery, message).fix(match error.kind() {
        ErrorKind::PermissionDenied => "run this as a user who may read it, or name the files",
        _ => "name the files themselves",
    })
}

fn empty(folder: &Path, others: &[PathBuf]) -> Problem {
    let what = if others.is_empty() {
        "there is no file in it".to_owned()
    } else {
        format!("no file in it ends in `.{DLL_EXTENSION}`, but there is {}", named(others))
    };
    let message = format!("there is no plugin in the folder `{}`: {what}", folder.display());
    Problem::error(Stage::Discovery, message)
        .fix("build one with `cargo build --release`, which puts it into `target/release`")
}

fn named(files: &[PathBuf]) -> String {
    let names = files.iter().take(NAMED).filter_map(|file| file.file_name());
    let names: Vec<String> = names.map(|name| name.to_string_lossy().into_owned()).collect();
    let more = files.len().saturating_sub(NAMED);
    let shown = listed(names.iter().map(String::as_str));
    if more > 0 { format!("{shown} and {more} more") } else { shown }
}
