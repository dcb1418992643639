//! Shows that transactions take turns, and that none keeps its turn for ever.

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Waker};

use super::*;

/// Never ends by itself.
const ENDLESS: &str = "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) \
                       INSERT INTO t SELECT x FROM c WHERE x < 0";

/// Polls once, so that the call is on its way, and drops it.
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
async fn dropping_a_handle_stops_its_statement() {
    let (_folder, storage) = storage().await;
    let mut transaction = storage.begin("endless").await.unwrap();
    transaction.execute("INSERT INTO t VALUES (1)", vec![]).await.unwrap();
    begin_and_drop(transaction.execute(ENDLESS, vec![]));
    drop(transaction);
    assert_eq!(numbers(&storage).await, [0; 0]);
}

#[tokio::test]
async fn a_cancelled_call_ends_the_transaction() {
    let (_folder, storage) = storage().await;
    let mut transaction = storage.begin("cancelled").await.unwrap();
    begin_and_drop(transaction.execute(ENDLESS, vec![]));
    let after = transaction.execute("INSERT INTO t VALUES (1)", vec![]).await.unwrap_err();
    assert!(matches!(after, StorageError::Ended { why: Ended::Cancelled, .. }));
    let commit = transaction.commit().await.unwrap_err();
    assert!(matches!(commit, StorageError::Ended { why: Ended::Cancelled, .. }));
    assert_eq!(numbers(&storage).await, [0; 0]);
}

#[tokio::test]
async fn a_transaction_that_nobody_waits_for_gives_its_turn_up() {
    let (_folder, storage) = storage().await;
    for _ in 0..10 {
        begin_and_drop(storage.begin("unwanted"));
    }
    storage.execute("INSERT INTO t VALUES (1)", vec![]).await.unwrap();
    assert_eq!(numbers(&storage).await, [1]);
}

#[tokio::test]
async fn a_transaction_that_is_kept_loses_its_turn() {
    let limits = Limits { transaction: Duration::from_secs(1), ..Limits::USUAL };
    let (_folder, storage) = storage_within(limits).await;
    let mut kept = storage.begin("kept").await.unwrap();
    // On a slow machine this may be too late already.
    let _ = kept.execute("INSERT INTO t VALUES (1)", vec![]).await;
    // The next one gets its turn although the first is still there.
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
async fn a_statement_may_roll_all_back_and_then_it_is_over() {
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
