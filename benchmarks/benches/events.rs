//! `cargo bench -p hsmod-benchmarks --bench events`: instructions and allocations of the ways in
//! which a homeserver passes an event of 1 KiB, and in which a module reads it and the state. Fails
//! if there are more than expected; the number of instructions depends slightly on the compiler.

use std::borrow::Cow;
use std::future::Future;
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::process::{Command, ExitCode};
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use hsmod_benchmarks::{allocations, instructions, setting};
use hsmod_loader::dispatch::Notification;
use hsmod_loader::values::{ModuleError, OwnedEvent};
use hsmod_loader::{
    BuiltEvent, Config, EventError, EventParts, GivenText, Host, Json, Modules, Parts, Ser, State,
    StateSource,
};
use serde::Serialize;
use serde_json::{Value, json};
use tokio::runtime::Runtime;

/// The size of the event in bytes.
const SIZE: usize = 1024;

/// How much more than expected is too much: a factor, and what other threads may add.
const TOLERANCE: f64 = 1.03;
const OTHERS: [f64; 2] = [4.0, 0.01];

/// What the module reads, how it is asked, and the expected figures of one question.
struct Row {
    name: &'static str,
    way: &'static str,
    reads: &'static str,
    instructions: f64,
    allocations: f64,
}

const ROWS: &[Row] = &[
    row("a view of the event", "view", "sender", 284.0, 0.0),
    // The module's own parsing of the body accounts for the rest.
    row("the same, body read", "view", "content", 2215.0, 1.0),
    row("Json", "json", "sender", 6433.0, 0.0),
    row("the same, body read", "json", "content", 8364.0, 1.0),
    row("three questions, Json each time", "json thrice", "sender", 19292.0, 0.0),
    row("three questions, built once", "built thrice", "sender", 8150.0, 2.0),
    row("Ser", "ser", "sender", 16225.0, 1.0),
    row("Parts", "parts", "sender", 297.0, 0.0),
    row("with the state, not read", "allowed", "sender", 424.0, 0.0),
    row("the same, an entry looked up", "allowed", "state", 1139.0, 0.0),
    row("the same, its content read", "allowed", "levels", 10339.0, 1.0),
    row("what that takes the homeserver", "own", "state", 48.0, 0.0),
    row("a notification, Json", "told", "sender", 10575.0, 4.0),
    row("a notification, built before", "built told", "sender", 3358.0, 2.0),
];

const fn row(
    name: &'static str,
    way: &'static str,
    reads: &'static str,
    instructions: f64,
    allocations: f64,
) -> Row {
    Row { name, way, reads, instructions, allocations }
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().collect();
    match arguments.get(1..).unwrap_or_default() {
        [mode, plugin, way, reads, times] if mode == "--ask" => {
            Subject::load(Path::new(plugin), reads).ask(way, times.parse().expect("a number"));
            return ExitCode::SUCCESS;
        }
        [mode, plugin, way, reads] if mode == "--allocations" => {
            let subject = Subject::load(Path::new(plugin), reads);
            println!("{}", allocations::counted(|times| subject.ask(way, times)));
            return ExitCode::SUCCESS;
        }
        _ => {}
    }
    let mut built = hsmod_tests::build::release(&["bench_reader", "bench_counter"]);
    let [plugin, counter] =
        ["bench_reader", "bench_counter"].map(|name| built.remove(name).expect("it is built"));
    println!("{:<36} {:>12} {:>12}", "one module, 1 KiB", "instructions", "allocations");
    // Measure all rows, even after one has failed.
    let failed = ROWS.iter().filter(|row| !row.holds(&plugin, &counter)).count();
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

impl Row {
    /// Measures the row, prints it, and returns whether it is as expected.
    fn holds(&self, plugin: &PathBuf, counter: &PathBuf) -> bool {
        let hand = |program: &mut Command, mode| {
            program.arg(mode).arg(plugin).args([self.way, self.reads]);
        };
        let instructions = instructions::counted([256, 8_448], |program| hand(program, "--ask"));
        let mut program = Command::new(std::env::current_exe().expect("this program has a file"));
        hand(program.env("LD_PRELOAD", counter), "--allocations");
        let allocations = setting::run(&mut program);
        let [more_instructions, more_allocations] = OTHERS;
        let holds = instructions <= self.instructions * TOLERANCE + more_instructions
            && allocations <= self.allocations * TOLERANCE + more_allocations;
        let verdict = if holds { "" } else { "MISSED" };
        println!("{:<36} {instructions:>12.0} {allocations:>12.2} {verdict}", self.name);
        holds
    }
}

/// A module, and what it is asked about.
struct Subject {
    runtime: Runtime,
    modules: Modules,
    state: State,
    source: Arc<Entries>,
    pdu: Pdu,
    json: String,
    event: OwnedEvent,
}

impl Subject {
    fn load(plugin: &Path, reads: &str) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
        let runtime = runtime.expect("a runtime");
        let config = json!({
            "modules": [{"module": plugin, "config": {"reads": reads}, "timeout": 0}],
            "verify": {"permissions": "warn"},
        });
        let config = Config::from_value(config, &[], Path::new("/")).expect("a config");
        let modules = runtime.block_on(Modules::load(config, Host::new("example.com")));
        let modules = modules.unwrap_or_else(|error| panic!("{error}"));
        let pdu = Pdu::example();
        let json = serde_json::to_string(&pdu).expect("JSON");
        assert_eq!(json.len(), SIZE, "what is measured is 1 KiB long");
        let source = Arc::new(Entries { power_levels: json.as_str().into() });
        let state = State::new(Arc::clone(&source));
        let event = OwnedEvent::from_json(json.clone()).expect("an event");
        Self { runtime, modules, state, source, pdu, json, event }
    }

    /// Asks this many times.
    fn ask(&self, way: &str, times: usize) {
        let spam_checker = self.modules.spam_checker();
        let rules = self.modules.third_party_rules();
        let event = self.event.as_event();
        match way {
            "view" => repeat(times, || now(spam_checker.check_event_for_spam(black_box(&event)))),
            "json" => repeat(times, || {
                now(spam_checker.check_event_for_spam(Json(black_box(&*self.json))))
            }),
            "json thrice" => repeat(times, || {
                let event = || Json(black_box(&*self.json));
                (0..3).try_for_each(|_| now(spam_checker.check_event_for_spam(event())))
            }),
            "built thrice" => repeat(times, || {
                let event = BuiltEvent::of(Json(black_box(&*self.json))).expect("an event");
                (0..3).try_for_each(|_| now(spam_checker.check_event_for_spam(&event)))
            }),
            "ser" => {
                repeat(times, || now(spam_checker.check_event_for_spam(Ser(black_box(&self.pdu)))))
            }
            "parts" => {
                repeat(
                    times,
                    || now(spam_checker.check_event_for_spam(Parts(black_box(&self.pdu)))),
                )
            }
            "allowed" => {
                repeat(times, || now(rules.check_event_allowed(black_box(&event), &self.state)))
            }
            "own" => repeat(times, || {
                now(black_box(&*self.source).give("m.room.power_levels", black_box("")))
            }),
            "told" => {
                self.tell(times, || rules.on_new_event(Json(black_box(&*self.json)), &self.state))
            }
            "built told" => {
                let event = BuiltEvent::of(Json(&self.json)).expect("an event");
                self.tell(times, || rules.on_new_event(black_box(&event), &self.state));
            }
            _ => panic!("there is no way `{way}`"),
        }
    }

    /// Notifies the module this many times, and waits each time until it has handled the
    /// notification; its outcome is not awaited.
    fn tell(&self, times: usize, tell: impl Fn() -> Notification) {
        let told = || -> u64 {
            let counts = self.modules.counts();
            counts.iter().flat_map(|of| &of.callbacks).map(|(_, counts)| counts.called).sum()
        };
        let before = told();
        self.runtime.block_on(async {
            for _ in 0..times {
                drop(tell().await.expect("it can be read"));
                tokio::task::yield_now().await;
            }
        });
        assert_eq!(told() - before, u64::try_from(times).expect("so many"), "the module was told");
    }
}

