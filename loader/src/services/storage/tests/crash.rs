//! Shows that a process killed in the middle of its transactions loses no committed row, and that
//! nothing uncommitted remains.

use std::env;
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Command, Stdio};

use super::*;

/// The variable with the child's folder.
const FOLDER: &str = "HSMOD_TEST_STORAGE";

/// How often a child is killed, each time after more commits than before.
const ROUNDS: usize = 8;

#[tokio::test]
async fn a_killed_process_loses_no_committed_row() {
    if let Some(folder) = env::var_os(FOLDER) {
        return write_for_ever(Path::new(&folder)).await;
    }
    let folder = tempfile::tempdir().unwrap();
    let mut told = 0;
    for round in 0..ROUNDS {
        told = run_and_kill(folder.path(), 1 + 3 * round).unwrap_or(told);
        let storage = Storage::open(folder.path(), "crash").await.unwrap();
        let rows =
            storage.query("SELECT n, half FROM rows ORDER BY n, half", vec![]).await.unwrap();
        let last = i64::try_from(rows.rows.len() / 2).unwrap();
        assert!(last >= told, "round {round}: {told} was committed, {last} is there");
        let whole: Vec<Vec<Value>> =
            (1..=last).flat_map(|n| [1, 2].map(|half| vec![n.into(), half.into()])).collect();
        assert_eq!(rows.rows, whole, "round {round}: half a transaction is there");
        let check = storage.query("PRAGMA integrity_check", vec![]).await.unwrap();
        assert_eq!(check.rows, [[Value::from("ok")]]);
    }
}

/// The child, until it is killed: each transaction writes two rows, and is printed once committed.
async fn write_for_ever(folder: &Path) {
    let storage = Storage::open(folder, "crash").await.unwrap();
    let table = Migration { version: 1, sql: "CREATE TABLE rows (n INTEGER, half INTEGER)" };
    storage.migrate(&[table]).await.unwrap();
    let last = storage.query("SELECT coalesce(max(n), 0) FROM rows", vec![]).await.unwrap();
    let [[Value::Integer(last)]] =
        last.rows.iter().map(|row| row.as_slice()).collect::<Vec<_>>()[..]
    else {
        panic!("{last:?}")
    };
    for n in last + 1.. {
        let mut transaction = storage.begin("two rows").await.unwrap();
        for half in [1, 2] {
            let row = vec![n.into(), half.into()];
            transaction.execute("INSERT INTO rows VALUES (?, ?)", row).await.unwrap();
        }
        transaction.commit().await.unwrap();
        // Printing fails when the parent is gone.
        if writeln!(std::io::stdout(), "committed {n}").is_err() {
            return;
        }
    }
}

/// Runs the child until it has printed `count` commits, kills it, and returns the last number that
/// it printed.
fn run_and_kill(folder: &Path, count: usize) -> Option<i64> {
    let name = "services::storage::tests::crash::a_killed_process_loses_no_committed_row";
    let mut child = Command::new(env::current_exe().unwrap())
        .args([name, "--exact", "--nocapture"])
        .env(FOLDER, folder)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    let mut told = lines.filter_map(|line| line.split("committed ").nth(1)?.parse().ok());
    let seen: Vec<i64> = told.by_ref().take(count).collect();
    assert_eq!(seen.len(), count, "the child ended by itself");
    child.kill().unwrap();
    child.wait().unwrap();
    // Include what the child printed between the last line read and its death.
    told.last().or(seen.last().copied())
}
