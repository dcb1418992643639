//! Shows what modules can read from the state of a room, and what a homeserver must provide for it.

use std::pin::pin;

use hsmod_plugin_api::host::{StateHandle, StateSource};
use hsmod_plugin_api::prelude::*;
use hsmod_plugin_api::testing::FakeRoom;
use hsmod_plugin_api::testing::prelude::*;

/// A state source that implements only the required methods.
struct Least(FakeRoom);

impl StateSource for Least {
    async fn get(&self, event_type: &str, state_key: &str) -> Result<Option<String>, ModuleError> {
        self.0.get(event_type, state_key).await
    }

    async fn of_type(&self, event_type: &str) -> Result<Vec<String>, ModuleError> {
        self.0.of_type(event_type).await
    }
}

fn lobby() -> FakeRoom {
    let malformed = event("m.room.member").state_key("@odd:example.com").id("$odd").build();
    room("!lobby:example.com")
        .version("11")
        .member("@alice:example.com", "join")
        .member("@bob:example.com", "join")
        .member("@eve:example.com", "ban")
        .state_event(&malformed)
        .state("m.room.name", "", json!({"name": "Lobby"}))
}

/// Everything that can be listed, in order.
async fn listed(state: &State<'_>) -> Result<Vec<Vec<String>>, ModuleError> {
    let mut lists = vec![
        state.keys("m.room.member").await?,
        state.keys("m.room.topic").await?,
        state.members("join").await?,
        state.members("ban").await?,
        state.members("knock").await?,
    ];
    lists.iter_mut().for_each(|list| list.sort());
    assert_eq!(state.count("m.room.member").await?, 4);
    assert_eq!(state.count("m.room.topic").await?, 0);
    Ok(lists)
}

fn user_ids(localparts: &[&str]) -> Vec<String> {
    localparts.iter().map(|localpart| format!("@{localpart}:example.com")).collect()
}

#[test]
fn keys_and_members_are_listed_however_little_the_homeserver_knows() {
    let expected = [
        user_ids(&["alice", "bob", "eve", "odd"]),
        vec![],
        user_ids(&["alice", "bob"]),
        user_ids(&["eve"]),
        vec![],
    ];
    for state in [StateHandle::new(Arc::new(lobby())), StateHandle::new(Arc::new(Least(lobby())))] {
        let state = state.lend();
        assert_eq!(block_on(listed(&state)).unwrap(), expected);
    }
}

#[test]
fn the_whole_state_is_for_homeservers_that_can_list_it() {
    let all = |state: StateHandle| {
        let state = state.lend();
        let all = block_on(pin!(state.all()));
        all.map(|events| {
            let types = events.iter().map(|event| event.as_event().event_type().to_owned());
            types.collect::<Vec<_>>()
        })
    };
    let types = all(StateHandle::new(Arc::new(lobby()))).unwrap();
    assert_eq!(types.iter().filter(|event_type| *event_type == "m.room.member").count(), 4);
    assert_eq!(types.len(), 5);
    assert_eq!(all(StateHandle::new(Arc::new(()))).unwrap(), [""; 0]);
    let error = all(StateHandle::new(Arc::new(Least(lobby())))).unwrap_err();
    assert_eq!(error.unanswered(), Some(Unanswered::Unsupported));
    assert_eq!(
        error.to_string(),
        "this homeserver cannot list the whole state of a room: ask for one type of event"
    );
}

#[test]
fn events_of_a_room_tell_its_version() {
    let lobby = lobby();
    let name = lobby.find_state("m.room.name", "").unwrap();
    assert_eq!(name.as_event().room_version(), Some("11"));
    let host = FakeHost::new("example.com").room(lobby);
    let message = json!({
        "type": "m.room.message", "sender": "@alice:example.com",
        "content": {"msgtype": "m.text", "body": "hello"},
    });
    let (api, lobby) = (host.api(), RoomId::new("!lobby:example.com"));
    block_on(api.create_and_send_event_into_room(lobby, &message)).unwrap();
    let lobby = host.find_room("!lobby:example.com").unwrap();
    assert_eq!(lobby.sent()[0].as_event().room_version(), Some("11"));
}
