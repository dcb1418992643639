//! Processes all rooms concurrently, each in order.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use hsmod_loader::Modules;
use hsmod_loader::testing::FakeHost;
use hsmod_loader::values::{Event, OwnedEvent};
use tokio::task::JoinSet;

use super::batch::NoEvent;
use super::derived::{Asked, Callback, Listeners, People, Profiles, Reach};
use super::room::{Audience, Letter, Outcome, Room};
use super::timer::Dispatched;

/// The rooms seen so far.
pub(super) struct Rooms {
    audience: Arc<Audience>,
    concurrency: usize,
    numbers: HashMap<String, usize>,
    /// By number. While a room is being processed, a default one holds its place.
    rooms: Vec<Room>,
    profiles: Profiles,
    people: People,
    /// Calls by callback, for the rooms that were cleared.
    asked: Asked,
}

/// Callbacks whose arguments depend on how a room begins.
const CREATIONS: [Callback; 5] = [
    Callback::OnCreateRoom,
    Callback::GetRatelimitOverrideForUser,
    Callback::UserMayCreateRoom,
    Callback::CheckVisibilityCanBeModified,
    Callback::UserMayCreateRoomAlias,
];

/// Callbacks that depend on which event is the first to show a profile.
const PROFILES: [Callback; 2] = [Callback::IsUserExpired, Callback::OnProfileUpdate];

/// A room and its number.
type Numbered = (usize, Room);

impl Rooms {
    /// Processes at most `concurrency` rooms at once. `world` receives the rooms' state.
    pub(super) fn new(
        modules: &Modules,
        server_name: &str,
        concurrency: usize,
        world: Option<FakeHost>,
    ) -> Self {
        let audience = Audience {
            modules: modules.clone(),
            listeners: Listeners::of(modules),
            server_name: server_name.to_owned(),
            world,
        };
        Self {
            audience: Arc::new(audience),
            concurrency,
            numbers: HashMap::new(),
            rooms: Vec::new(),
            profiles: Profiles::default(),
            people: People::default(),
            asked: Asked::default(),
        }
    }

    /// Whether processing a line requires the lines after it.
    pub(super) fn look_ahead(&self) -> bool {
        self.audience.listeners.hear_any(&CREATIONS)
    }

    /// Processes these lines and returns their outcomes in order. `behind` are the lines after
    /// them.
    pub(super) async fn run(
        &mut self,
        lines: Vec<Result<OwnedEvent, NoEvent>>,
        behind: &[Result<OwnedEvent, NoEvent>],
    ) -> Vec<Outcome> {
        let mut outcomes: Vec<Option<Outcome>> = Vec::with_capacity(lines.len());
        let (mut busy, mut created) = (Vec::new(), Vec::new());
        for (place, line) in lines.into_iter().enumerate() {
            match line {
                Ok(event) => {
                    outcomes.push(None);
                    let view = event.as_event();
                    let is_news = self.audience.listeners.derive() && self.note(&view);
                    let number = self.number(view.room_id().as_str());
                    if !behind.is_empty() && view.event_type() == "m.room.create" {
                        created.push(number);
                    }
                    let room = &mut self.rooms[number];
                    if room.inbox.is_empty() {
                        busy.push(number);
                    }
                    room.inbox.push(Letter { place, event, is_news });
                }
                Err(no_event) => outcomes.push(Some(no_event.into())),
            }
        }
        if !created.is_empty() {
            self.show_ahead(&created, behind);
        }
        for (number, mut room) in self.work(busy).await {
            for (place, outcome) in room.outcomes.drain(..) {
                outcomes[place] = Some(outcome);
            }
            self.rooms[number] = room;
        }
        // Each event was put into the inbox of a room and each busy room was returned, so none is
        // `None`.
        outcomes.into_iter().flatten().collect()
    }

    /// Waits for all notifications and forgets the rooms.
    pub(super) async fn clear(&mut self) -> Dispatched {
        self.numbers.clear();
        self.profiles = Profiles::default();
        let mut all = Dispatched::default();
        for mut room in self.rooms.drain(..) {
            all += room.dispatched;
            self.asked += room.story.asked;
            room.told.all().await;
        }
        all
    }

    /// Which callbacks the history led to, in the rooms that were cleared.
    pub(super) fn reach(&self) -> Reach {
        Reach::new(&self.asked, &self.audience.listeners)
    }

