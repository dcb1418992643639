//! Shows that the net catches: a program and a plugin that misuse memory on purpose are stopped, and
//! those that do not are let go.

use std::path::Path;
use std::process::{Command, Stdio};

use super::{RUSTFLAGS, Sanitizer};
use crate::build::program;
use crate::command::{Result, cannot_start, line};

/// Who misuses memory and how, and what the report says.
const MISUSES: [(&str, Who, &str, Option<&str>); 8] = [
    ("a plugin that does nothing wrong", Who::Plugin, "nothing", None),
    ("a program that reads behind its memory", Who::Program, "own", Some(OVERFLOW)),
    ("a plugin that reads behind its memory", Who::Plugin, "own", Some(OVERFLOW)),
    ("a plugin that reads behind the homeserver's memory", Who::Plugin, "lent", Some(OVERFLOW)),
    ("a plugin that forgets memory", Who::Plugin, "leak", Some(LEAK)),
    ("a plugin in C that does nothing wrong", Who::CPlugin, "nothing", None),
    ("a plugin in C that reads behind its memory", Who::CPlugin, "own", Some(OVERFLOW)),
    ("a plugin in C that reads what it has freed", Who::CPlugin, "freed", Some(USE_AFTER_FREE)),
];

/// Whose code it is.
#[derive(Clone, Copy)]
enum Who {
    Program,
    Plugin,
    CPlugin,
}

/// As which file the loader maps plugins.
const PLUGIN: &str = "(/proc/self/fd/";

const OVERFLOW: &str = "AddressSanitizer: heap-buffer-overflow";
const USE_AFTER_FREE: &str = "AddressSanitizer: heap-use-after-free";
const LEAK: &str = "LeakSanitizer: detected memory leaks";

/// Has `plugin`, which is `bad_memory`, and a program misuse memory.
///
/// # Errors
/// One of them is not stopped, or one that should not be is.
pub(super) fn check(sanitizer: &Sanitizer, plugin: &Path) -> Result<()> {
    let mut build = sanitizer.cargo();
    // Together with the tests, which want it, too: alone it would be built of other parts.
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
                // By its flags it sees that what it builds is to be watched, too.
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

/// Whether what comes of `canary` is this report, which names the file `whose` code it was, or
/// nothing.
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
