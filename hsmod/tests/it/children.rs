//! Tests that child processes get what the command has read, need nothing but pipes and leave
//! nothing behind, and that a lack of system resources is reported.
#![cfg(target_os = "linux")]

use std::io::Write;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use hsmod_tests::scene::Scene;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::json;

use crate::command::{hsmod, shown};

fn two_modules() -> Scene {
    Scene::new().module("demo", json!({})).module("list_spam_checker", json!({"evil_users": []}))
}

/// The text of the scene's config. It names the plugins' folder, since a pipe has no folder.
fn text(scene: Scene) -> (Scene, String) {
    let plugins = scene.plugins();
    let scene = scene.key("plugins_dir", plugins.to_str().unwrap().into());
    let text = std::fs::read_to_string(scene.write()).unwrap();
    (scene, text)
}

const ALL_WELL: &str = "\
exit code: 0
--- stdout
ok  demo (demo 0.9.0 for ABI <abi>, spam_checker.user_may_create_room, \
    web /_synapse/client/demo/hello/*)
\x20 requires: spam_checker.user_may_create_room
ok  list_spam_checker (list_spam_checker 0.9.0 for ABI <abi>, spam_checker.check_event_for_spam, \
    web /_synapse/client/list_spam_checker/is_evil)
\x20 requires: spam_checker.check_event_for_spam
2 modules: 0 errors, 0 warnings";

#[test]
fn a_config_that_can_be_read_once_is_judged_as_a_file_is() {
    let (scene, text) = text(two_modules());
    let mut check = hsmod(&["check", "-c", "/dev/stdin"]);
    let (reader, mut writer) = std::io::pipe().unwrap();
    check.stdin(reader);
    // The text fits into the pipe's buffer.
    writer.write_all(text.as_bytes()).unwrap();
    drop(writer);
    assert_eq!(shown(&mut check, scene.folder()), ALL_WELL);
}

#[test]
fn a_fifo_is_read_once() {
    let (scene, text) = text(two_modules());
    let fifo = scene.folder().join("fifo.yaml");
    make_fifo(&fifo);
    let writing = {
        let fifo = fifo.clone();
        std::thread::spawn(move || std::fs::write(fifo, text).unwrap())
    };
    let said = shown(&mut hsmod(&["check", "-c", fifo.to_str().unwrap()]), scene.folder());
    writing.join().unwrap();
    assert_eq!(said, ALL_WELL);
}

#[test]
fn no_temporary_folder_is_needed() {
    let scene = two_modules();
    let config = scene.write();
    let mut check = hsmod(&["check", "-c", config.to_str().unwrap()]);
    assert_eq!(shown(check.env("TMPDIR", "/does/not/exist"), scene.folder()), ALL_WELL);
}

#[test]
fn nothing_is_left_behind_when_a_check_is_ended() {
    let scene = Scene::new().module("bad_blocks", json!({"where": "start"}));
    let config = scene.write();
    let left = scene.folder().join("left");
    std::fs::create_dir(&left).unwrap();
    for signal in [Signal::TERM, Signal::KILL] {
        let mut check = hsmod(&["check", "-c", config.to_str().unwrap()]);
        let check = check.env("TMPDIR", &left).stdout(Stdio::null()).stderr(Stdio::null());
        let mut check = check.spawn().unwrap();
        let child = eventually(|| child_of(&check));
        kill_process(Pid::from_child(&check), signal).unwrap();
        let status = check.wait().unwrap();
        let by = std::os::unix::process::ExitStatusExt::signal(&status);
        assert_eq!(by, Some(signal.as_raw()));
        eventually(|| is_gone(child).then_some(()));
        assert_eq!(std::fs::read_dir(&left).unwrap().count(), 0);
    }
}

#[test]
fn too_few_descriptors_are_named() {
    // Just one module: several would be read in parallel and might run out of descriptors earlier.
    let scene = Scene::new().module("demo", json!({}));
    let config = scene.write();
    let limited = |files: u32| {
        let mut shell = Command::new("sh");
        let script = format!("ulimit -n {files}; exec \"$0\" check -c \"$1\"");
        shell.args(["-c", &script, env!("CARGO_BIN_EXE_hsmod")]).arg(&config);
        shown(shell.env_remove("RUST_LOG").stdin(Stdio::null()), scene.folder())
    };
    insta::assert_snapshot!(limited(6), @"
    exit code: 2
    --- stderr
    error: cannot run modules in a process of their own: Too many open files (os error 24)
      fix: this process has too many files open: raise its limit (`ulimit -n`; `LimitNOFILE=` in a systemd unit)
    ");
}

/// A child process of `parent`.
fn child_of(parent: &Child) -> Option<u32> {
    let parent = parent.id().to_string();
    let processes = std::fs::read_dir("/proc").unwrap();
    let numbers = processes.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
    let stat = |process: u32| std::fs::read_to_string(format!("/proc/{process}/stat")).ok();
    // `1234 (name) S 1233 ..`
    let is_ours = |process: &u32| {
        let stat = stat(*process).unwrap_or_default();
        let after = stat.rsplit(')').next().unwrap_or_default();
        after.split_whitespace().nth(1) == Some(&parent)
    };
    numbers.into_iter().find(is_ours)
}

/// Whether a process has ended. It may remain a zombie until its parent waits for it.
fn is_gone(process: u32) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    let after = stat.rsplit(')').next().unwrap_or_default();
    matches!(after.split_whitespace().next(), None | Some("Z" | "X"))
}

/// Waits until `look` finds something.
pub(crate) fn eventually<T>(mut look: impl FnMut() -> Option<T>) -> T {
    let begun = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(begun.elapsed() < Duration::from_secs(60), "it does not come about");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// Makes a named pipe.
pub(crate) fn make_fifo(path: &Path) {
    let status = Command::new("mkfifo").arg(path).status().unwrap();
    assert!(status.success());
}
