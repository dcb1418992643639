//! Builds plugins in C with each available compiler.

use std::env::consts::{DLL_PREFIX, DLL_SUFFIX};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, PoisonError};

use crate::build::{target_dir, workspace};

/// If set, a missing compiler is a failure: `cargo xtask ci` installs them.
const DEMANDED: &str = "HSMOD_TEST_C_COMPILERS";

/// The available compilers for plugins in C. A test without one tests nothing, and says so.
///
/// # Panics
/// If a compiler is missing although all are demanded.
pub fn compilers() -> Vec<&'static str> {
    // GCC's sanitizer has its own runtime, which cannot coexist with another.
    let known: &[&str] = if sanitized() { &["clang"] } else { &["gcc", "clang"] };
    let (there, missing): (Vec<&str>, Vec<&str>) = known.iter().partition(|name| is_there(name));
    if !missing.is_empty() {
        let what = format!("plugins in C are not tried with {}", missing.join(" and "));
        assert!(std::env::var_os(DEMANDED).is_none(), "{what}, which `{DEMANDED}` demands");
        eprintln!("WARNING: {what}: not installed, or not on the PATH");
    }
    there
}

fn is_there(compiler: &str) -> bool {
    Command::new(compiler).arg("--version").output().is_ok_and(|output| output.status.success())
}

/// Whether these tests run under AddressSanitizer, as plugins then do.
fn sanitized() -> bool {
    std::env::var("RUSTFLAGS").is_ok_and(|flags| flags.contains("sanitizer=address"))
}

/// Builds a plugin from a source file in the workspace with `compiler`.
///
/// # Panics
/// If it finds anything to complain about.
pub fn plugin(source: &str, compiler: &str) -> PathBuf {
    let mut command = compile(compiler, &["-std=c99", "-O1", "-g", "-shared", "-fPIC"]);
    if sanitized() {
        // The program provides the runtime, as for plugins in Rust.
        command.args(["-fsanitize=address", "-fno-omit-frame-pointer"]);
    }
    let name = Path::new(source).file_stem().unwrap_or_default().to_string_lossy();
    let folder = target_dir().join("c").join(compiler);
    std::fs::create_dir_all(&folder).expect("a folder for plugins in C");
    let file = folder.join(format!("{DLL_PREFIX}{name}{DLL_SUFFIX}"));
    // Prevents two tests from writing to the same file.
    static BUILDING: Mutex<()> = Mutex::new(());
    let _building = BUILDING.lock().unwrap_or_else(PoisonError::into_inner);
    run(command.arg(workspace().join(source)).arg("-o").arg(&file));
    file
}

/// Checks the syntax of a source file in this language and version with `compiler`.
///
/// # Panics
/// If it finds anything to complain about.
pub fn check(compiler: &str, language: &str, standard: &str, source: &Path) {
    let arguments = ["-x", language, &format!("-std={standard}"), "-fsyntax-only"];
    run(compile(compiler, &arguments).arg(source));
}

fn compile(compiler: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(compiler);
    command.args(["-Wall", "-Wextra", "-Werror", "-pedantic"]).args(arguments);
    command.arg("-I").arg(workspace().join("plugin-api/include"));
    command
}

fn run(command: &mut Command) {
    let output = command.stdin(std::process::Stdio::null()).output();
    let output = output.expect("a compiler that is there can be run");
    let complaint = String::from_utf8_lossy(&output.stderr);
    let program = command.get_program().to_owned();
    let program = Path::new(&program).file_name().and_then(OsStr::to_str).unwrap_or_default();
    assert!(output.status.success() && complaint.is_empty(), "{program}:\n{complaint}");
}
