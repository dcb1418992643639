//! Shows how a module gets its own `Arc` where it has only `&self`, and what it can do with it.

use std::sync::Mutex;
use std::time::Duration;

use hsmod_plugin_api::StaticModule;
use hsmod_plugin_api::prelude::*;
use hsmod_plugin_api::testing::prelude::*;

const SECOND: Duration = Duration::from_secs(1);

struct Counter {
    api: ModuleApi,
    early: String,
    done: Mutex<Vec<String>>,
}

impl Module for Counter {
    type Config = serde_json::Value;

    fn new(_: Self::Config, api: &ModuleApi) -> Result<Arc<Self>, ModuleError> {
        let early = api.module::<Self>().err().unwrap().to_string();
        let module = Arc::new(Self { api: api.clone(), early, done: Mutex::default() });
        let mut round = 0;
        api.with(&module).looping_background_call("count", 10 * SECOND, move |module| {
            round += 1;
            async move { module.note(&format!("round {round}")) }
        });
        Ok(module)
    }

    async fn start(&self) -> Result<(), ModuleError> {
        let module = self.api.module::<Self>()?;
        self.api.register_account_validity_callbacks(&module);
        let with = self.api.with(&module);
        with.looping_background_call_on_all_instances("all", 25 * SECOND, |module| async move {
            module.note("all")
        });
        with.delayed_background_call("once", SECOND, |module| async move { module.note("once") });
        self.api.module::<String>().err().map_or(Ok(()), |error| self.note(&error.to_string()))
    }
}

impl Counter {
    fn note(&self, what: &str) -> Result<(), ModuleError> {
        self.done.lock().unwrap().push(what.to_owned());
        Ok(())
    }
}

#[callbacks]
impl AccountValidity for Counter {
    /// Fails with a message that lists what has been done so far.
    async fn on_user_registration(&self, _: &UserId) -> Result<(), ModuleError> {
        let module = self.api.module::<Self>()?;
        let process =
            self.api.with(&module).run_as_background_process("look", |module| async move {
                Ok(module.done.lock().unwrap().join(", "))
            });
        Err(ModuleError::new(process.await.unwrap_or_default()))
    }

    async fn on_user_login(
        &self,
        _: &UserId,
        _: Option<&str>,
        _: Option<&str>,
    ) -> Result<(), ModuleError> {
        Err(ModuleError::new(&self.early))
    }
}

static MODULE: StaticModule = StaticModule::of::<Counter>(b"");

#[test]
fn background_work_has_the_module_in_hand() {
    let host = FakeHost::new("example.com");
    let module = block_on(TestModule::new(&MODULE, json!({}), &host).unwrap().start()).unwrap();
    block_on(module.advance(26 * SECOND));
    let other = "`ModuleApi::module::<alloc::string::String>`: the module has another type: the \
                 one in `impl Module for ..`";
    let asked = async {
        let mut answer = std::pin::pin!(module.account_validity().on_user_registration("@a:x"));
        assert_eq!(poll_once(answer.as_mut()), None);
        module.advance(Duration::ZERO).await;
        answer.await
    };
    let done = block_on(asked).unwrap_err().to_string();
    assert_eq!(done, format!("{other}, once, round 1, round 2, all"));
    assert_eq!(module.take_failures(), []);
}

#[test]
fn there_is_no_module_before_it_is_made() {
    let host = FakeHost::new("example.com");
    let module = block_on(TestModule::new(&MODULE, json!({}), &host).unwrap().start()).unwrap();
    let error = block_on(module.account_validity().on_user_login("@a:x", None, None)).unwrap_err();
    let text = "`ModuleApi::module`: there is no module before its `new` has returned it: give \
                what `new` starts a clone of the `Arc` that `new` is about to return";
    assert_eq!(error.to_string(), text);
    assert_eq!(host.api().module::<Counter>().err().unwrap().to_string(), text);
}
