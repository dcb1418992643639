//! Shows that the policies of callbacks match their documentation, and that refusals are worded as
//! in Synapse.

use hsmod_plugin_api::callbacks::CATEGORIES;

use super::*;

/// The sentences that the documentation of a row must contain for this policy.
fn documented(policy: &Policy) -> (&'static str, &'static str) {
    let combining = match (policy.combining, policy.callback) {
        (Combining::Notification, _) => "all are told.",
        (Combining::AllInOrder, "on_create_room" | "on_user_search") => {
            "all are asked, each sees what the ones before it changed; the first failure"
        }
        (Combining::AllInOrder, _) => "all are told, in order; the first failure ends it.",
        (Combining::FirstDecided, "should_drop_federated_event") => "the first drop decides.",
        (Combining::FirstDecided, "check_username_for_spam") => "the first that hides decides.",
        (Combining::FirstDecided, "check_registration_for_spam") => {
            "the first denial or shadow ban decides."
        }
        (Combining::FirstDecided, "check_event_allowed") => {
            "the first denial or replacement decides."
        }
        (Combining::FirstDecided, "check_3pid_auth") => "the first that accepts decides.",
        (Combining::FirstDecided, "is_user_expired") => "the first opinion decides.",
        (Combining::FirstDecided, callback) if callback.starts_with("get_") => {
            "the first answer decides."
        }
        (Combining::FirstDecided, _) => "the first denial decides.",
        (Combining::ThenUserMayInvite, _) => "the first denial decides, then `user_may_invite`.",
        (Combining::FirstOfLoginType, _) => {
            "of the modules that registered the type of login, the first that accepts decides."
        }
        (Combining::Union, "get_interested_users") => {
            "the users of all modules are united; the first that says all decides."
        }
        (Combining::Union, _) => "the users and states of all modules are united.",
        (Combining::Merged, _) => {
            "the fields of all modules are merged; of two with the same name the later module's"
        }
        (Combining::Single, _) => "one module only; a second one refuses the start.",
        (Combining::Exclusive, _) => "the first module that registered the category is asked.",
    };
    let on_failure = match policy.on_failure {
        OnFailure::Propagate => "the request fails.",
        OnFailure::LogAndContinue => "logged, and the next module is asked.",
        OnFailure::Log => "logged.",
        OnFailure::Refuse => "the room is not created (403).",
        OnFailure::Conceal => "the request fails, and says nothing of the reason.",
    };
    (combining, on_failure)
}

#[test]
fn a_homeserver_refuses_in_the_words_of_synapse() {
    let refused = |name: &str| {
        let error = policy(name).unwrap().refuse();
        let body = serde_json::Value::Object(error.body());
        format!("{} {body}", error.status())
    };
    insta::assert_snapshot!(refused("account_validity.is_user_expired"), @r#"403 {"errcode":"ORG_MATRIX_EXPIRED_ACCOUNT","error":"User account has expired"}"#);
    insta::assert_snapshot!(refused("password_auth_provider.check_auth"), @r#"403 {"errcode":"M_FORBIDDEN","error":"Invalid username or password"}"#);
    insta::assert_snapshot!(refused("password_auth_provider.check_3pid_auth"), @r#"403 {"errcode":"M_FORBIDDEN","error":"Invalid username or password"}"#);
    insta::assert_snapshot!(refused("ratelimit.get_ratelimit_override_for_user"), @r#"429 {"errcode":"M_LIMIT_EXCEEDED","error":"Too Many Requests"}"#);
    let limit = MediaUploadLimit::new(1, 1000);
    let shown = |error: CallError| serde_json::Value::Object(error.body()).to_string();
    let own = limit.clone().info_uri("https://x/");
    insta::assert_snapshot!(shown(upload_refused(&own, "https://h/")), @r#"{"errcode":"M_USER_LIMIT_EXCEEDED","error":"Media upload limit exceeded","info_uri":"https://x/"}"#);
    insta::assert_snapshot!(shown(upload_refused(&limit.can_upgrade(true), "https://h/")), @r#"{"can_upgrade":true,"errcode":"M_USER_LIMIT_EXCEEDED","error":"Media upload limit exceeded","info_uri":"https://h/"}"#);
}

/// Exactly the callbacks that may deny have a refusal for the client.
#[test]
fn callbacks_with_a_refusal_may_deny() {
    // A login that no module accepts fails without a denial; the homeserver tells the client.
    let lets_in = ["check_auth", "check_3pid_auth"];
    // These only hide results, which the client does not notice.
    let hides = ["check_username_for_spam", "on_user_search"];
    for row in CATEGORIES.iter().flat_map(|category| category.callbacks) {
        let policy = policy(&format!("{}.{}", row.category, row.name)).unwrap();
        let refuses = policy.refusal != Refusal::NONE && !lets_in.contains(&row.name);
        assert_eq!(row.denies, refuses || hides.contains(&row.name), "{}", policy.full_name);
    }
}

#[test]
fn every_policy_matches_the_documentation() {
    let rows: Vec<_> = CATEGORIES.iter().flat_map(|category| category.callbacks).collect();
    assert_eq!(
        rows.iter().map(|row| (row.category, row.name)).collect::<Vec<_>>(),
        POLICIES.iter().map(|policy| (policy.category, policy.callback)).collect::<Vec<_>>(),
        "a callback without a policy row, or in another order than in plugin-api"
    );
    for (row, policy) in rows.iter().zip(POLICIES) {
        let doc = row.doc.concat();
        let doc = doc.split_whitespace().collect::<Vec<_>>().join(" ");
        let (combining, on_failure) = documented(policy);
        for sentence in [format!("Combined: {combining}"), format!("On failure: {on_failure}")] {
            assert!(doc.contains(&sentence), "{}: not `{sentence}` in:\n{doc}", row.name);
        }
    }
}
