//! Sleeps forever in an ELF constructor, holding the dynamic linker's lock.
#![deny(unsafe_code)]

use std::time::Duration;

use hsmod_plugin_api::prelude::*;

/// The module. It is an ordinary one, so that inspecting the plugin finds nothing wrong.
#[non_exhaustive]
pub struct BadConstructorHangs;

impl Module for BadConstructorHangs {
    type Config = serde_json::Value;

    fn new(_config: serde_json::Value, _api: &ModuleApi) -> Result<Arc<Self>, ModuleError> {
        Ok(Arc::new(Self))
    }
}

export_module!(BadConstructorHangs);

#[allow(unsafe_code, reason = "the section is what makes it a constructor")]
#[used]
#[cfg_attr(not(target_vendor = "apple"), unsafe(link_section = ".init_array"))]
#[cfg_attr(target_vendor = "apple", unsafe(link_section = "__DATA,__mod_init_func"))]
static CONSTRUCTOR: extern "C" fn() = hang;

extern "C" fn hang() {
    loop {
        std::thread::sleep(Duration::from_secs(60));
    }
}
