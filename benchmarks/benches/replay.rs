//! `cargo bench -p hsmod-benchmarks --bench replay`: the processor time that `hsmod replay` needs
//! for an event, compared with parsing the event's text, and events per second by number of
//! workers. This only reports, and runs on Linux.
#![allow(clippy::cast_precision_loss, reason = "counts become ratios")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use hsmod_plugin_api::values::OwnedEvent;
use hsmod_tests::build;
use serde_json::json;

/// How often each is measured, alternating with its counterpart, because the speed of a machine
/// varies.
const ROUNDS: usize = 5;

/// How often the file is read. The difference between the two runs is the cost of the events,
/// without that of the start.
const FEW: usize = 1;
const MANY: usize = 201;

const WORKERS: [usize; 2] = [1, 2];

fn main() {
    let folder = tempfile::tempdir().expect("a folder for the config");
    let bench = Bench::new(folder.path());
    println!(
        "{:<28} {:>14} {:>10} {:>14}",
        "replay", "processor, µs", "x parsing", "events a second"
    );
    for workers in WORKERS {
        let [mut micros, mut ratios, mut rates] = [const { Vec::new() }; 3];
        for _ in 0..ROUNDS {
            let (few, many) = (bench.replay(FEW, workers), bench.replay(MANY, workers));
            let events = ((MANY - FEW) * bench.lines.len()) as f64;
            let processor = (many.processor - few.processor) / events;
            micros.push(processor * 1e6);
            ratios.push(processor / bench.parsing());
            rates.push(events / (many.wall - few.wall));
        }
        let [micros, ratio, rate] = [micros, ratios, rates].map(median);
        let name = format!("workers: {workers}");
        println!("{name:<28} {micros:>14.2} {ratio:>10.2} {rate:>14.0}");
    }
}

struct Bench {
    hsmod: PathBuf,
    config: PathBuf,
    events: PathBuf,
    lines: Vec<String>,
}

/// The cost of a replay, in seconds.
struct Took {
    processor: f64,
    wall: f64,
}

impl Bench {
    fn new(folder: &Path) -> Self {
        let mut built = build::release(&["hsmod", "list_spam_checker"]);
        let mut file = |name: &str| built.remove(name).expect("it was built");
        let (hsmod, plugin) = (file("hsmod"), file("list_spam_checker"));
        let evil = json!({"evil_users": ["@nobody:example.com"]});
        let modules = json!({
            "modules": [{"module": plugin, "config": evil}], "verify": {"permissions": "warn"},
        });
        // JSON is also YAML.
        let config = folder.join("modules.yaml");
        fs::write(&config, modules.to_string()).expect("the config is written");
        let events = build::workspace().join("tests/data/synapse-pdus.ndjson");
        let text = fs::read_to_string(&events).expect("the events are there");
        Self { hsmod, config, events, lines: text.lines().map(str::to_owned).collect() }
    }

    fn replay(&self, repeat: usize, workers: usize) -> Took {
        let mut command = Command::new(&self.hsmod);
        command.arg("replay").arg("-c").arg(&self.config).arg(&self.events);
        command.args(["--repeat", &repeat.to_string(), "--concurrency", &workers.to_string()]);
        let (before, start) = (processor_of_children(), Instant::now());
        let output = command.stderr(Stdio::null()).output().expect("hsmod runs");
        let wall = start.elapsed().as_secs_f64();
        let text = String::from_utf8_lossy(&output.stdout);
        let all = format!("{} events: {0} allowed", repeat * self.lines.len());
        assert!(output.status.success() && text.starts_with(&all), "{text}");
        Took { processor: processor_of_children() - before, wall }
    }

    /// The seconds for parsing one event, in this process.
    fn parsing(&self) -> f64 {
        let times = 20;
        let start = Instant::now();
        for line in std::iter::repeat_n(&self.lines, times).flatten() {
            let event = OwnedEvent::from_json(line.as_str()).expect("an event");
            std::hint::black_box(&event);
        }
        start.elapsed().as_secs_f64() / (times * self.lines.len()) as f64
    }
}

/// The processor time in seconds, of user and system, of all child processes that have ended.
fn processor_of_children() -> f64 {
    let stat = fs::read_to_string("/proc/self/stat").expect("this is Linux");
    // The fields after the name, which may contain spaces, beginning with the third.
    let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
    let ticks = fields.skip(13).take(2).map(|field| field.parse::<f64>().expect("a number"));
    // For programs, the kernel's ticks are hundredths of a second on every machine.
    ticks.sum::<f64>() / 100.0
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
