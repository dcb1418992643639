//! How long a question takes compared with another one. The two alternate, in rounds so short that
//! the load of the machine is the same for both, and the median of all pairs of rounds is taken.
//! Since the placement in memory matters a good deal, this is done in several processes, and the
//! median of their results is taken. The result is reported without a target, because another
//! machine could miss it; but it shows what a count of instructions cannot: how long the processor
//! waits.

use std::process::Command;
use std::time::{Duration, Instant};

use crate::setting::{Setting, run};
use crate::subject::{Case, Subject};

/// The argument that makes this program measure the time and print it.
pub(crate) const MODE: &str = "--time";

const PROCESSES: usize = 9;
const ROUNDS: usize = 101;
/// Shorter than the time slice that a system gives one process.
const ROUND: Duration = Duration::from_micros(200);

/// The time of a question as a share of that in the case `base`.
///
/// # Panics
/// An answer is wrong.
pub fn of(setting: &Setting, base: Case) -> f64 {
    median((0..PROCESSES).map(|_| {
        let mut program = Command::new(std::env::current_exe().expect("this program has a file"));
        run(setting.hand_to(&mut program, MODE).arg(base.name()))
    }))
}

/// The same, measured in this process.
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
