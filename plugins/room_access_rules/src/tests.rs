//! Tests the rules. Each line of `cases.jsonl` is a question with its answer, and with the
//! `original` answer if the Python module's differs.

mod documented;

use hsmod_plugin_api::testing::prelude::*;

use super::*;

const ROOM: &str = "!r:example.com";

/// A homeserver with a case's room, and an identity server unless the case says that it is down.
fn host(case: &Value) -> FakeHost {
    let mut lobby = room(ROOM).member("@alice:example.com", "join");
    for event in case["state"].as_array().into_iter().flatten() {
        lobby = lobby.state(text(&event[0]), text(&event[1]), event[2].clone());
    }
    let host = FakeHost::new("example.com").room(lobby);
    host.answer("room_is_in_public_room_list", case["public"] == true);
    if let Some(home) = case.get("home") {
        host.answer("http_request", HttpResponse::new(WebResponse::json(200, home)));
    }
    host
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

async fn answer(case: &Value) -> Result<Value, Failed> {
    let (host, mut config) = (host(case), json!({"id_server": "id.example"}));
    config["domains_forbidden_when_restricted"] = json!(["forbidden.example"]);
    let (module, state) = (TestModule::new(&MODULE, config, &host).unwrap(), host.state(ROOM));
    let rules = module.third_party_rules();
    let allowed = if let Some(given) = case.get("event") {
        let made = event(text(&given[0])).room(ROOM).content(given[2].clone());
        let made = given[1].as_str().into_iter().fold(made, |made, key| made.state_key(key));
        rules.check_event_allowed(&made.build(), &state).await? == EventDecision::Allow
    } else if let Some(invite) = case.get("invite") {
        let (medium, address) = (text(&invite[0]), text(&invite[1]));
        rules.check_threepid_can_be_invited(medium, address, &state).await? == Permission::Allow
    } else if let Some(list) = case.get("list") {
        rules.check_visibility_can_be_modified(ROOM, &state, text(list)).await? == Permission::Allow
    } else {
        let mut request = EditableText::new(case["create"].to_string());
        rules.on_create_room(&Requester::new("@alice:example.com"), &mut request, false).await?;
        return Ok(serde_json::from_str(request.as_str()).unwrap());
    };
    Ok(if allowed { "allow" } else { "deny" }.into())
}

#[test]
fn each_question_has_its_answer() {
    for case in include_str!("tests/cases.jsonl").lines() {
        let read: Value = serde_json::from_str(case).unwrap();
        let found = block_on(answer(&read)).unwrap_or_else(|error| error.to_string().into());
        assert_eq!(found, read["answer"], "{case}");
    }
}
