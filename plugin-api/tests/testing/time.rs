//! Shows that time passes when the test says so, and a module's background work with it.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use hsmod_plugin_api::StaticModule;
use hsmod_plugin_api::prelude::*;
use hsmod_plugin_api::testing::START;
use hsmod_plugin_api::testing::prelude::*;

const SECOND: Duration = Duration::from_secs(1);

/// Records what it does in its own room, with the seconds that have passed.
struct Diary {
    api: ModuleApi,
    names: Cached<String, String>,
    reminder: Mutex<Option<BackgroundCall>>,
}

impl Module for Diary {
    type Config = serde_json::Value;

    fn new(_: Self::Config, api: &ModuleApi) -> Result<Arc<Self>, ModuleError> {
        let names = Cached::new("diary.names", 10);
        api.register_cached_function(&names);
        names.insert("alice".to_owned(), "Alice".to_owned());
        let module = Arc::new(Self { api: api.clone(), names, reminder: Mutex::new(None) });
        api.register_account_validity_callbacks(&module);
        let each = |what: &'static str| {
            let module = Arc::clone(&module);
            move || {
                let module = Arc::clone(&module);
                async move { module.note(what).await }
            }
        };
        api.looping_background_call("every 10 s", 10 * SECOND, each("loop"));
        let everywhere = each("everywhere");
        api.looping_background_call_on_all_instances("every 25 s", 25 * SECOND, everywhere);
        api.delayed_background_call("once", 15 * SECOND, each("once"));
        let reminder = api.delayed_background_call("reminder", 30 * SECOND, each("reminder"));
        *module.reminder.lock().unwrap() = Some(reminder);
        Ok(module)
    }

    async fn start(&self) -> Result<(), ModuleError> {
        let api = self.api.clone();
        self.api.run_as_background_process("begin", || async move {
            let sum = api.defer_to_thread(|| (1..=4).sum::<i32>()).await?;
            api.sleep(5 * SECOND).await?;
            note(&api, &format!("awake {sum}")).await
        });
        Ok(())
    }
}

impl Diary {
    async fn note(&self, what: &str) -> Result<(), ModuleError> {
        note(&self.api, what).await
    }
}

async fn note(api: &ModuleApi, what: &str) -> Result<(), ModuleError> {
    let event = json!({"type": "note", "sender": "@diary:example.com", "content": {"what": what}});
    let room = RoomId::new("!diary:example.com");
    api.create_and_send_event_into_room(room, &event).await.map(drop)
}

#[callbacks]
impl AccountValidity for Diary {
    /// Cancels the reminder, and answers whether the name is missing from the cache.
    async fn is_user_expired(&self, user_id: &UserId) -> Result<Option<bool>, ModuleError> {
        if let Some(reminder) = self.reminder.lock().unwrap().take() {
            reminder.cancel();
        }
        Ok(Some(self.names.get(&user_id.localpart().to_owned()).is_none()))
    }
}

static MODULE: StaticModule = StaticModule::of::<Diary>(b"");

fn host() -> FakeHost {
    let room = room("!diary:example.com").member("@diary:example.com", "join");
    FakeHost::new("example.com").room(room)
}

fn diary(host: &FakeHost) -> TestModule {
    block_on(TestModule::new(&MODULE, json!({}), host).unwrap().start()).unwrap()
}

/// The records, each with its second.
fn notes(host: &FakeHost) -> Vec<(i64, String)> {
    let note = |event: &OwnedEvent| {
        let content: serde_json::Value = event.as_event().content().unwrap();
        let seconds = (event.as_event().origin_server_ts() - START) / 1000;
        (seconds, content["what"].as_str().unwrap().to_owned())
    };
    host.find_room("!diary:example.com").unwrap().sent().iter().map(note).collect()
}

#[test]
fn background_work_is_done_at_its_time() {
    let host = host();
    let module = diary(&host);
    assert_eq!(notes(&host), []);
    block_on(module.advance(4 * SECOND));
    assert_eq!(notes(&host), []);
    block_on(module.advance(27 * SECOND));
    let expected = [
        (5, "awake 10"),
        (10, "loop"),
        (15, "once"),
        (20, "loop"),
        (25, "everywhere"),
        (30, "loop"),
        (30, "reminder"),
    ];
    assert_eq!(notes(&host), expected.map(|(second, what)| (second, what.to_owned())));
    assert_eq!(host.now(), START + 31_000);
    assert_eq!(module.take_failures(), []);
}

#[test]
fn nothing_begins_before_the_start_and_nothing_goes_on_after_the_end() {
    let host = host();
    let module = TestModule::new(&MODULE, json!({}), &host).unwrap();
    block_on(module.advance(100 * SECOND));
    assert_eq!(notes(&host), []);
    let module = block_on(module.start()).unwrap();
    block_on(module.advance(11 * SECOND));
    let seconds = |notes: Vec<(i64, String)>| notes.iter().map(|note| note.0).collect::<Vec<_>>();
    assert_eq!(seconds(notes(&host)), [105, 110]);
    block_on(module.shutdown()).unwrap();
    block_on(module.advance(100 * SECOND));
    assert_eq!(notes(&host).len(), 2);
}

