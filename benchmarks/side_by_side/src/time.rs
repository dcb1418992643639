//! How long a question takes. All ways of a case take turns, in rounds so short that the load of
//! the machine is the same for all of them; and this is repeated in several processes, because the
//! placement in memory matters a good deal. The times are elapsed times in the process that asks.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use crate::case::{Case, Way};
use crate::events::About;
use crate::ways::{Ask, Files, load};

/// The argument that makes this program measure the times of a case and print them.
pub(crate) const MODE: &str = "--time";

/// How often each is measured.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Effort {
    pub(crate) processes: usize,
    pub(crate) rounds: usize,
    /// How many questions are counted, too.
    pub(crate) counted: u64,
}

/// How long one question took in each round, by way, in nanoseconds.
#[derive(Default, Deserialize, Serialize)]
struct Samples(Vec<Vec<f64>>);

/// The times of one way.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Times {
    pub(crate) ns_median: f64,
    /// The range that contains four of five rounds.
    pub(crate) ns_spread: [f64; 2],
    /// The median of the time as a share of the boxed call's in the same round.
    pub(crate) ratio: f64,
}

/// The times of all ways of a case, in the order of the ways.
///
/// # Errors
/// A process failed: a module did not load, or an answer was wrong.
pub(crate) fn of(case: Case, files: &Files, effort: Effort) -> Result<Vec<Times>, String> {
    let ways = case.ways();
    let mut samples = Samples(vec![Vec::new(); ways.len()]);
    for _ in 0..effort.processes {
        let more = in_process(case, files, effort.rounds)?;
        for (all, more) in samples.0.iter_mut().zip(more.0) {
            all.extend(more);
        }
    }
    let boxed = ways.iter().position(|way| *way == Way::Boxed).ok_or("nothing to compare with")?;
    let boxed = samples.0[boxed].clone();
    Ok(samples.0.into_iter().map(|of_way| Times::of(of_way, &boxed)).collect())
}

impl Times {
    fn of(mut samples: Vec<f64>, boxed: &[f64]) -> Self {
        let mut ratios: Vec<f64> =
            samples.iter().zip(boxed).map(|(own, base)| own / base).collect();
        ratios.sort_by(f64::total_cmp);
        samples.sort_by(f64::total_cmp);
        let at = |tenth: usize| samples[(samples.len() - 1) * tenth / 10];
        Self { ns_median: at(5), ns_spread: [at(1), at(9)], ratio: ratios[ratios.len() / 2] }
    }
}

fn in_process(case: Case, files: &Files, rounds: usize) -> Result<Samples, String> {
    let mut program = Command::new(std::env::current_exe().map_err(|error| error.to_string())?);
    program.args([MODE, &case.to_string()]).args([&files.plugin, &files.sabi]);
    let output = program.arg(rounds.to_string()).stderr(Stdio::piped()).output();
    let output = output.map_err(|error| error.to_string())?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(format!("{case}: {}\n{said}", output.status));
    }
    serde_json::from_slice(&output.stdout).map_err(|error| format!("{case}: {error}"))
}

/// Measures the times in this process, and returns them as JSON.
pub(crate) fn here(case: Case, files: &Files, rounds: usize) -> String {
    let asks: Vec<Ask> = case.ways().iter().map(|way| load(*way, case, files)).collect();
    asks.iter().for_each(|ask| ask(About::Evil));
    let times: Vec<usize> = asks.iter().map(|ask| times(ask, case.round())).collect();
    let mut samples = Samples(vec![Vec::new(); asks.len()]);
    for round in 0..rounds {
        // Rotate the order, because a way that waits leaves cold caches to the next one.
        for turn in 0..asks.len() {
            let way = (round + turn) % asks.len();
            samples.0[way].push(timed(&asks[way], times[way]));
        }
    }
    serde_json::to_string(&samples).expect("numbers are JSON")
}

/// How many questions fill a round.
#[allow(clippy::cast_precision_loss, reason = "a number of questions")]
fn times(ask: &Ask, round: Duration) -> usize {
    let round = round.as_secs_f64() * 1e9;
    let mut times = 2;
    while timed(ask, times) * times as f64 <= round {
        times *= 2;
    }
    times
}

/// The time of one question, in nanoseconds, as the mean of this many.
#[allow(clippy::cast_precision_loss, reason = "a number of questions")]
fn timed(ask: &Ask, times: usize) -> f64 {
    let start = Instant::now();
    ask(About::Good(times));
    start.elapsed().as_secs_f64() * 1e9 / times as f64
}
