//! What a plugin did to its process, found by comparing the process before and after.
//!
//! A process has one working directory, one environment, and one handler for each signal. They
//! belong to the homeserver: a module that changes one of them changes it for everything in the
//! process, usually without knowing it, through a library that it uses.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::PathBuf;

use crate::problem::{Problem, Stage};
use crate::suggestion::{listed, printable};

#[cfg(target_os = "linux")]
mod proc;
mod signals;

/// The state of a process at one moment. What the system does not report is always empty.
#[derive(Clone, Debug, Default)]
pub(super) struct Process {
    directory: Option<PathBuf>,
    environment: BTreeMap<OsString, OsString>,
    /// The kernel's status fields for the process, by name.
    status: BTreeMap<String, String>,
    limits: BTreeMap<String, String>,
    /// What each file descriptor refers to.
    descriptors: BTreeMap<u32, String>,
    /// The names of the threads that are not the loader's, by number.
    threads: BTreeMap<u32, String>,
    /// The names of the child processes, by number.
    children: BTreeMap<u32, String>,
}

impl Process {
    /// The current state of this process.
    pub(super) fn now() -> Self {
        let own = Self {
            directory: std::env::current_dir().ok(),
            environment: std::env::vars_os().collect(),
            ..Self::default()
        };
        #[cfg(target_os = "linux")]
        let own = proc::complete(own);
        own
    }

    /// Whether there are threads or child processes that did not exist `before`.
    pub(super) fn runs_more_than(&self, before: &Self) -> bool {
        let more = |now: &BTreeMap<u32, String>, then: &BTreeMap<u32, String>| {
            now.keys().any(|number| !then.contains_key(number))
        };
        more(&self.threads, &before.threads) || more(&self.children, &before.children)
    }

    /// Ends the child processes that were started since `before`.
    pub(super) fn end_children(&self, before: &Self) {
        #[cfg(target_os = "linux")]
        self.children.keys().filter(|child| !before.children.contains_key(child)).for_each(
            |&child| {
                proc::end(child);
            },
        );
        #[cfg(not(target_os = "linux"))]
        let _ = before;
    }

    /// The changes from `before` to now, as warnings.
    pub(super) fn changes(&self, before: &Self) -> Vec<Problem> {
        let mut changes = signals::changes(&before.status, &self.status);
        let found = [
            directory(before, self),
            environment(before, self),
            umask(before, self),
            user(before, self),
            restrictions(before, self),
            limits(before, self),
            opened(before, self),
            closed(before, self),
            threads(before, self),
            children(before, self),
        ];
        changes.extend(found.into_iter().flatten());
        changes
    }
}

/// A warning: what happened, what that leads to, and what modules should do instead.
fn change(what: &str, consequence: &str, instead: &str) -> Problem {
    Problem::warning(Stage::Trial, format!("{what}: {consequence}"))
        .fix(format!("report it to its author: {instead}"))
}

fn directory(before: &Process, after: &Process) -> Option<Problem> {
    let now = after.directory.as_ref()?;
    (before.directory.as_ref() != Some(now)).then(|| {
        change(
            &format!("it changed the working directory to `{}`", printable(&now.to_string_lossy())),
            "the homeserver's relative paths lead elsewhere from then on",
            "modules should use absolute paths",
        )
    })
}

fn environment(before: &Process, after: &Process) -> Option<Problem> {
    let (then, now) = (&before.environment, &after.environment);
    let changed = now.iter().filter(|(name, value)| then.get(*name) != Some(*value));
    let removed = then.keys().filter(|name| !now.contains_key(*name));
    // Name the variables only: the values may be secrets.
    let names = changed.map(|(name, _)| name).chain(removed);
    let names: Vec<String> = names.map(|name| printable(&name.to_string_lossy())).collect();
    (!names.is_empty()).then(|| {
        change(
            &format!("it changed the environment ({})", listed(names.iter().map(String::as_str))),
            "a thread that reads the environment at the same moment crashes, and the whole process \
             gets the new values",
            "modules should read their `config`, and give programs that they start an environment \
             of their own",
        )
    })
}

fn umask(before: &Process, after: &Process) -> Option<Problem> {
    let (then, now) = changed("Umask", before, after)?;
    Some(change(
        &format!("it changed the umask from {then} to {now}"),
        "files that the homeserver writes get other permissions from then on",
        "modules should set the modes of their own files",
    ))
}

fn user(before: &Process, after: &Process) -> Option<Problem> {
    let is_changed = |key| changed(key, before, after).is_some();
    let what = match ["Uid", "Gid", "Groups"].map(is_changed) {
        [true, _, _] => "it changed the user of the process",
        [_, true, _] | [_, _, true] => "it changed the groups of the process",
        _ => return None,
    };
    Some(change(
        what,
        "the homeserver may lose access to its files",
        "modules should leave this to whoever starts the homeserver",
    ))
}

