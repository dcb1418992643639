//! Tests the command's help, and its errors for wrong usage.

use std::path::Path;
use std::process::Command;

use crate::command::{hsmod, shown};

fn text(arguments: &[&str]) -> String {
    shown(&mut hsmod(arguments), Path::new("<none>"))
}

#[test]
fn help_teaches() {
    insta::assert_snapshot!(text(&["--help"]), @r#"
    exit code: 0
    --- stdout
    Checks, inspects and tries the modules of a Matrix homeserver

    Usage: hsmod [OPTIONS] <COMMAND>

    Commands:
      check        Finds everything that is wrong with a config and its modules
      inspect      Shows what plugins say about themselves, without running them
      call         Asks the modules one question, as a homeserver would
      replay       Sends recorded events through the modules, as fast as they can
      migrate      Rewrites the modules of a Synapse config for the plugins that come with hsmod
      new          Creates a new module: a crate that builds and passes its tests
      completions  Prints the completions for a shell
      man          Prints the man page of hsmod or of one of its commands
      help         Print this message or the help of the given subcommand(s)

    Options:
      -v, --verbose...  Logs more to stderr; -vv and -vvv still more. RUST_LOG takes precedence
      -h, --help        Print help
      -V, --version     Print version

    A first look:
      hsmod inspect plugins/libdemo.so       what a plugin says about itself
      hsmod check -c modules.yaml            whether the modules will start
      hsmod call -c modules.yaml spam_checker.user_may_create_room args.json
                                             what they answer

    Exit codes: 0 all well, 1 the answer is "no", 2 wrong usage, an unreadable file, or a plugin that
    ended the process
    "#);
    for command in ["check", "inspect", "call", "replay", "migrate", "new", "completions", "man"] {
        let help = text(&[command, "--help"]);
        assert!(help.contains(&format!("Example:\n  hsmod {command} ")), "{help}");
        assert!(!help.contains("__child"), "{help}");
    }
}

#[test]
fn wrong_usage_is_named() {
    insta::assert_snapshot!(text(&["chek"]), @"
    exit code: 2
    --- stderr
    error: unrecognized subcommand 'chek'

      tip: a similar subcommand exists: 'check'

    Usage: hsmod [OPTIONS] <COMMAND>

    For more information, try '--help'.
    ");
    insta::assert_snapshot!(text(&["check"]), @"
    exit code: 2
    --- stderr
    error: the following required arguments were not provided:
      --config <FILE|->

    Usage: hsmod check --config <FILE|->

    For more information, try '--help'.
    ");
    insta::assert_snapshot!(text(&["inspect"]), @"
    exit code: 2
    --- stderr
    error: the following required arguments were not provided:
      <FILE>...

    Usage: hsmod inspect <FILE>...

    For more information, try '--help'.
    ");
    insta::assert_snapshot!(text(&["replay", "-c", "x", "y", "--repeat", "0"]), @"
    exit code: 2
    --- stderr
    error: invalid value '0' for '--repeat <N>': 0 is not in 1..=4294967295

    For more information, try '--help'.
    ");
}

#[test]
fn completions_know_the_commands() {
    let output = hsmod(&["completions", "bash"]).output().unwrap();
    let script = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success());
    for word in ["check", "inspect", "call", "replay", "migrate", "new", "--server-name"] {
        assert!(script.contains(word), "{word}");
    }
}

#[test]
fn the_manual_has_a_page_for_each_command() {
    let page = text(&["man"]);
    assert!(page.starts_with("exit code: 0\n"), "{page}");
    assert!(page.contains("\n.TH hsmod 1 "), "{page}");
    assert!(!page.contains("__child") && !page.contains("hsmod\\-help"), "{page}");
    for command in ["check", "inspect", "call", "replay", "migrate", "new", "completions", "man"] {
        assert!(page.contains(&format!("hsmod\\-{command}(1)")), "{page}");
        let page = text(&["man", command]);
        let heading = format!("\n.TH hsmod-{command} 1  \"hsmod {}\"", env!("CARGO_PKG_VERSION"));
        assert!(page.contains(&heading), "{page}");
        assert!(page.contains(&format!("hsmod {command}")), "{page}");
    }
    insta::assert_snapshot!(text(&["man", "chek"]), @"
    exit code: 2
    --- stderr
    error: there is no command `chek`; `hsmod --help` lists them
    ");
}

#[test]
fn a_closed_pipe_is_no_error() {
    let mut command = hsmod(&["completions", "bash"]);
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let output = Command::stdout(&mut command, writer).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    assert!(output.status.success());
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_an_error() {
    let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
    let output = hsmod(&["completions", "bash"]).stdout(full).output().unwrap();
    insta::assert_snapshot!(String::from_utf8_lossy(&output.stderr), @"error: cannot write to standard output: No space left on device (os error 28)");
    assert_eq!(output.status.code(), Some(2));
}
