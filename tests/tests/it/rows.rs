//! Tests that every callback reaches a module with the homeserver's arguments, and that its answer
//! has the effect that its row says.

use std::collections::BTreeMap;

use hsmod_loader::policy::{Combining, POLICIES, Policy};
use hsmod_loader::{CallErrorKind, Modules};
use hsmod_tests::scene::Scene;
use serde_json::{Value, json};

use crate::every_callback::{arguments, call};
use crate::support::{seen, seen_names};

/// The homeserver's result if no module objects.
pub(crate) fn neutral(policy: &Policy) -> &'static str {
    match policy.callback {
        "should_drop_federated_event" => "Keep",
        "check_username_for_spam" => "Visible",
        "check_registration_for_spam" => "Allow",
        "on_create_room" => r#"{"name": "cats"}"#,
        "on_user_search" => r#"{"results": []}"#,
        "on_legacy_send_mail" => "Some(())",
        "on_legacy_renew" => "Some(LegacyRenewal { valid: false, stale: false, expiration_ts: 0 })",
        "on_legacy_admin_request" => "Some(0)",
        "on_update" => "Some(Update { desired_duration_ms: 0, on_exit: None })",
        "get_users_for_states" => "UsersForStates({})",
        "get_interested_users" => "Users({})",
        "add_field_to_unsigned_callback" => "{}",
        "check_event_allowed" | "is_user_expired" | "check_auth" | "check_3pid_auth" => "None",
        callback if callback.starts_with("get_") || callback.ends_with("_batch_size") => "None",
        _ => "()",
    }
}

/// Whether only one module is called, however many there are.
fn is_alone(policy: &Policy) -> bool {
    matches!(policy.combining, Combining::Single | Combining::Exclusive)
}

/// A module that registers everything, with this additional config, and `second`, which leaves out
/// callbacks that only one module may have.
pub(crate) async fn two(mut first: Value) -> Modules {
    first["name"] = "first".into();
    first["callbacks"] = POLICIES.iter().map(|policy| policy.callback).collect();
    let second = json!({"name": "second", "suspend": first["suspend"] == true});
    Scene::new().module("good_recorder", first).module("good_recorder", second).load().await
}

/// The recorded calls after this callback was called once.
fn noted(policy: &Policy) -> Value {
    let call = |callback: &str, arguments: Value| {
        let mut call = vec![Value::from(callback)];
        call.extend(arguments.as_array().unwrap().iter().cloned());
        Value::from(call)
    };
    let own = call(policy.callback, arguments(policy.full_name));
    if policy.combining == Combining::ThenUserMayInvite {
        let second = json!(["@other:example.org", "@user:example.com", "!room:example.com"]);
        return json!([own, call("user_may_invite", second)]);
    }
    json!([own])
}

#[tokio::test]
async fn every_callback_gets_exactly_the_arguments_of_the_homeserver() {
    for suspend in [false, true] {
        let modules = two(json!({"suspend": suspend})).await;
        for policy in POLICIES {
            let name = policy.full_name;
            let answer = call(&modules, name).await.unwrap_or_else(|error| panic!("{error}"));
            assert_eq!(answer, neutral(policy), "{name}");
            assert_eq!(seen(&modules, "first").await, noted(policy), "{name}");
            let second = if is_alone(policy) { json!([]) } else { noted(policy) };
            assert_eq!(seen(&modules, "second").await, second, "{name}");
        }
    }
}

