use hsmod_plugin_api::prelude::*;

fn closed() -> ModuleError {
    ModuleError::new(403, ErrorCode::Forbidden, "Not on Sundays")
}

fn main() {}