#[test]
fn a_cancelled_call_is_not_made() {
    let host = host();
    let module = diary(&host);
    block_on(module.account_validity().is_user_expired("@alice:example.com")).unwrap();
    block_on(module.advance(31 * SECOND));
    assert!(notes(&host).iter().all(|(_, what)| what != "reminder"));
}

#[test]
fn failures_in_the_background_have_its_name_and_it_goes_on() {
    let host = host();
    let module = diary(&host);
    host.fail("create_and_send_event_into_room", ModuleError::new("read-only"));
    block_on(module.advance(21 * SECOND));
    let failed = |desc: &str| (desc.to_owned(), Failed::Error(ModuleError::new("read-only")));
    let expected = ["begin", "every 10 s", "once", "every 10 s"].map(failed);
    assert_eq!(module.take_failures(), expected);
    assert_eq!(module.take_failures(), []);
}

#[test]
fn calls_longer_than_their_period_do_not_overlap() {
    let host = host();
    let module = diary(&host);
    let gate = host.hold("create_and_send_event_into_room");
    block_on(module.advance(47 * SECOND));
    // One of each, and none twice: loop, everywhere, once, reminder, and the work that `start`
    // began.
    assert_eq!(gate.waiting(), 5);
    gate.open();
    block_on(module.advance(14 * SECOND));
    let loops: Vec<i64> =
        notes(&host).into_iter().filter(|(_, what)| what == "loop").map(|note| note.0).collect();
    assert_eq!(loops, [47, 50, 60]);
}

#[test]
fn in_a_trial_and_on_other_workers_less_is_done() {
    let host = host().in_process(|process| process.run_background_tasks = false);
    let module = diary(&host);
    block_on(module.advance(26 * SECOND));
    let what = |notes: Vec<(i64, String)>| notes.into_iter().map(|note| note.1).collect::<Vec<_>>();
    assert_eq!(what(notes(&host)), ["awake 10", "once", "everywhere"]);

    let host = self::host().in_process(|process| process.trial = true);
    let module = diary(&host);
    block_on(module.advance(26 * SECOND));
    assert!(host.requests().is_empty());
    assert_eq!(module.take_failures(), []);
}

#[test]
fn caches_forget_what_other_processes_invalidate() {
    let module = diary(&host());
    let forgotten =
        || block_on(module.account_validity().is_user_expired("@alice:example.com")).unwrap();
    assert_eq!(forgotten(), Some(false));
    module.invalidate_cache("diary.others", &json!("alice"));
    module.invalidate_cache("diary.names", &json!("bob"));
    assert_eq!(forgotten(), Some(false));
    module.invalidate_cache("diary.names", &json!("alice"));
    assert_eq!(forgotten(), Some(true));
}

/// Until then it is held by its background work, its caches and its registrations.
#[test]
fn a_module_that_is_dropped_is_gone() {
    struct Held(Arc<AtomicBool>);
    impl Drop for Held {
        fn drop(&mut self) {
            self.0.store(true, Ordering::Release);
        }
    }
    static HELD: Mutex<Option<Held>> = Mutex::new(None);
    struct Holder {
        _held: Option<Held>,
        api: ModuleApi,
    }
    impl Module for Holder {
        type Config = Option<String>;
        fn new(refuse: Self::Config, api: &ModuleApi) -> Result<Arc<Self>, ModuleError> {
            let held = HELD.lock().unwrap().take();
            let module = Arc::new(Self { _held: held, api: api.clone() });
            api.register_account_validity_callbacks(&module);
            let again = Arc::clone(&module);
            api.looping_background_call("hold", SECOND, move || {
                let again = Arc::clone(&again);
                async move { again.api.sleep(SECOND).await }
            });
            api.with(&module).looping_background_call("with", SECOND, |module| async move {
                module.api.sleep(SECOND).await
            });
            api.with(&module).run_as_background_process("wait", |module| async move {
                module.api.sleep(100 * SECOND).await
            });
            match refuse {
                Some(why) => Err(ModuleError::new(why)),
                None => Ok(module),
            }
        }
    }
    #[callbacks]
    impl AccountValidity for Holder {
        async fn is_user_expired(&self, _: &UserId) -> Result<Option<bool>, ModuleError> {
            Ok(Some(self.api.module::<Self>().is_ok()))
        }
    }
    static MODULE: StaticModule = StaticModule::of::<Holder>(b"");

    let gone = Arc::new(AtomicBool::new(false));
    let is_gone = || gone.load(Ordering::Acquire);
    let host = FakeHost::new("example.com");
    *HELD.lock().unwrap() = Some(Held(Arc::clone(&gone)));
    let module = block_on(TestModule::new(&MODULE, json!(null), &host).unwrap().start()).unwrap();
    block_on(module.advance(SECOND));
    assert!(!is_gone());
    drop(module);
    assert!(is_gone());

    gone.store(false, Ordering::Release);
    *HELD.lock().unwrap() = Some(Held(Arc::clone(&gone)));
    TestModule::new(&MODULE, json!("no"), &host).unwrap_err();
    assert!(is_gone());
}
