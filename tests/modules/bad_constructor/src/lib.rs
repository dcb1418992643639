//! Ends the process in an ELF constructor, before any function of the plugin is called.
#![deny(unsafe_code)]

use hsmod_plugin_api::prelude::*;

/// The module. It is an ordinary one, so that inspecting the plugin finds nothing wrong.
#[non_exhaustive]
pub struct BadConstructor;

impl Module for BadConstructor {
    type Config = serde_json::Value;

    fn new(_config: serde_json::Value, _api: &ModuleApi) -> Result<Arc<Self>, ModuleError> {
        Ok(Arc::new(Self))
    }
}

export_module!(BadConstructor);

#[allow(unsafe_code, reason = "the section is what makes it a constructor")]
#[used]
#[cfg_attr(not(target_vendor = "apple"), unsafe(link_section = ".init_array"))]
#[cfg_attr(target_vendor = "apple", unsafe(link_section = "__DATA,__mod_init_func"))]
static CONSTRUCTOR: extern "C" fn() = abort;

extern "C" fn abort() {
    std::process::abort();
}
