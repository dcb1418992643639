//! Checks the folders that the config names for the loader's services, before any module runs and
//! whether or not a module uses them at once.
//!
//! A `data_dir` that does not exist is created when a module first stores something, so it is
//! enough that it can be created. The `templates_dir` contains the operator's files, so it must
//! exist.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::Path;

use crate::config::Config;
use crate::host::Host;
use crate::problem::{Problem, Stage};
use crate::rehearsal::Service;
use crate::suggestion::printable;
use crate::sys;

/// One problem for each folder that modules could not use in any homeserver.
pub(crate) fn unusable(config: &Config) -> Vec<Problem> {
    let data_dir = config.data_dir().filter(|_| cfg!(feature = "storage"));
    let templates_dir = config.templates_dir().filter(|_| cfg!(feature = "templates"));
    let problem = |key: &str, Fault { message, fix }: Fault| {
        let problem = Problem::error(Stage::Config, printable(&message)).fix(printable(&fix));
        config.pinpoint(problem, key)
    };
    let data_dir = data_dir.and_then(no_place_for_data).map(|fault| problem("data_dir", fault));
    let templates_dir = templates_dir.and_then(no_templates);
    let templates_dir = templates_dir.map(|fault| problem("templates_dir", fault));
    data_dir.into_iter().chain(templates_dir).collect()
}

/// The same for this homeserver: services that it provides itself or only simulates need no folder.
pub(crate) fn unusable_in(config: &Config, host: &Host) -> Vec<Problem> {
    let played = |service| host.rehearsal.as_ref().is_some_and(|played| !played.is_live(service));
    let mut problems = unusable(config);
    problems.retain(|problem| match problem.path.as_deref() {
        Some("data_dir") => {
            !played(Service::Storage) && !host.services.answers("run_db_interaction")
        }
        _ => !host.services.answers("read_templates"),
    });
    problems
}

/// What is wrong with a folder, and the remedy.
#[derive(Debug, PartialEq)]
struct Fault {
    message: String,
    fix: String,
}

/// Why no files can be created in `path`, or why it cannot be created itself.
fn no_place_for_data(path: &Path) -> Option<Fault> {
    let shown = path.display();
    match fs::metadata(path) {
        Ok(found) if found.is_dir() => {
            sys::may_write_in(path).err().map(|error| unwritable(path, &error))
        }
        Ok(_) => Some(no_folder(path)),
        Err(error) if !is_absent(&error) => Some(out_of_reach(path, &error)),
        Err(_) if fs::symlink_metadata(path).is_ok() => Some(leads_nowhere(path)),
        Err(_) => {
            let above = path.ancestors().find(|above| fs::symlink_metadata(above).is_ok())?;
            let mut fault = no_place_for_data(above)?;
            fault.message =
                format!("`{shown}` does not exist and cannot be created: {}", fault.message);
            let denied = |error: &io::Error| error.kind() == ErrorKind::PermissionDenied;
            if above.is_dir() && sys::may_write_in(above).is_err_and(|error| denied(&error)) {
                fault.fix = format!("create `{shown}`, and {}", given_away("it"));
            }
            Some(fault)
        }
    }
}

/// Why no templates can be read from `path`.
fn no_templates(path: &Path) -> Option<Fault> {
    match fs::metadata(path) {
        Ok(found) if found.is_dir() => {
            sys::may_enter(path).err().map(|error| out_of_reach(path, &error))
        }
        Ok(_) => Some(no_folder(path)),
        Err(error) if !is_absent(&error) => Some(out_of_reach(path, &error)),
        Err(_) if fs::symlink_metadata(path).is_ok() => Some(leads_nowhere(path)),
        Err(_) => Some(Fault {
            message: format!("`{}` does not exist", path.display()),
            fix: "create the folder and put your templates there, or remove `templates_dir`: \
                  modules then use their own"
                .to_owned(),
        }),
    }
}

/// The fault for an error from [`sys::may_write_in`].
fn unwritable(folder: &Path, error: &io::Error) -> Fault {
    let shown = folder.display();
    let (why, fix) = match error.kind() {
        ErrorKind::PermissionDenied => {
            (format!("{} may not", current_user()), given_away(&format!("`{shown}`")))
        }
        ErrorKind::ReadOnlyFilesystem => (
            "it is mounted read-only".to_owned(),
            "mount it writable (systemd: `ReadWritePaths=`; containers: a volume), or set \
             `data_dir` to a writable folder"
                .to_owned(),
        ),
        ErrorKind::Unsupported => (
            "it is on a virtual file system of the kernel".to_owned(),
            "set `data_dir` to a folder on a disk".to_owned(),
        ),
        _ => (error.to_string(), "set `data_dir` to another folder".to_owned()),
    };
    Fault { message: format!("no files can be created in `{shown}`: {why}"), fix }
}

fn given_away(what: &str) -> String {
    format!(
        "give {what} to the user that runs the homeserver; if that is not you, run this as that \
         user"
    )
}

fn no_folder(path: &Path) -> Fault {
    Fault {
        message: format!("`{}` is not a folder", path.display()),
        fix: "give the path of a folder, or remove what is there".to_owned(),
    }
}

fn leads_nowhere(path: &Path) -> Fault {
    let message = match fs::read_link(path) {
        Ok(target) => format!(
            "`{}` is a symbolic link to `{}`, which does not exist",
            path.display(),
            target.display()
        ),
        Err(_) => {
            format!("`{}` is a symbolic link to something that does not exist", path.display())
        }
    };
    Fault { message, fix: "create that folder, or give the path of another".to_owned() }
}

fn out_of_reach(path: &Path, error: &io::Error) -> Fault {
    let shown = path.display();
    if error.kind() != ErrorKind::PermissionDenied {
        let message = format!("`{shown}` cannot be accessed: {error}");
        return Fault { message, fix: "fix this, or give the path of another folder".to_owned() };
    }
    Fault {
        message: format!("{} may not enter `{shown}`", current_user()),
        fix:
            "let the user that runs the homeserver enter it and the folders above it (`chmod +x`); \
             if that is not you, run this as that user"
                .to_owned(),
    }
}

#[cfg(unix)]
fn current_user() -> String {
    format!("user {}, who runs this,", sys::effective_user())
}

#[cfg(not(unix))]
fn current_user() -> String {
    "the user who runs this".to_owned()
}

/// Whether nothing exists there, or a parent is not a folder.
fn is_absent(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory)
}

#[cfg(all(test, unix))]
mod tests;
