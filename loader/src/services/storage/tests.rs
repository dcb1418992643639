//! Shows that committed changes last, all others vanish, and a module is confined to its file.

mod alone;
mod crash;
#[cfg(unix)]
mod files;
mod kept;
mod messages;
mod rules;
mod turns;

use tempfile::TempDir;

use super::*;

/// A storage with one table, `t (n)`, in a folder that exists as long as the value returned.
async fn storage() -> (TempDir, Storage) {
    storage_within(Limits::USUAL).await
}

async fn storage_within(limits: Limits) -> (TempDir, Storage) {
    let folder = tempfile::tempdir().unwrap();
    let storage = Storage::open(folder.path(), "test").await.unwrap();
    storage.execute("CREATE TABLE t (n)", vec![]).await.unwrap();
    let limited = Storage::open_within(folder.path(), "test", limits).await.unwrap();
    (folder, limited)
}

async fn numbers(storage: &Storage) -> Vec<i64> {
    let rows = storage.query("SELECT n FROM t ORDER BY n", vec![]).await.unwrap().rows;
    let number = |row: Vec<Value>| match row[..] {
        [Value::Integer(n)] => n,
        _ => panic!("{row:?}"),
    };
    rows.into_iter().map(number).collect()
}

#[tokio::test]
async fn storages_in_memory_are_separate_and_follow_the_rules() {
    let storage = Storage::open_in_memory("test").await.unwrap();
    let table = Migration { version: 1, sql: "CREATE TABLE t (n)" };
    storage.migrate(&[table]).await.unwrap();
    storage.execute("INSERT INTO t VALUES (1)", vec![]).await.unwrap();
    assert_eq!(numbers(&storage).await, [1]);
    let file = storage.query("ATTACH 'test.sqlite3' AS other", vec![]).await;
    assert!(matches!(file, Err(StorageError::Refused { .. })), "{file:?}");
    let same_name = Storage::open_in_memory("test").await.unwrap();
    let tables = "SELECT count(*) FROM sqlite_schema";
    assert_eq!(same_name.query(tables, vec![]).await.unwrap().rows, [[Value::Integer(0)]]);
}

#[tokio::test]
async fn values_come_back_as_they_went() {
    let (_folder, storage) = storage().await;
    let values = vec![
        Value::Null,
        Value::Integer(i64::MIN),
        Value::Real(0.1),
        Value::Real(f64::NEG_INFINITY),
        Value::from("'; DROP TABLE t; -- ü\0"),
        Value::Blob(vec![0, 255]),
        Value::Text(String::new()),
        Value::Blob(Vec::new()),
    ];
    for value in values {
        let rows = storage.query("SELECT ?1 AS v", vec![value.clone()]).await.unwrap();
        assert_eq!((rows.columns, rows.rows), (vec!["v".to_owned()], vec![vec![value]]));
    }
    assert_eq!(numbers(&storage).await, [0; 0]);
}

#[tokio::test]
async fn a_dropped_transaction_leaves_nothing() {
    let (_folder, storage) = storage().await;
    let mut dropped = storage.begin("dropped").await.unwrap();
    assert_eq!(dropped.execute("INSERT INTO t VALUES (1), (2)", vec![]).await.unwrap(), 2);
    let seen = dropped.query("SELECT count(*) FROM t", vec![]).await.unwrap();
    assert_eq!(seen.rows, [[Value::Integer(2)]]);
    drop(dropped);
    assert_eq!(numbers(&storage).await, [0; 0]);

    let mut committed = storage.begin("committed").await.unwrap();
    committed.execute("INSERT INTO t VALUES (?)", vec![3.into()]).await.unwrap();
    committed.commit().await.unwrap();
    assert_eq!(numbers(&storage).await, [3]);
}

#[tokio::test]
async fn a_failed_statement_leaves_the_transaction_as_it_was() {
    let (_folder, storage) = storage().await;
    storage.execute("CREATE UNIQUE INDEX u ON t (n)", vec![]).await.unwrap();
    let mut transaction = storage.begin("").await.unwrap();
    transaction.execute("INSERT INTO t VALUES (1)", vec![]).await.unwrap();
    let twice = transaction.execute("INSERT INTO t VALUES (2), (1)", vec![]).await;
    assert!(matches!(twice, Err(StorageError::Constraint { .. })));
    transaction.commit().await.unwrap();
    assert_eq!(numbers(&storage).await, [1]);
}

#[tokio::test]
async fn migrations_run_once_and_all_or_none() {
    let (_folder, storage) = storage().await;
    let one = Migration { version: 1, sql: "CREATE TABLE a (x); CREATE TABLE b (x);" };
    let fill = Migration { version: 5, sql: "INSERT INTO t VALUES (5)" };
    let broken = Migration { version: 6, sql: "INSERT INTO t VALUES (6); INSERT INTO nowhere" };
    storage.migrate(&[]).await.unwrap();
    storage.migrate(&[one]).await.unwrap();
    storage.migrate(&[one, fill, broken]).await.unwrap_err();
    assert_eq!(numbers(&storage).await, [0; 0]);
    storage.migrate(&[one, fill]).await.unwrap();
    storage.migrate(&[one, fill]).await.unwrap();
    assert_eq!(numbers(&storage).await, [5]);
    let version = storage.query("PRAGMA user_version", vec![]).await.unwrap();
    assert_eq!(version.rows, [[Value::Integer(5)]]);
}
