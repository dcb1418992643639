//! Shows that a module's life is the same as in a homeserver: config, `new`, `start`, `shutdown`.

use std::sync::OnceLock;

use hsmod_plugin_api::StaticModule;
use hsmod_plugin_api::prelude::*;
use hsmod_plugin_api::testing::prelude::*;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Config {
    refuse: Option<String>,
    only: Option<Vec<String>>,
    #[serde(default)]
    late: bool,
}

/// Registers callbacks in `start`.
struct Starter {
    config: Config,
    api: ModuleApi,
    myself: OnceLock<std::sync::Weak<Starter>>,
}

impl Module for Starter {
    type Config = Config;

    fn new(config: Config, api: &ModuleApi) -> Result<Arc<Self>, ModuleError> {
        if config.refuse.as_deref() == Some("new") {
            return Err(ModuleError::new("not today"));
        }
        let module = Arc::new(Self { config, api: api.clone(), myself: OnceLock::new() });
        module.myself.get_or_init(|| Arc::downgrade(&module));
        if let Some(only) = &module.config.only {
            api.register_spam_checker_callbacks(&module).only(only);
        }
        Ok(module)
    }

    async fn start(&self) -> Result<(), ModuleError> {
        if self.config.refuse.as_deref() == Some("start") {
            return Err(ModuleError::new("not today either"));
        }
        self.api.set_user_admin(UserId::new("@alice:example.com"), true).await?;
        self.register();
        Ok(())
    }

    async fn shutdown(&self) -> Result<(), ModuleError> {
        self.api.set_user_admin(UserId::new("@alice:example.com"), false).await
    }
}

impl Starter {
    fn register(&self) {
        if let Some(module) = self.myself.get().and_then(std::sync::Weak::upgrade) {
            self.api.register_account_validity_callbacks(&module);
        }
    }
}

#[callbacks]
impl SpamChecker for Starter {
    async fn user_may_publish_room(&self, _: &UserId, _: &RoomId) -> Result<Verdict, ModuleError> {
        if self.config.late {
            self.register();
        }
        Ok(Verdict::Allow)
    }

    async fn accept_make_join(&self, _: &UserId, _: &RoomId) -> Result<Verdict, ModuleError> {
        Ok(Verdict::Allow)
    }
}

#[callbacks]
impl AccountValidity for Starter {
    async fn is_user_expired(&self, _: &UserId) -> Result<Option<bool>, ModuleError> {
        Ok(Some(self.api.server_name() == "example.com"))
    }
}

/// The static that `export_module!` declares; a library can have only one.
static MODULE: StaticModule = StaticModule::of::<Starter>(b"");

fn host() -> FakeHost {
    FakeHost::new("example.com").user(user("@alice:example.com"))
}

fn make(config: serde_json::Value, host: &FakeHost) -> Result<TestModule, StageError> {
    TestModule::new(&MODULE, config, host)
}

#[test]
fn refusals_name_their_stage() {
    let host = host();
    let config = make(json!({"refuze": 1}), &host).unwrap_err();
    assert!(matches!(config, StageError::Config(_)), "{config}");
    let new = make(json!({"refuse": "new"}), &host).unwrap_err();
    assert_eq!(new.to_string(), "not today");
    let start = block_on(make(json!({"refuse": "start"}), &host).unwrap().start()).unwrap_err();
    assert_eq!(start.to_string(), "not today either");
}

#[test]
fn callbacks_registered_in_start_are_called() {
    let host = host();
    let module = make(json!({}), &host).unwrap();
    assert!(module.callbacks().is_empty());
    let module = block_on(module.start()).unwrap();
    assert_eq!(module.callbacks(), ["account_validity.is_user_expired"]);
    let expired = block_on(module.account_validity().is_user_expired("@bob:example.com"));
    assert_eq!(expired, Ok(Some(true)));
    assert!(host.find_user("@alice:example.com").unwrap().info().is_admin);
}

#[test]
fn a_module_that_chooses_registers_no_more() {
    let module = make(json!({"only": ["accept_make_join"]}), &host()).unwrap();
    assert_eq!(module.callbacks(), ["spam_checker.accept_make_join"]);
}

/// A homeserver logs an error in this case.
#[test]
fn registering_too_late_has_no_effect() {
    let config = json!({"only": ["user_may_publish_room"], "late": true});
    let module = block_on(make(config, &host()).unwrap().start()).unwrap();
    let before = module.callbacks().to_vec();
    block_on(module.spam_checker().user_may_publish_room("@a:b", "!r:b")).unwrap();
    assert_eq!(module.callbacks(), before);
}

#[test]
fn requests_are_not_answered_in_a_trial_or_after_the_end() {
    let trial = block_on(
        make(json!({}), &host().in_process(|process| process.trial = true)).unwrap().start(),
    )
    .unwrap_err();
    assert_eq!(trial.to_string(), "`set_user_admin` is not answered in a trial");
    let host = host();
    let module = block_on(make(json!({}), &host).unwrap().start()).unwrap();
    let end = block_on(module.shutdown()).unwrap_err();
    assert_eq!(end.to_string(), "`set_user_admin` is not answered: the module is being shut down");
    assert!(host.find_user("@alice:example.com").unwrap().info().is_admin);
}

#[test]
fn a_module_sees_the_host_as_the_test_made_it() {
    let host = host().in_process(|process| {
        process.public_baseurl = Some("https://example.com/".to_owned());
        process.worker_name = Some("worker1".to_owned());
        process.worker_app = Some("synapse.app.generic_worker".to_owned());
        process.email_app_name = Some("Example".to_owned());
    });
    let api = host.api();
    assert_eq!(api.server_name(), "example.com");
    assert_eq!(api.public_baseurl(), Some("https://example.com/"));
    assert_eq!((api.worker_name(), api.is_trial()), (Some("worker1"), false));
    assert_eq!(api.worker_app(), Some("synapse.app.generic_worker"));
    assert_eq!(api.email_app_name(), "Example");
}
