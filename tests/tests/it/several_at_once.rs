//! Tests that a page of users or events takes one call per module, with the same result as separate
//! calls for each item.

use hsmod_loader::values::{DirectoryVisibility, UserProfile};
use hsmod_loader::{CallError, CallErrorKind, FailureKind, Json, Modules, Ser};
use hsmod_tests::scene::Scene;
use insta::assert_snapshot;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::support::{message, seen, seen_names};

/// Modules `first` and `second` that hide these users, and a third one.
async fn hiding(first: &[&str], second: &[&str], suspend: bool) -> Modules {
    let names = ["first", "second", "third"];
    let scene =
        names.iter().zip([first, second, &[]]).fold(Scene::new(), |scene, (name, hidden)| {
            let about: Value = hidden.iter().map(|user| (format!("\"{user}\""), "deny")).collect();
            let about = json!({"check_username_for_spam": about});
            scene.module("good_recorder", json!({"name": name, "about": about, "suspend": suspend}))
        });
    scene.load().await
}

/// Which of these are hidden.
async fn hidden(modules: &Modules, users: &[String]) -> Result<Vec<bool>, CallError> {
    let profiles: Vec<_> =
        users.iter().map(|user| UserProfile::new(user, Some("Somebody"), None)).collect();
    let spam_checker = modules.spam_checker();
    let answers = spam_checker.check_usernames_for_spam(&profiles[..], "@me:x").await?;
    Ok(answers.iter().map(|answer| *answer == DirectoryVisibility::Hidden).collect())
}

/// The users that a module was asked about.
async fn asked(modules: &Modules, name: &str) -> Vec<String> {
    let calls = seen(modules, name).await;
    let calls = calls.as_array().unwrap().iter();
    calls.map(|call| call[1]["user_id"].as_str().unwrap().to_owned()).collect()
}

/// The number of boundary crossings for each module.
fn crossings(modules: &Modules) -> Vec<u64> {
    let sum = |counts: &hsmod_loader::ModuleCounts| {
        counts.callbacks.iter().map(|(_, counts)| counts.called).sum()
    };
    modules.counts().iter().map(sum).collect()
}

fn users(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| format!("@{name}:x")).collect()
}

#[tokio::test]
async fn hidden_users_are_not_passed_to_further_modules() {
    for suspend in [false, true] {
        let modules = hiding(&["@b:x", "@e:x"], &["@a:x", "@e:x"], suspend).await;
        let all = users(&["a", "b", "c", "d", "e", "a"]);
        let expected = [true, true, false, false, true, true];
        assert_eq!(hidden(&modules, &all).await.unwrap(), expected);
        assert_eq!(asked(&modules, "first").await, all);
        assert_eq!(asked(&modules, "second").await, users(&["a", "c", "d", "a"]));
        assert_eq!(asked(&modules, "third").await, users(&["c", "d"]));
        assert_eq!(crossings(&modules), [1, 1, 1]);
    }
}

#[tokio::test]
async fn no_further_module_is_called_once_all_users_are_hidden() {
    let modules = hiding(&["@a:x"], &["@b:x"], false).await;
    assert_eq!(hidden(&modules, &users(&["a", "b"])).await.unwrap(), [true, true]);
    assert_eq!(asked(&modules, "second").await, users(&["b"]));
    assert_eq!(crossings(&modules), [1, 1, 0]);
}

#[tokio::test]
async fn an_empty_list_of_users_stays_empty() {
    let modules = hiding(&["@a:x"], &[], false).await;
    assert_eq!(hidden(&modules, &[]).await.unwrap(), [false; 0]);
    for name in ["first", "second", "third"] {
        assert_eq!(asked(&modules, name).await, users(&[]));
    }
    assert_eq!(hidden(&Modules::default(), &users(&["a"])).await.unwrap(), [false]);
}

#[tokio::test]
async fn thousands_of_users_are_one_call() {
    let modules = hiding(&["@7:x"], &["@4998:x", "@0:x"], true).await;
    let all: Vec<String> = (0..5_000).map(|number| format!("@{number}:x")).collect();
    let answers = hidden(&modules, &all).await.unwrap();
    let places = answers.iter().enumerate().filter(|(_, hidden)| **hidden);
    assert_eq!(places.map(|(place, _)| place).collect::<Vec<_>>(), [0, 7, 4998]);
    assert_eq!((answers.len(), crossings(&modules)), (5_000, vec![1, 1, 1]));
    assert_eq!(asked(&modules, "third").await.len(), 4_997);
}

