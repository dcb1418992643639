//! Shows that a single statement takes effect completely or not at all, and that one which only
//! reads never waits.

use super::*;

#[tokio::test]
async fn a_select_neither_waits_for_other_writers_nor_blocks_them() {
    let (folder, here) = storage().await;
    let elsewhere = Storage::open(folder.path(), "test").await.unwrap();
    let mut writing = elsewhere.begin("write").await.unwrap();
    writing.execute("INSERT INTO t VALUES (1)", vec![]).await.unwrap();
    assert_eq!(numbers(&here).await, [0; 0]);
    let found = here.query("WITH two (n) AS (VALUES (2)) SELECT n FROM two", vec![]).await.unwrap();
    assert_eq!(found.rows, [[Value::Integer(2)]]);
    writing.commit().await.unwrap();
    assert_eq!(numbers(&here).await, [1]);
}

#[tokio::test]
async fn statements_that_read_and_write_are_committed() {
    let (folder, storage) = storage().await;
    let with = "WITH two (n) AS (VALUES (1), (2)) INSERT INTO t SELECT n FROM two";
    storage.query(with, vec![]).await.unwrap();
    let returned = storage.query("INSERT INTO t VALUES (3) RETURNING n", vec![]).await.unwrap();
    assert_eq!(returned.rows, [[Value::Integer(3)]]);
    assert_eq!(storage.execute(with, vec![]).await.unwrap(), 2);
    storage.close().await;
    let again = Storage::open(folder.path(), "test").await.unwrap();
    assert_eq!(numbers(&again).await, [1, 1, 2, 2, 3]);
}

#[tokio::test]
async fn a_failed_statement_leaves_nothing_and_releases_its_turn() {
    let (_folder, storage) = storage().await;
    storage.execute("CREATE UNIQUE INDEX u ON t (n)", vec![]).await.unwrap();
    for sql in [
        "INSERT INTO t VALUES (1), (1)",
        "INSERT OR FAIL INTO t VALUES (1), (1)",
        "INSERT OR ROLLBACK INTO t VALUES (1), (1)",
        "INSERT INTO t VALUES (1) RETURNING n",
        "SELECT n FROM nowhere",
    ] {
        storage.execute(sql, vec![]).await.unwrap_err();
        assert_eq!(numbers(&storage).await, [0; 0], "{sql}");
    }
}

#[tokio::test]
async fn no_setting_outlives_its_statement() {
    let (_folder, storage) = storage().await;
    storage.execute("CREATE TABLE a (x PRIMARY KEY)", vec![]).await.unwrap();
    storage.execute("CREATE TABLE b (x REFERENCES a (x))", vec![]).await.unwrap();
    for sql in ["PRAGMA defer_foreign_keys = 1", "SAVEPOINT s"] {
        storage.query(sql, vec![]).await.unwrap();
        let mut transaction = storage.begin("after").await.unwrap();
        let orphan = transaction.execute("INSERT INTO b VALUES (1)", vec![]).await;
        assert!(matches!(orphan, Err(StorageError::Constraint { .. })), "{sql}: {orphan:?}");
        let savepoint = transaction.execute("RELEASE s", vec![]).await;
        assert!(matches!(savepoint, Err(StorageError::Statement { .. })), "{sql}: {savepoint:?}");
    }
}
