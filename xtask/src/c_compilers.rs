//! The compilers for C and C++ that plugins in C are tried with.

use std::path::Path;
use std::process::{Command, Stdio};

use crate::command::{Result, run};

/// Each is a program, and the package of Debian that has it.
const ALL: [&str; 3] = ["gcc", "g++", "clang"];

/// Makes tests fail where a compiler is missing, instead of saying so.
pub(crate) const DEMANDED: (&str, &str) = ("HSMOD_TEST_C_COMPILERS", "1");

/// Installs those that are missing, where that can be done: by root, on Debian and what is like it.
///
/// # Errors
/// One is missing and cannot be installed.
pub(crate) fn ensure() -> Result<()> {
    let missing: Vec<&str> = ALL.into_iter().filter(|name| !is_there(name)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let names = missing.join(" ");
    if !Path::new("/usr/bin/apt-get").exists() || !is_root() {
        return Err(format!(
            "plugins in C are tried with compilers that are missing here: install {names} (on Debian: \
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
