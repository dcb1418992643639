//! `cargo xtask sanitize`: runs the tests of the boundary under AddressSanitizer.
//!
//! The stable compiler includes the sanitizer and its runtime; only its flag requires
//! `RUSTC_BOOTSTRAP`. The runtime is linked into each program. A plugin contains none and is bound
//! to the program's when it is loaded, so both sides share one record of all memory. The standard
//! library is not instrumented, apart from its generic and inline code, which is compiled with
//! ours, but all allocations are tracked.
//!
//! Everything is built below cargo's target directory in `sanitize/`, so that other builds are not
//! affected.

mod canary;

use std::path::PathBuf;
use std::process::Command;
use std::time::Instant;

use clap::Args;

use crate::build::{shared_libraries, target_directory};
use crate::c_compilers;
use crate::command::{Result, cargo, line, output};
use crate::lock::Lock;
use crate::summary::{Summary, run_tests};
use crate::wheel;

/// The suites to run.
const SUITES: [Suite; 3] = [
    Suite {
        name: "tests of the boundary",
        arguments: &[
            "--package=hsmod-plugin-api",
            "--features=testing",
            "--lib",
            "--test=boundary",
            "--test=testing",
        ],
        filters: &[],
        leaks: false,
    },
    Suite {
        name: "tests with plugins",
        arguments: &["--package=hsmod-tests", "--test=it"],
        // Modules of tests/tests/it/ about loading, refusing, running and ending plugins; about
        // memory that is lent to or kept by them across panics, suspensions and dropped calls; and
        // about what they answer, store and log. Modules about processes that end by a signal are
        // left out, since the sanitizer handles signals itself.
        filters: &[
            "background_updates::",
            "c_plugins::",
            "cancellation::",
            "combining::",
            "compat::",
            "constructors::",
            "create_events::",
            "deadlines::",
            "dropped_calls::",
            "every_callback::",
            "failures::",
            "federated_invites::",
            "forgotten::",
            "full_queues::",
            "instances::",
            "lifecycle::",
            "logins::",
            "logs::",
            "nested::",
            "notifications::",
            "refusals::",
            "refused_registrations::",
            "renamed::",
            "required::",
            "requests::",
            "several_at_once::",
            "stages::",
            "storage::",
            "unreadable::",
            "web_resources::",
        ],
        leaks: false,
    },
    Suite {
        name: "tests with plugins that panic while they panic",
        arguments: &["--package=hsmod-tests", "--test=it"],
        // A panic payload whose drop panics leaks the second payload on purpose, since dropping
        // that might panic again. A list of suppressions cannot exempt this leak: it works by
        // function names, which are not available for a plugin when the report is made. Nothing
        // else may leak: plugins are never unmapped, so their statics are still reachable at the
        // end.
        filters: &["panics::"],
        leaks: true,
    },
];

/// Tests that are meaningless under the sanitizer.
const SKIPPED: [&str; 1] = [
    // It measures the stack by the address of a variable, which the sanitizer keeps elsewhere to
    // detect use after return.
    "the_stack_is_not_filled_by_modules_that_take_much_of_it",
];

#[derive(Args)]
#[command(after_help = "\
Examples:
  cargo xtask sanitize
  cargo xtask sanitize wakers::            # all tests with that in their names
  cargo xtask sanitize panics:: stages::

A report says what was done where (`heap-use-after-free .. READ of size 8`), then who freed or
allocated that memory. Names of functions need `llvm-symbolizer`, from Debian's package `llvm`. Those in
plugins are addresses, like `/proc/self/fd/7+0x9acbb`; look them up in the plugin that the test loads:
  llvm-symbolizer --obj=target/sanitize/<platform>/debug/lib<plugin>.so 0x9acbb")]
pub(crate) struct Options {
    /// Runs only tests whose names contain one of these, also in modules that are usually left out
    #[arg(value_name = "FILTER")]
    filters: Vec<String>,
}

/// Checks that the sanitizer detects misuse, then runs the tests.
///
/// # Errors
/// This compiler has no sanitizer, something does not build, a test failed, or memory was misused.
pub(crate) fn run(options: &Options) -> Result<()> {
    let sanitizer = Sanitizer::ready()?;
    c_compilers::ensure_sanitizer()?;
    let _lock = Lock::of(&sanitizer.folder)?;
    step("what must be caught", || canary::check(&sanitizer, &sanitizer.plugin("bad_memory")?))?;
    let mut summary = Summary::default();
    for suite in &SUITES {
        let Some(mut test) = suite.command(&sanitizer, &options.filters) else { continue };
        step(&format!("{}: {}", suite.name, line(&test)), || run_tests(&mut test, &mut summary))?;
    }
    print!("\n{summary}");
    summary.some_passed()
}

/// Runs `work` under a heading and prints its duration.
fn step<T>(heading: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    println!("\n==> {heading}");
    let start = Instant::now();
    let outcome = work();
    println!("    {:.1} s", start.elapsed().as_secs_f64());
    outcome
}