#[tokio::test]
async fn one_user_is_asked_about_as_ever() {
    let modules = hiding(&[], &["@b:x"], false).await;
    for (user, expected) in
        [("@a:x", DirectoryVisibility::Visible), ("@b:x", DirectoryVisibility::Hidden)]
    {
        let profile = UserProfile::new(user, None, Some("mxc://x/y"));
        let answer = modules.spam_checker().check_username_for_spam(&profile, "@me:x").await;
        assert_eq!(answer.unwrap(), expected);
    }
    assert_eq!(crossings(&modules), [2, 2, 1]);
}

#[tokio::test]
async fn a_failure_ends_it_for_all_users() {
    for (answer, kind) in [("fail", FailureKind::Error), ("panic", FailureKind::Panicked)] {
        let about = json!({"check_username_for_spam": {"@b:x": {answer: "no database"}}});
        let scene = Scene::new().module("good_recorder", json!({"name": "first", "about": about}));
        let modules = scene.module("good_recorder", json!({"name": "second"})).load().await;
        let error = hidden(&modules, &users(&["a", "b", "c"])).await.unwrap_err();
        assert_eq!(error.kind(), CallErrorKind::Failed(kind));
        assert_eq!(error.module(), Some("good_recorder"));
        assert_eq!(asked(&modules, "first").await, users(&["a", "b"]));
        assert_eq!(asked(&modules, "second").await, users(&[]));
        // A page without failing users is answered as usual.
        assert_eq!(hidden(&modules, &users(&["a", "c"])).await.unwrap(), [false, false]);
    }
}

/// The fields that three modules add to this page of events.
async fn unsigned(modules: &Modules, events: &[String]) -> Result<Vec<Value>, CallError> {
    let all = modules.add_extra_fields_to_unsigned_client_event();
    let events: Vec<Json<'_>> = events.iter().map(|event| Json(event)).collect();
    let fields = all.add_fields_to_unsigned(events).await?;
    Ok(fields.into_iter().map(Value::from).collect())
}

/// Modules that add these fields to events that contain these texts.
async fn adding(about: [Value; 3], suspend: bool) -> Modules {
    let names = ["first", "second", "third"];
    let scene = names.iter().zip(about).fold(Scene::new(), |scene, (name, about)| {
        let about = json!({"add_field_to_unsigned_callback": about});
        scene.module("good_recorder", json!({"name": name, "about": about, "suspend": suspend}))
    });
    scene.load().await
}

fn adds(fields: Value) -> Value {
    json!({"replace": fields})
}

#[tokio::test]
async fn fields_added_by_modules_are_merged_for_each_event() {
    for suspend in [false, true] {
        let about = [
            json!({"one": adds(json!({"a": 1, "b": 1})), "three": adds(json!({"a": 3}))}),
            json!({}),
            json!({"one": adds(json!({"b": 2, "c": 2})), "two": adds(json!({"d": null}))}),
        ];
        let modules = adding(about, suspend).await;
        let events = ["zero", "one", "two", "three", "one"].map(|body| message("@a:x", body));
        let one = json!({"a": 1, "b": 2, "c": 2});
        let expected = [json!({}), one.clone(), json!({"d": null}), json!({"a": 3}), one];
        assert_eq!(unsigned(&modules, &events).await.unwrap(), expected);
        for name in ["first", "second", "third"] {
            let calls = seen(&modules, name).await;
            let bodies = calls.as_array().unwrap().iter().map(|call| &call[1]["content"]["body"]);
            let bodies: Vec<_> = bodies.map(|body| body.as_str().unwrap().to_owned()).collect();
            assert_eq!(bodies, ["zero", "one", "two", "three", "one"], "{name}");
        }
        assert_eq!(crossings(&modules), [1, 1, 1]);
    }
}

