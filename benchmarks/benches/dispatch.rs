//! `cargo bench`: instructions, locked instructions, allocations and time of one dispatch, compared
//! with boxed futures; and how long a plugin takes to load. Fails if a target is missed. Time has
//! no target; all other figures are the same on any machine.

#![allow(clippy::cast_precision_loss, reason = "few modules")]

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use hsmod_benchmarks::setting::{Setting, measured};
use hsmod_benchmarks::subject::Case;
use hsmod_benchmarks::{allocations, instructions, locked, time};

/// A comparison of boxed futures with the loader, for some numbers of modules.
struct Comparison {
    name: &'static str,
    boxed: Case,
    loader: Case,
    /// The loader's targets, by the number of modules.
    at_most: [(usize, AtMost); 3],
    /// The loader's allocations.
    allocations: f64,
}

/// Upper limits: the last measured values plus 3 %.
#[derive(Clone, Copy)]
struct AtMost {
    /// Instructions, as a share of those of the boxed futures.
    instructions: f64,
    /// Locked instructions, not counting those for answers that are timed.
    locked: f64,
}

const fn at_most(instructions: f64, locked: f64) -> AtMost {
    AtMost { instructions, locked }
}

const COMPARISONS: [Comparison; 4] = [
    Comparison {
        name: "ready at once, pinned",
        boxed: Case::BoxedReady,
        loader: Case::LoaderReady,
        at_most: [(1, at_most(0.85, 1.0)), (3, at_most(0.52, 1.0)), (10, at_most(0.38, 1.0))],
        allocations: 0.0,
    },
    Comparison {
        name: "suspended once, pinned",
        boxed: Case::BoxedSuspended,
        loader: Case::LoaderSuspended,
        at_most: [(1, at_most(1.75, 3.0)), (3, at_most(1.65, 3.0)), (10, at_most(1.62, 3.0))],
        allocations: 0.0,
    },
    Comparison {
        name: "five texts, ready at once, pinned",
        boxed: Case::BoxedTexts,
        loader: Case::LoaderTexts,
        at_most: [(1, at_most(0.80, 1.0)), (3, at_most(0.54, 1.0)), (10, at_most(0.43, 1.0))],
        allocations: 0.0,
    },
    Comparison {
        name: "ready at once, awaited two levels up",
        boxed: Case::BoxedAwaited,
        loader: Case::LoaderAwaited,
        at_most: [(1, at_most(0.99, 1.0)), (3, at_most(0.68, 1.0)), (10, at_most(0.48, 1.0))],
        // The handler's own future.
        allocations: 1.0,
    },
];

/// The most instructions of a question that no module registered for, including the whole await.
/// Seven of them check whether any module did.
const NOBODY: f64 = 22.0;

/// The most instructions for checking whether any module registered a callback.
const LISTENS: f64 = 5.0;

/// Allocations of futures too large for a call's buffer: the future itself, on the plugin's heap.
const LARGE: [(&str, Case, f64); 2] = [
    ("a future of 4 KiB, ready", Case::LoaderLarge, 1.0),
    ("a future of 4 KiB, suspended", Case::LoaderLargeSuspended, 1.0),
];

/// The most instructions of one request, as a share of those of one callback.
const REQUEST: f64 = 1.15;

