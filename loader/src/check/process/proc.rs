//! What Linux tells of a process in `/proc`.

use std::collections::BTreeMap;
use std::fs;

use super::Process;
use crate::check::RUNTIME_THREADS;

/// What of `/proc/self/status` there is one of in a process.
const STATUS: [&str; 9] =
    ["Umask", "Uid", "Gid", "Groups", "NoNewPrivs", "Seccomp", "SigBlk", "SigIgn", "SigCgt"];

/// Threads that run all the time: one by each of these names is the loader's.
const OWN_THREADS: [&str; 2] = ["hsmod opener", "hsmod watchdog"];

/// Adds what `/proc` tells.
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

/// Ends a process that was started here.
pub(super) fn end(child: u32) {
    let pid = i32::try_from(child).ok().and_then(rustix::process::Pid::from_raw);
    if let Some(pid) = pid {
        // It may have ended meanwhile.
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
        // `socket:[1234]`: the number tells nobody anything.
        let kind = target.split_once(":[").filter(|(kind, _)| !kind.contains('/'));
        let shown = match kind {
            Some((kind, _)) => kind.to_owned(),
            None => target.replace("anon_inode:", ""),
        };
        Some((number, shown))
    };
    // The one that they are listed through is among them, and closed by now.
    numbered("/proc/self/fd").into_iter().filter_map(target).collect()
}

/// All threads that are not the loader's.
fn threads(tasks: &[u32]) -> BTreeMap<u32, String> {
    let main = comm("/proc/self/comm").unwrap_or_default();
    let mut own = OWN_THREADS.to_vec();
    let mut others = BTreeMap::new();
    for task in tasks {
        let Some(name) = comm(&format!("/proc/self/task/{task}/comm")) else { continue };
        // A thread without a name of its own bears that of the thread that started it, later.
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

/// Whether it has ended, and only waits for somebody to take note of that.
fn is_over(process: u32) -> bool {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    // `1234 (name) S 1233 ..`
    stat.rsplit(')').next().is_some_and(|rest| rest.trim_start().starts_with(['Z', 'X']))
}

/// The name of a thread or process.
fn comm(path: &str) -> Option<String> {
    Some(fs::read_to_string(path).ok()?.trim_end_matches('\n').to_owned())
}

/// The entries of a folder that are numbers, in order.
fn numbered(folder: &str) -> Vec<u32> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut numbers: Vec<u32> =
        entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok()).collect();
    numbers.sort_unstable();
    numbers
}
