//! Refuses invites of eve. It depends only on a crate that re-exports the plugin API.
#![forbid(unsafe_code)]

use facade::modules::prelude::*;

/// The module.
#[derive(Debug)]
#[non_exhaustive]
pub struct NotEve;

impl Module for NotEve {
    type Config = JsonObject;

    fn new(_: JsonObject, api: &ModuleApi) -> Result<Arc<Self>, ModuleError> {
        let module = Arc::new(Self);
        api.register_spam_checker_callbacks(&module);
        api.register_third_party_rules_callbacks(&module);
        Ok(module)
    }
}

#[callbacks]
impl SpamChecker for NotEve {
    async fn user_may_invite(
        &self,
        _: &UserId,
        invitee: &UserId,
        _: &RoomId,
    ) -> Result<Verdict, ModuleError> {
        let eve = invitee.localpart() == "eve";
        Ok(if eve { Verdict::deny(ErrorCode::Forbidden) } else { Verdict::Allow })
    }
}

#[callbacks]
impl facade::modules::callbacks::ThirdPartyRules for NotEve {
    #[cfg(any())]
    async fn on_new_event(&self, event: &Event<'_>, _: &State<'_>) -> Result<(), ModuleError> {}

    async fn on_user_search(&self, results: &mut EditableJson<'_>) -> Result<(), ModuleError> {
        assert_eq!(params![1].len(), 1);
        results.set(&serde_json::json!({"results": []}))?;
        Ok(())
    }
}

export_module!(NotEve);