#[tokio::test]
async fn every_form_of_an_event_makes_a_page() {
    let modules = adding([json!({"hi": adds(json!({"a": 1}))}), json!({}), json!({})], false).await;
    let all = modules.add_extra_fields_to_unsigned_client_event();
    let event: Value = serde_json::from_str(&message("@a:x", "hi")).unwrap();
    let fields = all.add_fields_to_unsigned(vec![Ser(&event), Ser(&event)]).await.unwrap();
    assert_eq!(Value::from(fields[1].clone()), json!({"a": 1}));
    assert_eq!((fields.len(), crossings(&modules)), (2, vec![1, 1, 1]));
    assert_eq!(unsigned(&modules, &[]).await.unwrap(), Vec::<Value>::new());
    let without = Modules::default();
    assert_eq!(unsigned(&without, &[message("@a:x", "hi")]).await.unwrap(), [json!({})]);
}

#[tokio::test]
async fn an_event_that_cannot_be_read_is_named() {
    let modules = adding([json!({}), json!({}), json!({})], false).await;
    let events = [message("@a:x", "hi"), message("@a:x", "hi"), r#"{"type": 3}"#.to_owned()];
    let error = unsigned(&modules, &events).await.unwrap_err();
    assert_eq!((error.kind(), error.module()), (CallErrorKind::Input, None));
    assert_snapshot!(error.to_string(), @"add_extra_fields_to_unsigned_client_event.add_field_to_unsigned_callback: of several events, number 3: an event cannot be read: invalid type: integer `3`, expected a string at line 1 column 10");
    for name in ["first", "second", "third"] {
        assert_eq!(seen_names(&modules, name).await, Vec::<String>::new());
    }
    assert_eq!(crossings(&modules), [0, 0, 0]);
    // Events are not read if no module is called.
    assert_eq!(unsigned(&Modules::default(), &events).await.unwrap().len(), 3);
}

#[tokio::test]
async fn a_failure_ends_it_for_all_events() {
    let about = [json!({"hi": adds(json!({"a": 1}))}), json!({"two": {"fail": "no"}}), json!({})];
    let modules = adding(about, true).await;
    let events = ["hi", "two", "hi"].map(|body| message("@a:x", body));
    let error = unsigned(&modules, &events).await.unwrap_err();
    assert_eq!(error.kind(), CallErrorKind::Failed(FailureKind::Error));
    assert_eq!(crossings(&modules), [1, 1, 0]);
    assert_eq!(seen_names(&modules, "second").await.len(), 2);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(32) })]

    #[test]
    fn a_page_of_users_is_answered_as_its_users_one_by_one(
        all in prop::collection::vec("@[a-f]:x", 0..12),
        hides in prop::array::uniform2(prop::collection::vec("@[a-f]:x", 0..4)),
        suspend: bool,
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        runtime.block_on(async {
            let [first, second] = hides.each_ref().map(|users| users.iter().map(String::as_str));
            let (first, second): (Vec<_>, Vec<_>) = (first.collect(), second.collect());
            let modules = hiding(&first, &second, suspend).await;
            let page = hidden(&modules, &all).await.unwrap();
            let left = |hidden: &[&str]| {
                let mut left = all.clone();
                left.retain(|user| !hidden.contains(&user.as_str()));
                left
            };
            assert_eq!(asked(&modules, "first").await, all);
            assert_eq!(asked(&modules, "second").await, left(&first));
            assert_eq!(asked(&modules, "third").await, left(&[first, second].concat()));
            assert!(crossings(&modules).iter().all(|crossings| *crossings <= 1));
            for (user, on_page) in all.iter().zip(page) {
                let alone = hidden(&modules, std::slice::from_ref(user)).await.unwrap();
                assert_eq!(alone, [on_page], "{user}");
            }
        });
    }
}

#[tokio::test]
async fn an_empty_page_calls_no_module() {
    let modules = hiding(&["@a:x"], &[], false).await;
    assert_eq!(hidden(&modules, &[]).await.unwrap(), [false; 0]);
    let unsigned = modules.add_extra_fields_to_unsigned_client_event();
    let nothing: Vec<Json<'_>> = Vec::new();
    assert!(unsigned.add_fields_to_unsigned(nothing).await.unwrap().is_empty());
    assert_eq!(crossings(&modules), [0, 0, 0]);
}
