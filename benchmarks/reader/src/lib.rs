//! A module that reads as much of its arguments as its config says, and does little else:
//!
//! ```yaml
//! - module: bench_reader
//!   config:
//!     reads: sender    # or `content`: the body of the event; `state`: an entry of it; `levels`: the content of that
//! ```
#![forbid(unsafe_code)]

use hsmod_plugin_api::prelude::*;

const EVIL_USER: &str = "@evil:example.com";

/// The module's `config`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    reads: Reads,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Reads {
    Sender,
    Content,
    State,
    Levels,
}

/// The module.
pub struct Reader {
    reads: Reads,
}

impl Module for Reader {
    type Config = Config;

    fn new(config: Config, api: &ModuleApi) -> Result<Arc<Self>, ModuleError> {
        let module = Arc::new(Self { reads: config.reads });
        api.register_spam_checker_callbacks(&module);
        api.register_third_party_rules_callbacks(&module);
        Ok(module)
    }
}

#[derive(Deserialize)]
struct Message {
    msgtype: String,
}

#[callbacks]
impl SpamChecker for Reader {
    async fn check_event_for_spam(&self, event: &Event<'_>) -> Result<Verdict, ModuleError> {
        let evil = match self.reads {
            Reads::Content => event.content::<Message>()?.msgtype != "m.text",
            _ => event.sender() == EVIL_USER,
        };
        Ok(if evil { Verdict::deny(ErrorCode::Forbidden) } else { Verdict::Allow })
    }
}

#[callbacks]
impl ThirdPartyRules for Reader {
    async fn check_event_allowed(
        &self,
        event: &Event<'_>,
        state_events: &State<'_>,
    ) -> Result<EventDecision, ModuleError> {
        let missing = match self.reads {
            Reads::State => state_events.get("m.room.power_levels", "").await?.is_none(),
            Reads::Levels => match state_events.get("m.room.power_levels", "").await? {
                Some(levels) => levels.as_event().content::<Message>()?.msgtype != "m.text",
                None => true,
            },
            _ => false,
        };
        let evil = missing || event.sender() == EVIL_USER;
        Ok(if evil { EventDecision::Deny } else { EventDecision::Allow })
    }

    async fn on_new_event(&self, event: &Event<'_>, _: &State<'_>) -> Result<(), ModuleError> {
        if event.sender() == EVIL_USER { Err(ModuleError::new("an evil user")) } else { Ok(()) }
    }
}

export_module!(Reader);
