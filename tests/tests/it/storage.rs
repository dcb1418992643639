//! Tests that a module's committed data persists, that everything else is rolled back, and that
//! each module has its own file.

use std::pin::pin;
use std::time::Duration;

use hsmod_loader::{Host, Modules};
use hsmod_tests::scene::Scene;
use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::support::{poll_once, steps, web};

const LIMIT: Duration = Duration::from_secs(60);

const TABLE: &str = "CREATE TABLE t (v)";

/// One keeper with a table `t (v)`.
fn scene() -> Scene {
    Scene::new()
        .key("data_dir", json!("data"))
        .module("good_keeper", json!({"at_start": [{"migrate": [[1, TABLE]]}]}))
}

/// Runs steps of the only module, none of which may fail.
async fn done(modules: &Modules, list: Value) -> Value {
    let done = steps(modules, "keeper", list).await;
    assert!(!done.to_string().contains(r#""error""#), "{done}");
    done
}

async fn values(modules: &Modules) -> Value {
    let steps = json!([{"begin": "values"}, {"query": "SELECT v FROM t ORDER BY v"}]);
    let rows = done(modules, steps).await;
    rows[1].as_array().unwrap().iter().map(|row| row["v"].clone()).collect()
}

fn insert(value: impl Into<Value>) -> Value {
    json!({"execute": "INSERT INTO t VALUES (?)", "values": [value.into()]})
}

#[tokio::test]
async fn only_committed_data_stays() {
    let scene = scene();
    let modules = scene.load().await;
    let counted = done(&modules, json!([{"begin": ""}, insert(1), insert(2), {"commit": null}]));
    assert_eq!(counted.await, json!([null, 1, 1, null]));
    done(&modules, json!([{"begin": ""}, insert(3), {"drop": null}])).await;
    // The transaction ends with the list of steps.
    done(&modules, json!([{"begin": ""}, insert(4)])).await;
    assert_eq!(values(&modules).await, json!([1, 2]));
    modules.shutdown(LIMIT).await;
    assert_eq!(values(&scene.load().await).await, json!([1, 2]));
}

#[tokio::test]
async fn values_cross_exactly() {
    let modules = scene().load().await;
    let bits = |real: f64| json!({"bits": real.to_bits()});
    let values = json!([
        null, i64::MIN, i64::MAX, bits(0.1), bits(-0.0), bits(f64::NEG_INFINITY), "", "ü\0'",
        {"blob": []}, {"blob": [0, 255]}
    ]);
    for value in values.as_array().unwrap() {
        let rows =
            done(&modules, json!([{"begin": ""}, {"query": "SELECT ?1 AS v", "values": [value]}]));
        assert_eq!(rows.await[1], json!([{"v": value}]));
    }
}

#[tokio::test]
async fn one_statement_needs_no_transaction_around_it() {
    let scene = scene();
    let modules = scene.load().await;
    let list = json!([
        {"db_execute": "INSERT INTO t VALUES (?), (2)", "values": [1]},
        {"db_query": "SELECT v FROM t WHERE v > ?", "values": [1]},
        {"db_execute": "DELETE FROM t WHERE v = 2"},
    ]);
    assert_eq!(done(&modules, list).await, json!([2, [{"v": 2}], 1]));
    let refused = json!([{"db_query": "ATTACH 'x' AS y"}, {"db_execute": "SELECT v FROM t"}]);
    let failed = steps(&modules, "keeper", refused).await;
    let said = |step: usize| failed[step]["error"].as_str().unwrap().to_owned();
    assert_snapshot!(said(0), @"`ATTACH` is not allowed in a module's storage");
    assert_snapshot!(said(1), @"the statement returns rows: use `query`");
    modules.shutdown(LIMIT).await;
    assert_eq!(values(&scene.load().await).await, json!([1]));
}

#[tokio::test]
async fn a_dropped_question_rolls_its_transaction_back() {
    let modules = scene().load().await;
    done(&modules, json!([{"begin": ""}, insert(1), {"keep": null}])).await;
    {
        let endless = "WITH RECURSIVE n (x) AS (VALUES (2) UNION ALL SELECT x FROM n) \
                       INSERT INTO t SELECT x FROM n";
        let question = json!([{"resume": null}, {"execute": endless}, {"commit": null}]);
        let mut question = pin!(steps(&modules, "keeper", question));
        assert!(poll_once(question.as_mut()).await.is_none());
    }
    assert_eq!(values(&modules).await, json!([]));
}

#[tokio::test]
async fn a_violated_constraint_is_recognised_and_the_transaction_continues() {
    let modules = scene().load().await;
    let list = json!([
        {"begin": "unique"}, insert(1), {"execute": "CREATE UNIQUE INDEX u ON t (v)"}, insert(1),
        {"execute": "INSERT INTO nowhere VALUES (1)"}, insert(2), {"commit": null}
    ]);
    let done = steps(&modules, "keeper", list).await;
    assert_eq!((&done[3]["constraint"], &done[4]["constraint"]), (&json!(true), &json!(false)));
    assert_eq!(done[3]["error"], "UNIQUE constraint failed: t.v");
    assert_eq!(values(&modules).await, json!([1, 2]));
}

#[tokio::test]
async fn a_transaction_that_is_rolled_back_says_why() {
    let modules = scene().load().await;
    let rolled_back = json!([
        {"begin": "unique"}, insert(1), {"execute": "CREATE UNIQUE INDEX u ON t (v)"},
        {"execute": "INSERT OR ROLLBACK INTO t VALUES (1)"}, insert(2), {"commit": null}
    ]);
    let done = steps(&modules, "keeper", rolled_back).await;
    let said: Vec<&str> =
        done.as_array().unwrap().iter().map(|one| one["error"].as_str().unwrap_or("-")).collect();
    assert_snapshot!(said.join("\n"), @"
    -
    -
    -
    UNIQUE constraint failed: t.v
    the transaction `unique` was rolled back: one of its statements failed and undid all
    the transaction `unique` was rolled back: one of its statements failed and undid all
    ");
    assert_eq!(values(&modules).await, json!([]));
}

#[tokio::test]
async fn two_modules_do_not_see_each_others_rows() {
    let config = |name| json!({"name": name, "at_start": [{"migrate": [[1, TABLE]]}]});
    let scene = Scene::new()
        .key("data_dir", json!("data"))
        .module("good_keeper", config("first"))
        .module("good_keeper", config("second"));
    let modules = scene.load().await;
    let add = json!([{"begin": ""}, insert(1), {"commit": null}]);
    steps(&modules, "first", add).await;
    let look = json!([
        {"begin": ""}, {"query": "SELECT count(*) AS n FROM t"},
        {"execute": "ATTACH 'good_keeper.sqlite3' AS other"}
    ]);
    let first = steps(&modules, "first", look.clone()).await;
    let second = steps(&modules, "second", look).await;
    assert_eq!((&first[1], &second[1]), (&json!([{"n": 1}]), &json!([{"n": 0}])));
    assert_eq!(second[2]["error"], "`ATTACH` is not allowed in a module's storage");
    let files = std::fs::read_dir(scene.folder().join("data")).unwrap();
    let mut files: Vec<String> =
        files.map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
    files.retain(|name| name.ends_with("sqlite3"));
    files.sort();
    assert_eq!(files, ["good_keeper-2.sqlite3", "good_keeper.sqlite3"]);
}

#[tokio::test]
async fn a_newer_file_refuses_the_start() {
    let scene = scene();
    let modules = scene.load().await;
    done(&modules, json!([{"migrate": [[1, TABLE], [7, "INSERT INTO t VALUES (7)"]]}])).await;
    assert_eq!(values(&modules).await, json!([7]));
    modules.shutdown(LIMIT).await;
    assert_snapshot!(scene.refusal().await, @"
    error: module `good_keeper`: start: the storage has version 7 and this build of the module knows versions up to 1: install the newer build again, or move the storage away
      fix: fix what the message says, or remove the module
    ");
}

#[tokio::test]
async fn a_storm_ends_in_an_error_and_does_not_keep_the_open_transaction_from_going_on() {
    let modules = scene().load().await;
    let storm = json!([{"begin": ""}, {"storm": 300}, insert(1), {"commit": null}]);
    let done = done(&modules, storm).await;
    let error = "Some(TooMany): 256 transactions of this module are already waiting: make them \
                 shorter, or do more in each";
    assert_eq!(done[1], json!([error]));
    assert_eq!(values(&modules).await, json!([1]));
}

#[tokio::test]
async fn storage_works_in_shutdown_and_ends_with_it() {
    let scene = Scene::new().key("data_dir", json!("data")).module(
        "good_keeper",
        json!({
            "at_start": [{"migrate": [[1, TABLE]]}],
            "at_shutdown": [{"begin": "last"}, insert("last"), {"commit": null}]
        }),
    );
    let modules = scene.load().await;
    let late = json!([{"pause": 2}, {"begin": "late"}, {"migrate": []}]);
    let mut late = pin!(steps(&modules, "keeper", late));
    assert!(poll_once(late.as_mut()).await.is_none());
    let shutdown = modules.shutdown(Duration::from_secs(2)).await;
    assert!(shutdown.calls_left && shutdown.failures.is_empty(), "{shutdown:?}");
    let late = poll_once(late.as_mut()).await.unwrap();
    assert_eq!(late[1]["unanswered"], "ShuttingDown");
    assert_eq!(late[2]["unanswered"], "ShuttingDown");
    assert_snapshot!(late[1]["error"].as_str().unwrap(), @"`run_db_interaction` is not answered: the module is being shut down");
    assert_eq!(values(&scene.load().await).await, json!(["last"]));
}

#[tokio::test]
async fn a_transaction_that_is_open_at_the_end_is_rolled_back() {
    let scene = scene();
    let modules = scene.load().await;
    done(&modules, json!([{"begin": ""}, insert(1), {"keep": null}])).await;
    modules.shutdown(LIMIT).await;
    // The file is free at once.
    assert_eq!(values(&scene.load().await).await, json!([]));
    drop(modules);
}

#[tokio::test]
async fn without_a_folder_the_message_says_what_to_configure() {
    let modules = Scene::new().module("good_keeper", json!({})).load().await;
    let done = steps(&modules, "keeper", json!([{"begin": ""}])).await;
    assert_eq!(done[0]["unanswered"], "Unsupported");
    assert_snapshot!(done[0]["error"].as_str().unwrap(), @"`run_db_interaction` is not answered: no storage is configured: set `data_dir` in the config");
    assert!(!supported(&modules).await.contains(&json!("run_db_interaction")));
    let modules = scene().load().await;
    assert!(supported(&modules).await.contains(&json!("run_db_interaction")));
}

async fn supported(modules: &Modules) -> Vec<Value> {
    let (_, state) = web(modules, "GET", "/_synapse/client/keeper").await.unwrap();
    state["supported"].as_array().unwrap().clone()
}

#[tokio::test]
async fn a_trial_has_storage_of_which_nothing_is_left() {
    let config =
        json!({"at_start": [{"migrate": [[1, TABLE]]}, {"begin": ""}, insert(1), {"keep": null}]});
    let scene = Scene::new().key("data_dir", json!("data")).module("good_keeper", config);
    let findings = hsmod_loader::check::trial(scene.config(), Host::new("example.com")).await;
    assert_eq!(findings.problems, []);
    assert!(!scene.folder().join("data").exists());
}
