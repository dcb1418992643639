//! Shows that a cached statement behaves like one that is prepared anew.

use super::*;

#[tokio::test]
async fn it_sees_changed_tables() {
    let (folder, storage) = storage().await;
    let all = "SELECT * FROM t";
    assert_eq!(storage.query(all, vec![]).await.unwrap().columns, ["n"]);
    storage.execute("ALTER TABLE t ADD COLUMN m DEFAULT 7", vec![]).await.unwrap();
    assert_eq!(storage.query(all, vec![]).await.unwrap().columns, ["n", "m"]);
    storage.execute("INSERT INTO t (n) VALUES (1)", vec![]).await.unwrap();
    let elsewhere = Storage::open(folder.path(), "test").await.unwrap();
    elsewhere.execute("ALTER TABLE t RENAME COLUMN m TO o", vec![]).await.unwrap();
    let rows = storage.query(all, vec![]).await.unwrap();
    assert_eq!(rows.columns, ["n", "o"]);
    assert_eq!(rows.rows, [[Value::Integer(1), Value::Integer(7)]]);
    storage.execute("DROP TABLE t", vec![]).await.unwrap();
    let gone = storage.query(all, vec![]).await.unwrap_err();
    assert_eq!(gone.to_string(), "no such table: t");
}

#[tokio::test]
async fn it_keeps_no_earlier_parameters() {
    let (_folder, storage) = storage().await;
    let insert = "INSERT INTO t VALUES (?)";
    storage.execute(insert, vec![1.into()]).await.unwrap();
    let none = storage.execute(insert, vec![]).await.unwrap_err();
    assert!(matches!(none, StorageError::Parameters { .. }), "{none:?}");
    assert_eq!(numbers(&storage).await, [1]);
}

#[tokio::test]
async fn a_setting_takes_effect_each_time() {
    let (_folder, storage) = storage().await;
    storage.execute("CREATE TABLE a (x PRIMARY KEY)", vec![]).await.unwrap();
    storage.execute("CREATE TABLE b (x REFERENCES a (x))", vec![]).await.unwrap();
    for round in 0..3 {
        let mut transaction = storage.begin("later").await.unwrap();
        transaction.query("PRAGMA defer_foreign_keys = 1", vec![]).await.unwrap();
        let orphan = transaction.execute("INSERT INTO b VALUES (?)", vec![round.into()]).await;
        assert_eq!(orphan.unwrap(), 1, "round {round}");
        transaction.execute("INSERT INTO a VALUES (?)", vec![round.into()]).await.unwrap();
        transaction.commit().await.unwrap();
    }
}

#[tokio::test]
async fn refused_statements_are_refused_each_time() {
    let (_folder, storage) = storage().await;
    // The loader itself runs these for each transaction, but a module may not.
    for sql in ["BEGIN IMMEDIATE", "COMMIT", "ROLLBACK"].repeat(3) {
        let refused = storage.execute(sql, vec![]).await;
        assert!(matches!(refused, Err(StorageError::Refused { .. })), "{sql}: {refused:?}");
    }
}

#[tokio::test]
async fn an_error_has_its_position_in_the_original_text() {
    let (_folder, storage) = storage().await;
    let error = storage.execute("\n  SELEC 1", vec![]).await.unwrap_err();
    assert_eq!(error.to_string(), r#"near "SELEC": syntax error, at byte 3 of the statement"#);
}