/// The files that are built for the measurements.
struct Files {
    plugin: PathBuf,
    counter: PathBuf,
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().collect();
    if measured(&arguments) {
        return ExitCode::SUCCESS;
    }
    let mut built = hsmod_tests::build::release(&["bench_module", "bench_counter"]);
    let mut file = |name| built.remove(name).expect("it is built");
    let files = Files { plugin: file("bench_module"), counter: file("bench_counter") };
    let mut hold = true;
    println!("allocations are those of all images: host, plugins, libraries");
    heading(["boxed", "loader"]);
    for comparison in &COMPARISONS {
        for (modules, at_most) in comparison.at_most {
            hold &= compare(&files, comparison, modules, at_most);
        }
    }
    for (name, case, expected) in LARGE {
        hold &= large(&files, name, case, expected);
    }
    hold &= unregistered(&files);
    heading(["callback", "request"]);
    hold &= request(&files);
    load_time(&files.plugin);
    if hold { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Prints one row: the same question to boxed futures and to the loader. Returns whether the
/// targets are met.
fn compare(files: &Files, comparison: &Comparison, modules: usize, at_most: AtMost) -> bool {
    let setting = |case| Setting::new(&files.plugin, case, modules);
    let (boxed, loader) = (setting(comparison.boxed), setting(comparison.loader));
    Row {
        name: format!("{}, {modules} modules", comparison.name),
        instructions: [instructions::of(&boxed), instructions::of(&loader)],
        at_most: at_most.instructions,
        locked: Some((locked::of(&loader), at_most.locked + TIMED * modules as f64)),
        time: Some(time::of(&loader, boxed.case)),
        allocations: allocations::of(&files.counter, &loader),
        expected: comparison.allocations,
    }
    .print()
}

/// A future too large for a call's buffer. Returns whether it allocates as often as expected.
fn large(files: &Files, name: &str, case: Case, expected: f64) -> bool {
    let allocations = allocations::of(&files.counter, &Setting::new(&files.plugin, case, 1));
    let holds = same(allocations, expected);
    println!("{name:<38} {:>48} {}", format!("{allocations:.2}"), verdict(holds));
    holds
}

/// A question that no module registered for, and the check whether any did. Returns whether both
/// targets are met.
fn unregistered(files: &Files) -> bool {
    let of = |case| instructions::of(&Setting::new(&files.plugin, case, 1));
    let nothing = of(Case::Nothing);
    let looks = [
        ("nobody registered", Case::LoaderNobody, NOBODY),
        ("whether anybody registered", Case::LoaderListens, LISTENS),
    ];
    looks.into_iter().fold(true, |hold, (name, case, at_most)| {
        let own = of(case) - nothing;
        let holds = own <= at_most;
        println!("{name:<38} {own:>17.0} {at_most:>14.2} {}", verdict(holds));
        hold & holds
    })
}

/// One request of a module that is answered at once, compared with one callback. Returns whether
/// the target is met.
fn request(files: &Files) -> bool {
    let setting = |case| Setting::new(&files.plugin, case, 1);
    let [callback, short, asking] = [Case::LoaderReady, Case::LoaderShort, Case::LoaderAsking]
        .map(|case| instructions::of(&setting(case)));
    Row {
        name: "a request, ready at once".to_owned(),
        instructions: [callback, asking - short],
        at_most: REQUEST,
        locked: None,
        time: None,
        allocations: allocations::of(&files.counter, &setting(Case::LoaderAsking)),
        expected: 0.0,
    }
    .print()
}

/// One measurement, compared with another one.
struct Row {
    name: String,
    /// Those of the other one and of this one.
    instructions: [f64; 2],
    /// The most instructions, as a share of the other one's.
    at_most: f64,
    /// Locked instructions, if they can be counted, and the most allowed.
    locked: Option<(Option<f64>, f64)>,
    /// The time as a share of the other one's.
    time: Option<f64>,
    allocations: f64,
    /// The allocations that it needs.
    expected: f64,
}

fn heading([base, ours]: [&str; 2]) {
    println!(
        "{:<38} {base:>8} {ours:>8} {:>6} {:>7} {:>6} {:>6} {:>11}",
        "instructions of", "ratio", "at most", "locked", "time", "allocations"
    );
}

impl Row {
    /// Prints the row and returns whether the targets are met.
    fn print(&self) -> bool {
        let [base, ours] = self.instructions;
        let ratio = ours / base;
        let (locked, most) = self.locked.unwrap_or((None, f64::INFINITY));
        let holds = ratio <= self.at_most
            && locked.is_none_or(|locked| locked <= most)
            && same(self.allocations, self.expected);
        let shown = |number: Option<f64>| number.map_or_else(String::new, |it| format!("{it:.2}"));
        println!(
            "{:<38} {base:>8.0} {ours:>8.0} {ratio:>6.2} {:>7.2} {:>6} {:>6} {:>11.2} {}",
            self.name,
            self.at_most,
            shown(locked),
            shown(self.time),
            self.allocations,
            verdict(holds)
        );
        holds
    }
}

fn verdict(holds: bool) -> &'static str {
    if holds { "" } else { "MISSED" }
}

/// Locked instructions of a module for timing some of its answers.
const TIMED: f64 = 0.02;

/// Allocations by other threads meanwhile, or once in many questions.
const FEW: f64 = 0.02;

/// Whether a question allocates as often as expected.
fn same(allocations: f64, expected: f64) -> bool {
    (allocations - expected).abs() <= FEW
}

/// Reported without a target, which a slow machine could miss.
fn load_time(plugin: &Path) {
    let copies = tempfile::tempdir().expect("a folder");
    let mut times = Vec::new();
    for index in 0..5 {
        // Different bytes each time, so that each copy is mapped.
        let copy = copies.path().join(format!("libcopy{index}.so"));
        let mut bytes = std::fs::read(plugin).expect("the plugin");
        bytes.push(index);
        std::fs::write(&copy, bytes).expect("a copy");
        let start = Instant::now();
        let subject = Setting::new(&copy, Case::LoaderReady, 1).subject();
        times.push(start.elapsed());
        drop(subject);
    }
    times.sort();
    println!(
        "loading one plugin: {:.1} ms (median of {})",
        times[2].as_secs_f64() * 1e3,
        times.len()
    );
}