    /// The warning about events without local users, if there is one.
    pub(super) fn warning(&self) -> Option<String> {
        self.people.warning(&self.audience.server_name)
    }

    /// Tracks what concerns all rooms. Returns whether the event is the first that shows its user's
    /// current profile.
    fn note(&mut self, event: &Event<'_>) -> bool {
        let Audience { server_name, listeners, .. } = &*self.audience;
        self.people.note(event.sender(), server_name);
        listeners.hear_any(&PROFILES) && self.profiles.note(event, server_name)
    }

    /// Gives these rooms their events that follow those in their inboxes.
    fn show_ahead(&mut self, rooms: &[usize], behind: &[Result<OwnedEvent, NoEvent>]) {
        for event in behind.iter().flatten() {
            let number = self.numbers.get(event.as_event().room_id().as_str());
            if let Some(number) = number.filter(|number| rooms.contains(number)) {
                self.rooms[*number].story.ahead.push(event.clone());
            }
        }
    }

    fn number(&mut self, room_id: &str) -> usize {
        if let Some(number) = self.numbers.get(room_id) {
            return *number;
        }
        self.numbers.insert(room_id.to_owned(), self.rooms.len());
        self.rooms.push(Room::default());
        self.rooms.len() - 1
    }

    /// Processes the inboxes of the busy rooms and returns the rooms.
    async fn work(&mut self, busy: Vec<usize>) -> Vec<Numbered> {
        let hands = self.concurrency.min(busy.len());
        let rooms =
            busy.into_iter().map(|number| (number, std::mem::take(&mut self.rooms[number])));
        let queue = Arc::new(Mutex::new(rooms.collect::<Vec<_>>().into_iter()));
        if hands < 2 {
            return hand(Arc::clone(&self.audience), queue).await;
        }
        let mut working = JoinSet::new();
        for _ in 0..hands {
            working.spawn(hand(Arc::clone(&self.audience), Arc::clone(&queue)));
        }
        working.join_all().await.into_iter().flatten().collect()
    }
}

/// Processes one room after the other until none is left.
async fn hand(
    audience: Arc<Audience>,
    queue: Arc<Mutex<std::vec::IntoIter<Numbered>>>,
) -> Vec<Numbered> {
    let next = || queue.lock().unwrap_or_else(PoisonError::into_inner).next();
    let mut done = Vec::new();
    while let Some((number, mut room)) = next() {
        room.run(&audience).await;
        room.told.all().await;
        done.push((number, room));
    }
    done
}

#[cfg(test)]
mod tests {
    use hsmod_tests::scene::Scene;
    use serde_json::{Value, json};

    use super::*;

    fn event(id: usize, room: usize, event_type: &str, state_key: Option<&str>) -> OwnedEvent {
        let mut event = json!({
            "event_id": format!("${id}"), "room_id": format!("!{room}:localhost"),
            "sender": "@a:localhost", "type": event_type, "origin_server_ts": 1, "content": {},
        });
        if let Some(state_key) = state_key {
            event["state_key"] = state_key.into();
        }
        OwnedEvent::from_json(event.to_string()).unwrap()
    }

    /// What the module recorded: the callback, the event ID, and the ID of the state's
    /// `m.room.create` event.
    async fn seen(modules: &Modules) -> Vec<(String, String, Value)> {
        let request = http::Request::get("/_synapse/client/recorder/seen");
        let request = request.body(bytes::Bytes::new()).unwrap();
        let response = modules.web().handle(request).await.unwrap();
        let seen: Vec<[Value; 3]> = serde_json::from_slice(response.body()).unwrap();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let call = |[callback, event, create]: &[Value; 3]| {
            (text(callback), text(&event["event_id"]), create["event_id"].clone())
        };
        seen.iter().map(call).collect()
    }

