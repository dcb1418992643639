//! Shows the messages about failures of storage.

use std::error::Error as _;

use insta::assert_snapshot;

use super::*;

async fn said_of(storage: &Storage, sql: &str) -> StorageError {
    storage.execute(sql, vec![]).await.unwrap_err()
}

#[tokio::test]
async fn statements() {
    let (_folder, storage) = storage().await;
    let s = &storage;
    assert_snapshot!(said_of(s, "SELEC 1").await, @r#"near "SELEC": syntax error, at byte 0 of the statement"#);
    assert_snapshot!(said_of(s, "INSERT INTO nowhere VALUES (1)").await, @"no such table: nowhere");
    assert_snapshot!(said_of(s, "").await, @"the statement is empty");
    assert_snapshot!(said_of(s, "-- nothing").await, @"the statement is empty");
    assert_snapshot!(said_of(s, "SELECT 1").await, @"the statement returns rows: use `query`");
    assert_snapshot!(said_of(s, "DELETE FROM t; DROP TABLE t").await, @"there is more than one statement: run them one by one");
    assert_snapshot!(said_of(s, "INSERT INTO t VALUES (?, ?)").await, @"table t has 1 columns but 2 values were supplied");
    assert_snapshot!(said_of(s, "ATTACH 'x' AS y").await, @"`ATTACH` is not allowed in a module's storage");
    assert_snapshot!(said_of(s, "ATTACH 'x' || 'y' AS y").await, @"`ATTACH` is not allowed in a module's storage");
    assert_snapshot!(said_of(s, "COMMIT").await, @"`BEGIN`, `COMMIT` or `ROLLBACK` as a statement is not allowed in a module's storage");
    assert_snapshot!(said_of(s, "PRAGMA synchronous = 0").await, @"`PRAGMA synchronous` is not allowed in a module's storage");
    assert_snapshot!(said_of(s, "SELECT load_extension('x')").await, @"the function `load_extension` is not allowed in a module's storage");
    assert_snapshot!(said_of(s, "CREATE VIRTUAL TABLE v USING fts3(x)").await, @"a virtual table of the kind `fts3` is not allowed in a module's storage");
    assert_snapshot!(said_of(s, "VACUUM").await, @"cannot VACUUM from within a transaction");
    storage.execute("CREATE TABLE c (x PRIMARY KEY, y CHECK (y > 0))", vec![]).await.unwrap();
    assert_snapshot!(said_of(s, "INSERT INTO c VALUES (1, 1), (1, 2)").await, @"UNIQUE constraint failed: c.x");
    assert_snapshot!(said_of(s, "INSERT INTO c VALUES (1, -1)").await, @"CHECK constraint failed: y > 0");
    let text = s.query("SELECT CAST(x'ff' AS TEXT) AS name", vec![]).await.unwrap_err();
    assert_snapshot!(text, @"the text in column `name` is not UTF-8: select it as a BLOB");
}

#[tokio::test]
async fn parameters() {
    let (_folder, storage) = storage().await;
    let insert = "INSERT INTO t VALUES (?)";
    let none = storage.execute(insert, vec![]).await.unwrap_err();
    assert_snapshot!(none, @"values for the parameters: expected 1, found 0");
    let nan = storage.execute(insert, vec![f64::NAN.into()]).await.unwrap_err();
    assert_snapshot!(nan, @"parameter 1 is NaN, which SQLite does not store: give NULL");
    let large = storage.execute(insert, vec![vec![0; 33 << 20].into()]).await.unwrap_err();
    assert_snapshot!(large, @"string or blob too big: values have up to 32 MiB, statements up to 1 MiB");
}

#[tokio::test]
async fn results() {
    let (_folder, storage) =
        storage_within(Limits { rows: 2, bytes: 1_000, ..Limits::USUAL }).await;
    let three = storage.query("VALUES (1), (2), (3)", vec![]).await.unwrap_err();
    assert_snapshot!(three, @"the result has more than 2 rows: add a LIMIT, and ask for the rest later");
    let long = "SELECT hex(zeroblob(400)), hex(zeroblob(400))";
    assert_snapshot!(storage.query(long, vec![]).await.unwrap_err(), @"the result has more than 1000 bytes: add a LIMIT, and ask for the rest later");
    let value = storage.query("SELECT zeroblob(2000)", vec![]).await.unwrap_err();
    assert_snapshot!(value, @"string or blob too big: values have up to 32 MiB, statements up to 1 MiB");
}

#[tokio::test]
async fn migrations() {
    let (_folder, storage) = storage().await;
    let two = Migration { version: 2, sql: "CREATE TABLE a (x)" };
    let falling = storage.migrate(&[two, Migration { version: 1, sql: "" }]).await.unwrap_err();
    assert_snapshot!(falling, @"migration 1 follows migration 2: versions must begin at 1 and increase");
    let zero = storage.migrate(&[Migration { version: 0, sql: "" }]).await.unwrap_err();
    assert_snapshot!(zero, @"migration 0 follows migration 0: versions must begin at 1 and increase");
    let broken = Migration { version: 3, sql: "CREATE TABLE a (x); CREATE TABL b (x)" };
    let failed = storage.migrate(&[two, broken]).await.unwrap_err();
    assert_snapshot!(format!("{failed}: {}", failed.source().unwrap()), @"migration 3 failed: table a already exists, at byte 13 of the statement");
    storage.migrate(&[two]).await.unwrap();
    assert_snapshot!(storage.migrate(&[]).await.unwrap_err(), @"the storage has version 2 and this build of the module knows versions up to 0: install the newer build again, or move the storage away");
}

#[tokio::test]
async fn turns() {
    let limits = Limits { waiting: 0, transaction: Duration::from_secs(1), ..Limits::USUAL };
    let (_folder, storage) = storage_within(limits).await;
    let running = storage.begin("sweep").await.unwrap();
    assert_snapshot!(storage.begin("x").await.unwrap_err(), @"0 transactions of this module are already waiting: make them shorter, or do more in each");
    // The turn is free again when the time limit has passed.
    while storage.begin("x").await.is_err() {
        tokio::task::yield_now().await;
    }
    assert_snapshot!(running.commit().await.unwrap_err(), @"the transaction `sweep` was rolled back: it took too long, and others wait");
    assert_snapshot!(Ended::Cancelled, @"a call on it was cancelled");
    assert_snapshot!(Ended::RolledBack, @"one of its statements failed and undid all");
    assert_snapshot!(StorageError::Locked, @"another process has kept the storage locked for 5 seconds");
    assert_snapshot!(StorageError::Stopped, @"the storage has stopped");
}

#[cfg(unix)]
#[tokio::test]
async fn opening() {
    use std::fs;
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path().canonicalize().unwrap();
    let said_of = async |data_dir: &str, module: &str| {
        let error = Storage::open(&at.join(data_dir), module).await.unwrap_err();
        error.to_string().replace(at.to_str().unwrap(), "/data")
    };
    fs::write(at.join("file"), "").unwrap();
    assert_snapshot!(said_of("file/x", "m").await, @"storage `/data/file/x` cannot be opened: Not a directory (os error 20)");
    fs::write(at.join("text.sqlite3"), "no database".repeat(1_000)).unwrap();
    assert_snapshot!(said_of("", "text").await, @"storage `/data/text.sqlite3` cannot be opened: file is not a database");
    std::os::unix::fs::symlink("file", at.join("soft.sqlite3")).unwrap();
    assert_snapshot!(said_of("", "soft").await, @"storage `/data/soft.sqlite3` cannot be opened: it is a symbolic link: put the file itself there");
    fs::create_dir(at.join("folder.sqlite3")).unwrap();
    assert_snapshot!(said_of("", "folder").await, @"storage `/data/folder.sqlite3` cannot be opened: it is not a regular file: move it away");
    fs::hard_link(at.join("text.sqlite3"), at.join("hard.sqlite3")).unwrap();
    assert_snapshot!(said_of("", "hard").await, @"storage `/data/hard.sqlite3` cannot be opened: it has several names (hard links): put a copy there");
}