#[tokio::test]
async fn a_callback_reaches_those_who_registered_it_and_nobody_else() {
    // In some categories a module must register all callbacks or none.
    let whole = ["presence_router", "background_update_controller"];
    let is_odd = |(index, policy): (usize, &Policy)| match policy.category {
        category if whole.contains(&category) => category == whole[1],
        _ => index % 2 == 1,
    };
    let half = |name: &str, odd: bool| {
        let own = POLICIES.iter().enumerate().filter(|row| is_odd(*row) == odd);
        json!({"name": name, "callbacks": own.map(|row| row.1.callback).collect::<Vec<_>>()})
    };
    let scene = Scene::new().module("good_recorder", half("even", false));
    let modules = scene.module("good_recorder", half("odd", true)).load().await;
    for (index, policy) in POLICIES.iter().enumerate() {
        assert_eq!(call(&modules, policy.full_name).await.unwrap(), neutral(policy));
        for (odd, name) in [(false, "even"), (true, "odd")] {
            let seen = seen_names(&modules, name).await;
            let registered = seen.iter().any(|callback| callback == policy.callback);
            assert_eq!(registered, is_odd((index, policy)) == odd, "{name}: {}", policy.full_name);
        }
    }
}

#[tokio::test]
async fn the_first_objection_decides() {
    let modules = answering("deny".into()).await;
    for policy in POLICIES {
        let name = policy.full_name;
        let answer = call(&modules, name).await;
        let decided = match policy.callback {
            "should_drop_federated_event" => Some("Drop"),
            "check_username_for_spam" => Some("Hidden"),
            "is_user_expired" => Some("Some(true)"),
            _ if says_nothing(policy) => Some(neutral(policy)),
            _ => None,
        };
        match (answer, decided) {
            (Ok(answer), Some(decided)) => assert_eq!(answer, decided, "{name}"),
            (Err(error), None) => {
                assert_eq!(error.kind(), CallErrorKind::Denied, "{name}");
                assert_eq!(error.module(), Some("good_recorder"), "{name}");
                let refusal = policy.refusal;
                assert_eq!((error.status(), &*error.errcode()), (refusal.status, refusal.errcode));
                assert_eq!((error.message(), error.callback()), (refusal.message.to_owned(), name));
            }
            (answer, _) => panic!("{name}: {answer:?}"),
        }
        let asked_all = says_nothing(policy) && !is_alone(policy);
        assert_eq!(!seen(&modules, "second").await.as_array().unwrap().is_empty(), asked_all);
    }
}

/// Whether the callback cannot answer with a denial.
fn says_nothing(policy: &Policy) -> bool {
    let name = policy.callback;
    matches!(name, "check_auth" | "check_3pid_auth" | "add_field_to_unsigned_callback")
        || ["on_", "get_"].iter().any(|start| name.starts_with(start))
        || name.ends_with("_batch_size")
}

