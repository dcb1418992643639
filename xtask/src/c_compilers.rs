//! The C and C++ compilers that the tests build C plugins with.

use std::path::Path;
use std::process::{Command, Stdio};

use crate::command::{Result, run};

/// Names of both the programs and their Debian packages.
const ALL: [&str; 3] = ["gcc", "g++", "clang"];

/// Makes tests fail if a compiler is missing, instead of skipping it with a note.
pub(crate) const DEMANDED: (&str, &str) = ("HSMOD_TEST_C_COMPILERS", "1");

/// The Debian package of clang's runtime libraries. Only plugins in C that are built with
/// AddressSanitizer need them, and clang's own package does not require it.
const RUNTIME: &str = "libclang-rt-dev";

/// Installs missing compilers if possible: as root, on Debian and its derivatives.
///
/// # Errors
/// A compiler is missing and cannot be installed.
pub(crate) fn ensure() -> Result<()> {
    let missing: Vec<&str> = ALL.into_iter().filter(|name| !is_there(name)).collect();
    install(&missing)
}

/// The same with what clang needs for AddressSanitizer.
///
/// # Errors
/// Something is missing and cannot be installed.
pub(crate) fn ensure_sanitizer() -> Result<()> {
    ensure()?;
    if has_runtime() { Ok(()) } else { install(&[RUNTIME]) }
}

fn install(missing: &[&str]) -> Result<()> {
    if missing.is_empty() {
        return Ok(());
    }
    let names = missing.join(" ");
    if !Path::new("/usr/bin/apt-get").exists() || !is_root() {
        return Err(format!(
            "the tests of plugins in C need packages that are missing here: install {names} (on \
             Debian: `apt-get install {names}`)"
        )
        .into());
    }
    println!("\n==> for plugins in C: apt-get install {names}");
    let apt = || {
        let mut apt = Command::new("apt-get");
        apt.env("DEBIAN_FRONTEND", "noninteractive").arg("--quiet");
        apt
    };
    run(apt().arg("update"))?;
    run(apt().args(["install", "--yes", "--no-install-recommends"]).args(missing))
}

/// Whether clang's runtime libraries are installed. They lie in one folder.
fn has_runtime() -> bool {
    let mut clang = Command::new("clang");
    let said = clang.args(["--rtlib=compiler-rt", "-print-libgcc-file-name"]).output();
    said.is_ok_and(|said| {
        let path = String::from_utf8_lossy(&said.stdout);
        Path::new(path.trim_end()).exists()
    })
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
