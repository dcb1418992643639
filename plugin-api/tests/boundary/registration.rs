//! Shows which of a module's callbacks reach the homeserver if the module chooses some.

use hsmod_plugin_api::host::Lists;
use hsmod_plugin_api::module::StaticModule;
use hsmod_plugin_api::prelude::*;

use crate::host::registrations;

struct Choosy;

#[callbacks]
impl SpamChecker for Choosy {
    async fn check_event_for_spam(&self, _: &Event<'_>) -> Result<Verdict, ModuleError> {
        Ok(Verdict::Allow)
    }

    async fn user_may_publish_room(&self, _: &UserId, _: &RoomId) -> Result<Verdict, ModuleError> {
        Ok(Verdict::Allow)
    }
}

impl Module for Choosy {
    type Config = Option<Vec<String>>;

    fn new(only: Self::Config, api: &ModuleApi) -> Result<Arc<Self>, ModuleError> {
        let module = Arc::new(Self);
        let registration = api.register_spam_checker_callbacks(&module);
        match only {
            Some(names) => drop(registration.only(&names)),
            None => drop(registration),
        }
        Ok(module)
    }
}

static CHOOSY: StaticModule = StaticModule::of::<Choosy>(b"");

#[test]
fn all_that_was_written_is_registered_unless_the_module_chooses() {
    assert_eq!(registered("null"), ["check_event_for_spam", "user_may_publish_room"]);
    assert_eq!(registered(r#"["user_may_publish_room"]"#), ["user_may_publish_room"]);
}

#[test]
fn an_empty_choice_registers_nothing() {
    assert_eq!(registered("[]"), [""; 0]);
}

/// The callbacks that a homeserver with every callback is to call.
fn registered(config: &str) -> Vec<&'static str> {
    let registrations = registrations(&CHOOSY, config);
    let mut lists = Lists::default();
    let names = registrations.iter().flat_map(|registered| {
        let only = registered.only();
        registered.append_to(&mut lists, |name| {
            only.is_none_or(|only| only.iter().any(|one| one == name)).then_some(0)
        })
    });
    names.collect()
}
