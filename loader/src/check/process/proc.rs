//! What Linux reports about a process in `/proc`.

use std::collections::BTreeMap;
use std::fs;

use super::Process;
use crate::check::RUNTIME_THREADS;

/// The fields of `/proc/self/status` that concern the whole process.
const STATUS: [&str; 9] =
    ["Umask", "Uid", "Gid", "Groups", "NoNewPrivs", "Seccomp", "SigBlk", "SigIgn", "SigCgt"];

/// The names of the loader's permanent threads, one of each.
const OWN_THREADS: [&str; 2] = ["hsmod opener", "hsmod watchdog"];

/// Adds what `/proc` reports.
pub(super) fn complete(process: Process) -> Process {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let fields = status.lines().filter_map(|line| line.split_once(':'));
    let status = fields.filter(|(key, _)| STATUS.contains(key));
    let tasks = numbered("/proc/self/task");
    Process {
        status: status.map(|(key, value)| (key.to_owned(), value.trim().to_owned())).collect(),
        limits: limits(&fs::read_to_string("/proc/self/limits").unwrap_or_default()),
        descriptors: descriptors(),
        children: tasks.iter().flat_map(|task| children(*task)).collect(),
        threads: threads(&tasks),
        ..process
    }
}

/// Ends a child process.
pub(super) fn end(child: u32) {
    let pid = i32::try_from(child).ok().and_then(rustix::process::Pid::from_raw);
    if let Some(pid) = pid {
        // It may have ended already.
        let _ = rustix::process::kill_process(pid, rustix::process::Signal::KILL);
    }
}

/// `Max open files            1024                 524288               files`
fn limits(text: &str) -> BTreeMap<String, String> {
    let lines = text.lines().skip(1).filter_map(|line| line.split_once("  "));
    lines.map(|(name, rest)| (name.replace("Max ", ""), rest.trim().to_owned())).collect()
}

fn descriptors() -> BTreeMap<u32, String> {
    let target = |number: u32| {
        let target = fs::read_link(format!("/proc/self/fd/{number}")).ok()?;
        let target = target.to_string_lossy();
        // The number in `socket:[1234]` means nothing to users.
        let kind = target.split_once(":[").filter(|(kind, _)| !kind.contains('/'));
        let shown = match kind {
            Some((kind, _)) => kind.to_owned(),
            None => target.replace("anon_inode:", ""),
        };
        Some((number, shown))
    };
    // The list includes the descriptor used for listing, which is closed by now and has no target.
    numbered("/proc/self/fd").into_iter().filter_map(target).collect()
}

/// All threads that are not the loader's.
fn threads(tasks: &[u32]) -> BTreeMap<u32, String> {
    let main = comm("/proc/self/comm").unwrap_or_default();
    let mut own = OWN_THREADS.to_vec();
    let mut others = BTreeMap::new();
    for task in tasks {
        let Some(name) = comm(&format!("/proc/self/task/{task}/comm")) else { continue };
        // A thread that has not set a name has that of the thread which started it.
        if let Some(place) = own.iter().position(|own| *own == name) {
            own.swap_remove(place);
        } else if name != RUNTIME_THREADS {
            let unnamed = name == main || name.starts_with("hsmod");
            others.insert(*task, if unnamed { "unnamed".to_owned() } else { name });
        }
    }
    others
}

fn children(task: u32) -> Vec<(u32, String)> {
    let numbers = fs::read_to_string(format!("/proc/self/task/{task}/children"));
    let numbers = numbers.unwrap_or_default();
    let numbers = numbers.split_whitespace().filter_map(|number| number.parse().ok());
    numbers
        .filter(|number| !is_over(*number))
        .filter_map(|number: u32| Some((number, comm(&format!("/proc/{number}/comm"))?)))
        .collect()
}

/// Whether the process has ended and only waits to be reaped.
fn is_over(process: u32) -> bool {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    // The line looks like `1234 (name) S 1233 ..`.
    stat.rsplit(')').next().is_some_and(|rest| rest.trim_start().starts_with(['Z', 'X']))
}

/// The name of a thread or process.
fn comm(path: &str) -> Option<String> {
    Some(fs::read_to_string(path).ok()?.trim_end_matches('\n').to_owned())
}

/// The entries of a folder whose names are numbers, in order.
fn numbered(folder: &str) -> Vec<u32> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut numbers: Vec<u32> =
        entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok()).collect();
    numbers.sort_unstable();
    numbers
}