fn repeat<T, E: std::fmt::Debug>(times: usize, ask: impl Fn() -> Result<T, E>) {
    for _ in 0..times {
        black_box(ask().expect("nobody is denied"));
    }
}

/// The result of a future that is ready at once.
fn now<F: Future>(future: F) -> F::Output {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("it is not ready at once"),
    }
}

/// The state of a room that has a single entry.
struct Entries {
    power_levels: Arc<str>,
}

impl StateSource for Entries {
    async fn get(&self, kind: &str, key: &str) -> Result<Option<String>, ModuleError> {
        Ok(self.give(kind, key).await?.map(|text| text.as_str().to_owned()))
    }

    async fn give(&self, kind: &str, key: &str) -> Result<Option<GivenText>, ModuleError> {
        let found = kind == "m.room.power_levels" && key.is_empty();
        Ok(found.then(|| Arc::clone(&self.power_levels).into()))
    }

    async fn of_type(&self, _: &str) -> Result<Vec<String>, ModuleError> {
        Ok(Vec::new())
    }
}

/// An event as a homeserver stores it.
#[derive(Serialize)]
struct Pdu {
    event_id: String,
    room_id: String,
    sender: String,
    #[serde(rename = "type")]
    kind: String,
    origin_server_ts: i64,
    depth: u64,
    prev_events: Vec<String>,
    auth_events: Vec<String>,
    hashes: Value,
    signatures: Value,
    content: Value,
}

impl Pdu {
    fn example() -> Self {
        let id = |letter: &str| format!("${}", letter.repeat(43));
        let mut pdu = Self {
            event_id: id("e"),
            room_id: "!WkUaTgbRBEhLRjXSGp:example.com".to_owned(),
            sender: "@good:example.com".to_owned(),
            kind: "m.room.message".to_owned(),
            origin_server_ts: 1_764_000_000_000,
            depth: 4711,
            prev_events: vec![id("p")],
            auth_events: vec![id("a"), id("b"), id("c")],
            hashes: json!({"sha256": "h".repeat(43)}),
            signatures: json!({"example.com": {"ed25519:a_AbCd": "s".repeat(86)}}),
            content: json!({"msgtype": "m.text", "body": ""}),
        };
        let rest = SIZE - serde_json::to_string(&pdu).expect("JSON").len();
        pdu.content["body"] = "word ".repeat(SIZE)[..rest].into();
        pdu
    }
}

impl EventParts for Pdu {
    fn event_id(&self) -> &str {
        &self.event_id
    }

    fn room_id(&self) -> &str {
        &self.room_id
    }

    fn sender(&self) -> &str {
        &self.sender
    }

    fn event_type(&self) -> &str {
        &self.kind
    }

    fn state_key(&self) -> Option<&str> {
        None
    }

    fn origin_server_ts(&self) -> i64 {
        self.origin_server_ts
    }

    fn json(&self) -> Result<Cow<'_, str>, EventError> {
        Ok(serde_json::to_string(self)?.into())
    }
}
