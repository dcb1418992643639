//! Collects the last lines of test binaries for a summary at the end of a run.

use std::fmt;
use std::process::Command;

use crate::command::{Result, line, run_and_read};
use crate::synapse::trial::Outcome;

/// The results of trial and of the test binaries.
#[derive(Default)]
pub(crate) struct Summary {
    pub(crate) trial: Outcome,
    lines: Vec<String>,
    passed: u64,
    failed: u64,
}

impl Summary {
    /// Keeps `line` if it is the last line of a test binary:
    /// `test result: ok. 5 passed; 0 failed; 0 ignored; ..`.
    fn read(&mut self, line: &str) {
        let Some((_verdict, counts)) =
            line.strip_prefix("test result: ").and_then(|result| result.split_once(". "))
        else {
            return;
        };
        for count in counts.split(';') {
            match count.trim().split_once(' ').map(|(number, what)| (number.parse::<u64>(), what)) {
                Some((Ok(number), "passed")) => self.passed += number,
                Some((Ok(number), "failed")) => self.failed += number,
                _ => {}
            }
        }
        self.lines.push(line.to_owned());
    }

    /// # Errors
    /// No test has passed, which means that none was run.
    pub(crate) fn some_passed(&self) -> Result<()> {
        if self.passed == 0 { Err("no test was run".into()) } else { Ok(()) }
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(line) = self.trial.line() {
            writeln!(f, "{line}")?;
        }
        for line in &self.lines {
            writeln!(f, "{line}")?;
        }
        writeln!(f, "{} passed, {} failed", self.passed, self.failed)
    }
}

/// Runs tests, showing their output as it comes and collecting the results.
///
/// # Errors
/// The tests do not build, or one of them failed.
pub(crate) fn run_tests(command: &mut Command, summary: &mut Summary) -> Result<()> {
    let status = run_and_read(command, |line| summary.read(line))?;
    if !status.success() {
        return Err(format!("`{}`: {status}", line(command)).into());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_summary_repeats_and_adds_up_what_the_test_binaries_said() {
        let mut summary = Summary::default();
        for line in [
            "running 6 tests",
            "test prints::test_result ... ok",
            "test result: ok. 5 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.01s",
            "test result: FAILED. 2 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.01s",
        ] {
            summary.read(line);
        }
        let shown = summary.to_string();
        assert_eq!(shown.lines().count(), 3, "{shown}");
        assert!(shown.ends_with("\n7 passed, 1 failed\n"), "{shown}");
    }

    #[test]
    fn the_result_of_trial_comes_first_and_is_not_added_to_the_total() {
        let mut summary = Summary::default();
        summary.trial.read("Ran 12 tests in 3.100s");
        summary.trial.read("PASSED (successes=12)");
        summary.read("test result: ok. 5 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out");
        let shown = summary.to_string();
        let lines: Vec<&str> = shown.lines().collect();
        assert_eq!(lines[0], "trial: Ran 12 tests in 3.100s: PASSED (successes=12)");
        assert_eq!(lines[2], "5 passed, 0 failed");
    }
}
