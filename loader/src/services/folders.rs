//! The folders that the operator names for the services: whether they can be used is told at the
//! start, and not when a module first needs one.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::config::Config;
use crate::problem::{Problem, Stage};
use crate::sys;

/// What is wrong with them. Nothing is left in them, and one that is not there is not made.
pub(crate) fn examine(config: &Config) -> Vec<Problem> {
    let data = config.data_dir().and_then(|folder| Some(("data_dir", unfit_to_write(folder)?)));
    let templates =
        config.templates_dir().and_then(|folder| Some(("templates_dir", unfit_to_read(folder)?)));
    let pinpointed = |(key, problem)| config.pinpoint(problem, key);
    [data, templates].into_iter().flatten().map(pinpointed).collect()
}

/// Why modules' files cannot lie there. A folder that is missing is made at first use.
fn unfit_to_write(folder: &Path) -> Option<Problem> {
    let shown = folder.display();
    match fs::metadata(folder) {
        Ok(found) if !found.is_dir() => {
            Some(error(format!("`{shown}` is no folder")).fix("name a folder, or move that away"))
        }
        Ok(_) => probe_file(folder).err().map(|cause| {
            error(format!("{} cannot write to the folder `{shown}`: {cause}", who()))
                .fix(remedy(&cause, &format!("let the user that runs the homeserver write there: `chown USER {shown}`, and run this as that user")))
        }),
        Err(cause) if is_missing(&cause) => unmakeable(folder),
        Err(cause) => Some(unreachable(folder, &cause)),
    }
}

/// Why a folder that is missing cannot be made.
fn unmakeable(folder: &Path) -> Option<Problem> {
    let shown = folder.display();
    if let Ok(target) = fs::read_link(folder) {
        let message =
            format!("`{shown}` is a symbolic link to `{}`, which leads nowhere", target.display());
        return Some(error(message).fix("point it at a folder, or remove it"));
    }
    let above = folder.ancestors().skip(1).find(|above| fs::symlink_metadata(above).is_ok())?;
    let cause = probe_folder(above).err()?;
    let message = format!(
        "the folder `{shown}` is not there, and {} cannot make it in `{}`: {cause}",
        who(),
        above.display()
    );
    let fix = format!(
        "make it and give it to the user that runs the homeserver (`mkdir -p {shown}`, `chown USER \
         {shown}`), or name another one"
    );
    Some(error(message).fix(remedy(&cause, &fix)))
}

/// Why templates cannot be read there.
fn unfit_to_read(folder: &Path) -> Option<Problem> {
    let shown = folder.display();
    match fs::read_dir(folder) {
        Ok(_) => None,
        Err(cause) if is_missing(&cause) && !folder.is_file() => {
            let message = format!("the folder `{shown}` is not there");
            Some(error(message).fix("make it, correct the path, or remove the key"))
        }
        Err(_) if folder.is_file() => {
            Some(error(format!("`{shown}` is no folder")).fix("name the folder of the templates"))
        }
        Err(cause) => Some(unreachable(folder, &cause)),
    }
}

fn unreachable(folder: &Path, cause: &io::Error) -> Problem {
    let message = format!("{} cannot read the folder `{}`: {cause}", who(), folder.display());
    error(message).fix(remedy(
        cause,
        "let the user that runs the homeserver enter it and the folders above it, and run this as \
         that user",
    ))
}

fn remedy(cause: &io::Error, otherwise: &str) -> String {
    let fix = match cause.kind() {
        io::ErrorKind::ReadOnlyFilesystem => {
            "name a folder that may be written (`ReadWritePaths=` in a systemd unit)"
        }
        io::ErrorKind::StorageFull => "make room on that disk",
        _ => sys::scarce(cause).unwrap_or(otherwise),
    };
    fix.to_owned()
}

fn error(message: String) -> Problem {
    Problem::error(Stage::Config, message)
}

