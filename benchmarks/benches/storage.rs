//! `cargo bench -p hsmod-benchmarks --bench storage`: transactions per second in a module's
//! storage, across the boundary, compared with rusqlite in the same process and with the same
//! settings. This only reports, because commits take as long as the disk takes.
#![allow(clippy::cast_precision_loss, reason = "counts become ratios")]

use std::path::Path;
use std::time::{Duration, Instant};

use bytes::Bytes;
use hsmod_loader::{Config, Host, Modules};
use hsmod_tests::build;
use rusqlite::Connection;
use serde_json::{Value, json};

/// How often each is measured, alternating with its counterpart, because the speed of a machine
/// varies.
const ROUNDS: usize = 9;

/// The number of rows in the table.
const ROWS: u32 = 1_000;

const TABLE: &str = "CREATE TABLE strikes (user_id INTEGER PRIMARY KEY, count INTEGER NOT NULL)";
const FILL: &str = "WITH RECURSIVE n (x) AS (VALUES (0) UNION ALL SELECT x + 1 FROM n LIMIT 1000) \
                    INSERT INTO strikes SELECT x, 1 FROM n";

/// What is measured.
struct Case {
    name: &'static str,
    sql: &'static str,
    writes: bool,
    /// Whether this is a single statement without an explicit transaction.
    alone: bool,
    /// The number of transactions in each round.
    times: u32,
}

const READ: &str = "SELECT count FROM strikes WHERE user_id = ?";
const WRITE: &str = "INSERT OR REPLACE INTO strikes VALUES (?, 1)";

const CASES: [Case; 4] = [
    Case { name: "read one row", sql: READ, writes: false, alone: false, times: 5_000 },
    Case { name: "read one row, alone", sql: READ, writes: false, alone: true, times: 5_000 },
    Case { name: "write one row", sql: WRITE, writes: true, alone: false, times: 100 },
    Case { name: "write one row, alone", sql: WRITE, writes: true, alone: true, times: 100 },
];

fn main() {
    let folder = tempfile::tempdir().expect("a folder for the files");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.expect("a runtime");
    let modules = runtime.block_on(load(folder.path()));
    let plain = plain(&folder.path().join("plain.sqlite3"));
    println!("{:<28} {:>12} {:>12} {:>6}", "transactions a second", "rusqlite", "module", "ratio");
    for case in &CASES {
        let [mut base, mut ours, mut ratios] = [const { Vec::new() }; 3];
        for _ in 0..ROUNDS {
            let plain = timed(|| directly(&plain, case)).as_secs_f64();
            let module = runtime.block_on(through(&modules, case)).as_secs_f64();
            base.push(f64::from(case.times) / plain);
            ours.push(f64::from(case.times) / module);
            ratios.push(module / plain);
        }
        let [base, ours, ratio] = [base, ours, ratios].map(median);
        println!("{:<28} {base:>12.0} {ours:>12.0} {ratio:>6.2}", case.name);
    }
    runtime.block_on(modules.shutdown(Duration::from_secs(60)));
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

async fn load(folder: &Path) -> Modules {
    let plugin = build::release(&["bench_keeper"])["bench_keeper"].clone();
    let config = json!({
        "modules": [{"module": plugin, "config": {"migration": format!("{TABLE};{FILL}")}, "timeout": 0}],
        "data_dir": folder, "verify": {"permissions": "warn"},
    });
    let config = Config::from_value(config, &[], folder).expect("a config");
    let modules = Modules::load(config, Host::new("example.com")).await;
    modules.unwrap_or_else(|error| panic!("{error}"))
}

/// A connection with the settings of a module's storage.
fn plain(path: &Path) -> Connection {
    let plain = Connection::open(path).expect("a database");
    for (name, value) in [("journal_mode", "wal"), ("synchronous", "full")] {
        plain.pragma_update(None, name, value).expect("a setting");
    }
    plain.execute_batch(&format!("{TABLE};{FILL}")).expect("a table");
    plain
}

fn directly(plain: &Connection, case: &Case) {
    for number in 0..case.times {
        if !case.alone {
            plain.execute_batch("BEGIN IMMEDIATE").expect("a transaction");
        }
        let mut statement = plain.prepare(case.sql).expect("a statement");
        if case.writes {
            statement.execute([number]).expect("a row");
        } else {
            let row = statement.query_row([number % ROWS], |row| row.get::<_, i64>(0));
            assert_eq!(row, Ok(1));
        }
        if !case.alone {
            plain.execute_batch("COMMIT").expect("a commit");
        }
    }
}

/// Makes one request to the module, which runs this many transactions.
async fn through(modules: &Modules, case: &Case) -> Duration {
    let Case { sql, writes, alone, times, .. } = case;
    let body = json!({"sql": sql, "times": times, "rows": ROWS, "writes": writes, "alone": alone});
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
