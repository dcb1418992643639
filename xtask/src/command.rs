//! Runs other programs. An error always names the command line that failed.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader};
use std::process::{Command, ExitStatus, Stdio};

/// The error is a message for the user of the task; no caller handles it.
pub(crate) type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// The cargo that runs us, so that its toolchain stays the same.
pub(crate) fn cargo() -> Command {
    let cargo = std::env::var_os("CARGO");
    let mut command = Command::new(cargo.as_deref().unwrap_or(OsStr::new("cargo")));
    forget_package(&mut command);
    command
}

/// Removes the environment variables by which cargo tells xtask its own package. Build scripts
/// depend on them, so they, and everything that depends on them, would be rebuilt whenever builds
/// with and without xtask alternate.
pub(crate) fn forget_package(command: &mut Command) {
    for (name, _) in std::env::vars_os() {
        let is_of_package =
            |name: &str| name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_");
        if name.to_str().is_some_and(is_of_package) {
            command.env_remove(name);
        }
    }
}

/// Runs `command` with our own input and output.
///
/// # Errors
/// The command could not be started or failed.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let status = command.status().map_err(|error| cannot_start(command, &error))?;
    if status.success() { Ok(()) } else { Err(format!("`{}`: {status}", line(command)).into()) }
}

/// Runs `command`, and shows its standard output line by line while passing each line to `read`.
///
/// # Errors
/// The command could not be started, or its output could not be read.
pub(crate) fn run_and_read(
    command: &mut Command,
    mut read: impl FnMut(&str),
) -> Result<ExitStatus> {
    let mut child =
        command.stdout(Stdio::piped()).spawn().map_err(|error| cannot_start(command, &error))?;
    if let Some(output) = child.stdout.take() {
        for line in BufReader::new(output).split(b'\n') {
            // A test may print anything, not only UTF-8.
            let line = String::from_utf8_lossy(&line?).into_owned();
            println!("{line}");
            read(&line);
        }
    }
    Ok(child.wait()?)
}

/// Runs `command` and returns its standard output.
///
/// # Errors
/// The command could not be started, failed (the error then includes its standard error), or wrote
/// something other than UTF-8.
pub(crate) fn output(command: &mut Command) -> Result<String> {
    let output =
        command.stdin(Stdio::null()).output().map_err(|error| cannot_start(command, &error))?;
    if output.status.success() {
        return Ok(String::from_utf8(output.stdout)?);
    }
    let complaint = String::from_utf8_lossy(&output.stderr);
    Err(format!("`{}`: {}\n{}", line(command), output.status, complaint.trim_end()).into())
}

/// The message for a program that could not be started.
pub(crate) fn cannot_start(command: &Command, error: &std::io::Error) -> String {
    format!("`{}` could not be run: {error}", line(command))
}

/// The command line as typed in a shell, environment first.
pub(crate) fn line(command: &Command) -> String {
    let environment = command.get_envs().filter_map(|(name, value)| {
        Some(format!("{}={}", name.to_string_lossy(), quoted(&value?.to_string_lossy())))
    });
    let program = std::path::Path::new(command.get_program());
    let program = program.file_name().unwrap_or(program.as_os_str()).to_string_lossy();
    let arguments = command.get_args().map(|argument| quoted(&argument.to_string_lossy()));
    environment.chain([program.into_owned()]).chain(arguments).collect::<Vec<_>>().join(" ")
}

fn quoted(word: &str) -> String {
    if word.is_empty() || word.contains([' ', '\t', '\n']) {
        format!("\"{word}\"")
    } else {
        word.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_run_by_cargo_do_not_inherit_this_package() {
        // Cargo sets the variables for this test.
        assert!(std::env::var_os("CARGO_MANIFEST_DIR").is_some());
        let command = cargo();
        let forgotten = |name: &str| command.get_envs().any(|env| env == (name.as_ref(), None));
        assert!(forgotten("CARGO_MANIFEST_DIR") && forgotten("CARGO_PKG_NAME"));
    }

    #[test]
    fn line_can_be_typed_again() {
        let mut command = Command::new("/usr/bin/cargo");
        command.args(["doc", "--no-deps"]).env("RUSTDOCFLAGS", "-D warnings");
        assert_eq!(line(&command), r#"RUSTDOCFLAGS="-D warnings" cargo doc --no-deps"#);
    }

    #[test]
    fn a_failure_names_the_command_and_repeats_its_complaint() {
        let error = output(cargo().args(["no-such-subcommand"])).unwrap_err().to_string();
        assert!(error.starts_with("`cargo no-such-subcommand`: exit status: 101\n"), "{error}");
        assert!(error.contains("no such command"), "{error}");
    }
}
