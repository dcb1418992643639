//! Finds out who could replace a plugin's file.
//!
//! The owner of a file or folder may change its mode, and a user who may write to a folder may
//! replace what is in it. So everything on the path to the file, including symbolic links and their
//! targets, must belong to root or to the running user and be writable only by its owner. In a
//! folder with the sticky bit, such as `/tmp`, everybody may write but replace only their own
//! files, so there the owner of the entry decides.

use std::ffi::OsString;
use std::fs::{self, Metadata};
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Component, Path, PathBuf};

use super::error;
use crate::inspection::Image;
use crate::problem::Problem;
use crate::scarcity;
use crate::sys;

/// One problem for each file or folder on the path to `image` that others may change.
pub(super) fn check(image: &Image) -> Vec<Problem> {
    let unknown = |cause: io::Error| {
        let path = image.path().display();
        let problem = error(format!("cannot find out who may write to `{path}`: {cause}"));
        let fix = scarcity::remedy(&cause)
            .unwrap_or("let the user that runs the homeserver enter the folders on the way to it");
        vec![problem.fix(fix)]
    };
    let (mut way, file) = match (way(image.path()), image.metadata()) {
        (Ok(way), Ok(file)) => (way, file),
        (Err(cause), _) | (_, Err(cause)) => return unknown(cause),
    };
    // The last one is the file itself: use the metadata of the open file.
    match way.last_mut() {
        Some((_, last)) if (last.dev(), last.ino()) == (file.dev(), file.ino()) => *last = file,
        _ => return vec![replaced(image.path())],
    }
    let user = sys::effective_user();
    let mut problems: Vec<Problem> = Vec::new();
    for (path, metadata) in way {
        let faults = [foreign(&path, &metadata, user), writable(&path, &metadata)];
        for problem in faults.into_iter().flatten() {
            // A link may lead back to folders that were checked already.
            if !problems.contains(&problem) {
                problems.push(problem);
            }
        }
    }
    problems
}

fn foreign(path: &Path, metadata: &Metadata, user: u32) -> Option<Problem> {
    let owner = metadata.uid();
    if owner == 0 || owner == user {
        return None;
    }
    let message = format!(
        "`{}` (mode {}) belongs to {}, who could replace the plugin",
        path.display(),
        mode(metadata),
        name_of(owner),
    );
    Some(error(message).fix(format!("`chown -h root {}`", quoted(path))))
}

/// Access control lists need no check of their own: the mode's group bits limit what they allow.
fn writable(path: &Path, metadata: &Metadata) -> Option<Problem> {
    let is_sticky_folder = metadata.is_dir() && metadata.mode() & 0o1000 != 0;
    if metadata.is_symlink() || is_sticky_folder {
        return None;
    }
    let (who, bits) = match metadata.mode() & 0o022 {
        0 => return None,
        0o020 => ("its group", "g-w"),
        0o002 => ("everybody", "o-w"),
        _ => ("its group and everybody", "go-w"),
    };
    let message = format!(
        "`{}` (mode {}, owner {}) may be written by {who}, who could replace the plugin",
        path.display(),
        mode(metadata),
        name_of(metadata.uid()),
    );
    Some(error(message).fix(format!("`chmod {bits} {}`", quoted(path))))
}

fn replaced(path: &Path) -> Problem {
    error(format!("`{}` was replaced while it was being read", path.display())).fix("try again")
}

fn mode(metadata: &Metadata) -> String {
    format!("{:04o}", metadata.mode() & 0o7777)
}

fn name_of(user: u32) -> String {
    if user == 0 { "root".to_owned() } else { format!("user {user}") }
}

/// The path, quoted for a shell if necessary.
fn quoted(path: &Path) -> String {
    let path = path.display().to_string();
    let is_plain = |c: char| c.is_alphanumeric() || "/._-+@".contains(c);
    if path.chars().all(is_plain) { path } else { format!("'{}'", path.replace('\'', r"'\''")) }
}

/// Everything that the system passes when it opens `path`: folders, symbolic links and their
/// targets, and finally the file.
fn way(path: &Path) -> io::Result<Vec<(PathBuf, Metadata)>> {
    let mut met = Vec::new();
    let mut links_left = LINKS_MAX;
    // The current folder; no part of this path is a symbolic link.
    let mut here = PathBuf::new();
    // The remaining parts, the next one last.
    let mut to_go = parts(&std::path::absolute(path)?);
    while let Some(part) = to_go.pop() {
        if part == ".." {
            here.pop();
            continue;
        }
        let next = here.join(&part);
        let metadata = fs::symlink_metadata(&next)?;
        if metadata.is_symlink() {
            links_left = links_left.checked_sub(1).ok_or(rustix::io::Errno::LOOP)?;
            to_go.extend(parts(&fs::read_link(&next)?));
        } else {
            here.clone_from(&next);
        }
        met.push((next, metadata));
    }
    Ok(met)
}

/// The same limit as on Linux.
const LINKS_MAX: u32 = 40;

/// The parts of a path, the first one last; `/` is a part.
fn parts(path: &Path) -> Vec<OsString> {
    let parts = path.components().filter(|part| *part != Component::CurDir);
    parts.rev().map(|part| part.as_os_str().to_owned()).collect()
}
