//! {{about}}.
//!
//! Its config: `{{key}}: {{example}}`
#![forbid(unsafe_code)]

use hsmod_plugin_api::prelude::*;

/// The module's `config`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// {{key_about}}.
    {{key}}: {{key_type}},
}

/// The module.
pub struct {{type}} {
    config: Config,
}

impl Module for {{type}} {
    type Config = Config;

    fn new(config: Config, api: &ModuleApi) -> Result<Arc<Self>, ModuleError> {
        let module = Arc::new(Self { config });
        api.register_{{category}}_callbacks(&module){{login_types}};
        Ok(module)
    }
}

#[callbacks]
impl {{trait}} for {{type}} {
{{callbacks}}
}

export_module!({{type}});

#[cfg(test)]
mod tests;
