//! The C and C++ compilers that the tests build C plugins with.

use std::path::Path;
use std::process::{Command, Stdio};

use crate::command::{Result, run};

/// Names of both the programs and their Debian packages.
const ALL: [&str; 3] = ["gcc", "g++", "clang"];

/// Makes tests fail if a compiler is missing, instead of skipping it with a note.
pub(crate) const DEMANDED: (&str, &str) = ("HSMOD_TEST_C_COMPILERS", "1");

/// Installs missing compilers if possible: as root, on Debian and its derivatives.
///
/// # Errors
/// A compiler is missing and cannot be installed.
pub(crate) fn ensure() -> Result<()> {
    let missing: Vec<&str> = ALL.into_iter().filter(|name| !is_there(name)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let names = missing.join(" ");
    if !Path::new("/usr/bin/apt-get").exists() || !is_root() {
        return Err(format!(
            "the tests of plugins in C need compilers that are missing here: install {names} (on \
             Debian: \
             `apt-get install {names}`)"
        )
        .into());
    }
    println!("\n==> compilers for C: apt-get install {names}");
    let apt = || {
        let mut apt = Command::new("apt-get");
        apt.env("DEBIAN_FRONTEND", "noninteractive").arg("--quiet");
        apt
    };
    run(apt().arg("update"))?;
    run(apt().args(["install", "--yes", "--no-install-recommends"]).args(missing))
}

fn is_there(program: &str) -> bool {
    let mut command = Command::new(program);
    command.arg("--version").stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

#[cfg(unix)]
fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

#[cfg(not(unix))]
const fn is_root() -> bool {
    false
}
