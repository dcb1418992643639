//! Shows that transactions take turns, and that none keeps its turn for ever.

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Waker};

use super::*;

/// A statement that never ends by itself.
const ENDLESS: &str = "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) \
                       INSERT INTO t SELECT x FROM c";

/// Polls once, so that the call may be in progress, and drops it.
fn begin_and_drop(call: impl Future) {
    let _ = pin!(call).poll(&mut Context::from_waker(Waker::noop()));
}

#[tokio::test]
async fn transactions_take_turns() {
    let (_folder, storage) = storage().await;
    let many = (0..20).map(|_| {
        let storage = storage.clone();
        tokio::spawn(async move {
            let mut transaction = storage.begin("count").await?;
            let rows = transaction.query("SELECT count(*) FROM t", vec![]).await?.rows;
            tokio::task::yield_now().await;
            transaction.execute("INSERT INTO t VALUES (?)", rows.concat()).await?;
            transaction.commit().await
        })
    });
    for one in many.collect::<Vec<_>>() {
        one.await.unwrap().unwrap();
    }
    assert_eq!(numbers(&storage).await, (0..20).collect::<Vec<_>>());
}

#[tokio::test]
async fn rows_read_do_not_change_before_the_transaction_writes() {
    let (folder, here) = storage().await;
    here.execute("INSERT INTO t VALUES (0)", vec![]).await.unwrap();
    let elsewhere = Storage::open(folder.path(), "test").await.unwrap();
    let counting = [here.clone(), elsewhere].map(|storage| {
        tokio::spawn(async move {
            for _ in 0..25 {
                let mut transaction = storage.begin("count").await?;
                let mut last = transaction.query("SELECT max(n) FROM t", vec![]).await?.rows;
                tokio::task::yield_now().await;
                let next = "INSERT INTO t VALUES (? + 1)";
                transaction.execute(next, last.remove(0)).await?;
                transaction.commit().await?;
            }
            Ok::<(), StorageError>(())
        })
    });
    for one in counting {
        one.await.unwrap().unwrap();
    }
    assert_eq!(numbers(&here).await, (0..=50).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_transaction_without_statements_locks_nothing() {
    let (folder, here) = storage().await;
    let elsewhere = Storage::open(folder.path(), "test").await.unwrap();
    let begun = here.begin("later").await.unwrap();
    elsewhere.execute("INSERT INTO t VALUES (1)", vec![]).await.unwrap();
    begun.commit().await.unwrap();
    assert_eq!(numbers(&here).await, [1]);
}

#[tokio::test]
async fn a_file_that_is_locked_may_be_tried_again() {
    let (folder, here) = storage().await;
    let elsewhere = Storage::open(folder.path(), "test").await.unwrap();
    let mut locking = elsewhere.begin("lock").await.unwrap();
    locking.execute("INSERT INTO t VALUES (1)", vec![]).await.unwrap();
    let mut waiting = here.begin("wait").await.unwrap();
    let locked = waiting.execute("INSERT INTO t VALUES (2)", vec![]).await.unwrap_err();
    assert!(matches!(locked, StorageError::Locked), "{locked:?}");
    locking.commit().await.unwrap();
    waiting.execute("INSERT INTO t VALUES (2)", vec![]).await.unwrap();
    waiting.commit().await.unwrap();
    assert_eq!(numbers(&here).await, [1, 2]);
}

#[tokio::test]
async fn a_transaction_that_only_read_ends_without_waiting() {
    let (folder, here) = storage().await;
    for n in 0..20 {
        let mut transaction = here.begin("read").await.unwrap();
        let rows = transaction.query("SELECT count(*) FROM t", vec![]).await.unwrap().rows;
        assert_eq!(rows, [[Value::Integer(n)]]);
        transaction.commit().await.unwrap();
        here.execute("INSERT INTO t VALUES (?)", vec![n.into()]).await.unwrap();
    }
    let mut transaction = here.begin("read").await.unwrap();
    transaction.query("SELECT n FROM t", vec![]).await.unwrap();
    transaction.commit().await.unwrap();
    // If the file were still locked, this would fail after a while.
    let elsewhere = Storage::open(folder.path(), "test").await.unwrap();
    elsewhere.execute("DELETE FROM t", vec![]).await.unwrap();
}

#[tokio::test]
async fn a_handle_kept_after_closing_blocks_no_one() {
    let (_folder, storage) = storage().await;
    let _kept = storage.begin("kept").await.unwrap();
    storage.close().await;
    let late = storage.begin("late").await.unwrap_err();
    assert!(matches!(late, StorageError::Stopped), "{late:?}");
}

/// Runs the endless statement until it has written more than fits in memory, and drops the call.
async fn run_and_drop(transaction: &mut Transaction, folder: &TempDir) {
    let log = folder.path().join("test.sqlite3-wal");
    let size = || std::fs::metadata(&log).unwrap().len();
    let before = size();
    let mut call = pin!(transaction.execute(ENDLESS, vec![]));
    let mut context = Context::from_waker(Waker::noop());
    while size() == before {
        assert!(call.as_mut().poll(&mut context).is_pending());
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn dropping_a_handle_stops_its_statement() {
    let (folder, storage) = storage().await;
    let mut transaction = storage.begin("endless").await.unwrap();
    run_and_drop(&mut transaction, &folder).await;
    drop(transaction);
    assert_eq!(numbers(&storage).await, [0; 0]);
}

#[tokio::test]
async fn a_cancelled_call_ends_the_transaction() {
    let (folder, storage) = storage().await;
    let mut transaction = storage.begin("cancelled").await.unwrap();
    run_and_drop(&mut transaction, &folder).await;
    // If the statement were not stopped, it would run into its time limit, which is another reason.
    let after = transaction.execute("INSERT INTO t VALUES (1)", vec![]).await.unwrap_err();
    assert!(matches!(after, StorageError::Ended { why: Ended::Cancelled, .. }), "{after}");
    let commit = transaction.commit().await.unwrap_err();
    assert!(matches!(commit, StorageError::Ended { why: Ended::Cancelled, .. }), "{commit}");
    assert_eq!(numbers(&storage).await, [0; 0]);
}

#[tokio::test]
async fn a_dropped_call_releases_its_turn() {
    let (_folder, storage) = storage().await;
    for _ in 0..10 {
        begin_and_drop(storage.begin("unwanted"));
        begin_and_drop(storage.query("SELECT n FROM t", vec![]));
    }
    storage.execute("INSERT INTO t VALUES (1)", vec![]).await.unwrap();
    assert_eq!(numbers(&storage).await, [1]);
}

#[tokio::test]
async fn a_transaction_that_is_kept_loses_its_turn() {
    let limits = Limits { transaction: Duration::from_secs(1), ..Limits::USUAL };
    let (_folder, storage) = storage_within(limits).await;
    let mut kept = storage.begin("kept").await.unwrap();
    // On a slow machine the limit may have passed already.
    let _ = kept.execute("INSERT INTO t VALUES (1)", vec![]).await;
    // The next transaction gets its turn although the first one still exists.
    assert_eq!(numbers(&storage).await, [0; 0]);
    let error = kept.commit().await.unwrap_err();
    assert!(matches!(error, StorageError::Ended { why: Ended::TimedOut, .. }));
}

#[tokio::test]
async fn a_statement_without_end_is_stopped() {
    let limits = Limits { transaction: Duration::from_secs(1), ..Limits::USUAL };
    let (_folder, storage) = storage_within(limits).await;
    let error = storage.execute(ENDLESS, vec![]).await.unwrap_err();
    assert!(matches!(error, StorageError::Ended { why: Ended::TimedOut, .. }));
}

#[tokio::test]
async fn a_transaction_too_many_is_refused() {
    let limits = Limits { waiting: 1, ..Limits::USUAL };
    let (_folder, storage) = storage_within(limits).await;
    let running = storage.begin("running").await.unwrap();
    let mut waiting = pin!(storage.begin("waiting"));
    assert!(waiting.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    let refused = storage.begin("refused").await.unwrap_err();
    assert!(matches!(refused, StorageError::Crowded { waiting: 1 }));
    drop(running);
    waiting.await.unwrap();
}

#[tokio::test]
async fn a_statement_that_rolls_back_ends_the_transaction() {
    let (_folder, storage) = storage().await;
    storage.execute("CREATE UNIQUE INDEX u ON t (n)", vec![]).await.unwrap();
    let mut transaction = storage.begin("rollback").await.unwrap();
    transaction.execute("INSERT INTO t VALUES (1)", vec![]).await.unwrap();
    let again = transaction.execute("INSERT OR ROLLBACK INTO t VALUES (1)", vec![]).await;
    assert!(matches!(again, Err(StorageError::Constraint { .. })));
    let after = transaction.execute("INSERT INTO t VALUES (2)", vec![]).await.unwrap_err();
    assert!(matches!(after, StorageError::Ended { why: Ended::RolledBack, .. }));
    assert_eq!(numbers(&storage).await, [0; 0]);
}

#[test]
fn a_handle_may_outlive_the_runtime() {
    let runtime = || tokio::runtime::Builder::new_current_thread().build().unwrap();
    let (_folder, storage, transaction) = runtime().block_on(async {
        let (folder, storage) = storage().await;
        let transaction = storage.begin("left").await.unwrap();
        (folder, storage, transaction)
    });
    drop(transaction);
    assert_eq!(runtime().block_on(numbers(&storage)), [0; 0]);
}
