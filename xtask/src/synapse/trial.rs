//! Runs the tests with trial, Twisted's test runner, and the benchmark in the same environment.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use crate::command::{Result, line, output, run as execute, run_and_read};
use crate::lock::Lock;
use crate::python::Environment;

/// The folder of the tests.
const TESTS: &str = "synapse/tests";

/// The benchmark of native modules.
const BENCHMARK: &str = "synapse/benchmarks/cost.py";

/// Everything that the tests need.
pub(super) struct Trial {
    pub(super) environment: Environment,
    pub(super) sources: PathBuf,
    pub(super) plugins: PathBuf,
    /// A folder for temporary files.
    pub(super) folder: PathBuf,
    pub(super) jobs: u32,
    /// Keeps other runs from changing any of it.
    pub(super) _lock: Lock,
}

impl Trial {
    /// Runs the tests with these names, or all if no name is given.
    ///
    /// # Errors
    /// A test failed, or none was found.
    pub(super) fn run(&self, names: &[String]) -> Result<()> {
        let tests =
            if names.is_empty() { all()? } else { names.iter().map(|n| module(n)).collect() };
        let scratch = self.folder.join("scratch");
        if scratch.exists() {
            fs::remove_dir_all(&scratch)?;
        }
        fs::create_dir_all(&scratch)?;
        let mut trial = self.command();
        trial.current_dir(&scratch).args(tests);
        let mut outcome = Outcome::default();
        let status = run_and_read(&mut trial, |line| outcome.read(line))?;
        if !status.success() {
            return Err(format!("`{}`: {status}", line(&trial)).into());
        }
        if outcome.is_empty() {
            return Err("trial ran no test".into());
        }
        fs::remove_dir_all(scratch)?;
        Ok(())
    }

    /// Measures the cost of native modules.
    ///
    /// # Errors
    /// The cost exceeds its limit.
    pub(super) fn measure(&self) -> Result<()> {
        execute(self.python().args([BENCHMARK, "--check"]))
    }

    /// The cost as JSON, without a check against the limit.
    ///
    /// # Errors
    /// The measurement failed.
    pub(super) fn costs(&self) -> Result<String> {
        output(self.python().args([BENCHMARK, "--json"]))
    }

    fn command(&self) -> Command {
        let mut trial = self.python();
        trial.args(["-m", "twisted.trial", &format!("-j{}", self.jobs)]);
        trial
    }

    /// Python with everything that the tests need.
    fn python(&self) -> Command {
        let mut python = self.environment.python();
        let path = [std::path::absolute(TESTS).unwrap_or_default(), self.sources.clone()];
        python
            .env("PYTHONPATH", std::env::join_paths(path).unwrap_or_default())
            // Keeps compiled Python files out of the sources.
            .env("PYTHONPYCACHEPREFIX", self.folder.join("pycache"))
            .env("HSMOD_TEST_PLUGINS", &self.plugins);
        python
    }
}

/// The names of all test modules.
fn all() -> Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(TESTS)? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if name.starts_with("test_") && name.ends_with(".py") {
            names.push(module(&name));
        }
    }
    names.sort();
    Ok(names)
}

/// The name of a test for trial. A file may also be given by its path.
fn module(name: &str) -> String {
    match name.strip_suffix(".py") {
        Some(path) => path.rsplit('/').next().unwrap_or(path).to_owned(),
        None => name.to_owned(),
    }
}

/// The last lines of trial: `Ran 12 tests in 3.100s`, and then `PASSED (successes=12)`.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    ran: Option<String>,
    verdict: Option<String>,
}

impl Outcome {
    /// Keeps `line` if it is one of these two.
    pub(crate) fn read(&mut self, line: &str) {
        let verdict = |word| line == word || line.starts_with(&format!("{word} ("));
        if line.starts_with("Ran ") && line.contains(" tests in ") {
            self.ran = Some(line.to_owned());
        } else if self.ran.is_some() && (verdict("PASSED") || verdict("FAILED")) {
            self.verdict = Some(line.to_owned());
        }
    }

    /// Both lines in one, if both were seen.
    pub(crate) fn line(&self) -> Option<String> {
        Some(format!("trial: {}: {}", self.ran.as_ref()?, self.verdict.as_ref()?))
    }

    fn is_empty(&self) -> bool {
        self.ran.as_ref().is_none_or(|ran| ran.starts_with("Ran 0 "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_lines_of_trial_are_kept() {
        let mut outcome = Outcome::default();
        for line in
            ["PASSED by a test that prints", "Ran 12 tests in 3.100s", "", "PASSED (successes=12)"]
        {
            outcome.read(line);
        }
        let line = outcome.line().unwrap();
        assert_eq!(line, "trial: Ran 12 tests in 3.100s: PASSED (successes=12)");
        assert!(!outcome.is_empty());
    }

    #[test]
    fn zero_tests_are_not_a_success() {
        let mut outcome = Outcome::default();
        assert!(outcome.is_empty());
        outcome.read("Ran 0 tests in 0.000s");
        outcome.read("PASSED");
        assert!(outcome.is_empty());
    }

    #[test]
    fn tests_are_named_by_file_or_as_trial_does() {
        assert_eq!(module("synapse/tests/test_web.py"), "test_web");
        assert_eq!(module("test_web.WebTestCase.test_get"), "test_web.WebTestCase.test_get");
    }
}