fn restrictions(before: &Process, after: &Process) -> Option<Problem> {
    let is_changed = |key| changed(key, before, after).is_some();
    (is_changed("Seccomp") || is_changed("NoNewPrivs")).then(|| {
        change(
            "it restricted what the process may do (seccomp, no_new_privs)",
            "this restricts the homeserver too",
            "modules should only restrict programs that they start",
        )
    })
}

fn limits(before: &Process, after: &Process) -> Option<Problem> {
    let (then, now) = (&before.limits, &after.limits);
    let names = now.iter().filter(|(name, limit)| then.get(*name) != Some(*limit));
    let names: Vec<&str> = names.map(|(name, _)| name.as_str()).collect();
    (!names.is_empty()).then(|| {
        change(
            &format!("it changed limits of the process ({})", listed(names)),
            "these apply to the homeserver too",
            "modules should leave these to whoever starts the homeserver",
        )
    })
}

fn opened(before: &Process, after: &Process) -> Option<Problem> {
    let new = |(number, _): &(&u32, &String)| !before.descriptors.contains_key(number);
    let new: Vec<_> = after.descriptors.iter().filter(new).collect();
    (!new.is_empty()).then(|| {
        change(
            &format!(
                "it left {} open after its end ({})",
                counted(new.len(), "descriptor"),
                names(new.into_iter().map(|(_, what)| what))
            ),
            "each time the modules are reloaded fewer descriptors are left, until there are none",
            "modules should close in `shutdown` what they have opened",
        )
    })
}

fn closed(before: &Process, after: &Process) -> Option<Problem> {
    let lost = |(number, what): &(&u32, &String)| {
        // The loader closes the memfd of a plugin that was refused.
        !what.starts_with("/memfd:") && after.descriptors.get(number) != Some(what)
    };
    let is_known = !after.descriptors.is_empty();
    let lost: Vec<_> = before.descriptors.iter().filter(|_| is_known).filter(lost).collect();
    (!lost.is_empty()).then(|| {
        let numbers: Vec<String> =
            lost.iter().map(|(number, what)| format!("{number} (`{}`)", printable(what))).collect();
        change(
            &format!(
                "it closed or replaced {} of the homeserver: {}",
                if lost.len() == 1 { "a descriptor" } else { "descriptors" },
                numbers.join(", ")
            ),
            "what the homeserver writes there is lost, or goes into another file",
            "modules should close only what they have opened, and only once",
        )
    })
}

fn threads(before: &Process, after: &Process) -> Option<Problem> {
    let left = after.threads.iter().filter(|(number, _)| !before.threads.contains_key(number));
    let left: Vec<&String> = left.map(|(_, name)| name).collect();
    (!left.is_empty()).then(|| {
        change(
            &format!(
                "it left {} running after its end ({})",
                counted(left.len(), "thread"),
                names(left)
            ),
            "after a reload of the modules it runs on, with the old config",
            "modules should end their threads in `shutdown`; `looping_background_call` and \
             `defer_to_thread` end by themselves",
        )
    })
}

fn children(before: &Process, after: &Process) -> Option<Problem> {
    let left = after.children.iter().filter(|(number, _)| !before.children.contains_key(number));
    let left: Vec<&String> = left.map(|(_, name)| name).collect();
    (!left.is_empty()).then(|| {
        let what = if left.len() == 1 { "a process" } else { "processes" };
        change(
            &format!("it left {what} running after its end ({})", names(left)),
            "it would outlive the homeserver (this trial has ended it)",
            "modules should end the processes that they have started in `shutdown`, and wait for \
             them",
        )
    })
}

/// A kernel status field before and after, if it has changed.
fn changed<'a>(key: &str, before: &'a Process, after: &'a Process) -> Option<(&'a str, &'a str)> {
    let (then, now) = (before.status.get(key)?, after.status.get(key)?);
    (then != now).then_some((then, now))
}

/// `1 thread`, `2 threads`
fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

/// The distinct names as a list, shortened if there are many.
fn names<'a>(names: impl IntoIterator<Item = &'a String>) -> String {
    const MOST: usize = 5;
    let mut names: Vec<String> = names.into_iter().map(|name| printable(name)).collect();
    names.sort();
    names.dedup();
    let more = names.len().saturating_sub(MOST);
    let shown = listed(names.iter().take(MOST).map(String::as_str));
    if more > 0 { format!("{shown} and {more} more") } else { shown }
}

#[cfg(test)]
mod tests;
