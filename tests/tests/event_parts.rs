//! Tests that events passed as parts, or in the federation format, are read in place and become
//! JSON only for modules that ask for it, and who is blamed if that fails.
//!
//! A separate program, because two modules in one would export the same symbols.
#![forbid(unsafe_code)]

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use hsmod_loader::{
    CallError, CallErrorKind, Config, Delivered, EventError, EventParts, Host, Json, Modules,
    Parts, Pdu,
};
use hsmod_plugin_api::prelude::*;
use serde_json::{Value, json};

/// The part of each event that the module reads.
#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Looks {
    Head,
    Content,
    Json,
}

struct Reader(Looks);

/// What modules read, by event ID. Each test has its own IDs.
static SEEN: Mutex<BTreeMap<String, Vec<String>>> = Mutex::new(BTreeMap::new());

fn seen(event_id: &str) -> Vec<String> {
    SEEN.lock().unwrap().remove(event_id).unwrap_or_default()
}

impl Reader {
    fn look(&self, event: &Event<'_>) {
        let seen = match self.0 {
            Looks::Head => format!(
                "{} {} {} {:?} {} {:?}",
                event.room_id(),
                event.sender(),
                event.event_type(),
                event.state_key(),
                event.origin_server_ts(),
                event.room_version(),
            ),
            Looks::Content => event.content_json().as_str().to_owned(),
            Looks::Json => event.json().as_str().to_owned(),
        };
        SEEN.lock().unwrap().entry(event.event_id().to_owned()).or_default().push(seen);
    }
}

impl Module for Reader {
    type Config = Looks;

    fn parse_config(config: Value) -> Result<Looks, ConfigError> {
        config_from_value(config["looks_at"].clone())
    }

    fn new(looks: Looks, api: &ModuleApi) -> Result<Arc<Self>, ModuleError> {
        let module = Arc::new(Self(looks));
        api.register_spam_checker_callbacks(&module);
        api.register_third_party_rules_callbacks(&module);
        api.register_federation_callbacks(&module);
        api.register_add_extra_fields_to_unsigned_client_event_callbacks(&module);
        Ok(module)
    }
}

#[callbacks]
impl SpamChecker for Reader {
    async fn check_event_for_spam(&self, event: &Event<'_>) -> Result<Verdict, ModuleError> {
        self.look(event);
        Ok(Verdict::Allow)
    }

    async fn federated_user_may_invite(&self, event: &Event<'_>) -> Result<Verdict, ModuleError> {
        self.look(event);
        Ok(Verdict::Allow)
    }
}

#[callbacks]
impl ThirdPartyRules for Reader {
    async fn on_new_event(&self, event: &Event<'_>, _: &State<'_>) -> Result<(), ModuleError> {
        self.look(event);
        Ok(())
    }
}

#[callbacks]
impl Federation for Reader {
    async fn on_event_delivered_over_federation(
        &self,
        delivery: &EventDelivery<'_>,
    ) -> Result<(), ModuleError> {
        delivery.events().iter().for_each(|event| self.look(event));
        Ok(())
    }
}

#[callbacks]
impl AddExtraFieldsToUnsignedClientEvent for Reader {
    async fn add_field_to_unsigned_callback(
        &self,
        event: &Event<'_>,
    ) -> Result<JsonObject, ModuleError> {
        self.look(event);
        Ok(JsonObject::new())
    }
}

export_module!(Reader);

/// Modules that read these parts, in this order.
async fn readers(looks: &[&str]) -> Modules {
    let entries = looks.iter().enumerate().map(|(number, looks)| {
        let name = format!("reader_{number}");
        json!({"module": env!("CARGO_PKG_NAME"), "name": name, "config": {"looks_at": looks}})
    });
    let entries: Vec<Value> = entries.collect();
    let config = Config::from_value(json!({"modules": entries}), &[], ".".as_ref()).unwrap();
    Modules::from_static(&[MODULE], config, Host::new("example.com")).await.unwrap()
}