#[tokio::test]
async fn the_first_answer_decides_even_if_it_is_an_empty_one() {
    let login = r#"Some(Login { user_id: "@who:example.com", on_login: None })"#;
    let answers = [
        ("account_validity.is_user_expired", "not_expired".into(), "Some(false)"),
        (
            "account_validity.on_legacy_renew",
            json!([false, 5]),
            "Some(LegacyRenewal { valid: false, stale: true, expiration_ts: 5 })",
        ),
        ("account_validity.on_legacy_admin_request", json!(i64::MIN), "Some(-9223372036854775808)"),
        ("password_auth_provider.check_auth", json!("@who:example.com"), login),
        ("password_auth_provider.check_3pid_auth", json!("@who:example.com"), login),
        ("password_auth_provider.get_username_for_registration", json!("bob"), r#"Some("bob")"#),
        ("password_auth_provider.get_displayname_for_registration", json!(""), r#"Some("")"#),
        (
            "background_update_controller.on_update",
            json!(250),
            "Some(Update { desired_duration_ms: 250, on_exit: None })",
        ),
        ("background_update_controller.default_batch_size", json!(0), "Some(0)"),
        ("background_update_controller.min_batch_size", json!(-1), "Some(-1)"),
        ("media_repository.get_media_config_for_user", json!({}), "Some({})"),
        ("media_repository.get_media_upload_limits_for_user", json!([]), "Some([])"),
        (
            "ratelimit.get_ratelimit_override_for_user",
            json!([0.5, 3]),
            "Some(RatelimitOverride { per_second: 0.5, burst_count: 3 })",
        ),
    ];
    let given = answers.iter().map(|(name, answer, _)| {
        let callback = name.split_once('.').unwrap().1.to_owned();
        let verbatim = answer == "not_expired";
        (callback, if verbatim { answer.clone() } else { json!({"replace": answer}) })
    });
    let modules = two(json!({"answers": given.collect::<BTreeMap<_, _>>()})).await;
    for (name, _, expected) in &answers {
        assert_eq!(call(&modules, name).await.unwrap(), *expected, "{name}");
        assert_eq!(seen(&modules, "first").await.as_array().unwrap().len(), 1);
        assert_eq!(seen(&modules, "second").await, json!([]), "{name}");
    }
}

#[tokio::test]
async fn a_verdict_says_what_the_client_sees_unless_the_row_is_fixed() {
    let deny = json!({"deny_with": {"errcode": "ORG.EXAMPLE", "message": "not today",
        "fields": {"until": "tomorrow", "error": "overridden"}}});
    let modules = answering(deny).await;
    for callback in ["user_may_invite", "check_login_for_spam", "check_media_file_for_spam"] {
        let name = format!("spam_checker.{callback}");
        let fixed = POLICIES.iter().find(|row| row.full_name == name).unwrap().refusal.fixed;
        let body = Value::from(call(&modules, &name).await.unwrap_err().body());
        let own = json!({"errcode": "ORG.EXAMPLE", "error": "overridden", "until": "tomorrow"});
        let rows = json!({"errcode": "M_UNKNOWN", "error": "Bad content"});
        assert_eq!(body, if fixed { rows } else { own }, "{callback}");
    }
}

#[tokio::test]
async fn changes_are_seen_by_the_next_module_and_by_the_homeserver() {
    let replace = |name: &str| {
        let answers = ["on_create_room", "on_user_search", "check_event_allowed"];
        let answers: BTreeMap<_, _> =
            answers.map(|callback| (callback, json!({"replace": {"by": name}}))).into();
        json!({"name": name, "answers": answers})
    };
    let scene = Scene::new().module("good_recorder", replace("first"));
    let modules = scene.module("good_recorder", replace("second")).load().await;
    for callback in ["on_create_room", "on_user_search"] {
        let answer = call(&modules, &format!("third_party_rules.{callback}")).await.unwrap();
        assert_eq!(answer, r#"{"by":"second"}"#);
        assert!(seen(&modules, "second").await.to_string().contains(r#"{"by":"first"}"#));
    }
    let replacement = call(&modules, "third_party_rules.check_event_allowed").await.unwrap();
    assert!(replacement.contains("first") && !replacement.contains("second"), "{replacement}");
    assert_eq!(seen_names(&modules, "second").await, Vec::<String>::new());
}

#[tokio::test]
async fn an_event_that_cannot_be_read_is_the_homeservers_fault() {
    let modules = Scene::new().module("good_recorder", json!({})).load().await;
    let state = hsmod_loader::State::new(std::sync::Arc::new(()));
    let broken = hsmod_loader::Json("{\"type\": 3}");
    let (spam_checker, third_party_rules) = (modules.spam_checker(), modules.third_party_rules());
    let errors = [
        spam_checker.check_event_for_spam(broken).await.unwrap_err(),
        third_party_rules.check_event_allowed(broken, &state).await.unwrap_err(),
        spam_checker.federated_user_may_invite(broken).await.unwrap_err(),
        third_party_rules.on_new_event(broken, &state).await.unwrap_err(),
    ];
    for error in errors {
        assert_eq!((error.kind(), error.module()), (CallErrorKind::Input, None));
        assert_eq!(error.status(), 500);
        assert!(error.to_string().contains("an event cannot be read: "), "{error}");
    }
    assert_eq!(seen(&modules, "recorder").await, json!([]));
}

/// Two modules, the first of which gives this answer to everything.
pub(crate) async fn answering(answer: Value) -> Modules {
    let answers: BTreeMap<_, _> =
        POLICIES.iter().map(|policy| (policy.callback, answer.clone())).collect();
    two(json!({"answers": answers})).await
}
