use hsmod_plugin_api::prelude::*;

fn has_body(event: &Event<'_>) -> Result<bool, ModuleError> {
    Ok(event.content()?.get("body").is_some())
}

fn main() {}