/// A homeserver's own event.
struct Mine {
    event_id: &'static str,
    content_at_hand: Option<&'static str>,
    content: Option<&'static str>,
    json: Result<String, &'static str>,
    /// How often the whole event was serialized.
    written: AtomicUsize,
}

impl Mine {
    fn new(event_id: &'static str) -> Self {
        let json = json!({
            "event_id": event_id, "room_id": "!r:x", "sender": "@a:x", "type": "m.room.name",
            "state_key": "", "origin_server_ts": 7, "content": {"name": "whole"},
        });
        let written = AtomicUsize::new(0);
        Self { event_id, content_at_hand: None, content: None, json: Ok(json.to_string()), written }
    }

    fn failing(event_id: &'static str) -> Self {
        Self { json: Err("a number is not finite"), ..Self::new(event_id) }
    }

    fn written(&self) -> usize {
        self.written.load(Ordering::Relaxed)
    }
}

impl EventParts for Mine {
    fn event_id(&self) -> &str {
        self.event_id
    }

    fn room_id(&self) -> &'static str {
        "!r:x"
    }

    fn sender(&self) -> &'static str {
        "@a:x"
    }

    fn event_type(&self) -> &'static str {
        "m.room.name"
    }

    fn state_key(&self) -> Option<&str> {
        Some("")
    }

    fn origin_server_ts(&self) -> i64 {
        7
    }

    fn room_version(&self) -> Option<&str> {
        Some("11")
    }

    #[allow(clippy::misnamed_getters, reason = "what a homeserver has at hand is not all it has")]
    fn content(&self) -> Option<&str> {
        self.content_at_hand
    }

    fn content_json(&self) -> Result<Option<Cow<'_, str>>, EventError> {
        Ok(self.content.map(Cow::Borrowed))
    }

    fn json(&self) -> Result<Cow<'_, str>, EventError> {
        self.written.fetch_add(1, Ordering::Relaxed);
        if self.event_id == "$panics" {
            panic!("on purpose");
        }
        Ok(self.json.clone()?.into())
    }
}

const HEAD: &str = r#"!r:x @a:x m.room.name Some("") 7 Some("11")"#;

fn input(error: &CallError) -> String {
    assert_eq!((error.kind(), error.module()), (CallErrorKind::Input, None), "{error}");
    error.to_string()
}

