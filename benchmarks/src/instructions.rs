//! How many instructions a question takes. valgrind counts them, so that the same program yields
//! the same numbers on any machine.
#![allow(clippy::cast_precision_loss, reason = "counts become ratios")]

use std::process::{Command, Stdio};

use crate::setting::Setting;

/// The argument that makes this program ask, and do nothing else.
pub(crate) const MODE: &str = "--ask";

/// The instructions of one question: the difference between few and many questions, divided by
/// their number. There are so many that the work of other threads hardly matters, even on a busy
/// machine.
///
/// # Panics
/// valgrind is missing.
pub fn of(setting: &Setting) -> f64 {
    counted([1_024, 41_984], |program| {
        setting.hand_to(program, MODE);
    })
}

/// The instructions per repetition of what this program does when run with some arguments, followed
/// by the number of repetitions: computed from few and many repetitions.
///
/// # Panics
/// valgrind is missing.
pub fn counted([few, many]: [u32; 2], arguments: impl Fn(&mut Command)) -> f64 {
    let count = |times| executed(&arguments, times) as f64;
    (count(many) - count(few)) / f64::from(many - few)
}

fn executed(arguments: impl Fn(&mut Command), times: u32) -> u64 {
    let mut valgrind = Command::new("valgrind");
    valgrind.args(["--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null"]);
    valgrind.arg(std::env::current_exe().expect("this program has a file"));
    arguments(&mut valgrind);
    let output = valgrind.arg(times.to_string()).stdout(Stdio::null()).output();
    let output = output.expect("valgrind runs: install it with `apt-get install valgrind`");
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{text}");
    // `I refs: 428,524,724`, with some spaces.
    let line = text.lines().find(|line| line.contains("refs:")).expect("valgrind counts");
    let digits = line.rsplit(':').next().unwrap_or_default();
    let digits: String = digits.chars().filter(char::is_ascii_digit).collect();
    digits.parse().expect("a number")
}
