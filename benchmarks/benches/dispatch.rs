//! `cargo bench`: instructions, allocations and time of one dispatch, beside boxed futures; and how
//! long a plugin takes to load. Fails if a target is missed, of which only instructions and
//! allocations have any: they are the same on any machine.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use hsmod_benchmarks::setting::{Setting, measured};
use hsmod_benchmarks::subject::Case;
use hsmod_benchmarks::{allocations, instructions, time};

/// What is compared: boxed futures with the loader, for some numbers of modules.
struct Comparison {
    name: &'static str,
    boxed: Case,
    loader: Case,
    /// The number of modules, and the most instructions as a share of the boxed futures'.
    at_most: [(usize, f64); 3],
    /// Of the loader.
    allocations: f64,
}

const COMPARISONS: [Comparison; 4] = [
    Comparison {
        name: "ready at once",
        boxed: Case::BoxedReady,
        loader: Case::LoaderReady,
        at_most: [(1, 0.92), (3, 0.60), (10, 0.45)],
        allocations: 0.0,
    },
    Comparison {
        name: "suspended once",
        boxed: Case::BoxedSuspended,
        loader: Case::LoaderSuspended,
        at_most: [(1, 1.52), (3, 1.46), (10, 1.44)],
        allocations: 0.0,
    },
    Comparison {
        name: "five texts, ready at once",
        boxed: Case::BoxedTexts,
        loader: Case::LoaderTexts,
        at_most: [(1, 0.98), (3, 0.72), (10, 0.60)],
        allocations: 0.0,
    },
    Comparison {
        name: "ready in a handler",
        boxed: Case::BoxedAwaited,
        loader: Case::LoaderAwaited,
        at_most: [(1, 1.65), (3, 1.30), (10, 0.76)],
        // The handler's own future.
        allocations: 1.0,
    },
];

/// What a future allocates that a call has no room for: itself, on the heap of its plugin.
const LARGE: [(&str, Case, f64); 2] = [
    ("a future of 4 KiB, ready", Case::LoaderLarge, 1.0),
    ("a future of 4 KiB, suspended", Case::LoaderLargeSuspended, 1.0),
];

/// The most instructions of one request, as a share of one callback's.
const REQUEST: f64 = 1.5;

/// What is built to be measured, and to measure with.
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
    heading(["callback", "request"]);
    hold &= request(&files);
    load_time(&files.plugin);
    if hold { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// One row: the same question to boxed futures and to the loader; whether it holds.
fn compare(files: &Files, comparison: &Comparison, modules: usize, at_most: f64) -> bool {
    let setting = |case| Setting::new(&files.plugin, case, modules);
    let (boxed, loader) = (setting(comparison.boxed), setting(comparison.loader));
    Row {
        name: format!("{}, {modules} modules", comparison.name),
        instructions: [instructions::of(&boxed), instructions::of(&loader)],
        at_most,
        time: Some(time::of(&loader, boxed.case)),
        allocations: allocations::of(&files.counter, &loader),
        expected: comparison.allocations,
    }
    .print()
}

/// A future that has no room in a call; whether it allocates what is known.
fn large(files: &Files, name: &str, case: Case, expected: f64) -> bool {
    let allocations = allocations::of(&files.counter, &Setting::new(&files.plugin, case, 1));
    let holds = same(allocations, expected);
    println!("{name:<38} {:>48} {}", format!("{allocations:.2}"), verdict(holds));
    holds
}

/// One request of a module that is answered at once, beside one callback; whether it holds.
fn request(files: &Files) -> bool {
    let setting = |case| Setting::new(&files.plugin, case, 1);
    let [callback, short, asking] = [Case::LoaderReady, Case::LoaderShort, Case::LoaderAsking]
        .map(|case| instructions::of(&setting(case)));
    Row {
        name: "a request, ready at once".to_owned(),
        instructions: [callback, asking - short],
        at_most: REQUEST,
        time: None,
        allocations: allocations::of(&files.counter, &setting(Case::LoaderAsking)),
        expected: 0.0,
    }
    .print()
}

/// One thing, compared with another one.
struct Row {
    name: String,
    /// Of the other one and of this one.
    instructions: [f64; 2],
    /// The most instructions, as a share of the other one's.
    at_most: f64,
    /// As a share of the other one's.
    time: Option<f64>,
    allocations: f64,
    /// The allocations that it is known to need.
    expected: f64,
}

fn heading([base, ours]: [&str; 2]) {
    println!(
        "{:<38} {base:>8} {ours:>8} {:>6} {:>7} {:>6} {:>11}",
        "instructions of", "ratio", "at most", "time", "allocations"
    );
}

impl Row {
    /// Prints it; whether it holds.
    fn print(&self) -> bool {
        let [base, ours] = self.instructions;
        let ratio = ours / base;
        let holds = ratio <= self.at_most && same(self.allocations, self.expected);
        let time = self.time.map_or_else(String::new, |time| format!("{time:.2}"));
        println!(
            "{:<38} {base:>8.0} {ours:>8.0} {ratio:>6.2} {:>7.2} {time:>6} {:>11.2} {}",
            self.name,
            self.at_most,
            self.allocations,
            verdict(holds)
        );
        holds
    }
}

fn verdict(holds: bool) -> &'static str {
    if holds { "" } else { "MISSED" }
}

/// Whether a question allocates as often as is known, but for what other threads do meanwhile.
fn same(allocations: f64, expected: f64) -> bool {
    (allocations - expected).abs() <= 0.01
}

/// Reported, with no target that a slow machine could miss.
fn load_time(plugin: &Path) {
    let copies = tempfile::tempdir().expect("a folder");
    let mut times = Vec::new();
    for index in 0..5 {
        // Other bytes each time, so that each is mapped anew.
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
