//! `cargo bench -p hsmod-benchmarks --bench load`: the processor time and the elapsed time for
//! loading a hundred plugins, both as the linker writes them and without debug information; and how
//! much a process grows with each further module of a plugin. The latter is more than the module
//! keeps, because a start leaves gaps in memory. This only reports.
//!
//! Each plugin has different bytes, and stays mapped until the process ends, so each round has a
//! process of its own.
#![allow(clippy::cast_precision_loss, reason = "counts become ratios")]

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use hsmod_loader::{Config, Host, Modules};
use hsmod_tests::build;
use rustix::time::{ClockId, clock_gettime};
use serde_json::json;
use tokio::runtime::Runtime;

const PLUGINS: usize = 100;
const ROUNDS: usize = 5;
/// The number of modules of one plugin.
const MODULES: usize = 1_000;
/// The arguments that make this program load plugins or modules.
const MODES: [&str; 2] = ["--plugins", "--modules"];

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    if let [_, mode, path] = &*arguments
        && MODES.contains(&&**mode)
    {
        let measure = if mode == MODES[0] { plugins } else { modules };
        let numbers = measure(Path::new(path)).map(|number| number.to_string());
        return println!("{}", numbers.join(" "));
    }
    let built = build::release(&["list_spam_checker"])["list_spam_checker"].clone();
    println!("{PLUGINS} plugins, median of {ROUNDS} processes");
    println!("{:<26} {:>9} {:>15} {:>10}", "", "MiB each", "processor, ms", "passed, ms");
    for (name, is_stripped) in
        [("as the linker leaves them", false), ("strip = \"debuginfo\"", true)]
    {
        let folder = tempfile::tempdir().expect("a folder");
        let plugin = folder.path().join("plugin");
        std::fs::copy(&built, &plugin).expect("a copy");
        if is_stripped {
            let strip = Command::new("strip").arg("--strip-debug").arg(&plugin).status();
            assert!(strip.expect("binutils has `strip`").success());
        }
        let size = std::fs::metadata(&plugin).expect("a file").len() as f64 / f64::from(1 << 20);
        spread(&plugin, folder.path());
        let [processor, passed] = median(MODES[0], folder.path());
        println!("{name:<26} {size:>9.1} {:>15.0} {:>10.0}", processor * 1e3, passed * 1e3);
    }
    let [resident, _] = median(MODES[1], &built);
    println!("one more module of a plugin: {:.1} KiB resident", resident / 1024.0);
}

/// Copies a plugin several times, each with different bytes at its end.
fn spread(plugin: &Path, folder: &Path) {
    let bytes = std::fs::read(plugin).expect("a plugin");
    for number in 0..PLUGINS {
        let bytes = [&*bytes, &number.to_ne_bytes()].concat();
        std::fs::write(file(folder, number), bytes).expect("a copy");
    }
}

fn file(folder: &Path, number: usize) -> PathBuf {
    folder.join(format!("lib{number}.so"))
}

/// The medians of the two numbers that the child processes print.
fn median(mode: &str, path: &Path) -> [f64; 2] {
    let mut rounds: Vec<[f64; 2]> = (0..ROUNDS).map(|_| round(mode, path)).collect();
    [0, 1].map(|what| {
        rounds.sort_by(|a, b| a[what].total_cmp(&b[what]));
        rounds[ROUNDS / 2][what]
    })
}

fn round(mode: &str, path: &Path) -> [f64; 2] {
    let mut program = Command::new(std::env::current_exe().expect("this program has a file"));
    let output = program.arg(mode).arg(path).output().expect("this program runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let output = String::from_utf8_lossy(&output.stdout).into_owned();
    let mut numbers = output.split_whitespace().map(|number| number.parse().expect("a number"));
    [(); 2].map(|()| numbers.next().expect("two numbers"))
}

/// Processor time and elapsed time for loading the plugins in a folder, in seconds.
fn plugins(folder: &Path) -> [f64; 2] {
    let files: Vec<PathBuf> = (0..PLUGINS).map(|number| file(folder, number)).collect();
    let runtime = runtime();
    let (start, start_processor) = (Instant::now(), processor_time());
    let modules = load(&runtime, &files);
    let times = [processor_time() - start_processor, start.elapsed()];
    runtime.block_on(modules.shutdown(Duration::from_secs(60)));
    times.map(|time| time.as_secs_f64())
}

/// How many bytes of memory one module takes, and how many all of them.
fn modules(plugin: &Path) -> [f64; 2] {
    let runtime = runtime();
    let load = |count: usize| load(&runtime, &vec![plugin.to_owned(); count]);
    // The first modules take memory that is needed only once.
    let first = load(10);
    let before = resident();
    let modules = load(MODULES);
    let taken = resident() - before;
    for modules in [first, modules] {
        runtime.block_on(modules.shutdown(Duration::from_secs(60)));
    }
    [taken / MODULES as f64, taken]
}

fn runtime() -> Runtime {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime")
}

/// Loads a module of each of these plugins.
fn load(runtime: &Runtime, plugins: &[PathBuf]) -> Modules {
    let module = |(number, plugin): (usize, &PathBuf)| {
        let name = format!("module {number}");
        json!({"module": plugin, "name": name, "config": {"evil_users": []}})
    };
    let config = json!({
        "modules": plugins.iter().enumerate().map(module).collect::<Vec<_>>(),
        "verify": {"permissions": "warn"},
    });
    let config = Config::from_value(config, &[], Path::new("/")).expect("a config");
    let modules = runtime.block_on(Modules::load(config, Host::new("example.com")));
    modules.unwrap_or_else(|error| panic!("{error}"))
}

/// The processor time of all threads of this process.
fn processor_time() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    Duration::try_from(time).expect("no negative time")
}

/// How many bytes of this process are resident in memory.
fn resident() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("a system with `/proc`");
    let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kibibytes = resident.and_then(|size| size.trim().strip_suffix(" kB"));
    kibibytes.and_then(|size| size.parse::<f64>().ok()).expect("a number") * 1024.0
}
