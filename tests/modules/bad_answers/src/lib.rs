//! Gives unexpected answers: huge ones, unknown codes, conflicting fields.
//!
//! Config, all of it optional:
//!
//! ```yaml
//! denial:                     # of `user_may_create_room`
//!   errcode: ORG_EXAMPLE      # default: M_FORBIDDEN
//!   status: 418               # an error with this status instead
//!   bytes: 67108864           # of the message; none by default
//!   fields: {msg: x}
//! content_bytes: 67108864     # of the new content of a message, by `check_event_allowed`
//! web_bytes: 67108864         # of what `GET /_synapse/client/bad_answers` answers
//! ```
#![forbid(unsafe_code)]

use hsmod_plugin_api::prelude::*;
use serde_json::json;

/// The module's `config`.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    denial: Option<Denial>,
    content_bytes: usize,
    web_bytes: usize,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Denial {
    errcode: Option<String>,
    status: Option<u16>,
    bytes: Option<usize>,
    #[serde(default)]
    fields: JsonObject,
}

/// The module.
pub struct BadAnswers(Config);

impl Module for BadAnswers {
    type Config = Config;

    fn new(config: Config, api: &ModuleApi) -> Result<Arc<Self>, ModuleError> {
        let module = Arc::new(Self(config));
        api.register_spam_checker_callbacks(&module);
        api.register_third_party_rules_callbacks(&module);
        api.register_web_resource("/_synapse/client/bad_answers", Arc::clone(&module));
        Ok(module)
    }
}

#[callbacks]
impl SpamChecker for BadAnswers {
    async fn user_may_create_room(
        &self,
        _user_id: &UserId,
        _room_config: &JsonStr,
    ) -> Result<Verdict, ModuleError> {
        let Some(denial) = &self.0.denial else { return Ok(Verdict::Allow) };
        let errcode = ErrorCode::from(denial.errcode.clone().unwrap_or("M_FORBIDDEN".to_owned()));
        let fields = denial.fields.clone();
        let message = denial.bytes.map(long);
        if let Some(status) = denial.status {
            let error = ModuleError::http(status, errcode, message.unwrap_or_default());
            return Err(fields
                .into_iter()
                .fold(error, |error, (key, value)| error.field(&key, value)));
        }
        let verdict = Verdict::deny(errcode).fields(fields);
        Ok(match message {
            Some(message) => verdict.message(message),
            None => verdict,
        })
    }
}

#[callbacks]
impl ThirdPartyRules for BadAnswers {
    async fn check_event_allowed(
        &self,
        event: &Event<'_>,
        _state_events: &State<'_>,
    ) -> Result<EventDecision, ModuleError> {
        if self.0.content_bytes == 0 || event.event_type() != "m.room.message" {
            return Ok(EventDecision::Allow);
        }
        let mut event: JsonObject = event.json().parse()?;
        let content = json!({"msgtype": "m.text", "body": long(self.0.content_bytes)});
        event.insert("content".to_owned(), content);
        Ok(EventDecision::Replace(event.into()))
    }
}

impl WebResource for BadAnswers {
    async fn get(&self, _request: &WebRequest<'_>) -> Result<WebResponse, ModuleError> {
        Ok(WebResponse::json(200, &long(self.0.web_bytes)))
    }
}

/// A string of this length.
fn long(bytes: usize) -> String {
    "x".repeat(bytes)
}

export_module!(BadAnswers);
