//! Tests how the answers of several modules are combined if the first does not decide: by union, by
//! merging, or by login type.

use hsmod_loader::values::{InterestedUsers, OwnedPresenceState};
use hsmod_loader::{CallErrorKind, FailureKind, Json, Modules};
use hsmod_tests::scene::Scene;
use serde_json::{Value, json};

use crate::support::{message, seen, seen_names};

/// A module for each of these configs, named by index.
async fn all(configs: impl IntoIterator<Item = Value>) -> Modules {
    let entry = |(place, mut config): (usize, Value)| {
        config["name"] = format!("m{place}").into();
        json!({"module": "good_recorder", "name": format!("m{place}"), "config": config})
    };
    let entries = configs.into_iter().enumerate().map(entry);
    entries.fold(Scene::new(), |scene, entry| scene.entry("good_recorder", entry)).load().await
}

/// The config of a module that gives this answer to a callback.
fn answers(callback: &str, answer: Value) -> Value {
    json!({"answers": {callback: answer}})
}

/// How often each module was asked.
async fn asked(modules: &Modules) -> Vec<usize> {
    let mut asked = Vec::new();
    for info in modules.info() {
        asked.push(seen(modules, &info.name).await.as_array().unwrap().len());
    }
    asked
}

async fn interested(modules: &Modules) -> InterestedUsers {
    modules.presence_router().get_interested_users("@u:x").await.unwrap()
}

#[tokio::test]
async fn the_users_of_all_modules_are_united_and_those_who_fail_are_left_out() {
    let answers = [
        json!({"replace": ["@a:x", "@b:x"]}),
        json!({"fail": "no database"}),
        json!({"panic": "no database"}),
        json!({"refuse": {"status": 400, "errcode": "M_UNKNOWN", "message": "no"}}),
        "allow".into(),
        json!({"replace": ["@b:x", "@c:x"]}),
    ];
    let modules = all(answers.map(|answer| self::answers("get_interested_users", answer))).await;
    let expected: InterestedUsers = ["@a:x", "@b:x", "@c:x"].into_iter().collect();
    assert_eq!(interested(&modules).await, expected);
    assert_eq!(asked(&modules).await, [1; 6]);
    let failed = modules.counts().into_iter().map(|counts| counts.callbacks[0].1.failed);
    assert_eq!(failed.collect::<Vec<_>>(), [0, 1, 1, 1, 0, 0]);
}

#[tokio::test]
async fn everybody_is_more_than_anybody_could_add() {
    let answers = [json!({"replace": ["@a:x"]}), json!({"replace": null}), "allow".into()];
    let modules = all(answers.map(|answer| self::answers("get_interested_users", answer))).await;
    assert_eq!(interested(&modules).await, InterestedUsers::All);
    assert_eq!(asked(&modules).await, [1, 1, 0]);
}

#[tokio::test]
async fn a_cancellation_leaves_nothing_united() {
    let answers = [json!({"replace": ["@a:x"]}), "cancelled".into(), "allow".into()];
    let modules = all(answers.map(|answer| self::answers("get_interested_users", answer))).await;
    let error = modules.presence_router().get_interested_users("@u:x").await.unwrap_err();
    assert_eq!(error.kind(), CallErrorKind::Failed(FailureKind::Cancelled));
    assert_eq!((error.module(), error.status()), (Some("m1"), 499));
    assert_eq!(asked(&modules).await, [1, 1, 0]);
}

#[tokio::test]
async fn states_are_united_user_by_user() {
    let state = |user: &str, state: &str| json!(OwnedPresenceState::new(user, state));
    let (online, away) = (state("@a:x", "online"), state("@a:x", "unavailable"));
    let answers = [
        json!({"replace": {"@to:x": [online, away], "@nothing:x": []}}),
        json!({"fail": "no database"}),
        json!({"replace": {"@to:x": [online, state("@b:x", "busy")], "@other:y": [away]}}),
    ];
    for suspend in [false, true] {
        let config = |answer: &Value| json!({"suspend": suspend, "answers": {"get_users_for_states": answer}});
        let modules = all(answers.iter().map(config)).await;
        let state = OwnedPresenceState::new("@a:x", "online");
        let states = [state.as_state()];
        let asked_about = modules.presence_router().get_users_for_states(&states[..]);
        let users = asked_about.await.unwrap().into_map();
        let shown = users.iter().map(|(user, states)| {
            let shown = |state: &OwnedPresenceState| format!("{} {}", state.user_id, state.state);
            (user.as_str(), states.iter().map(shown).collect())
        });
        let expected: [(&str, Vec<&str>); 3] = [
            ("@nothing:x", vec![]),
            ("@other:y", vec!["@a:x unavailable"]),
            ("@to:x", vec!["@a:x online", "@a:x unavailable", "@b:x busy"]),
        ];
        let shown: Vec<(&str, Vec<String>)> = shown.collect();
        assert_eq!(format!("{shown:?}"), format!("{expected:?}"));
        assert_eq!(asked(&modules).await, [1, 1, 1]);
    }
}

