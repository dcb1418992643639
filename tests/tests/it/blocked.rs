//! Tests that a module which blocks a thread, or delays the start, is named in the log while it
//! does so, and that its late answer counts.

use std::path::Path;
use std::time::Duration;

use hsmod_loader::{Json, Modules, Parsed, Shutdown};
use hsmod_tests::scene::Scene;
use serde_json::{Value, json};
use tempfile::NamedTempFile;
use tracing::level_filters::LevelFilter;

use crate::log::{Line, Log};
use crate::support::{message, web};

/// A module that blocks at this place as long as the file exists, with these additional keys of its
/// entry.
fn blocks(place: &str, until: &Path, keys: Value) -> Scene {
    let config = json!({"where": place, "until": until});
    let mut entry = json!({"module": "bad_blocks", "name": "m1", "config": config});
    entry.as_object_mut().unwrap().extend(keys.as_object().unwrap().clone());
    Scene::new().key("slow_poll", json!("300ms")).entry("bad_blocks", entry)
}

/// Waits for this many lines. Times are replaced by `#`.
fn lines(log: &Log, count: usize) -> Vec<String> {
    let mut lines: Vec<Line> = Vec::new();
    while lines.len() < count {
        lines.extend(log.take());
        std::thread::yield_now();
    }
    lines.iter().map(shown).collect()
}

fn shown(line: &Line) -> String {
    let field = |name| line.fields.get(name).and_then(Value::as_str).unwrap_or("-");
    let message = without_times(field("message"));
    format!("{} {} {}: {message}", line.level, field("module"), field("callback"))
}

/// `1.2s` and `123.4ms` become `#`.
fn without_times(text: &str) -> String {
    let word = |word: &str| {
        let digits = word.trim_end_matches(['m', 's', ',', ';']);
        match digits.parse::<f64>() {
            Ok(_) if digits.contains('.') => {
                format!("#{}", word.trim_start_matches(digits).trim_start_matches(['m', 's']))
            }
            _ => word.to_owned(),
        }
    };
    text.split(' ').map(word).collect::<Vec<_>>().join(" ")
}

/// Runs `ask` on another thread, as in a homeserver with several.
fn elsewhere<T: Send + 'static>(
    ask: impl AsyncFnOnce() -> T + Send + 'static,
) -> std::thread::JoinHandle<T> {
    std::thread::spawn(|| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        runtime.unwrap().block_on(ask())
    })
}

async fn check_event(modules: Modules) -> Result<(), String> {
    let event = message("@a:b", "hi");
    let asked = modules.spam_checker().check_event_for_spam(Json(&event)).await;
    asked.map_err(|error| error.to_string())
}

