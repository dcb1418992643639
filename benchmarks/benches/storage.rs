//! `cargo bench -p hsmod-benchmarks --bench storage`: transactions a second in a module's storage,
//! through the boundary, beside rusqlite in the same process with the same settings. Only reports:
//! how long a commit takes is the disk's business.
#![allow(clippy::cast_precision_loss, reason = "counts become ratios")]

use std::path::Path;
use std::time::{Duration, Instant};

use bytes::Bytes;
use hsmod_loader::{Config, Host, Modules};
use hsmod_tests::build;
use rusqlite::Connection;
use serde_json::{Value, json};

/// Transactions that write one row each, and that read one row each.
const WRITES: u32 = 1_000;
const READS: u32 = 20_000;

const TABLE: &str = "CREATE TABLE strikes (user_id INTEGER PRIMARY KEY, count INTEGER NOT NULL)";
const WRITE: &str = "INSERT INTO strikes VALUES (?, 1)";
const READ: &str = "SELECT count FROM strikes WHERE user_id = ?";

fn main() {
    let folder = tempfile::tempdir().expect("a folder for the files");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.expect("a runtime");
    let modules = runtime.block_on(load(folder.path()));
    let plain = plain(&folder.path().join("plain.sqlite3"));
    println!("{:<28} {:>12} {:>12} {:>6}", "transactions a second", "rusqlite", "module", "ratio");
    for (name, times, sql, commit) in
        [("write one row", WRITES, WRITE, true), ("read one row", READS, READ, false)]
    {
        let base = timed(|| directly(&plain, sql, times, commit));
        let ours = runtime.block_on(through(&modules, sql, times, commit));
        let [base, ours] = [base, ours].map(|time| f64::from(times) / time.as_secs_f64());
        println!("{name:<28} {base:>12.0} {ours:>12.0} {:>6.2}", base / ours);
    }
    runtime.block_on(modules.shutdown(Duration::from_secs(60)));
}

async fn load(folder: &Path) -> Modules {
    let plugin = build::release(&["bench_keeper"])["bench_keeper"].clone();
    let config = json!({
        "modules": [{"module": plugin, "config": {"migration": TABLE}, "timeout": 0}],
        "data_dir": folder, "verify": {"permissions": "warn"},
    });
    let config = Config::from_value(config, &[], folder).expect("a config");
    let modules = Modules::load(config, Host::new("example.com")).await;
    modules.unwrap_or_else(|error| panic!("{error}"))
}

/// With the settings of a module's storage.
fn plain(path: &Path) -> Connection {
    let plain = Connection::open(path).expect("a database");
    for (name, value) in [("journal_mode", "wal"), ("synchronous", "full")] {
        plain.pragma_update(None, name, value).expect("a setting");
    }
    plain.execute_batch(TABLE).expect("a table");
    plain
}

fn directly(plain: &Connection, sql: &str, times: u32, commit: bool) {
    for number in 0..times {
        plain.execute_batch("BEGIN IMMEDIATE").expect("a transaction");
        let mut statement = plain.prepare(sql).expect("a statement");
        if commit {
            statement.execute([number]).expect("a row");
        } else {
            let row = statement.query_row([number % WRITES], |row| row.get::<_, i64>(0));
            assert_eq!(row, Ok(1));
        }
        plain.execute_batch("COMMIT").expect("a commit");
    }
}

/// One request to the module, which takes that many transactions.
async fn through(modules: &Modules, sql: &str, times: u32, commit: bool) -> Duration {
    let body = json!({"sql": sql, "times": times, "rows": WRITES, "writes": commit});
    let request = http::Request::post("/_synapse/client/bench_keeper");
    let request = request.body(Bytes::from(body.to_string())).expect("a request");
    let start = Instant::now();
    let response = modules.web().handle(request).await.expect("a response");
    let time = start.elapsed();
    let answer: Value = serde_json::from_slice(response.body()).expect("JSON");
    assert_eq!(answer, json!({"done": times}));
    time
}

fn timed(work: impl FnOnce()) -> Duration {
    let start = Instant::now();
    work();
    start.elapsed()
}