fn is_missing(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

/// Who runs this: perhaps not who runs the homeserver.
#[cfg(unix)]
fn who() -> String {
    match sys::effective_user() {
        0 => "root".to_owned(),
        user => format!("user {user}"),
    }
}

#[cfg(not(unix))]
fn who() -> String {
    "this user".to_owned()
}

/// Whether files can be made in a folder: the rights alone do not tell.
fn probe_file(folder: &Path) -> io::Result<()> {
    if let Some(done) = sys::make_nameless_file(folder) {
        return done;
    }
    let path = probe_path(folder);
    fs::File::create_new(&path)?;
    fs::remove_file(path)
}

fn probe_folder(above: &Path) -> io::Result<()> {
    let path = probe_path(above);
    fs::create_dir(&path)?;
    fs::remove_dir(path)
}

/// A name that nothing else has.
fn probe_path(folder: &Path) -> PathBuf {
    use std::sync::atomic::{AtomicU32, Ordering};
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    folder.join(format!(".hsmod-probe-{}-{number}", std::process::id()))
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use insta::assert_snapshot;

    use super::*;

    /// What is said of these folders below `/site`, which is left as it was.
    fn said(yaml: &str) -> String {
        let site = tempfile::tempdir().unwrap();
        fs::create_dir_all(site.path().join("there/empty")).unwrap();
        fs::write(site.path().join("file"), "x").unwrap();
        std::os::unix::fs::symlink("gone", site.path().join("link")).unwrap();
        let config = Config::from_yaml(&format!("modules: []\n{yaml}"), site.path()).unwrap();
        let problems = examine(&config);
        assert_eq!(fs::read_dir(site.path()).unwrap().count(), 3, "something was left");
        assert_eq!(fs::read_dir(site.path().join("there/empty")).unwrap().count(), 0);
        let text = problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
        text.replace(site.path().to_str().unwrap(), "/site").replace(&who(), "WHO")
    }

    #[test]
    fn folders_that_can_be_used() {
        assert_eq!(said("data_dir: there\ntemplates_dir: there/empty"), "");
        assert_eq!(said("data_dir: there/empty/made/at/first/use"), "");
        assert_eq!(said(""), "");
    }

    #[test]
    fn folders_that_cannot_be_made() {
        assert_snapshot!(said("data_dir: /proc/nope"), @"
        error: config: the folder `/proc/nope` is not there, and WHO cannot make it in `/proc`: No such file or directory (os error 2)
          at data_dir, line 2, column 1
          fix: make it and give it to the user that runs the homeserver (`mkdir -p /proc/nope`, `chown USER /proc/nope`), or name another one
        ");
        assert_snapshot!(said("data_dir: file/below"), @"
        error: config: the folder `/site/file/below` is not there, and WHO cannot make it in `/site/file`: Not a directory (os error 20)
          at data_dir, line 2, column 1
          fix: make it and give it to the user that runs the homeserver (`mkdir -p /site/file/below`, `chown USER /site/file/below`), or name another one
        ");
        assert_snapshot!(said("data_dir: link"), @"
        error: config: `/site/link` is a symbolic link to `gone`, which leads nowhere
          at data_dir, line 2, column 1
          fix: point it at a folder, or remove it
        ");
    }

    #[test]
    fn what_is_no_folder() {
        assert_snapshot!(said("data_dir: file\ntemplates_dir: file"), @"
        error: config: `/site/file` is no folder
          at data_dir, line 2, column 1
          fix: name a folder, or move that away
        error: config: `/site/file` is no folder
          at templates_dir, line 3, column 1
          fix: name the folder of the templates
        ");
    }

    #[test]
    fn a_folder_in_which_nothing_can_be_written() {
        assert_snapshot!(said("data_dir: /proc"), @"
        error: config: WHO cannot write to the folder `/proc`: No such file or directory (os error 2)
          at data_dir, line 2, column 1
          fix: let the user that runs the homeserver write there: `chown USER /proc`, and run this as that user
        ");
        let denied = io::Error::from(rustix::io::Errno::ROFS);
        assert_snapshot!(remedy(&denied, "-"), @"name a folder that may be written (`ReadWritePaths=` in a systemd unit)");
    }

    #[test]
    fn templates_that_are_not_there() {
        assert_snapshot!(said("templates_dir: nope"), @"
        error: config: the folder `/site/nope` is not there
          at templates_dir, line 2, column 1
          fix: make it, correct the path, or remove the key
        ");
        assert_snapshot!(said("templates_dir: file/below"), @"
        error: config: the folder `/site/file/below` is not there
          at templates_dir, line 2, column 1
          fix: make it, correct the path, or remove the key
        ");
    }
}
