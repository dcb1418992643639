//! Checks that the sanitizer works: programs and plugins that misuse memory on purpose are stopped,
//! and those that do not are not.

use std::path::Path;
use std::process::{Command, Stdio};

use super::{RUSTFLAGS, Sanitizer};
use crate::build::program;
use crate::command::{Result, cannot_start, line};

/// The title, the culprit, the kind of misuse, and the expected report.
const MISUSES: [(&str, Who, &str, Option<&str>); 8] = [
    ("a plugin that does nothing wrong", Who::Plugin, "nothing", None),
    ("a program that reads past the end of its memory", Who::Program, "own", Some(OVERFLOW)),
    ("a plugin that reads past the end of its memory", Who::Plugin, "own", Some(OVERFLOW)),
    (
        "a plugin that reads past the end of the homeserver's memory",
        Who::Plugin,
        "lent",
        Some(OVERFLOW),
    ),
    ("a plugin that forgets memory", Who::Plugin, "leak", Some(LEAK)),
    ("a plugin in C that does nothing wrong", Who::CPlugin, "nothing", None),
    ("a plugin in C that reads past the end of its memory", Who::CPlugin, "own", Some(OVERFLOW)),
    ("a plugin in C that reads what it has freed", Who::CPlugin, "freed", Some(USE_AFTER_FREE)),
];

/// The culprit.
#[derive(Clone, Copy)]
enum Who {
    Program,
    Plugin,
    CPlugin,
}

/// The path under which the loader maps plugins.
const PLUGIN: &str = "(/proc/self/fd/";

const OVERFLOW: &str = "AddressSanitizer: heap-buffer-overflow";
const USE_AFTER_FREE: &str = "AddressSanitizer: heap-use-after-free";
const LEAK: &str = "LeakSanitizer: detected memory leaks";

/// Runs each case with `plugin`, which is `bad_memory`, or with a program.
///
/// # Errors
/// A misuse is not detected, or a correct case is stopped.
pub(super) fn check(sanitizer: &Sanitizer, plugin: &Path) -> Result<()> {
    let mut build = sanitizer.cargo();
    // Build the program together with the tests that need it; alone, its dependencies would get
    // other features and be built again.
    build.args(["test", "--no-run", "--test=it"]);
    let program = program(build, "hsmod-tests", "canary")?;
    for (what, who, misuse, report) in MISUSES {
        let mut canary = Command::new(&program);
        let whose = match who {
            Who::Program => {
                canary.arg("program");
                "/canary"
            }
            Who::Plugin => {
                canary.arg("plugin").arg(plugin).arg(misuse);
                PLUGIN
            }
            Who::CPlugin => {
                // The flags tell the program to build its C plugin with the sanitizer, too.
                canary.env("RUSTFLAGS", RUSTFLAGS.join(" ")).args(["c_plugin", misuse]);
                PLUGIN
            }
        };
        sanitizer.watch(&mut canary, false);
        is_as_it_should(&mut canary, report, whose).map_err(|why| format!("{what} {why}"))?;
        let outcome = if report.is_some() { "caught" } else { "let go" };
        println!("  {what}: {outcome}");
    }
    Ok(())
}

/// Checks that `canary` ends with this report, naming the file `whose`, or succeeds without one.
fn is_as_it_should(canary: &mut Command, report: Option<&str>, whose: &str) -> Result<()> {
    let output = canary.stdin(Stdio::null()).output();
    let output = output.map_err(|error| cannot_start(canary, &error))?;
    let said = String::from_utf8_lossy(&output.stderr);
    let is_right = match report {
        Some(report) => {
            let found = said.find(report).map(|at| &said[at..]);
            !output.status.success() && found.is_some_and(|report| report.contains(whose))
        }
        None => output.status.success(),
    };
    if is_right {
        return Ok(());
    }
    let (line, status) = (line(canary), output.status);
    let expected =
        report.map_or("without a report".to_owned(), |report| format!("with `{report}`"));
    Err(format!("should have ended {expected}: `{line}`: {status}\n{said}").into())
}
