//! Shows that a module type may have parameters, bounds in every place, and a path.
//!
//! This is a separate program because a crate exports one module.

use hsmod_plugin_api::prelude::*;

mod filters {
    pub(crate) mod inner {
        use std::marker::PhantomData;

        pub(crate) struct Filter<'a, F: Fn(u8) -> u8, T, const LIMIT: usize>(
            pub(crate) PhantomData<(F, &'a T)>,
        );
    }
}

use filters::inner;

impl<F: Fn(u8) -> u8 + Send + Sync + 'static, T, const LIMIT: usize> Module
    for inner::Filter<'static, F, T, LIMIT>
where
    T: Sync + 'static,
{
    type Config = JsonObject;

    fn new(_: JsonObject, api: &ModuleApi) -> Result<Arc<Self>, ModuleError> {
        let module = Arc::new(Self(std::marker::PhantomData));
        api.register_spam_checker_callbacks(&module);
        Ok(module)
    }
}

#[callbacks]
impl<F: Fn(u8) -> u8 + Send + Sync + 'static, T, const LIMIT: usize> SpamChecker
    for inner::Filter<'static, F, T, { LIMIT }>
where
    T: Sync + 'static,
    for<'b> &'b T: Sync,
{
    async fn user_may_publish_room(
        &self,
        user_id: &UserId,
        _: &RoomId,
    ) -> Result<Verdict, ModuleError> {
        let long = user_id.as_str().len() > LIMIT;
        Ok(if long { Verdict::deny(ErrorCode::Forbidden) } else { Verdict::Allow })
    }
}

#[callbacks]
impl<F: Fn(u8) -> u8 + Send + Sync + 'static> ThirdPartyRules
    for inner::Filter<'static, F, (u8, Vec<u8>), 255>
{
    async fn on_new_event(&self, _: &Event<'_>, _: &State<'_>) -> Result<(), ModuleError> {
        Ok(())
    }
}

export_module!(filters::inner::Filter<'static, fn(u8) -> u8, (u8, Vec<u8>), 255>);

fn main() {
    let manifest = MODULE.manifest();
    assert_eq!(manifest.callbacks["spam_checker"], ["user_may_publish_room"]);
    assert_eq!(manifest.callbacks["third_party_rules"], ["on_new_event"]);
}