/// Tests of one package.
struct Suite {
    name: &'static str,
    /// The arguments that select its tests.
    arguments: &'static [&'static str],
    /// If not empty, only tests whose names contain one of these are run.
    filters: &'static [&'static str],
    /// Whether the tests leak memory on purpose.
    leaks: bool,
}

impl Suite {
    /// The command that runs the tests, or those that the user chose. `None` for a suite that leaks
    /// if the user chose none of its filters.
    fn command(&self, sanitizer: &Sanitizer, chosen: &[String]) -> Option<Command> {
        let mut test = sanitizer.cargo();
        sanitizer.watch(&mut test, self.leaks);
        test.args(["test", "--no-fail-fast"]).args(self.arguments).arg("--");
        let is_own = |filter: &&String| self.filters.iter().any(|own| filter.starts_with(own));
        match (chosen.is_empty(), self.leaks) {
            (true, _) => test.args(self.filters),
            (false, false) => test.args(chosen),
            (false, true) if chosen.iter().any(|filter| is_own(&filter)) => {
                test.args(chosen.iter().filter(is_own))
            }
            (false, true) => return None,
        };
        test.args(SKIPPED.iter().flat_map(|name| ["--skip", name]));
        if !self.leaks {
            // Skip the tests that have a separate suite.
            let others =
                SUITES.iter().filter(|suite| suite.leaks && suite.arguments == self.arguments);
            test.args(others.flat_map(|suite| suite.filters).flat_map(|name| ["--skip", name]));
        }
        Some(test)
    }
}

/// How to build and run with the sanitizer.
struct Sanitizer {
    /// The platform. Naming it explicitly keeps the flags from build scripts and procedural macros.
    platform: String,
    /// The target directory.
    folder: PathBuf,
}

impl Sanitizer {
    /// # Errors
    /// The compiler has no sanitizer for this platform.
    fn ready() -> Result<Self> {
        let rustc = || Command::new(std::env::var_os("RUSTC").unwrap_or("rustc".into()));
        let version = output(rustc().arg("-vV"))?;
        let platform = version.lines().find_map(|line| line.strip_prefix("host: "));
        let libraries = output(rustc().args(["--print", "target-libdir"]))?;
        let is_runtime = |file: std::io::Result<std::fs::DirEntry>| {
            file.is_ok_and(|file| file.file_name().to_string_lossy().ends_with("_rt.asan.a"))
        };
        if !std::fs::read_dir(libraries.trim_end())?.any(is_runtime) {
            return Err(format!(
                "this compiler has no AddressSanitizer in `{}`: use a toolchain from rustup, on \
                 Linux",
                libraries.trim_end()
            )
            .into());
        }
        let platform = platform.ok_or("`rustc -vV` names no host")?.to_owned();
        let folder = target_directory()?.join("sanitize");
        Ok(Self { platform, folder })
    }

    /// A cargo command that builds with the sanitizer, as does every cargo that the tests start.
    fn cargo(&self) -> Command {
        let mut command = cargo();
        // This variable would take precedence over `RUSTFLAGS`.
        command.env_remove("CARGO_ENCODED_RUSTFLAGS");
        command
            .env("RUSTC_BOOTSTRAP", "1")
            .env("RUSTFLAGS", RUSTFLAGS.join(" "))
            .env("CARGO_BUILD_TARGET", &self.platform)
            .env("CARGO_TARGET_DIR", &self.folder);
        command
    }

    /// Configures what the sanitizer checks in `command` and its child processes.
    fn watch(&self, command: &mut Command, leaks: bool) {
        // Memory lent across the boundary is often on the caller's stack.
        let detect_leaks = u8::from(!leaks);
        let options = format!("detect_stack_use_after_return=1:detect_leaks={detect_leaks}");
        command.env("ASAN_OPTIONS", options).envs([c_compilers::DEMANDED]);
    }

    /// Builds all plugins, as the tests do, and returns the path of this one.
    fn plugin(&self, name: &str) -> Result<PathBuf> {
        let mut names = [wheel::packages("plugins")?, wheel::packages("tests/modules")?].concat();
        names.retain(|other| other != name);
        let mut build = self.cargo();
        build.arg("build");
        let names = [name].into_iter().chain(names.iter().map(String::as_str));
        let mut plugins = shared_libraries(build, &names.collect::<Vec<_>>())?;
        Ok(plugins.swap_remove(0))
    }
}

/// The flags of the compiler.
const RUSTFLAGS: [&str; 3] = [
    "-Zsanitizer=address",
    // Exports the runtime to plugins, which contain none.
    "-Clink-arg=-Wl,--export-dynamic-symbol=__asan_*",
    // Otherwise each global variable would get a red zone that belongs to its symbol, and the
    // manifest, as the loader reads it from the file, would end in zeros.
    "-Cllvm-args=-asan-globals=0",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_filter_names_a_module_of_the_tests() {
        let main = std::fs::read_to_string("../tests/tests/it/main.rs").unwrap();
        for filter in SUITES.iter().flat_map(|suite| suite.filters) {
            let module = filter.strip_suffix("::").unwrap();
            assert!(
                main.contains(&format!("\nmod {module};\n")),
                "tests/tests/it/ has no `{module}`"
            );
        }
    }
}
