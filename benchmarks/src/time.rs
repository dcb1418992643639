//! How long a question takes beside another one. The two take turns, in rounds so short that a
//! machine is as busy for the one as for the other, and the median of all pairs of rounds counts;
//! of which there is another median over some processes, because where one happens to lie in memory
//! decides a good deal. It is reported and has no target, which a strange machine would miss; but it
//! shows what a count of instructions does not: what a processor waits for.

use std::process::Command;
use std::time::{Duration, Instant};

use crate::setting::{Setting, run};
use crate::subject::{Case, Subject};

/// How this program is told to take the time, and write it.
pub(crate) const MODE: &str = "--time";

const PROCESSES: usize = 9;
const ROUNDS: usize = 101;
/// Shorter than what a system gives one process at a time.
const ROUND: Duration = Duration::from_micros(200);

/// The time of a question as a share of what it takes in the case `base`.
///
/// # Panics
/// If an answer is wrong.
pub fn of(setting: &Setting, base: Case) -> f64 {
    median((0..PROCESSES).map(|_| {
        let mut program = Command::new(std::env::current_exe().expect("this program has a file"));
        run(setting.hand_to(&mut program, MODE).arg(base.name()))
    }))
}

/// The same, in this process.
pub(crate) fn here(setting: &Setting, base: Case) -> f64 {
    let subject = setting.subject();
    let times = times(&subject, base);
    let time = |case| timed(&subject, case, times).as_secs_f64();
    median((0..ROUNDS).map(|_| time(setting.case) / time(base)))
}

fn median(ratios: impl Iterator<Item = f64>) -> f64 {
    let mut ratios: Vec<f64> = ratios.collect();
    ratios.sort_by(f64::total_cmp);
    ratios[ratios.len() / 2]
}

/// How many questions fill a round.
fn times(subject: &Subject, case: Case) -> usize {
    let mut times = 64;
    while timed(subject, case, times) < ROUND {
        times *= 2;
    }
    times
}

fn timed(subject: &Subject, case: Case, times: usize) -> Duration {
    let start = Instant::now();
    subject.ask(case, times);
    start.elapsed()
}
