//! Tests that registrations in `start` count and are checked like all others, and that a module
//! that is linked into the host does not affect the host's log.
//!
//! A separate program, because two modules in one would export the same symbols.
#![forbid(unsafe_code)]

use hsmod_loader::{Config, Host, LoadError, Modules};
use hsmod_plugin_api::prelude::*;
use serde_json::json;

/// Registers in `start`, and only what its config names.
struct Late {
    only: Vec<String>,
    api: ModuleApi,
}

impl Module for Late {
    type Config = Vec<String>;

    fn parse_config(config: serde_json::Value) -> Result<Vec<String>, ConfigError> {
        config_from_value(config["only"].clone())
    }

    fn new(only: Vec<String>, api: &ModuleApi) -> Result<Arc<Self>, ModuleError> {
        Ok(Arc::new(Self { only, api: api.clone() }))
    }

    async fn start(&self) -> Result<(), ModuleError> {
        let module = self.api.module::<Self>()?;
        self.api.register_account_validity_callbacks(&module).only(&self.only);
        Ok(())
    }
}

#[callbacks(optional)]
impl AccountValidity for Late {
    async fn is_user_expired(&self, user_id: &UserId) -> Result<Option<bool>, ModuleError> {
        tracing::info!(%user_id, "asked");
        Ok(Some(true))
    }
}

export_module!(Late);

async fn load(only: &str, host: Host) -> Result<Modules, LoadError> {
    let entry =
        json!({"module": env!("CARGO_PKG_NAME"), "name": "late", "config": {"only": [only]}});
    let config = Config::from_value(json!({"modules": [entry]}), &[], ".".as_ref()).unwrap();
    Modules::from_static(&[MODULE], config, host).await
}

#[tokio::test]
async fn callbacks_registered_in_start_are_asked() {
    let modules = load("is_user_expired", Host::new("example.com")).await.unwrap();
    let expired = modules.account_validity().is_user_expired("@a:example.com").await;
    assert_eq!(expired.unwrap(), Some(true));
    assert_eq!(modules.info()[0].callbacks["account_validity"], ["is_user_expired"]);
}

#[tokio::test]
async fn wrong_registrations_in_start_refuse_the_start() {
    let refusal = load("on_user_login", Host::new("example.com")).await.unwrap_err();
    assert_eq!(refusal.problems.len(), 1, "{refusal}");
    assert!(refusal.to_string().contains("`account_validity.on_user_login`"), "{refusal}");
    let host = Host::new("example.com").calls(["spam_checker"]);
    let refusal = load("is_user_expired", host).await.unwrap_err();
    assert!(refusal.to_string().contains("this homeserver never calls"), "{refusal}");
}
