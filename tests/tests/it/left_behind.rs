//! Tests that another process can tell which module ended a process and where, however it ended.

use std::fs::File;
use std::io::Write as _;
use std::process::{Child, Command, Stdio};

use hsmod_loader::record::{Left, left_in};
use hsmod_tests::build;
use tempfile::NamedTempFile;

/// Starts a process that keeps a record in the file, and whose module ends it at this place in this
/// way.
fn begin(record: &NamedTempFile, place: &str, how: &str) -> Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_end_inside"));
    command.arg(record.path()).arg(build::plugin("bad_aborts")).args([place, how]);
    command.stderr(Stdio::null()).spawn().unwrap()
}

/// The exit status of the process, and its record.
fn end(place: &str, how: &str) -> (String, Vec<Left>) {
    let record = NamedTempFile::new().unwrap();
    let status = begin(&record, place, how).wait().unwrap();
    (status.to_string(), left_in(record.as_file()).unwrap())
}

fn shown(left: &[Left]) -> Vec<String> {
    left.iter().map(Left::to_string).collect()
}

#[test]
fn every_place_is_reported() {
    for (place, told) in [
        ("parse_config", "`culprit` in parse_config"),
        ("new", "`culprit` in new"),
        ("start", "`culprit` in start"),
        ("work", "`culprit` in its background work `tidy`"),
        ("callback", "`culprit` in check_event_for_spam"),
        ("web", "`culprit` in a web resource"),
        ("shutdown", "`culprit` in shutdown"),
    ] {
        let (status, left) = end(place, "exit");
        assert_eq!((&*status, shown(&left)), ("exit status: 7", vec![told.to_owned()]), "{place}");
    }
}

#[test]
fn it_does_not_matter_how_it_ends() {
    for (how, ends) in [
        ("exit", "exit status: 7"),
        ("abort", "signal: 6 (SIGABRT)"),
        ("segfault", "signal: 11 (SIGSEGV)"),
    ] {
        let (status, left) = end("callback", how);
        assert!(status.starts_with(ends), "{status}");
        assert_eq!(shown(&left), ["`culprit` in check_event_for_spam"], "{how}");
    }
}

#[test]
fn it_can_be_read_while_the_process_lives_and_when_it_was_killed() {
    let record = NamedTempFile::new().unwrap();
    let mut child = begin(&record, "callback", "hang");
    let inside = ["`culprit` in check_event_for_spam"];
    while shown(&left_in(record.as_file()).unwrap()) != inside {
        assert_eq!(child.try_wait().unwrap(), None, "it hangs");
        std::thread::yield_now();
    }
    child.kill().unwrap();
    assert_eq!(child.wait().unwrap().to_string(), "signal: 9 (SIGKILL)");
    assert_eq!(shown(&left_in(record.as_file()).unwrap()), inside);
}

#[test]
fn a_process_that_ends_well_leaves_nothing() {
    let (status, left) = end("nowhere", "exit");
    assert_eq!((&*status, left), ("exit status: 0", vec![]));
}

#[test]
fn a_file_that_is_no_record_is_refused() {
    let mut file = tempfile::tempfile().unwrap();
    assert_eq!(left_in(&file).unwrap(), []);
    file.write_all(&[1; 4096]).unwrap();
    let error = left_in(&file).unwrap_err();
    insta::assert_snapshot!(error, @"this is not a record of what threads are inside of, or it is of another version");
}

#[test]
fn a_file_that_cannot_be_read_is_an_error() {
    let file = File::open(std::env::temp_dir()).unwrap();
    assert!(left_in(&file).is_err());
}
