//! Shows what of a module's callbacks reaches the homeserver when the module chooses.

use std::sync::{Arc, Mutex};

use hsmod_plugin_api::module::{ApiHandle, ModuleHost, Plugin, Registered, WebHandle};
use hsmod_plugin_api::prelude::*;
use hsmod_plugin_api::requests::{Permit, RequestInfo};

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

export_module!(Choosy);

#[test]
fn all_that_was_written_is_registered_unless_the_module_chooses() {
    assert_eq!(registered("null"), ["check_event_for_spam", "user_may_publish_room"]);
    assert_eq!(registered(r#"["user_may_publish_room"]"#), ["user_may_publish_room"]);
}

#[test]
fn an_empty_choice_registers_nothing() {
    assert_eq!(registered("[]"), [""; 0]);
}

/// What a homeserver is to call that has every callback.
fn registered(config: &str) -> Vec<&'static str> {
    let plugin = Plugin::from(&MODULE);
    let host = Arc::new(Host::default());
    let config = plugin.parse_config(config).unwrap();
    plugin.new_module(config, &ApiHandle::new(Arc::clone(&host)), 0).unwrap();
    let registrations = std::mem::take(&mut *host.registrations.lock().unwrap());
    let mut lists = hsmod_plugin_api::host::Lists::default();
    let names = registrations.iter().flat_map(|registered| {
        let only = registered.only();
        registered.append_to(&mut lists, |name| {
            only.is_none_or(|only| only.iter().any(|one| one == name)).then_some(0)
        })
    });
    names.collect()
}

#[derive(Default)]
struct Host {
    registrations: Mutex<Vec<Registered>>,
}

impl ModuleHost for Host {
    fn module(&self) -> usize {
        0
    }

    fn server_name(&self) -> &str {
        "example.com"
    }

    fn public_baseurl(&self) -> Option<&str> {
        None
    }

    fn worker_name(&self) -> Option<&str> {
        None
    }

    fn is_trial(&self) -> bool {
        false
    }

    fn supports(&self, _: &str) -> bool {
        true
    }

    fn admit(&self, _: &'static RequestInfo, _: Option<&str>) -> Result<Permit<'_>, ModuleError> {
        Err(ModuleError::new("nothing is answered"))
    }

    fn register_callbacks(&self, registered: Registered) {
        self.registrations.lock().unwrap().push(registered);
    }

    fn register_web_resource(&self, _: &str, _: bool, _: WebHandle) {}
}
