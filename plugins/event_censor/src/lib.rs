#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

use std::time::Duration;

use hsmod_plugin_api::prelude::*;

/// Sends events to a service, which may rewrite them.
#[derive(Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The URL of the service.
    endpoint: String,
    /// What happens to an event if the service gives no valid answer.
    #[serde(default)]
    on_error: OnError,
    /// The service's time limit, in milliseconds.
    #[serde(default = "five_seconds")]
    timeout_ms: u64,
}

#[derive(Clone, Copy, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema, serde::Serialize))]
#[serde(rename_all = "lowercase")]
enum OnError {
    /// The event is sent unchanged.
    Allow,
    /// The event is refused.
    #[default]
    Deny,
}

const fn five_seconds() -> u64 {
    5_000
}

/// The module.
pub struct EventCensor {
    config: Config,
    api: ModuleApi,
}

impl Module for EventCensor {
    type Config = Config;

    /// Checks the URL; an invalid one would cause an error for each event.
    fn parse_config(config: serde_json::Value) -> Result<Config, ConfigError> {
        let config: Config = config_from_value(config)?;
        let url = &config.endpoint;
        let host = ["https://", "http://"].iter().find_map(|scheme| url.strip_prefix(scheme));
        if host.is_some_and(|host| !host.is_empty() && !host.contains(char::is_whitespace)) {
            return Ok(config);
        }
        let message =
            format!("`{url}` is not a URL: write it like \"https://censor.example.com/check\"");
        Err(ConfigError::new(message).at("endpoint"))
    }

    fn new(config: Config, api: &ModuleApi) -> Result<Arc<Self>, ModuleError> {
        let module = Arc::new(Self { config, api: api.clone() });
        api.register_third_party_rules_callbacks(&module);
        Ok(module)
    }
}

#[callbacks]
impl ThirdPartyRules for EventCensor {
    async fn check_event_allowed(
        &self,
        event: &Event<'_>,
        _state_events: &State<'_>,
    ) -> Result<EventDecision, ModuleError> {
        let request = HttpRequest::new("POST", &self.config.endpoint)
            .header("Content-Type", "application/json")
            .body(event.json().as_str())
            .timeout(Duration::from_millis(self.config.timeout_ms))
            .max_response_bytes(1 << 20);
        let answer = self.api.http_client().request(request).await;
        answer.and_then(|response| decision(event, &response)).or_else(|error| {
            tracing::warn!("the censor has no verdict on {}: {error}", event.event_type());
            Ok(match self.config.on_error {
                OnError::Allow => EventDecision::Allow,
                OnError::Deny => EventDecision::Deny,
            })
        })
    }
}

/// The decision about an event, from the service's response.
fn decision(event: &Event<'_>, response: &HttpResponse) -> Result<EventDecision, ModuleError> {
    let content: Option<JsonObject> = match response.status() {
        204 => None,
        200 => response.json()?,
        status => return Err(ModuleError::new(format_args!("it answered {status}"))),
    };
    let Some(content) = content else { return Ok(EventDecision::Allow) };
    let mut event: JsonObject = event.json().parse()?;
    event.insert("content".to_owned(), content.into());
    Ok(EventDecision::Replace(event.into()))
}

export_module!(
    EventCensor,
    requires = ["http_request"],
    config_schema = include_str!("../config.schema.json")
);

#[cfg(test)]
mod tests;