#[tokio::test]
async fn json_is_made_once_and_only_if_a_module_asks() {
    let event = Mine::new("$once");
    let modules = readers(&["head", "head"]).await;
    modules.spam_checker().check_event_for_spam(Parts(&event)).await.unwrap();
    assert_eq!(event.written(), 0);
    assert_eq!(seen("$once"), [HEAD, HEAD]);
    let modules = readers(&["head", "json", "content", "json"]).await;
    modules.spam_checker().check_event_for_spam(Parts(&event)).await.unwrap();
    assert_eq!(event.written(), 1);
    let whole = event.json.as_deref().unwrap();
    assert_eq!(seen("$once"), [HEAD, whole, r#"{"name":"whole"}"#, whole]);
}

#[tokio::test]
async fn content_is_taken_from_where_it_is_cheapest() {
    let modules = readers(&["content"]).await;
    let made = Mine { content: Some(r#"{"name":"alone"}"#), ..Mine::new("$content") };
    modules.spam_checker().check_event_for_spam(Parts(&made)).await.unwrap();
    let at_hand = Mine { content_at_hand: Some("{}"), ..Mine::new("$content") };
    modules.spam_checker().check_event_for_spam(Parts(&at_hand)).await.unwrap();
    assert_eq!((made.written(), at_hand.written()), (0, 0));
    assert_eq!(seen("$content"), [r#"{"name":"alone"}"#, "{}"]);
}

#[tokio::test]
async fn an_event_that_cannot_be_serialised_is_an_error_of_the_homeserver() {
    let modules = readers(&["head", "json"]).await;
    for (event, why) in [
        (Mine::failing("$fails"), "a number is not finite"),
        (Mine::new("$panics"), "the homeserver panicked"),
    ] {
        let error = modules.spam_checker().check_event_for_spam(Parts(&event)).await.unwrap_err();
        assert_eq!(
            input(&error),
            format!(
                "spam_checker.check_event_for_spam: the homeserver cannot write the event {} as \
                 JSON: {why}",
                event.event_id
            )
        );
        assert_eq!(error.status(), 500);
        // The first module did not need it.
        assert_eq!(seen(event.event_id), [HEAD]);
    }
    let counts = modules.counts();
    let counts = counts.iter().flat_map(|module| &module.callbacks).map(|(_, counts)| counts);
    assert!(counts.clone().all(|counts| counts.failed == 0) && counts.count() == 2);
}

#[tokio::test]
async fn notifications_keep_copies_with_their_json() {
    let modules = readers(&["head", "content", "json"]).await;
    let state = hsmod_loader::State::new(Arc::new(()));
    let rules = modules.third_party_rules();
    let event = Mine::new("$told");
    rules.on_new_event(Parts(&event), &state).await.unwrap().await.unwrap();
    assert_eq!(event.written(), 1);
    let whole = event.json.as_deref().unwrap().to_owned();
    let mut told = seen("$told");
    // Modules may be notified in any order.
    told.sort();
    assert_eq!(told, [HEAD, &*whole, r#"{"name":"whole"}"#]);
    let failing = Mine::failing("$untold");
    let error = rules.on_new_event(Parts(&failing), &state).await.unwrap_err();
    assert!(
        input(&error).ends_with("cannot write the event $untold as JSON: a number is not finite")
    );
    let no_event = Mine { json: Ok("{}".to_owned()), ..Mine::new("$untold") };
    let error = rules.on_new_event(Parts(&no_event), &state).await.unwrap_err();
    assert_eq!(
        input(&error),
        "third_party_rules.on_new_event: the event $untold cannot be read: missing field `content` \
         at line 1 column 2"
    );
}

#[tokio::test]
async fn pages_and_deliveries_are_of_parts_too() {
    let modules = readers(&["head", "json"]).await;
    let (first, second) = (Mine::new("$first"), Mine::new("$second"));
    let unsigned = modules.add_extra_fields_to_unsigned_client_event();
    let fields = unsigned.add_fields_to_unsigned(vec![Parts(&first), Parts(&second)]).await;
    assert_eq!(fields.unwrap().len(), 2);
    unsigned.add_field_to_unsigned_callback(Parts(&first)).await.unwrap();
    let federation = modules.federation();
    let delivered =
        Delivered { server_name: "other.org", method: "/send", events: vec![Parts(&second)] };
    federation.on_event_delivered_over_federation(delivered).await.unwrap().await.unwrap();
    assert_eq!((first.written(), second.written()), (2, 2));
    for event in [&first, &second] {
        let mut seen = seen(event.event_id);
        seen.sort();
        let whole = event.json.as_deref().unwrap();
        assert_eq!(seen, [HEAD, HEAD, whole, whole]);
    }
    let failing = Mine::failing("$third");
    let page = vec![Parts(&first), Parts(&failing)];
    let error = unsigned.add_fields_to_unsigned(page).await.unwrap_err();
    assert!(input(&error).contains("cannot write the event $third as JSON"));
    seen("$first");
    seen("$third");
}

const PDU: &str = r#" {"room_id": "!r:x", "sender": "@\u0061:x", "type": "t", "depth": 3,
    "origin_server_ts": 1, "content": {"k": [1]}}"#;

fn pdu<'a>(event_id: &'a str, json: &'a str) -> Pdu<'a> {
    Pdu { event_id, room_id: "!r:x", room_version: Some("11"), json }
}

#[tokio::test]
async fn events_from_federation_get_their_id() {
    let modules = readers(&["head", "content", "json"]).await;
    let spam = modules.spam_checker();
    let whole = PDU.trim_start().replacen('{', r#"{"event_id":"$pdu","#, 1);
    let expected = [r#"!r:x @a:x t None 1 Some("11")"#, r#"{"k": [1]}"#, &*whole];
    spam.check_event_for_spam(pdu("$pdu", PDU)).await.unwrap();
    assert_eq!(seen("$pdu"), expected);
    spam.federated_user_may_invite(pdu("$pdu", PDU)).without_user_may_invite().await.unwrap();
    assert_eq!(seen("$pdu"), expected);
    let unsigned = modules.add_extra_fields_to_unsigned_client_event();
    unsigned.add_fields_to_unsigned(vec![pdu("$pdu", PDU)]).await.unwrap();
    assert_eq!(seen("$pdu"), expected);
    let events = vec![pdu("$pdu", PDU)];
    let delivered = Delivered { server_name: "other.org", method: "/send", events };
    let told = modules.federation().on_event_delivered_over_federation(delivered).await.unwrap();
    told.await.unwrap();
    let mut told = seen("$pdu");
    told.sort();
    assert_eq!(told.len(), 3);
    assert!(expected.iter().all(|seen| told.iter().any(|told| told == seen)));
    // In older room versions, the JSON contains everything.
    spam.check_event_for_spam(pdu("$pdu", &whole)).await.unwrap();
    spam.check_event_for_spam(Json(&whole)).await.unwrap();
    let twice = seen("$pdu");
    assert_eq!(twice[1..3], expected[1..]);
    assert_eq!(twice[4..], expected[1..]);
    assert_eq!(twice[3], "!r:x @a:x t None 1 None");
}

#[tokio::test]
async fn no_other_server_names_an_event_or_its_room() {
    let modules = readers(&["head", "json"]).await;
    let spam = modules.spam_checker();
    let foreign = PDU.trim_start().replacen('{', r#"{"event_id":"$theirs","#, 1);
    spam.check_event_for_spam(pdu("$ours", &foreign)).await.unwrap();
    assert_eq!(seen("$theirs"), [""; 0]);
    let json: Value = serde_json::from_str(&seen("$ours")[1]).unwrap();
    assert_eq!((&json["event_id"], &json["depth"]), (&json!("$ours"), &json!(3)));
    for (json, why) in [
        (PDU.replace("!r:x", "!other:x"), "its `room_id` is !other:x, not !r:x"),
        (PDU.replace("room_id", "room"), "missing field `room_id`"),
        (PDU.replace("sender", "from"), "missing field `sender`"),
        ("nonsense".to_owned(), "expected ident"),
    ] {
        let error = spam.check_event_for_spam(pdu("$ours", &json)).await.unwrap_err();
        let told = input(&error);
        assert!(told.contains(&format!("the event $ours cannot be read: {why}")), "{told}");
    }
    assert_eq!(seen("$ours"), [""; 0]);
}

#[tokio::test]
async fn the_room_of_version_12_is_named_after_its_first_event() {
    let modules = readers(&["head", "json"]).await;
    let create = r#"{"sender":"@a:x","type":"m.room.create","state_key":"","content":{}}"#;
    let pdu = |room_id| Pdu { event_id: "$create", room_id, room_version: None, json: create };
    modules.spam_checker().check_event_for_spam(pdu("!create")).await.unwrap();
    assert_eq!(
        seen("$create"),
        [
            r#"!create @a:x m.room.create Some("") 0 None"#,
            r#"{"event_id":"$create","sender":"@a:x","type":"m.room.create","state_key":"","content":{}}"#,
        ]
    );
    let error = modules.spam_checker().check_event_for_spam(pdu("!other")).await.unwrap_err();
    assert!(input(&error).contains("its `room_id` is !create, not !other"));
}
