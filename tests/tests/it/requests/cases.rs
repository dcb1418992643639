//! Arguments and answers to try, by their types.

use hsmod_loader::requests::REQUESTS;
use hsmod_loader::values::JsonShape;
use serde_json::{Value, json};

use super::host::Known;

/// A difficult string: multi-byte characters, quotes, line breaks, a NUL.
const HARD: &str = "\u{1F408} ünï \"quoted\" \\ \n\t\u{0} \u{202E}";

/// A type without the blanks that the compiler may put into it.
pub(super) fn plain(kind: &str) -> String {
    kind.replace([' ', '\n'], "")
}

/// Arguments of a request: rich, small and minimal.
pub(super) fn arguments(request: &Known) -> [Value; 3] {
    let all = |size: usize| {
        let all = request.1.iter().filter(|(_, kind)| !kind.contains("WebRequest"));
        all.map(|(name, kind)| ((*name).to_owned(), argument(request.0, name, kind, size)))
            .collect()
    };
    [0, 1, 2].map(all)
}

/// Different arguments have different values, so that swapped ones are detected.
fn argument(request: &str, name: &str, kind: &str, size: usize) -> Value {
    let size_of_name = i64::try_from(name.len()).unwrap();
    let [much, little, least] = match &*plain(kind) {
        "bool" => [json!(true), json!(false), json!(name.len().is_multiple_of(2))],
        "u64" => [json!(u64::MAX), json!(1), json!(0)],
        "i64" => [json!(i64::MIN), json!(i64::MAX), json!(0)],
        "Option<i64>" => [json!(i64::MIN), json!(size_of_name), Value::Null],
        "&str" => [json!(format!("{name} {HARD}").repeat(100)), json!(name), json!("")],
        "Option<&str>" => [json!(format!("{name} {HARD}")), json!(""), Value::Null],
        "&UserId" => {
            [json!(format!("@{name}{HARD}:example.com")), json!(format!("@{name}:b")), json!("")]
        }
        "&RoomId" => {
            [json!(format!("!{name}{HARD}:example.com")), json!(format!("!{name}:b")), json!("")]
        }
        "&RoomAlias" => {
            [json!(format!("#{name}{HARD}:example.com")), json!(format!("#{name}:b")), json!("")]
        }
        "&JsonStr" => json_arguments(request, name),
        kind => panic!("add arguments of the type `{kind}` here"),
    };
    [much, little, least][size].clone()
}

/// Values for an argument that is JSON.
fn json_arguments(request: &str, name: &str) -> [Value; 3] {
    let row = REQUESTS.iter().copied().flatten().find(|row| row.name == request).unwrap();
    let (_, shape) = row.json.iter().find(|(argument, _)| *argument == name).unwrap();
    let entry = json!({(name): HARD, "number": -1.5, "none": null, "deep": [[{}]]});
    let object = json!({"entries": vec![entry.clone(); 300]});
    let list = json!(vec![entry; 300]);
    match shape {
        JsonShape::Any => [list, json!({"is": name}), Value::Null],
        JsonShape::Object => [object, json!({"is": name}), json!({})],
        JsonShape::ObjectOrNull => [object, json!({"is": name}), Value::Null],
        JsonShape::List => [list, json!([name]), json!([])],
        JsonShape::ListOrNull => [list, json!([name]), Value::Null],
        shape => panic!("add arguments that are {shape} here"),
    }
}

/// Answers to a request: at least a rich one and the neutral one.
pub(super) fn answers(request: &Known) -> Vec<Value> {
    let user = json!({
        "user_id": "@a:b", "is_admin": true, "is_guest": false, "is_deactivated": true,
        "is_shadow_banned": true, "is_locked": true, "is_suspended": true, "approved": false,
        "appservice_id": "bridge", "creation_ts": 1_700_000_000_i64, "consent_version": HARD, "user_type": null,
        "consent_ts": i64::MAX, "consent_server_notice_sent": HARD,
    });
    let requester = json!({
        "user_id": "@a:b", "device_id": HARD, "app_service_id": null,
        "authenticated_entity": "@admin:b", "is_guest": true, "is_shadow_banned": true,
    });
    let threepid =
        json!({"medium": "email", "address": HARD, "validated_at": 1, "added_at": i64::MAX});
    let client = json!({"ip": "::1", "user_agent": HARD, "last_seen": -1});
    let device = json!({
        "device_id": HARD, "access_token": "syt", "valid_until_ms": 5, "refresh_token": null,
    });
    let token =
        |uses| json!({"token": HARD, "uses_allowed": uses, "completed": 3, "expiry_time": null});
    match &*plain(request.2) {
        "()" => vec![Value::Null],
        "bool" => vec![json!(true), json!(false)],
        "String" => vec![json!(HARD.repeat(1_000)), json!("")],
        "Option<String>" => vec![json!(HARD), json!(""), Value::Null],
        "Option<JsonObject>" => {
            vec![json!({"m.direct": vec![HARD; 1_000]}), json!({}), Value::Null]
        }
        "Option<UserInfo>" => vec![user, Value::Null],
        "AuthenticatedUser" => vec![requester],
        "Profile" => {
            let empty = json!({"display_name": null, "avatar_url": null});
            vec![json!({"display_name": HARD, "avatar_url": ""}), empty]
        }
        "Vec<UserThreepid>" => vec![json!(vec![threepid; 100]), json!([])],
        "Vec<UserIpAndAgent>" => vec![json!([client]), json!([])],
        "Vec<(String,String)>" => vec![json!([["bridge", "@a:b"], ["", HARD]]), json!([])],
        "RegisteredDevice" => vec![device],
        "RegistrationToken" => vec![token(Some(i64::MAX)), token(None)],
        "Vec<RegistrationToken>" => vec![json!([token(Some(0)), token(None)]), json!([])],
        "CreatedRoom" => vec![
            json!({"room_id": "!r:b", "room_alias": HARD}),
            json!({"room_id": "!r:b", "room_alias": null}),
        ],
        "AliasTarget" => vec![json!({"room_id": "!r:b", "servers": ["b", HARD]})],
        "BTreeMap<String,bool>" => vec![json!({"DEVICE": true, "": false}), json!({})],
        "OwnedEvent" => vec![event(1)],
        "Vec<OwnedEvent>" => vec![(0..100).map(event).collect(), json!([])],
        kind => panic!("add answers of the type `{kind}` here"),
    }
}

fn event(number: i64) -> Value {
    json!({
        "event_id": format!("${number}"), "room_id": "!r:b", "sender": "@a:b", "type": "m.room.name",
        "state_key": "", "origin_server_ts": number, "content": {"name": HARD},
        "unsigned": {"age": number},
    })
}
