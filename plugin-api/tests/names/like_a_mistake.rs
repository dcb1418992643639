//! Shows that code that only looks like a mistake compiles: `#[callbacks]` examines bodies without
//! knowing types.
#![allow(dead_code, reason = "it is enough that it compiles")]

use std::collections::HashMap;

use hsmod_plugin_api::prelude::*;

struct Page;

impl Page {
    fn content(&self) -> HashMap<&'static str, &'static str> {
        HashMap::from([("body", "spam")])
    }
}

fn code<A: Into<ErrorCode>, B>(code: A, _: B) -> ErrorCode {
    code.into()
}

struct Reading {
    denials: Vec<Denial>,
}

impl Module for Reading {
    type Config = JsonObject;

    fn new(_: JsonObject, api: &ModuleApi) -> Result<Arc<Self>, ModuleError> {
        let module = Arc::new(Self { denials: Vec::new() });
        api.register_spam_checker_callbacks(&module);
        Ok(module)
    }
}

#[callbacks]
impl SpamChecker for Reading {
    async fn check_event_for_spam(&self, event: &Event<'_>) -> Result<Verdict, ModuleError> {
        if event.content::<serde_json::Value>()?["body"] == "spam" {
            return Ok(Verdict::deny(ErrorCode::Forbidden));
        }
        let content: serde_json::Value = event.content()?;
        if content.get("body").is_none() {
            return Err(ModuleError::new(403));
        }
        let allow: fn(Denial) -> Verdict = |_| Verdict::Allow;
        let answer = match content.as_array() {
            Some(_) => Verdict::Deny,
            None => allow,
        };
        if answer(ErrorCode::Forbidden.into()) == Verdict::Allow {
            return Ok(Verdict::deny(code::<&str, u8>("M_FORBIDDEN", 1)));
        }
        Ok(self.denials.first().cloned().map_or(Verdict::Allow, Verdict::Deny))
    }

    async fn should_drop_federated_event(
        &self,
        event: &Event<'_>,
    ) -> Result<FederatedEventAction, ModuleError> {
        let id = event.event_id().to_owned();
        let event = Page;
        let drop = event.content()["body"] == id || event.content().get("body") == Some(&"spam");
        Ok(if drop { FederatedEventAction::Drop } else { FederatedEventAction::Keep })
    }
}

export_module!(Reading);

fn main() {
    let manifest = MODULE.manifest();
    let written = ["check_event_for_spam", "should_drop_federated_event"];
    assert_eq!(manifest.callbacks["spam_checker"], written);
}