#[tokio::test]
async fn of_two_fields_with_one_name_the_later_modules_counts() {
    let callback = "add_field_to_unsigned_callback";
    let given = [json!({"a": 1, "b": {"x": 1}}), json!({}), json!({"b": {"y": 2}, "c": null})];
    let modules = all(given.map(|fields| answers(callback, json!({"replace": fields})))).await;
    let event = message("@a:b", "hi");
    let unsigned = modules.add_extra_fields_to_unsigned_client_event();
    let fields = unsigned.add_field_to_unsigned_callback(Json(&event)).await.unwrap();
    assert_eq!(Value::from(fields), json!({"a": 1, "b": {"y": 2}, "c": null}));
    assert_eq!(asked(&modules).await, [1, 1, 1]);
}

#[tokio::test]
async fn a_module_that_fails_leaves_nothing_merged() {
    let callback = "add_field_to_unsigned_callback";
    for (failure, kind) in [("fail", FailureKind::Error), ("panic", FailureKind::Panicked)] {
        let given = [json!({"replace": {"a": 1}}), json!({failure: "no"}), "allow".into()];
        let modules = all(given.map(|answer| answers(callback, answer))).await;
        let event = message("@a:b", "hi");
        let unsigned = modules.add_extra_fields_to_unsigned_client_event();
        let error = unsigned.add_field_to_unsigned_callback(Json(&event)).await.unwrap_err();
        assert_eq!((error.kind(), error.module()), (CallErrorKind::Failed(kind), Some("m1")));
        assert_eq!(asked(&modules).await, [1, 1, 0]);
    }
}

/// Modules that support: both login types; a card; passwords; none, but phone numbers.
async fn providers(answers: Value) -> Modules {
    let (password, card) = (json!(["password"]), json!(["number", "pin"]));
    let types = [
        json!({"m.login.password": password, "org.x.card": card}),
        json!({"org.x.card": card}),
        json!({"m.login.password": password}),
    ];
    let with = |types: Value| json!({"login_types": types, "answers": answers});
    all(types.map(with).into_iter().chain([json!({"callbacks": ["check_3pid_auth"]})])).await
}

async fn names(modules: &Modules) -> Vec<bool> {
    let mut names = Vec::new();
    for info in modules.info() {
        names.push(seen_names(modules, &info.name).await == ["check_auth"]);
    }
    names
}

#[tokio::test]
async fn only_those_who_know_the_type_of_login_are_asked() {
    let modules = providers(json!({})).await;
    let provider = modules.password_auth_provider();
    let types = [
        ("m.login.password", [true, false, true, false]),
        ("org.x.card", [true, true, false, false]),
    ];
    for (login_type, expected) in types {
        assert!(provider.check_auth("u", login_type, Json("{}")).await.unwrap().is_none());
        assert_eq!(names(&modules).await, expected, "{login_type}");
    }
    let types = modules.login_types();
    let types: Vec<_> = types.iter().map(|known| (&*known.name, known.fields.join(" "))).collect();
    let (password, card) = ("password".to_owned(), "number pin".to_owned());
    assert_eq!(types, [("m.login.password", password), ("org.x.card", card)]);
}

#[tokio::test]
async fn an_unknown_login_type_is_an_error_of_the_homeserver() {
    for modules in [providers(json!({})).await, Modules::default()] {
        let provider = modules.password_auth_provider();
        let error = provider.check_auth("u", "org.x.key", Json("{}")).await.unwrap_err();
        assert_eq!((error.kind(), error.module()), (CallErrorKind::Input, None));
        let text = error.to_string();
        assert_eq!(
            text,
            "password_auth_provider.check_auth: no module knows the type of login `org.x.key`"
        );
        assert_eq!(names(&modules).await, vec![false; modules.info().len()]);
    }
}

#[tokio::test]
async fn of_those_who_know_it_the_first_that_accepts_decides() {
    let (fail, accept) = (json!({"fail": "no database"}), json!({"replace": "@u:x"}));
    for (answer, expected) in
        [(&fail, [true, false, true, false]), (&accept, [true, false, false, false])]
    {
        let modules = providers(json!({"check_auth": answer})).await;
        let provider = modules.password_auth_provider();
        let login = provider.check_auth("u", "m.login.password", Json("{}")).await.unwrap();
        let user = login.as_ref().map(|login| login.user_id());
        assert_eq!(user, (answer == &accept).then_some("@u:x"));
        assert_eq!(names(&modules).await, expected);
    }
}

#[tokio::test]
async fn only_the_module_that_registered_a_callback_is_called() {
    let modules = all([json!({}), json!({"callbacks": ["on_legacy_renew"]})]).await;
    let all = modules.account_validity();
    assert!(all.on_legacy_renew("token").await.unwrap().is_some());
    assert_eq!(asked(&modules).await, [0, 1]);
    // No module has these, so the homeserver behaves as without modules.
    assert_eq!(all.on_legacy_send_mail("@a:x").await.unwrap(), None);
    let request = http::Request::new(bytes::Bytes::new());
    let parts = hsmod_loader::web::parts(&request);
    assert_eq!(all.on_legacy_admin_request(&parts.view()).await.unwrap(), None);
}

#[tokio::test]
async fn limits_come_with_the_longest_time_first() {
    let limits = json!({"replace": [[1, 60], [2, 3600], [3, 60], [4, 86400]]});
    let modules = all([answers("get_media_upload_limits_for_user", limits)]).await;
    let media = modules.media_repository();
    let limits = media.get_media_upload_limits_for_user("@a:x").await.unwrap().unwrap();
    let limits: Vec<_> = limits.iter().map(|one| (one.time_period_ms, one.max_bytes)).collect();
    assert_eq!(limits, [(86400, 4), (3600, 2), (60, 1), (60, 3)]);
}
