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
    warning: trial: it handles the signal SIGTERM: a handler of the homeserver is not called any more
      fix: tell its author: a module leaves signals to the homeserver, and learns of its end by `shutdown`
    warning: trial: it has the process ignore the signals SIGINT, number 34: the homeserver does not learn of it
      fix: tell its author: a module leaves signals to the homeserver, and learns of its end by `shutdown`
    warning: trial: it took away the handling of the signal SIGPIPE: it may end the homeserver from then on
      fix: tell its author: a module leaves signals to the homeserver, and learns of its end by `shutdown`
    ");
    let blocked = said(&[("SigBlk", "0")], &[("SigBlk", "fffffffe7ffbfeff")]);
    assert_snapshot!(blocked, @"
    warning: trial: it holds back the signals SIGHUP, SIGINT, SIGQUIT, SIGILL, SIGTRAP and 55 more: a thread of the homeserver does not get it any more
      fix: tell its author: a module leaves signals to the homeserver, and learns of its end by `shutdown`
    ");
}

#[test]
fn a_changed_user_is_reported() {
    let (root, other) = ([("Uid", "0 0"), ("Gid", "0 0")], [("Uid", "5 5"), ("Gid", "5 5")]);
    assert_snapshot!(said(&root, &other), @"
    warning: trial: it changed the user of the process: the homeserver's files may be out of its reach from then on
      fix: tell its author: a module leaves it to whoever starts the homeserver
    ");
    assert_snapshot!(said(&[("Groups", "0 4")], &[("Groups", "")]), @"
    warning: trial: it changed the groups of the process: the homeserver's files may be out of its reach from then on
      fix: tell its author: a module leaves it to whoever starts the homeserver
    ");
}

#[test]
fn restrictions_are_reported() {
    assert_snapshot!(said(&[("Seccomp", "0")], &[("Seccomp", "2")]), @"
    warning: trial: it restricted what the process may do (seccomp, no_new_privs): the homeserver cannot do it either from then on
      fix: tell its author: a module restricts programs that it starts
    ");
}