#[tokio::test]
async fn a_callback_that_blocks_is_named_while_it_does_and_its_answer_counts() {
    let (log, _listening) = Log::listen(LevelFilter::WARN);
    let until = NamedTempFile::new().unwrap();
    let modules = blocks("callback", until.path(), json!({"timeout": "3s"})).load().await;
    let asked = elsewhere({
        let modules = modules.clone();
        async || check_event(modules).await
    });
    insta::assert_snapshot!(lines(&log, 2).join("\n"), @"
    WARN m1 spam_checker.check_event_for_spam: module `m1` blocks a thread of the homeserver: it has been in check_event_for_spam for #, and nothing else runs there meanwhile; report it to its author: what takes so long belongs in `defer_to_thread`
    ERROR m1 spam_checker.check_event_for_spam: module `m1` blocks a thread of the homeserver: it has been in check_event_for_spam for # and missed its deadline of 3s, which cannot interrupt code that blocks; the homeserver keeps waiting for the answer; report it to its author: what takes so long belongs in `defer_to_thread`
    ");
    assert!(!asked.is_finished());
    drop(until);
    insta::assert_snapshot!(lines(&log, 1).join("\n"), @"WARN m1 spam_checker.check_event_for_spam: module `m1` came back from check_event_for_spam: it blocked a thread of the homeserver for about #");
    // It was too late, but a blocking call cannot be interrupted, so its answer counts.
    assert_eq!(asked.join().unwrap(), Ok(()));
    assert_eq!(modules.counts()[0].callbacks[0].1.failed, 0);
}

#[tokio::test]
async fn a_deadline_shorter_than_slow_poll_is_logged_once() {
    let (log, _listening) = Log::listen(LevelFilter::WARN);
    let until = NamedTempFile::new().unwrap();
    let timeouts = json!({"timeouts": {"check_event_for_spam": "100ms"}});
    let modules = blocks("callback", until.path(), timeouts).load().await;
    let asked = elsewhere({
        let modules = modules.clone();
        async || check_event(modules).await
    });
    insta::assert_snapshot!(lines(&log, 1).join("\n"), @"ERROR m1 spam_checker.check_event_for_spam: module `m1` blocks a thread of the homeserver: it has been in check_event_for_spam for # and missed its deadline of 100ms, which cannot interrupt code that blocks; the homeserver keeps waiting for the answer; report it to its author: what takes so long belongs in `defer_to_thread`");
    drop(until);
    insta::assert_snapshot!(lines(&log, 1).join("\n"), @"WARN m1 spam_checker.check_event_for_spam: module `m1` came back from check_event_for_spam: it blocked a thread of the homeserver for about #");
    assert_eq!(asked.join().unwrap(), Ok(()));
}

/// A module that blocks in a callback, the pending call, and the file that keeps it blocked.
async fn blocked() -> (Modules, std::thread::JoinHandle<Result<(), String>>, NamedTempFile) {
    let (log, _listening) = Log::listen(LevelFilter::WARN);
    let until = NamedTempFile::new().unwrap();
    let modules = blocks("callback", until.path(), json!({"timeout": 0})).load().await;
    let asked = elsewhere({
        let modules = modules.clone();
        async || check_event(modules).await
    });
    lines(&log, 1);
    (modules, asked, until)
}

#[tokio::test]
async fn a_shutdown_waits_for_a_callback_that_blocks() {
    let (modules, asked, until) = blocked().await;
    let (shutdown, ()) =
        tokio::join!(modules.shutdown(Duration::from_secs(60)), async { drop(until) });
    assert_eq!(shutdown, Shutdown::default());
    assert_eq!(asked.join().unwrap(), Ok(()));
}

#[tokio::test]
async fn a_shutdown_waits_no_longer_than_it_may_for_a_callback_that_blocks() {
    let (modules, asked, until) = blocked().await;
    let shutdown = modules.shutdown(Duration::from_millis(50)).await;
    assert!(shutdown.calls_left && !asked.is_finished(), "{shutdown:?}");
    // No module is called any more, so this does not block.
    assert_eq!(check_event(modules).await, Ok(()));
    drop(until);
    assert_eq!(asked.join().unwrap(), Ok(()));
}

/// The log about a module that is made to block at this place.
fn told(place: &str, ask: impl AsyncFnOnce(Modules) + Send + 'static) -> String {
    let (log, _listening) = Log::listen(LevelFilter::WARN);
    let until = NamedTempFile::new().unwrap();
    let scene = blocks(place, until.path(), json!({"timeout": 0}));
    let dispatch = tracing::dispatcher::get_default(Clone::clone);
    let asked = elsewhere(async move || {
        let _listening = tracing::dispatcher::set_default(&dispatch);
        ask(scene.load().await).await;
    });
    let mut told = lines(&log, 1);
    drop(until);
    told.extend(lines(&log, 1));
    asked.join().unwrap();
    told.join("\n")
}

#[test]
fn everything_that_is_polled_is_watched() {
    insta::assert_snapshot!(told("start", async |_| {}), @"
    WARN m1 -: module `m1` blocks a thread of the homeserver: it has been in start for #, and nothing else runs there meanwhile; report it to its author: what takes so long belongs in `defer_to_thread`
    WARN m1 -: module `m1` came back from start: it blocked a thread of the homeserver for about #
    ");
    let lets_it_begin = async |_| {
        for _ in 0..100 {
            tokio::task::yield_now().await;
        }
    };
    insta::assert_snapshot!(told("work", lets_it_begin), @"
    WARN m1 -: module `m1` blocks a thread of the homeserver: it has been in its background work `tidy` for #, and nothing else runs there meanwhile; report it to its author: what takes so long belongs in `defer_to_thread`
    WARN m1 -: module `m1` came back from its background work `tidy`: it blocked a thread of the homeserver for about #
    ");
    let asks_web = async |modules: Modules| {
        web(&modules, "GET", "/_synapse/client/bad_blocks").await;
    };
    insta::assert_snapshot!(told("web", asks_web), @"
    WARN m1 -: module `m1` blocks a thread of the homeserver: it has been in a web resource for #, and nothing else runs there meanwhile; report it to its author: what takes so long belongs in `defer_to_thread`
    WARN m1 -: module `m1` came back from a web resource: it blocked a thread of the homeserver for about #
    ");
    let shuts_down = async |modules: Modules| {
        modules.shutdown(Duration::from_secs(60)).await;
    };
    insta::assert_snapshot!(told("shutdown", shuts_down), @"
    WARN m1 -: module `m1` blocks a thread of the homeserver: it has been in shutdown for #, and nothing else runs there meanwhile; report it to its author: what takes so long belongs in `defer_to_thread`
    WARN m1 -: module `m1` came back from shutdown: it blocked a thread of the homeserver for about #
    ");
}

#[tokio::test]
async fn a_module_that_blocks_the_start_is_named_while_it_blocks() {
    for (place, keys) in
        [("parse_config", json!({"timeout": "5s"})), ("new", json!({"timeout": 0}))]
    {
        let (log, _listening) = Log::listen(LevelFilter::WARN);
        let until = NamedTempFile::new().unwrap();
        let scene = blocks(place, until.path(), keys);
        let (modules, told) = tokio::join!(scene.load(), async {
            let told = line_of(&log).await;
            drop(until);
            told
        });
        modules.shutdown(Duration::from_secs(60)).await;
        match place {
            "parse_config" => {
                insta::assert_snapshot!(told, @"WARN m1 -: module `m1` delays the start of the homeserver: it has been in parse_config for #, and its `timeout` is 5s; if it does not come back, start without it (`enabled: false`) and report it to its author")
            }
            _ => {
                insta::assert_snapshot!(told, @"WARN m1 -: module `m1` delays the start of the homeserver: it has been in new for #, and no timeout ends the wait; if it does not come back, start without it (`enabled: false`) and report it to its author")
            }
        }
        // It is reported only once.
        assert_eq!(log.text(), "");
    }
}

#[tokio::test]
async fn a_start_that_waits_is_named_too() {
    let (log, _listening) = Log::listen(LevelFilter::WARN);
    let config = json!({"where": "start"});
    let entry = json!({"module": "bad_never_ready", "timeout": "2s", "config": config});
    let scene = Scene::new().key("slow_poll", json!("300ms")).entry("bad_never_ready", entry);
    scene.refusal().await;
    insta::assert_snapshot!(lines(&log, 1).join("\n"), @"WARN bad_never_ready -: module `bad_never_ready` delays the start of the homeserver: it has been in start for #, and its `timeout` is 2s; if it does not come back, start without it (`enabled: false`) and report it to its author");
}

#[test]
fn a_module_that_blocks_the_callers_thread_is_named_too() {
    let (log, _listening) = Log::listen(LevelFilter::WARN);
    let until = NamedTempFile::new().unwrap();
    let scene = blocks("parse_config", until.path(), json!({"timeout": "1ms"}));
    let ends = std::thread::spawn({
        let log = log.clone();
        move || {
            let told = lines(&log, 1);
            drop(until);
            told
        }
    });
    let _parsed = Parsed::new(scene.config()).unwrap();
    insta::assert_snapshot!(ends.join().unwrap().join("\n"), @"WARN m1 -: module `m1` delays the start of the homeserver: it has been in parse_config for #, and no timeout ends the wait; if it does not come back, start without it (`enabled: false`) and report it to its author");
}

#[tokio::test]
async fn nothing_is_logged_if_nothing_takes_too_long() {
    let (log, _listening) = Log::listen(LevelFilter::WARN);
    for place in ["parse_config", "new"] {
        let until = NamedTempFile::new().unwrap();
        let scene = blocks(place, until.path(), json!({"timeout": "500ms"}));
        scene.key("slow_poll", json!(0)).refusal().await;
    }
    assert_eq!(log.text(), "");
}

/// Waits for the next line, while the runtime keeps running.
async fn line_of(log: &Log) -> String {
    loop {
        let told: Vec<String> = log.take().iter().map(shown).collect();
        if !told.is_empty() {
            return told.join("\n");
        }
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn many_modules_have_one_watchdog() {
    let until = NamedTempFile::new().unwrap();
    let scene = blocks("callback", until.path(), json!({}));
    let mut all = Vec::new();
    for _ in 0..20 {
        all.push(scene.load().await);
    }
    if cfg!(target_os = "linux") {
        // An idle watchdog may just be ending.
        while watchdogs() != 1 {
            tokio::task::yield_now().await;
        }
    }
}

/// The number of watchdog threads in this process.
fn watchdogs() -> usize {
    let threads = std::fs::read_dir("/proc/self/task").unwrap();
    let name = |thread: std::fs::DirEntry| std::fs::read_to_string(thread.path().join("comm"));
    // A thread may end in the meantime.
    let names = threads.filter_map(|thread| name(thread.ok()?).ok());
    names.filter(|name| name.trim() == "hsmod watchdog").count()
}
