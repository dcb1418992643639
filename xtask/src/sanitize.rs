//! `cargo xtask sanitize`: tests of what crosses the boundary, under AddressSanitizer.
//!
//! The stable compiler knows the sanitizer and brings its runtime; only the flag asks for
//! `RUSTC_BOOTSTRAP`. The runtime is linked into each program; a plugin has none of its own and
//! finds the program's when it is loaded, so that both sides keep one account of all memory. The
//! standard library is not instrumented: what its code that is compiled with ours does is seen, and
//! all that is allocated.
//!
//! Everything lies below cargo's target directory in `sanitize/`, so that no other build is touched.

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

/// What is run.
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
        // Modules of tests/tests/it/: how plugins are loaded and refused, live and end; what is
        // lent to them, or kept by them, across a panic, a suspension, a call that is dropped; what
        // they answer, store and log. Not those about processes that end by a signal, which the
        // sanitizer takes for its own.
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
        // What is thrown while something thrown is dropped is forgotten on purpose: to drop it might
        // throw once more. It cannot be told from other leaks by a list of suppressions: these are
        // names of functions, which a plugin has none of when a report of it is made. No other leak
        // is excused: plugins are never unmapped, so that what they hold for ever is held still.
        filters: &["panics::"],
        leaks: true,
    },
];

/// Tests that the sanitizer makes meaningless.
const SKIPPED: [&str; 1] = [
    // It measures the stack by the address of a variable, which the sanitizer keeps elsewhere to
    // see whether it is used when its function has returned.
    "the_stack_is_not_filled_by_modules_that_take_much_of_it",
];

#[derive(Args)]
#[command(after_help = "\
Examples:
  cargo xtask sanitize
  cargo xtask sanitize wakers::            # all tests with that in their names, of any module
  cargo xtask sanitize panics:: stages::

A report says what was done where (`heap-use-after-free .. READ of size 8`), then who freed or
allocated that memory. Names of functions need `llvm-symbolizer`, of Debian's package `llvm`. Those in
plugins are numbers, as in `/proc/self/fd/7+0x9acbb`; of the plugin that the test loads, ask for them:
  llvm-symbolizer --obj=target/sanitize/<platform>/debug/lib<plugin>.so 0x9acbb")]
pub(crate) struct Options {
    /// Only tests whose names contain one of these; of all modules, also those usually left out
    #[arg(value_name = "FILTER")]
    filters: Vec<String>,
}

/// Shows that the sanitizer catches what it should, and runs the tests.
///
/// # Errors
/// This compiler has no sanitizer, something does not build, a test failed, or memory was misused.
pub(crate) fn run(options: &Options) -> Result<()> {
    let sanitizer = Sanitizer::ready()?;
    c_compilers::ensure()?;
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

/// Does something under a heading, and says how long it took.
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
    /// Which of the package.
    arguments: &'static [&'static str],
    /// Only tests whose names contain one of these, if there are any.
    filters: &'static [&'static str],
    /// Whether memory is forgotten on purpose.
    leaks: bool,
}

impl Suite {
    /// Runs the tests, or those of them that the reader chose; none of a suite that leaks unless
    /// one of its own filters was chosen.
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
            // Those of the same tests that have a suite of their own.
            let others =
                SUITES.iter().filter(|suite| suite.leaks && suite.arguments == self.arguments);
            test.args(others.flat_map(|suite| suite.filters).flat_map(|name| ["--skip", name]));
        }
        Some(test)
    }
}

/// How to build and run with the sanitizer.
struct Sanitizer {
    /// The platform. Naming it keeps build scripts and macros, which run in the compiler, as they are.
    platform: String,
    /// Where everything lies.
    folder: PathBuf,
}

impl Sanitizer {
    /// # Errors
    /// The compiler has none for this platform.
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
                "this compiler brings no AddressSanitizer in `{}`: take a toolchain from rustup, on \
                 Linux",
                libraries.trim_end()
            )
            .into());
        }
        let platform = platform.ok_or("`rustc -vV` names no host")?.to_owned();
        let folder = target_directory()?.join("sanitize");
        Ok(Self { platform, folder })
    }

    /// A cargo that builds with the sanitizer, as do those that the tests start.
    fn cargo(&self) -> Command {
        let mut command = cargo();
        // Would go before `RUSTFLAGS`.
        command.env_remove("CARGO_ENCODED_RUSTFLAGS");
        command
            .env("RUSTC_BOOTSTRAP", "1")
            .env("RUSTFLAGS", RUSTFLAGS.join(" "))
            .env("CARGO_BUILD_TARGET", &self.platform)
            .env("CARGO_TARGET_DIR", &self.folder);
        command
    }

    /// Says what the sanitizer looks for in `command`, and in what that starts.
    fn watch(&self, command: &mut Command, leaks: bool) {
        // What is lent across the boundary often lies on the stack of the caller.
        let detect_leaks = u8::from(!leaks);
        let options = format!("detect_stack_use_after_return=1:detect_leaks={detect_leaks}");
        command.env("ASAN_OPTIONS", options).envs([c_compilers::DEMANDED]);
    }

    /// Builds all plugins, as the tests want them, and says where this one lies.
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
    // For plugins, which have no runtime of their own.
    "-Clink-arg=-Wl,--export-dynamic-symbol=__asan_*",
    // A global variable would be followed by a zone that nobody may touch, which would be part of
    // its symbol: the manifest, as the loader reads it from the file, would end in zeros.
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
