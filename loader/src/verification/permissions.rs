//! Who may put another file in the place of a plugin.
//!
//! Whoever owns a file or folder may change its mode, and whoever may write a folder may replace
//! what lies in it. So all that is met on the way to the file, symbolic links and their targets
//! included, must belong to root or to the running user, and only they may write it. In a folder
//! with the sticky bit, such as `/tmp`, everybody may write, but replace only what is theirs: the
//! owner of what lies in it decides.

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

/// One problem for each file or folder on the way to `image` that others may change.
pub(super) fn check(image: &Image) -> Vec<Problem> {
    let unknown = |cause: io::Error| {
        let path = image.path().display();
        let problem = error(format!("who may write `{path}` cannot be found out: {cause}"));
        let fix = scarcity::remedy(&cause)
            .unwrap_or("let the user that runs the homeserver enter the folders on the way to it");
        vec![problem.fix(fix)]
    };
    let (mut way, file) = match (way(image.path()), image.metadata()) {
        (Ok(way), Ok(file)) => (way, file),
        (Err(cause), _) | (_, Err(cause)) => return unknown(cause),
    };
    // The last on the way is the file itself, of which the open one counts.
    match way.last_mut() {
        Some((_, last)) if (last.dev(), last.ino()) == (file.dev(), file.ino()) => *last = file,
        _ => return vec![replaced(image.path())],
    }
    let user = sys::effective_user();
    let mut problems: Vec<Problem> = Vec::new();
    for (path, metadata) in way {
        let faults = [foreign(&path, &metadata, user), writable(&path, &metadata)];
        for problem in faults.into_iter().flatten() {
            // A link may lead back to folders that were met before it.
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

/// Access lists need no look of their own: what they allow at most stands in the group's bits.
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

/// The path as a shell takes it.
fn quoted(path: &Path) -> String {
    let path = path.display().to_string();
    let is_plain = |c: char| c.is_alphanumeric() || "/._-+@".contains(c);
    if path.chars().all(is_plain) { path } else { format!("'{}'", path.replace('\'', r"'\''")) }
}

/// All that the system meets when it opens `path`: folders, symbolic links, what those lead to,
/// and last the file.
fn way(path: &Path) -> io::Result<Vec<(PathBuf, Metadata)>> {
    let mut met = Vec::new();
    let mut links_left = LINKS_MAX;
    // Where we stand; no part of it is a symbolic link.
    let mut here = PathBuf::new();
    // What is still to go, the next part last.
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

/// As many as Linux follows.
const LINKS_MAX: u32 = 40;

/// The parts of a path, the first one last; `/` is one of them.
fn parts(path: &Path) -> Vec<OsString> {
    let parts = path.components().filter(|part| *part != Component::CurDir);
    parts.rev().map(|part| part.as_os_str().to_owned()).collect()
}