    #[tokio::test]
    async fn a_question_sees_the_state_before_its_event_and_a_notification_the_state_after() {
        let callbacks = json!({"callbacks": ["check_event_allowed", "on_new_event"]});
        let modules = Scene::new().module("good_recorder", callbacks).load().await;
        let mut rooms = Rooms::new(&modules, "localhost", 1, None);
        let create = |id| Ok(event(id, 1, "m.room.create", Some("")));
        let message = |id| Ok(event(id, 1, "m.room.message", None));
        rooms.run(vec![create(1), message(2)], &[]).await;
        rooms.run(vec![create(3), message(4)], &[]).await;
        let dispatched = rooms.clear().await;
        assert_eq!(dispatched.calls, 12);
        rooms.run(vec![message(5)], &[]).await;
        rooms.clear().await;

        let seen = seen(&modules).await;
        let of = |callback: &str| -> Vec<(String, Value)> {
            let own = seen.iter().filter(|(name, ..)| name == callback);
            own.map(|(_, event, create)| (event.clone(), create.clone())).collect()
        };
        let seen = |event: &str, create: Value| (event.to_owned(), create);
        assert_eq!(
            of("check_event_allowed"),
            [
                seen("$1", Value::Null),
                seen("$2", "$1".into()),
                seen("$3", "$1".into()),
                seen("$4", "$3".into()),
                seen("$5", Value::Null),
            ]
        );
        assert_eq!(
            of("on_new_event"),
            [
                seen("$1", "$1".into()),
                seen("$2", "$1".into()),
                seen("$3", "$3".into()),
                seen("$4", "$3".into()),
                seen("$5", Value::Null),
            ]
        );
    }

    #[tokio::test]
    async fn a_room_that_is_named_after_its_first_event_keeps_its_state() {
        let config = json!({"callbacks": ["check_event_allowed"]});
        let modules = Scene::new().module("good_recorder", config).load().await;
        let mut rooms = Rooms::new(&modules, "localhost", 1, None);
        let file = hsmod_tests::build::workspace().join("tests/data/federation-pdus.ndjson");
        let events = std::fs::read_to_string(file).unwrap();
        let mut events: Vec<_> =
            events.lines().map(|line| OwnedEvent::from_json(line).unwrap()).collect();
        let create = events[0].as_event().event_id().to_owned();
        assert_eq!(rooms.run(events.drain(..).map(Ok).collect(), &[]).await.len(), 20);
        rooms.clear().await;
        let seen = seen(&modules).await;
        assert_eq!(seen[0].2, Value::Null);
        assert!(seen[1..].iter().all(|(_, _, state)| *state == *create), "{seen:?}");
    }

    #[tokio::test]
    async fn a_denied_event_changes_no_state_and_is_not_notified() {
        let config = json!({
            "callbacks": ["check_event_allowed", "check_event_for_spam", "on_new_event"],
            "answers": {"check_event_for_spam": "deny"},
        });
        let modules = Scene::new().module("good_recorder", config).load().await;
        let mut rooms = Rooms::new(&modules, "localhost", 1, None);
        let outcomes = rooms
            .run(
                vec![
                    Ok(event(1, 1, "m.room.create", Some(""))),
                    Ok(event(2, 1, "m.room.message", None)),
                ],
                &[],
            )
            .await;
        assert!(outcomes.iter().all(|outcome| matches!(outcome, Outcome::Denied { .. })));
        rooms.clear().await;
        let request = http::Request::get("/_synapse/client/recorder/counts");
        let request = request.body(bytes::Bytes::new()).unwrap();
        let response = modules.web().handle(request).await.unwrap();
        let counts: Value = serde_json::from_slice(response.body()).unwrap();
        assert_eq!(counts["check_event_allowed"], 2);
        assert_eq!(counts["on_new_event"], Value::Null);
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn outcomes_keep_the_order_of_the_lines() {
        let config = json!({"callbacks": ["check_event_for_spam"], "suspend": true});
        let modules = Scene::new().module("good_recorder", config).load().await;
        let mut rooms = Rooms::new(&modules, "localhost", 4, None);
        let mut lines: Vec<_> =
            (0..100).map(|id| Ok(event(id, id * 7 % 10, "m.room.message", None))).collect();
        lines.insert(50, Err(NoEvent { line: 51, reason: "for the test".to_owned() }));
        let outcomes = rooms.run(lines, &[]).await;
        let shown = |outcome: &Outcome| match outcome {
            Outcome::Allowed { event_id, .. } => event_id.clone(),
            Outcome::NoEvent { line, .. } => format!("line {line}"),
            _ => "refused".to_owned(),
        };
        let mut expected: Vec<String> = (0..100).map(|id| format!("${id}")).collect();
        expected.insert(50, "line 51".to_owned());
        assert_eq!(outcomes.iter().map(shown).collect::<Vec<_>>(), expected);
    }
}
