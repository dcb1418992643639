//! A homeserver that records what modules register.

use std::sync::{Arc, Mutex};

use hsmod_plugin_api::module::{
    ApiHandle, Lifecycle, ModuleHost, Plugin, Registered, StaticModule, WebHandle,
};
use hsmod_plugin_api::prelude::*;
use hsmod_plugin_api::requests::{Permit, RequestRow};

#[derive(Default)]
pub(crate) struct Host(Mutex<Vec<Registered>>);

impl Host {
    /// Creates a module with the number 7.
    pub(crate) fn make(self: &Arc<Self>, module: &StaticModule, config: &str) -> Lifecycle {
        let config = Plugin::from(module).parse_config(config).unwrap();
        config.new_module(&ApiHandle::new(Arc::clone(self)), 7).unwrap()
    }
}

/// The registrations of a module during its creation; they alone keep it alive.
pub(crate) fn registrations(module: &StaticModule, config: &str) -> Vec<Registered> {
    let host = Arc::new(Host::default());
    host.make(module, config);
    std::mem::take(&mut *host.0.lock().unwrap())
}

impl ModuleHost for Host {
    fn module(&self) -> usize {
        7
    }
    fn server_name(&self) -> &str {
        "example.org"
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
    fn admit(&self, _: &'static RequestRow, _: Option<&str>) -> Result<Permit<'_>, ModuleError> {
        Err(ModuleError::new("nothing is answered"))
    }
    fn register_callbacks(&self, registered: Registered) {
        self.0.lock().unwrap().push(registered);
    }
    fn register_web_resource(&self, _: &str, _: bool, _: WebHandle) {}
}
