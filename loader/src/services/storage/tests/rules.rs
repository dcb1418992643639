//! Shows that no statement reaches outside the module's file, or changes settings that others rely
//! on.

use super::*;

/// Runs `sql` as a statement and as a migration; both must be refused.
async fn refused(storage: &Storage, sql: &str) {
    let statement = storage.query(sql, vec![]).await;
    assert!(matches!(statement, Err(StorageError::Refused { .. })), "{sql}: {statement:?}");
    let migration = storage.migrate(&[Migration { version: 9, sql }]).await;
    let Err(StorageError::Migration { source, .. }) = migration else {
        panic!("{sql}: {migration:?}")
    };
    assert!(matches!(*source, StorageError::Refused { .. }), "{sql}: {source:?}");
}

#[tokio::test]
async fn another_file_cannot_be_reached() {
    let (folder, storage) = storage().await;
    let other = Storage::open(folder.path(), "other").await.unwrap();
    other.execute("CREATE TABLE secret (x)", vec![]).await.unwrap();
    let path = folder.path().join("other.sqlite3");
    let path = path.to_str().unwrap();
    for sql in [
        format!("ATTACH '{path}' AS other"),
        format!("attach database 'file:{path}?mode=ro' as other"),
        format!("ATTACH '{path}' || '' AS other"),
        "ATTACH (SELECT 'x') AS other".to_owned(),
        "ATTACH ':memory:' AS other".to_owned(),
        "DETACH main".to_owned(),
        "SELECT load_extension('x')".to_owned(),
        "SELECT LOAD_EXTENSION('x', 'y')".to_owned(),
        "SELECT fts3_tokenizer('simple')".to_owned(),
        "CREATE VIRTUAL TABLE v USING fts4(x)".to_owned(),
        "CREATE VIRTUAL TABLE v USING dbstat(main)".to_owned(),
        "PRAGMA temp_store_directory = '/'".to_owned(),
        "PRAGMA data_store_directory = '/'".to_owned(),
        "PRAGMA database_list".to_owned(),
        "SELECT * FROM pragma_database_list".to_owned(),
    ] {
        refused(&storage, &sql).await;
    }
    let bound = storage.query("ATTACH ? AS other", vec![path.into()]).await;
    assert!(matches!(bound, Err(StorageError::Refused { .. })), "{bound:?}");
    let copy = folder.path().join("copy");
    for sql in [format!("VACUUM INTO '{}'", copy.display()), "VACUUM".to_owned()] {
        storage.query(&sql, vec![]).await.unwrap_err();
        storage.migrate(&[Migration { version: 9, sql: &sql }]).await.unwrap_err();
    }
    assert!(!copy.exists());
    storage.query("SELECT * FROM other.secret", vec![]).await.unwrap_err();
}

#[tokio::test]
async fn settings_stay_as_they_are() {
    let (_folder, storage) = storage().await;
    for sql in [
        "PRAGMA journal_mode = delete",
        "PRAGMA main.journal_mode = off",
        "PRAGMA synchronous = off",
        "PRAGMA locking_mode = exclusive",
        "PRAGMA writable_schema = on",
        "PRAGMA trusted_schema = on",
        "PRAGMA foreign_keys = off",
        "PRAGMA user_version = 7",
        "PRAGMA wal_checkpoint(truncate)",
        "PRAGMA mmap_size = 1000000000",
        "PRAGMA cache_size = 1000000",
        "PRAGMA busy_timeout = 100000",
        "PRAGMA hard_heap_limit = 1",
        "PRAGMA optimize",
        "BEGIN",
        "COMMIT",
        "END",
        "ROLLBACK",
    ] {
        refused(&storage, sql).await;
    }
    for sql in [
        "UPDATE sqlite_schema SET sql = ''",
        "DELETE FROM sqlite_master",
        "INSERT INTO sqlite_schema VALUES ('table', 'x', 'x', 2, 'CREATE TABLE x (y)')",
    ] {
        let changed = storage.query(sql, vec![]).await;
        assert!(matches!(changed, Err(StorageError::Statement { .. })), "{changed:?}");
    }
    for (pragma, value) in [("journal_mode", "wal"), ("synchronous", "2"), ("foreign_keys", "1")] {
        let sql = format!("SELECT CAST({pragma} AS TEXT) FROM pragma_{pragma}");
        let told = storage.workshop_value(&sql).await;
        assert_eq!(told, value, "{pragma}");
    }
}

impl Storage {
    /// Reads a value that only the loader may ask for.
    async fn workshop_value(&self, sql: &str) -> String {
        let sql = sql.to_owned();
        let transaction = self.begin("").await.unwrap();
        let ask = move |worker: &mut Worker| {
            let asked = || worker.connection.query_row(&sql, (), |row| row.get(0));
            Ok(worker.authorizer.own(asked)?)
        };
        transaction.run(ask).await.unwrap()
    }
}

#[tokio::test]
async fn statements_confined_to_the_file_are_allowed() {
    let (_folder, storage) = storage().await;
    let mut transaction = storage.begin("").await.unwrap();
    for sql in [
        "CREATE TABLE users (name TEXT PRIMARY KEY, seen INTEGER) STRICT",
        "CREATE TABLE notes (user TEXT REFERENCES users (name) ON DELETE CASCADE, text TEXT)",
        "CREATE INDEX i ON notes (user)",
        "CREATE VIEW v AS SELECT name FROM users",
        "CREATE TRIGGER g AFTER INSERT ON users BEGIN INSERT INTO notes VALUES (new.name, ''); END",
        "SAVEPOINT s",
        "INSERT INTO users VALUES ('a', 1) ON CONFLICT (name) DO UPDATE SET seen = 2",
        "ROLLBACK TO s",
        "RELEASE s",
        "INSERT INTO users VALUES ('b', 1) RETURNING name",
        "CREATE VIRTUAL TABLE f USING fts5(text)",
        "INSERT INTO f VALUES ('some words')",
        "SELECT * FROM f WHERE f MATCH 'words'",
        "CREATE VIRTUAL TABLE r USING rtree(id, a, b)",
        "CREATE TEMP TABLE scratch AS SELECT * FROM v",
        "ALTER TABLE users RENAME COLUMN seen TO last_seen",
        "ALTER TABLE users ADD COLUMN more TEXT DEFAULT ''",
        "SELECT json_extract('{\"a\": 1}', '$.a'), row_number() OVER () FROM users",
        "PRAGMA table_info(users)",
        "SELECT * FROM pragma_index_list('users')",
        "PRAGMA integrity_check",
        "ANALYZE",
        "REINDEX",
        "DROP VIEW v",
        "DELETE FROM users",
    ] {
        let done = transaction.query(sql, vec![]).await;
        assert!(done.is_ok(), "{sql}: {done:?}");
    }
    transaction.commit().await.unwrap();
}

#[tokio::test]
async fn a_foreign_key_counts() {
    let (_folder, storage) = storage().await;
    let sql = "CREATE TABLE a (x PRIMARY KEY);
        CREATE TABLE b (x REFERENCES a (x) DEFERRABLE INITIALLY DEFERRED);";
    storage.migrate(&[Migration { version: 1, sql }]).await.unwrap();
    let mut transaction = storage.begin("").await.unwrap();
    transaction.execute("INSERT INTO b VALUES (1)", vec![]).await.unwrap();
    let commit = transaction.commit().await;
    assert!(matches!(commit, Err(StorageError::Constraint { .. })));
    let rows = storage.query("SELECT * FROM b", vec![]).await.unwrap().rows;
    assert_eq!(rows, [[]; 0]);
}
