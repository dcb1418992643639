//! Tests that each value that a module may return or raise has the same meaning as in Synapse.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::{conform, data, decided, same};

/// The outcome that a label of the vectors describes.
fn outcome(label: &str) -> Value {
    let tuple = |items: Value| json!({"$": "tuple", "v": items});
    let code = |name: &str| json!({"$": "Codes", "v": name});
    let behaviour = |name: &str| json!({"$": "RegistrationBehaviour", "v": name});
    let raised = |class: &str| json!({"raise": class, "msg": "m"});
    let value = match label {
        "raise SynapseError(429,LIMIT)" => {
            return json!({
                "raise": "SynapseError", "code": 429, "errcode": "LIMIT_EXCEEDED", "msg": "m",
            });
        }
        "raise ValueError" => return raised("ValueError"),
        "raise Exception" => return raised("Exception"),
        "raise CancelledError" => return raised("CancelledError"),
        "raise ModuleFailedException" => return raised("ModuleFailedException"),
        "NOT_SPAM" => json!({"$": "NOT_SPAM"}),
        "NOT_SPAM(other str object)" => json!("NOT_SPAM"),
        "True" => json!(true),
        "False" => json!(false),
        "None" => json!(null),
        "0" => json!(0),
        "1" => json!(1),
        "{}" => json!({}),
        "{..}2keys" => json!({"a": 1, "b": 2}),
        "Codes.LIMIT" => code("LIMIT_EXCEEDED"),
        "(Codes,dict)" => tuple(json!([code("LIMIT_EXCEEDED"), {"a": 1}])),
        "(Codes,)" => tuple(json!([code("FORBIDDEN")])),
        "[Codes,dict]" => json!([code("FORBIDDEN"), {}]),
        "(Codes,None)" => tuple(json!([code("FORBIDDEN"), null])),
        "('M_X',dict)" => tuple(json!(["M_X", {}])),
        "ALLOW" | "DENY" | "SHADOW_BAN" => behaviour(label),
        "(True,None)" => tuple(json!([true, null])),
        "(False,None)" => tuple(json!([false, null])),
        "(False,{})" => tuple(json!([false, {}])),
        "(True,{..})" => tuple(json!([true, {"a": 1}])),
        "(None,None)" => tuple(json!([null, null])),
        "(0,{..})" => tuple(json!([0, {"a": 1}])),
        "(True,'s')" => tuple(json!([true, "s"])),
        "5" => json!(5),
        "[]" => json!([]),
        "(str,None)" => tuple(json!(["@a:b", null])),
        "(str,callable)" => tuple(json!(["@a:b", {"$": "callable"}])),
        "(str,)" => tuple(json!(["@a:b"])),
        "(str,'x')" => tuple(json!(["@a:b", "x"])),
        "['@a:b',None]" => json!(["@a:b", null]),
        "{u:{1}}" => json!({"u": states(&["1"])}),
        "{u:[1]}" => json!({"u": states(&["1"])["v"]}),
        "{a:{1},b:[1],c:{2}}" => {
            json!({"a": states(&["1"]), "b": states(&["1"])["v"], "c": states(&["2"])})
        }
        "set()" => set(json!([])),
        "{'x'}" => set(json!(["x"])),
        "['x']" => json!(["x"]),
        // An object of an unrelated class.
        "frozenset" => json!({"$": "object"}),
        "{..}" => json!({"m.upload.size": 1}),
        "[5ms,9ms]" => json!([limit(5), limit(9)]),
        "(tuple)" => tuple(json!([limit(5), limit(9)])),
        "Override(0,0)" => {
            json!({"$": "RatelimitOverride", "per_second": 0.0, "burst_count": 0})
        }
        text => json!(quoted(text).unwrap_or_else(|| panic!("unknown label {label}"))),
    };
    json!({"return": value})
}

fn set(items: Value) -> Value {
    json!({"$": "set", "v": items})
}

/// The states that the vectors write as numbers: states of users with that name.
fn states(users: &[&str]) -> Value {
    set(users.iter().map(|user| json!({"$": "presence", "v": user})).collect())
}

fn limit(time_period_ms: u64) -> Value {
    json!({
        "$": "MediaUploadLimit", "max_bytes": 1, "time_period_ms": time_period_ms,
        "info_uri": null, "can_upgrade": false,
    })
}

fn quoted(text: &str) -> Option<&str> {
    text.strip_prefix('\'')?.strip_suffix('\'')
}

/// The second module's outcome, after which a further module would be asked.
fn neutral(callback: &str) -> Value {
    let label = match callback {
        "get_users_for_states" => return json!({"return": {"u": states(&["9"])}}),
        "get_interested_users" => return json!({"return": set(json!(["y"]))}),
        "is_user_allowed_to_upload_media_of_size" => "True",
        "should_drop_federated_event" | "check_username_for_spam" => "False",
        "check_registration_for_spam" => "ALLOW",
        "check_event_allowed" => "(True,None)",
        name if name.contains("_may_") || name.ends_with("_for_spam") => "NOT_SPAM",
        _ => "None",
    };
    outcome(label)
}

/// The scenario of a vector, with two modules or none.
fn scenario(category: &str, callback: &str, label: &str) -> Value {
    let modules = match label {
        "no callbacks" | "none registered" => json!([]),
        _ => json!([outcome(label), neutral(callback)]),
    };
    let event = json!({"type": "m.room.member", "state_key": "@bob:example.com"});
    let args = json!({
        "event": event, "config": {}, "legacy_enabled": false, "login_type": "m.login.password",
        "events": [event],
    });
    json!({"category": category, "callback": callback, "args": args, "modules": modules})
}

