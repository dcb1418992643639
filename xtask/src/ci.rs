//! `cargo xtask ci`: runs the steps of CI one after the other, the cheap ones first.

use std::process::Command;
use std::time::Instant;

use clap::Args;

use crate::build::target_directory;
use crate::c_compilers;
use crate::command::{Result, cargo, line, run as execute, run_and_read};
use crate::summary::{Summary, run_tests};
use crate::synapse::trial::Outcome;

#[derive(Args)]
pub(crate) struct Options {
    /// Also runs what takes longer: plugins built by other compilers, tests under a sanitizer, licences
    /// and sources of the dependencies, benchmarks
    #[arg(long)]
    full: bool,
}

/// One command line of cargo.
struct Step {
    name: &'static str,
    arguments: &'static [&'static str],
    environment: &'static [(&'static str, &'static str)],
    /// Only with `--full`.
    full: bool,
    /// Whether it is about the crate in `synapse/`, which is a separate workspace.
    synapse: bool,
}

const STEPS: &[Step] = &[
    Step::usual("format", &["fmt", "--all", "--check"]),
    Step::usual("lints", &["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]),
    Step::usual(
        "lints without features",
        &["clippy", "--package", "hsmod-loader", "--", "-D", "warnings"],
    ),
    Step {
        environment: &[("RUSTDOCFLAGS", "-D warnings")],
        ..Step::usual("documentation", &["doc", "--workspace", "--no-deps"])
    },
    Step {
        environment: &[("RUSTDOCFLAGS", "-D warnings")],
        ..Step::usual(
            "documentation that authors see",
            &["doc", "--package", "hsmod-plugin-api", "--no-deps"],
        )
    },
    Step::usual("format of synapse/", &["fmt", "--manifest-path", SYNAPSE, "--check"]),
    Step::usual("layout of Python", &["xtask", "layout"]),
    Step::synapse(
        "lints of synapse/",
        &["clippy", "--manifest-path", SYNAPSE, "--all-targets", "--", "-D", "warnings"],
    ),
    Step {
        environment: &[("RUSTDOCFLAGS", "-D warnings")],
        ..Step::synapse(
            "documentation of synapse/",
            &["doc", "--manifest-path", SYNAPSE, "--no-deps"],
        )
    },
    Step::full("dependencies", &["xtask", "deny"]),
    Step::usual("book", &["xtask", "book"]),
    Step::usual("demo", &["xtask", "demo"]),
    Step::usual("wheel", &["xtask", "wheel", "--dev", "--check"]),
    Step::full("wheel, released", &["xtask", "wheel", "--check"]),
    Step::full("bundle", &["xtask", "bundle", "--check"]),
    Step::full("tests in Synapse, released", &["xtask", "synapse", "--release", "test_command"]),
    Step::full("cost in Synapse", &["xtask", "synapse", "--bench"]),
    Step {
        environment: &[("HSMOD_TEST_FULL", "1")],
        ..Step::full(
            "all scenarios and more of Synapse's own tests",
            &["xtask", "synapse", "test_scenarios", "test_synapses_own"],
        )
    },
    Step::full("tests without features", &["test", "--package", "hsmod-loader", "--lib"]),
    Step {
        environment: &[("HSMOD_TEST_FULL", "1")],
        ..Step::full("new modules of every category", NEW_MODULES)
    },
    Step::full("models", &["test", "--package", "hsmod-models"]),
    Step::full("compilers", &["xtask", "compilers"]),
    Step::full("sanitizer", &["xtask", "sanitize"]),
    Step::full("benchmarks", &["bench", "--package", "hsmod-benchmarks"]),
];

/// The crates that `hsmod new` creates. The usual tests build only that of one category.
const NEW_MODULES: &[&str] = &["test", "--package", "hsmod", "--test", "it", "new_crates"];

/// The crate that Python loads.
const SYNAPSE: &str = "synapse/Cargo.toml";

/// Tests of native modules in a real Synapse. trial's last lines are repeated in the summary.
const TRIAL: Step = Step::usual("tests in Synapse", &["xtask", "synapse"]);

/// The last step: its summary closes the output.
const TESTS: Step =
    Step { environment: &[c_compilers::DEMANDED], ..Step::usual("tests", &["test"]) };

/// Runs all steps and closes with the summary of the tests.
///
/// # Errors
/// A step failed. The error names it and says how to run it alone.
pub(crate) fn run(options: &Options) -> Result<()> {
    c_compilers::ensure()?;
    for step in STEPS.iter().filter(|step| options.full || !step.full) {
        step.run(execute)?;
    }
    let mut summary = Summary::default();
    TRIAL.run(|command| run_trial(command, &mut summary.trial))?;
    let outcome = TESTS.run(|command| run_tests(command, &mut summary));
    print!("\n{summary}");
    outcome.and_then(|()| summary.some_passed())
}

impl Step {
    const fn usual(name: &'static str, arguments: &'static [&'static str]) -> Self {
        Self { name, arguments, environment: &[], full: false, synapse: false }
    }

    const fn synapse(name: &'static str, arguments: &'static [&'static str]) -> Self {
        Self { synapse: true, ..Self::usual(name, arguments) }
    }

    const fn full(name: &'static str, arguments: &'static [&'static str]) -> Self {
        Self { full: true, ..Self::usual(name, arguments) }
    }

    /// Runs the step with `execute`, under a heading.
    fn run(&self, execute: impl FnOnce(&mut Command) -> Result<()>) -> Result<()> {
        let mut command = cargo();
        command.args(self.arguments).envs(self.environment.iter().copied());
        if self.synapse {
            // The directory that maturin builds in, so that nothing is compiled twice.
            command.env("CARGO_TARGET_DIR", target_directory()?.join("synapse/build"));
            // Without this, PyO3 would link against libpython.
            command.env("PYO3_BUILD_EXTENSION_MODULE", "1");
        }
        println!("\n==> {}: {}", self.name, line(&command));
        let start = Instant::now();
        let outcome = execute(&mut command);
        println!("    {}: {:.1} s", self.name, start.elapsed().as_secs_f64());
        outcome.map_err(|error| {
            format!("step `{}`: {error}\nrun it alone: {}", self.name, line(&command)).into()
        })
    }
}

/// Runs the tests in Synapse, showing their output as it comes.
fn run_trial(command: &mut Command, outcome: &mut Outcome) -> Result<()> {
    let status = run_and_read(command, |line| outcome.read(line))?;
    if status.success() { Ok(()) } else { Err(format!("`{}`: {status}", line(command)).into()) }
}
