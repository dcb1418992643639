use insta::assert_snapshot;

use super::*;

/// The warnings for kernel status fields with these values before and after.
fn said(before: &[(&str, &str)], after: &[(&str, &str)]) -> String {
    let process = |status: &[(&str, &str)]| {
        let status = status.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
        Process { status: status.collect(), ..Process::default() }
    };
    let changes = process(after).changes(&process(before));
    changes.iter().map(Problem::to_string).collect::<Vec<_>>().join("\n")
}

#[test]
fn unchanged_and_unknown_fields_are_not_reported() {
    let now = Process::now();
    assert_eq!(now.changes(&now), []);
    assert_eq!(Process::default().changes(&Process::default()), []);
    assert_eq!(said(&[], &[("Uid", "0")]), "");
}

#[test]
fn signals_are_named() {
    let before = [("SigCgt", "0000000000000440"), ("SigIgn", "0000000000001000")];
    let after = [("SigCgt", "0000000000004440"), ("SigIgn", "0000000200000002")];
    assert_snapshot!(said(&before, &after), @"
    warning: trial: it handles the signal SIGTERM: the homeserver's handler is no longer called
      fix: report it to its author: modules should leave signals to the homeserver; `shutdown` tells them when it ends
    warning: trial: it makes the process ignore the signals SIGINT, number 34: the homeserver is not told
      fix: report it to its author: modules should leave signals to the homeserver; `shutdown` tells them when it ends
    warning: trial: it removed the handler of the signal SIGPIPE: this may end the homeserver
      fix: report it to its author: modules should leave signals to the homeserver; `shutdown` tells them when it ends
    ");
    let blocked = said(&[("SigBlk", "0")], &[("SigBlk", "fffffffe7ffbfeff")]);
    assert_snapshot!(blocked, @"
    warning: trial: it blocks the signals SIGHUP, SIGINT, SIGQUIT, SIGILL, SIGTRAP and 55 more: a thread of the homeserver no longer receives it
      fix: report it to its author: modules should leave signals to the homeserver; `shutdown` tells them when it ends
    ");
}

#[test]
fn a_changed_user_is_reported() {
    let (root, other) = ([("Uid", "0 0"), ("Gid", "0 0")], [("Uid", "5 5"), ("Gid", "5 5")]);
    assert_snapshot!(said(&root, &other), @"
    warning: trial: it changed the user of the process: the homeserver may lose access to its files
      fix: report it to its author: modules should leave this to whoever starts the homeserver
    ");
    assert_snapshot!(said(&[("Groups", "0 4")], &[("Groups", "")]), @"
    warning: trial: it changed the groups of the process: the homeserver may lose access to its files
      fix: report it to its author: modules should leave this to whoever starts the homeserver
    ");
}

#[test]
fn restrictions_are_reported() {
    assert_snapshot!(said(&[("Seccomp", "0")], &[("Seccomp", "2")]), @"
    warning: trial: it restricted what the process may do (seccomp, no_new_privs): this restricts the homeserver too
      fix: report it to its author: modules should only restrict programs that they start
    ");
}