/// A result of ours in the vectors' format.
fn written(callback: &str, result: &Value) -> Value {
    let items = || result["v"].as_array().unwrap().iter();
    match (callback, result.get("$").and_then(Value::as_str)) {
        ("check_auth" | "check_3pid_auth", Some("tuple")) => json!("(tuple ok)"),
        ("get_users_for_states", None) if result.is_object() => json!(python_dict(result)),
        ("get_media_upload_limits_for_user", None) if result.is_array() => {
            let limits = result.as_array().unwrap().iter();
            limits.map(|limit| limit["time_period_ms"].clone()).collect()
        }
        ("get_ratelimit_override_for_user", None) if result.is_null() => json!("None"),
        (_, Some("RatelimitOverride")) => {
            let per_second = result["per_second"].as_f64().unwrap();
            let burst_count = &result["burst_count"];
            json!(format!(
                "RatelimitOverride(per_second={per_second:?}, burst_count={burst_count})"
            ))
        }
        (_, Some("tuple" | "set")) => items().map(|item| written("", item)).collect(),
        (_, Some("Codes")) => errcode(result["v"].as_str().unwrap()).into(),
        (_, Some("RegistrationBehaviour")) => {
            json!(result["v"].as_str().unwrap().to_ascii_lowercase())
        }
        (_, Some("NOT_SPAM")) => json!("NOT_SPAM"),
        (_, Some("ALL_USERS")) => json!("ALL"),
        _ => result.clone(),
    }
}

/// A dict of sets of states, as Python shows it.
fn python_dict(users: &Value) -> String {
    let users = users.as_object().unwrap().iter().map(|(user, states)| {
        let states = states["v"].as_array().unwrap().iter();
        let states: Vec<&str> = states.map(|state| state["v"].as_str().unwrap()).collect();
        format!("'{user}': {{{}}}", states.join(", "))
    });
    format!("{{{}}}", users.collect::<Vec<_>>().join(", "))
}

fn errcode(name: &str) -> &'static str {
    hsmod_tests::conform::codes().find(|(known, _)| *known == name).unwrap().1
}

/// A result of Synapse. `EXC:TYPE ..` stands for an exception.
fn theirs(callback: &str, result: &Value) -> Value {
    let exception = result.as_str().and_then(|text| text.strip_prefix("EXC:"));
    let Some(exception) = exception else {
        // The vectors write this one as Python's `repr`.
        let shown = callback == "get_ratelimit_override_for_user"
            && ["None", "RatelimitOverride("]
                .iter()
                .any(|form| result.as_str().unwrap().starts_with(form));
        let typed = if shown { result.clone() } else { same::typed(callback, result) };
        return same::result(callback, &typed);
    };
    let Some(refusal) = exception.strip_prefix("SynapseError ") else { return json!("failed") };
    let mut parts = refusal.splitn(3, ' ');
    let (code, name) = (parts.next().unwrap(), parts.next().unwrap());
    json!({"refused": {
        "code": code.parse::<u16>().unwrap(),
        "errcode": errcode(name.strip_prefix("Codes.").unwrap()),
        "msg": parts.next().unwrap(),
    }})
}

/// The category (as in scenarios), callback, label, result, and whether the second module was
/// called.
type Vector = (String, String, String, Value, bool);

fn vectors() -> Vec<Vector> {
    let mut vectors = Vec::new();
    let spam: BTreeMap<String, Map<String, Value>> =
        serde_json::from_str(&data("value-vectors-spam.json")).unwrap();
    for (callback, rows) in spam {
        for (label, row) in rows {
            let second = row["second_called"].as_bool().unwrap();
            let result = row["result"].clone();
            vectors.push(("spam_checker".to_owned(), callback.clone(), label, result, second));
        }
    }
    let other: BTreeMap<String, BTreeMap<String, (Value, bool)>> =
        serde_json::from_str(&data("value-vectors-other.json")).unwrap();
    for (name, rows) in other {
        let (prefix, callback) = name.split_once('.').unwrap();
        let category = match prefix {
            "third_party" => "third_party_rules",
            "password" => "password_auth_provider",
            "presence" => "presence_router",
            "media" => "media_repository",
            same => same,
        };
        for (label, (result, second)) in rows {
            vectors.push((category.to_owned(), callback.to_owned(), label, result, second));
        }
    }
    vectors
}

#[tokio::test]
async fn every_value_means_what_it_means_in_synapse() {
    let mut conform = conform().await;
    let (mut same, mut decided) = (0, 0);
    for (category, callback, label, result, second) in vectors() {
        let scenario = scenario(&category, &callback, &label);
        let answer = conform.answer(scenario.to_string().as_bytes()).await;
        assert!(answer.get("called").is_some(), "{callback} {label}: {answer}");
        let second_called = answer["called"].as_array().unwrap().contains(&json!(1));
        let ours = written(&callback, &same::result(&callback, &answer["result"]));
        let theirs = theirs(&callback, &result);
        if let Some((expected, why)) = decided::vector(&callback, &label) {
            assert_ne!((&ours, second_called), (&theirs, second), "{why}");
            assert_eq!(json!([ours, second_called]), *expected, "{why}");
            decided += 1;
        } else {
            assert_eq!((ours, second_called), (theirs, second), "{callback} {label}");
            same += 1;
        }
    }
    assert_eq!(decided, decided::DECIDED.vectors.len(), "decisions that no vector shows");
    assert_eq!((same, decided), (538, 2));
}
