//! The summary of a replay.

use std::time::Duration;

use hsmod_loader::stats::Counts;
use hsmod_loader::{ModuleCounts, Modules};
use serde::Serialize;

use super::derived::Reach;
use super::room::Outcome;
use super::timer::Dispatched;
use crate::failures::Failed;
use crate::live::Undone;
use crate::output::{Output, counted};

/// The outcomes so far.
#[derive(Default)]
pub(super) struct Tally {
    allowed: u64,
    denied: u64,
    failed: u64,
    replaced: u64,
    calls: u64,
    time: Duration,
}

#[derive(Serialize)]
struct Last {
    summary: Summary,
}

#[derive(Serialize)]
struct Summary {
    events: u64,
    allowed: u64,
    denied: u64,
    failed: u64,
    replaced: u64,
    seconds: f64,
    /// Including reading and parsing.
    events_per_second: f64,
    /// Calls per second of the time spent in calls, for one processor, from the calls that were
    /// timed.
    dispatch_per_second: f64,
    modules: Vec<Module>,
    #[serde(flatten)]
    reach: Reach,
    /// All failures of modules, including those that a homeserver passes over.
    failures: Vec<Failed>,
    #[serde(flatten)]
    undone: Undone,
}

#[derive(Serialize)]
pub(super) struct Module {
    name: String,
    called: u64,
    denied: u64,
    failed: u64,
    p50_us: Option<f64>,
    p99_us: Option<f64>,
}

impl Tally {
    pub(super) fn count(&mut self, outcome: &Outcome) {
        match outcome {
            Outcome::Allowed { replaced, .. } => {
                self.allowed += 1;
                self.replaced += u64::from(*replaced);
            }
            Outcome::Denied { .. } => self.denied += 1,
            Outcome::Failed { .. } | Outcome::NoEvent { .. } => self.failed += 1,
        }
    }

    pub(super) fn dispatched(&mut self, dispatched: Dispatched) {
        self.calls += dispatched.calls;
        self.time += dispatched.time;
    }

    pub(super) const fn nothing_failed(&self) -> bool {
        self.failed == 0
    }

    /// The number of lines that were not blank.
    pub(super) const fn events(&self) -> u64 {
        self.allowed + self.denied + self.failed
    }

    pub(super) fn sum_up(
        &self,
        took: Duration,
        modules: Vec<Module>,
        reach: Reach,
        failures: Vec<Failed>,
        undone: Undone,
        output: &mut Output,
    ) {
        let events = self.events();
        let summary = Summary {
            events,
            allowed: self.allowed,
            denied: self.denied,
            failed: self.failed,
            replaced: self.replaced,
            seconds: took.as_secs_f64(),
            events_per_second: per_second(events, took),
            dispatch_per_second: per_second(self.calls, self.time),
            modules,
            reach,
            failures,
            undone,
        };
        if output.is_json() {
            output.json(&Last { summary });
        } else {
            summary.lines().iter().for_each(|line| output.line(line));
            summary.reach.show(output);
            // The other failures are outcomes of events and have been listed already.
            let passed_over = summary.failures.iter().filter(|failed| failed.passed_over);
            passed_over.for_each(|failed| failed.show(output));
            summary.undone.show(output);
        }
    }
}

/// The modules' counts so far, in config order.
pub(super) fn counts(modules: &Modules) -> Vec<Module> {
    modules.counts().iter().map(|counts| module(counts, modules)).collect()
}

fn module(counts: &ModuleCounts, modules: &Modules) -> Module {
    let sum = |field: fn(&Counts) -> u64| counts.callbacks.iter().map(|(_, own)| field(own)).sum();
    let micros = |share| Some(modules.latency(&counts.module, share)?.as_secs_f64() * 1e6);
    Module {
        name: counts.module.to_string(),
        called: sum(|counts| counts.called),
        denied: sum(|counts| counts.denied),
        failed: sum(|counts| counts.failed),
        p50_us: micros(0.5),
        p99_us: micros(0.99),
    }
}

#[allow(clippy::cast_precision_loss, reason = "a rate")]
fn per_second(count: u64, time: Duration) -> f64 {
    if time.is_zero() { 0.0 } else { count as f64 / time.as_secs_f64() }
}

impl Summary {
    fn lines(&self) -> Vec<String> {
        let Self { events, allowed, denied, failed, replaced, .. } = self;
        let mut lines = vec![
            format!(
                "{}: {allowed} allowed ({replaced} replaced), {denied} denied, {failed} failed",
                counted(*events, "event")
            ),
            format!(
                "{:.2} s: {:.0} events per second; the calls alone: {:.0} per second",
                self.seconds, self.events_per_second, self.dispatch_per_second
            ),
        ];
        lines.extend(self.modules.iter().map(Module::line));
        lines
    }
}

impl Module {
    fn line(&self) -> String {
        let Self { name, called, denied, failed, .. } = self;
        let times = match (self.p50_us, self.p99_us) {
            (Some(half), Some(most)) => {
                format!("; half of the answers within {half:.3} µs, 99 % within {most:.3} µs")
            }
            _ => String::new(),
        };
        format!(
            "{name}: called {}, denied {denied}, failed {failed}{times}",
            counted(*called, "time")
        )
    }
}
