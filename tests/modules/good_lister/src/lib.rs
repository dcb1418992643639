//! Reports the state of a room: it refuses every event of type `org.example.list`, and the refusal
//! contains the state in its field `listed`.
//!
//! It reads the content on another thread, while the calling thread waits.
#![forbid(unsafe_code)]

use hsmod_plugin_api::prelude::*;
use serde_json::{Value, json};

/// The module.
#[derive(Debug)]
#[non_exhaustive]
pub struct Lister;

impl Module for Lister {
    type Config = Value;

    fn new(_: Value, api: &ModuleApi) -> Result<Arc<Self>, ModuleError> {
        let module = Arc::new(Self);
        api.register_third_party_rules_callbacks(&module);
        Ok(module)
    }
}

#[callbacks]
impl ThirdPartyRules for Lister {
    async fn check_event_allowed(
        &self,
        event: &Event<'_>,
        state_events: &State<'_>,
    ) -> Result<EventDecision, ModuleError> {
        if event.event_type() != "org.example.list" {
            return Ok(EventDecision::Allow);
        }
        let content = std::thread::scope(|scope| {
            let reader = scope.spawn(|| event.content::<Value>());
            reader.join().map_err(|_| ModuleError::new("the content cannot be read"))
        })??;
        let listed = json!({
            "content": content,
            "room_version": event.room_version(),
            "keys": sorted(state_events.keys("m.room.member").await?),
            "count": state_events.count("m.room.member").await?,
            "joined": sorted(state_events.members("join").await?),
            "invited": sorted(state_events.members("invite").await?),
            "types": types(&state_events.all().await?),
        });
        Err(ModuleError::http(418, "ORG_EXAMPLE_LISTED", "listed").field("listed", listed))
    }
}

fn sorted(mut list: Vec<String>) -> Vec<String> {
    list.sort();
    list
}

fn types(events: &[OwnedEvent]) -> Vec<String> {
    sorted(events.iter().map(|event| event.as_event().event_type().to_owned()).collect())
}

export_module!(Lister);
