//! Shows that each module has a plain file of its own, and no access to others.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};

use super::*;

#[tokio::test]
async fn folder_and_files_are_this_users_alone() {
    let folder = tempfile::tempdir().unwrap();
    let data_dir = folder.path().join("new/data");
    let storage = Storage::open(&data_dir, "../evil").await.unwrap();
    storage.execute("CREATE TABLE t (n)", vec![]).await.unwrap();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&data_dir), 0o700);
    let mut names = Vec::new();
    for entry in fs::read_dir(&data_dir).unwrap() {
        let entry = entry.unwrap();
        assert_eq!(mode(&entry.path()), 0o600, "{entry:?}");
        names.push(entry.file_name().into_string().unwrap());
    }
    names.sort();
    let file = "%2E.%2Fevil.sqlite3";
    assert_eq!(names, [file.to_owned(), format!("{file}-shm"), format!("{file}-wal")]);
    assert_eq!(fs::read_dir(folder.path().join("new")).unwrap().count(), 1);
}

#[tokio::test]
async fn a_link_to_another_modules_file_is_refused() {
    let (folder, _storage) = storage().await;
    let theirs = folder.path().join("test.sqlite3");
    symlink(&theirs, folder.path().join("soft.sqlite3")).unwrap();
    symlink(folder.path().join("nowhere"), folder.path().join("dangling.sqlite3")).unwrap();
    fs::create_dir(folder.path().join("folder.sqlite3")).unwrap();
    for module in ["soft", "dangling", "folder"] {
        let opened = Storage::open(folder.path(), module).await;
        assert!(matches!(opened, Err(StorageError::Open { .. })), "{module}");
    }
    assert!(!folder.path().join("nowhere").exists());
    fs::hard_link(&theirs, folder.path().join("hard.sqlite3")).unwrap();
    let opened = Storage::open(folder.path(), "hard").await;
    assert!(matches!(opened, Err(StorageError::Open { .. })));
}

#[tokio::test]
async fn a_link_in_place_of_the_journal_is_not_followed() {
    let folder = tempfile::tempdir().unwrap();
    let victim = folder.path().join("victim");
    fs::write(&victim, "precious").unwrap();
    for suffix in ["-wal", "-shm", "-journal"] {
        let module = format!("m{suffix}");
        symlink(&victim, folder.path().join(format!("{module}.sqlite3{suffix}"))).unwrap();
        if let Ok(storage) = Storage::open(folder.path(), &module).await {
            let _ = storage.execute("CREATE TABLE t (n)", vec![]).await;
        }
        assert_eq!(fs::read_to_string(&victim).unwrap(), "precious", "{suffix}");
    }
}

#[tokio::test]
async fn the_folder_may_lie_behind_a_link() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("real")).unwrap();
    symlink("real", folder.path().join("data")).unwrap();
    Storage::open(&folder.path().join("data"), "m").await.unwrap();
    assert!(folder.path().join("real/m.sqlite3").exists());
}

#[tokio::test]
async fn two_generations_of_a_module_share_the_file() {
    let (folder, old) = storage().await;
    let new = Storage::open(folder.path(), "test").await.unwrap();
    old.execute("INSERT INTO t VALUES (1)", vec![]).await.unwrap();
    new.execute("INSERT INTO t VALUES (2)", vec![]).await.unwrap();
    assert_eq!(numbers(&old).await, [1, 2]);
}
