//! Shows that each single value that a module may return or raise means what it means in Synapse.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::{Counts, conform, counted, data, decided, not_built, same};

/// What a label of the vectors describes.
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
        text => json!(quoted(text).unwrap_or_else(|| panic!("unknown label {label}"))),
    };
    json!({"return": value})
}

fn quoted(text: &str) -> Option<&str> {
    text.strip_prefix('\'')?.strip_suffix('\'')
}

/// The value that lets the next module be asked.
fn neutral(callback: &str) -> Value {
    let label = match callback {
        "should_drop_federated_event" | "check_username_for_spam" => "False",
        "check_registration_for_spam" => "ALLOW",
        "check_event_allowed" => "(True,None)",
        name if name.contains("_may_") || name.ends_with("_for_spam") => "NOT_SPAM",
        _ => "None",
    };
    outcome(label)
}

/// The two modules of a vector, or none at all.
fn scenario(category: &str, callback: &str, label: &str) -> Value {
    let modules = match label {
        "no callbacks" | "none registered" => json!([]),
        _ => json!([outcome(label), neutral(callback)]),
    };
    let event = json!({"type": "m.room.member", "state_key": "@bob:example.com"});
    let args = json!({"event": event, "config": {}, "legacy_enabled": false});
    json!({"category": category, "callback": callback, "args": args, "modules": modules})
}

/// One of our results, as the vectors write it.
fn written(result: &Value) -> Value {
    match result {
        Value::Object(object) => match object.get("$").and_then(Value::as_str) {
            Some("tuple") => object["v"].as_array().unwrap().iter().map(written).collect(),
            Some("Codes") => errcode(object["v"].as_str().unwrap()).into(),
            Some("RegistrationBehaviour") => {
                json!(object["v"].as_str().unwrap().to_ascii_lowercase())
            }
            Some("NOT_SPAM") => json!("NOT_SPAM"),
            _ => result.clone(),
        },
        _ => result.clone(),
    }
}

fn errcode(name: &str) -> &'static str {
    hsmod_tests::conform::codes().find(|(known, _)| *known == name).unwrap().1
}

/// A result of Synapse's; `EXC:TYPE ..` for what was raised.
fn theirs(callback: &str, result: &Value) -> Value {
    let exception = result.as_str().and_then(|text| text.strip_prefix("EXC:"));
    let Some(exception) = exception else { return same::result(callback, result) };
    let Some(refusal) = exception.strip_prefix("SynapseError ") else { return json!("failed") };
    let mut parts = refusal.splitn(3, ' ');
    let (code, name) = (parts.next().unwrap(), parts.next().unwrap());
    json!({"refused": {
        "code": code.parse::<u16>().unwrap(),
        "errcode": errcode(name.strip_prefix("Codes.").unwrap()),
        "msg": parts.next().unwrap(),
    }})
}

/// Category (as scenarios name it), callback, label, result, whether the second was called.
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
    let (mut same, mut decided, mut not_built) = (0, 0, Vec::new());
    for (category, callback, label, result, second) in vectors() {
        let known = not_built::vectors();
        let name = format!("there is no callback `{category}.{callback}`");
        if known.contains_key(&name) {
            not_built.push(name);
            continue;
        }
        let scenario = scenario(&category, &callback, &label);
        let answer = conform.answer(scenario.to_string().as_bytes()).await;
        assert!(answer.get("called").is_some(), "{callback} {label}: {answer}");
        let second_called = answer["called"].as_array().unwrap().contains(&json!(1));
        let ours = written(&same::result(&callback, &answer["result"]));
        let theirs = theirs(&callback, &result);
        if let Some((expected, why)) = decided::vector(&callback, &label) {
            assert_ne!((&ours, second_called), (&theirs, second), "{why}");
            assert_eq!(json!([ours, second_called]), expected, "{why}");
            decided += 1;
        } else {
            assert_eq!((ours, second_called), (theirs, second), "{callback} {label}");
            same += 1;
        }
    }
    assert_eq!(decided, decided::VECTORS.len(), "decisions that no vector shows");
    let not_built: Counts = counted(not_built.iter().map(String::as_str));
    assert_eq!(not_built, not_built::vectors());
    assert_eq!((same, decided, not_built.values().sum()), (407, 1, 132));
}
