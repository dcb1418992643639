//! `cargo bench`: instructions and allocations of one dispatch, beside boxed futures; and how long
//! a plugin takes to load. Instructions are counted by valgrind, so that the same binary gives the
//! same numbers on any machine. Fails if a target is missed.
#![allow(clippy::cast_precision_loss, reason = "counts become ratios")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use hsmod_benchmarks::subject::{Case, Subject};

struct Counting;

static ALLOCATIONS: AtomicUsize = AtomicUsize::new(0);

#[allow(unsafe_code, reason = "counts the allocations of this process")]
// SAFETY: hands everything to the system's allocator.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.fetch_add(1, Ordering::Relaxed);
        // SAFETY: the caller's promise.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the caller's promise.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// The most instructions, as a share of the boxed futures', per number of modules.
const READY: [(usize, f64); 3] = [(1, 0.90), (3, 0.60), (10, 0.45)];
const SUSPENDED: [(usize, f64); 3] = [(1, 1.50), (3, 1.46), (10, 1.44)];
/// The most instructions of one request, as a share of one callback's.
const REQUEST: f64 = 1.5;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().collect();
    if let [_, mode, plugin, case, modules, times] = arguments.as_slice()
        && mode == "--once"
    {
        once(Path::new(plugin), case, number(modules), number(times));
        return ExitCode::SUCCESS;
    }
    let plugin = hsmod_tests::build::release(&["bench_module"])["bench_module"].clone();
    let mut missed = false;
    println!(
        "{:<28} {:>8} {:>8} {:>6} {:>7}  allocations",
        "", "boxed", "loader", "ratio", "at most"
    );
    for (name, boxed, loader, targets) in [
        ("ready at once", Case::BoxedReady, Case::LoaderReady, READY),
        ("suspended once", Case::BoxedSuspended, Case::LoaderSuspended, SUSPENDED),
    ] {
        for (modules, target) in targets {
            let (base, ours) =
                (instructions(&plugin, boxed, modules), instructions(&plugin, loader, modules));
            let ratio = ours / base;
            let allocations = allocations(&plugin, loader, modules);
            let holds = ratio <= target && allocations <= 0.01;
            missed |= !holds;
            println!(
                "{:<28} {base:>8.0} {ours:>8.0} {ratio:>6.2} {target:>7.2}  {allocations:.2}{}",
                format!("{name}, {modules} modules"),
                if holds { "" } else { "   MISSED" }
            );
        }
    }
    missed |= !request(&plugin);
    load_time(&plugin);
    if missed { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

/// One request of a module that is answered at once, beside one callback; whether it holds.
fn request(plugin: &Path) -> bool {
    let [callback, short, asking] = [Case::LoaderReady, Case::LoaderShort, Case::LoaderAsking]
        .map(|case| instructions(plugin, case, 1));
    let request = asking - short;
    let ratio = request / callback;
    let allocations = allocations(plugin, Case::LoaderAsking, 1);
    let holds = ratio <= REQUEST && allocations <= 0.01;
    println!("{:<28} {:>8} {:>8} {:>6}", "", "callback", "request", "ratio");
    println!(
        "{:<28} {callback:>8.0} {request:>8.0} {ratio:>6.2} {REQUEST:>7.2}  {allocations:.2}{}",
        "a request, ready at once",
        if holds { "" } else { "   MISSED" }
    );
    holds
}

fn number(text: &str) -> usize {
    text.parse().expect("a number")
}

fn case(name: &str) -> Case {
    let cases = [
        Case::BoxedReady,
        Case::LoaderReady,
        Case::BoxedSuspended,
        Case::LoaderSuspended,
        Case::LoaderShort,
        Case::LoaderAsking,
    ];
    cases.into_iter().find(|case| format!("{case:?}") == name).expect("a case")
}

fn subject(plugin: &Path, modules: usize) -> Subject {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
    let runtime = runtime.expect("a runtime");
    let subject = runtime.block_on(Subject::new(plugin, modules));
    // The queues of the modules run on; nobody is told anything.
    std::mem::forget(runtime);
    subject
}

/// What valgrind runs.
fn once(plugin: &Path, name: &str, modules: usize, times: usize) {
    subject(plugin, modules).ask(case(name), times);
}

/// Instructions of one call: the difference between many calls and more.
fn instructions(plugin: &Path, case: Case, modules: usize) -> f64 {
    let (few, many) = (1_024, 5_120);
    let count = |times| executed(plugin, case, modules, times) as f64;
    (count(many) - count(few)) / (many - few) as f64
}

fn executed(plugin: &Path, case: Case, modules: usize, times: usize) -> u64 {
    let output = Command::new("valgrind")
        .args(["--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null"])
        .arg(std::env::current_exe().expect("this program has a file"))
        .arg("--once")
        .arg(plugin)
        .args([format!("{case:?}"), modules.to_string(), times.to_string()])
        .stdout(Stdio::null())
        .output()
        .expect("valgrind runs: install it with `apt-get install valgrind`");
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{text}");
    // `I refs: 428,524,724`, with some spaces.
    let line = text.lines().find(|line| line.contains("refs:")).expect("valgrind counts");
    let digits = line.rsplit(':').next().unwrap_or_default();
    let digits: String = digits.chars().filter(char::is_ascii_digit).collect();
    digits.parse().expect("a number")
}

fn allocations(plugin: &Path, case: Case, modules: usize) -> f64 {
    let subject = subject(plugin, modules);
    subject.ask(case, 1);
    let count = |times| {
        let before = ALLOCATIONS.load(Ordering::Relaxed);
        subject.ask(case, times);
        ALLOCATIONS.load(Ordering::Relaxed) - before
    };
    // What one denial allocates is in both.
    let (few, many) = (count(100), count(1_100));
    (many - few) as f64 / 1_000.0
}

/// Reported, with no target that a slow machine could miss.
fn load_time(plugin: &PathBuf) {
    let copies = tempfile::tempdir().expect("a folder");
    let mut times = Vec::new();
    for index in 0..5 {
        // Other bytes each time, so that each is mapped anew.
        let copy = copies.path().join(format!("libcopy{index}.so"));
        let mut bytes = std::fs::read(plugin).expect("the plugin");
        bytes.push(index);
        std::fs::write(&copy, bytes).expect("a copy");
        let start = Instant::now();
        let subject = subject(&copy, 1);
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
