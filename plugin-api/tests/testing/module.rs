//! Shows that a test can call all of a module's callbacks, and sees its failures unchanged.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::time::Duration;

use hsmod_plugin_api::prelude::*;
use hsmod_plugin_api::testing::prelude::*;
use hsmod_plugin_api::testing::{exit, log_in};

struct Busy {
    api: ModuleApi,
}

impl Module for Busy {
    type Config = serde_json::Value;

    fn new(_: Self::Config, api: &ModuleApi) -> Result<Arc<Self>, ModuleError> {
        let module = Arc::new(Self { api: api.clone() });
        api.register_spam_checker_callbacks(&module);
        api.register_third_party_rules_callbacks(&module);
        api.register_password_auth_provider_callbacks(&module)
            .auth_checker("m.login.password", &["password"]);
        api.register_background_update_controller_callbacks(&module);
        api.register_web_resource("/_synapse/client/busy/*", Echo("below"));
        api.register_web_resource("/_synapse/client/busy/exact", Echo("exact"));
        Ok(module)
    }
}

#[callbacks]
impl SpamChecker for Busy {
    async fn check_event_for_spam(&self, event: &Event<'_>) -> Result<Verdict, ModuleError> {
        assert_ne!(event.event_type(), "org.example.bomb", "a bomb");
        if event.event_type() == "org.example.habit" {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        match event.sender().localpart() {
            "eve" => Ok(Verdict::deny(ErrorCode::Forbidden)),
            "mallory" => Err(ModuleError::new("not her again")),
            _ => Ok(Verdict::Allow),
        }
    }

    async fn check_username_for_spam(
        &self,
        user_profile: &UserProfile<'_>,
        _: &UserId,
    ) -> Result<DirectoryVisibility, ModuleError> {
        let hidden = user_profile.user_id().localpart() == "eve";
        Ok(if hidden { DirectoryVisibility::Hidden } else { DirectoryVisibility::Visible })
    }

    async fn user_may_invite(
        &self,
        inviter: &UserId,
        _: &UserId,
        _: &RoomId,
    ) -> Result<Verdict, ModuleError> {
        let admin = self.api.is_user_admin(inviter).await?;
        Ok(if admin { Verdict::Allow } else { Verdict::deny(ErrorCode::Forbidden) })
    }
}

#[callbacks]
impl ThirdPartyRules for Busy {
    async fn check_event_allowed(
        &self,
        event: &Event<'_>,
        state: &State<'_>,
    ) -> Result<EventDecision, ModuleError> {
        let banned = state.membership(event.sender()).await?.as_deref() == Some("ban");
        Ok(if banned { EventDecision::Deny } else { EventDecision::Allow })
    }
}

#[callbacks]
impl PasswordAuthProvider for Busy {
    async fn check_auth(
        &self,
        username: &str,
        _: &str,
        login_dict: &JsonStr,
    ) -> Result<Option<AcceptedLogin>, ModuleError> {
        let login: serde_json::Value = login_dict.parse()?;
        let accepted = AcceptedLogin::new(self.api.get_qualified_user_id(username));
        Ok((login["password"] == "secret").then(|| {
            accepted.on_login(|response| async move {
                Err(ModuleError::new(format_args!("{} is in", response.user_id)))
            })
        }))
    }
}

#[callbacks]
impl BackgroundUpdateController for Busy {
    async fn on_update(&self, _: &str, _: &str, _: bool) -> Result<UpdateGuard, ModuleError> {
        let guard = UpdateGuard::new(Duration::from_millis(7));
        Ok(guard.on_exit(async || Err(ModuleError::new("over"))))
    }
}

struct Echo(&'static str);

impl WebResource for Echo {
    async fn get(&self, request: &WebRequest<'_>) -> Result<WebResponse, ModuleError> {
        let name = request.require_query("name")?;
        Ok(WebResponse::json(200, &json!({"name": name, "by": self.0})))
    }

    async fn post(&self, request: &WebRequest<'_>) -> Result<WebResponse, ModuleError> {
        Ok(WebResponse::json(200, &request.json::<serde_json::Value>()?))
    }
}

export_module!(Busy);

fn busy(host: &FakeHost) -> TestModule {
    TestModule::new(&MODULE, json!({}), host).unwrap()
}

#[test]
fn a_panic_of_tokio_names_the_alternatives() {
    let module = busy(&FakeHost::new("example.com"));
    let habit = event("org.example.habit").build();
    let panic = block_on(module.spam_checker().check_event_for_spam(&habit)).unwrap_err();
    let Failed::Panicked(report) = &panic else { panic!("{panic}") };
    assert_eq!(
        report.message,
        "there is no reactor running, must be called from the context of a Tokio 1.x runtime; a \
         plugin has no tokio: `api.sleep` waits, `api.run_as_background_process` spawns, \
         `api.http_client` asks other servers, and `api.defer_to_thread` runs what needs a runtime \
         of its own"
    );
}

#[test]
fn verdicts_errors_and_panics_are_distinguished() {
    let module = busy(&FakeHost::new("example.com"));
    let check = |event| block_on(module.spam_checker().check_event_for_spam(&event));
    let by = |sender| event("m.room.message").sender(sender).build();
    assert_eq!(check(by("@alice:example.com")), Ok(Verdict::Allow));
    assert_eq!(check(by("@eve:example.com")), Ok(Verdict::deny(ErrorCode::Forbidden)));
    let error = check(by("@mallory:example.com")).unwrap_err();
    assert_eq!(error, Failed::Error(ModuleError::new("not her again")));
    assert_eq!(error.error().unwrap().to_string(), "not her again");
    let panic = check(event("org.example.bomb").build()).unwrap_err();
    let Failed::Panicked(report) = &panic else { panic!("{panic}") };
    assert!(report.message.contains("a bomb") && report.file.ends_with("module.rs"));
    assert_eq!(panic.error(), None);
}

#[test]
fn one_item_and_several_are_asked_about() {
    let module = busy(&FakeHost::new("example.com"));
    let profile = |user_id| UserProfile::new(user_id, None, None);
    let (alice, eve) = (profile("@alice:example.com"), profile("@eve:example.com"));
    let ask = || module.spam_checker();
    let one = block_on(ask().check_username_for_spam(&eve, "@bob:example.com"));
    assert_eq!(one, Ok(DirectoryVisibility::Hidden));
    let page = [alice, eve, alice];
    let several = block_on(ask().check_usernames_for_spam(&page[..], "@bob:example.com"));
    let (visible, hidden) = (DirectoryVisibility::Visible, DirectoryVisibility::Hidden);
    assert_eq!(several, Ok(vec![visible, hidden, visible]));
}

#[test]
fn a_call_waits_for_the_requests_it_makes() {
    let host = FakeHost::new("example.com").user(user("@alice:example.com").admin());
    let gate = host.hold("is_user_admin");
    let module = busy(&host);
    let invite =
        || module.spam_checker().user_may_invite("@alice:example.com", "@b:c", "!room:example.com");
    let mut call = pin!(invite());
    assert_eq!(poll_once(call.as_mut()), None);
    {
        let mut dropped = pin!(invite());
        assert_eq!(poll_once(dropped.as_mut()), None);
        assert_eq!(gate.waiting(), 2);
    }
    gate.open();
    assert_eq!(block_on(call), Ok(Verdict::Allow));
    assert_eq!(host.requests().len(), 2);
}

#[test]
fn the_state_of_a_room_is_that_of_the_host() {
    let host = FakeHost::new("example.com");
    host.room(room("!room:example.com").member("@eve:example.com", "ban"));
    let module = busy(&host);
    let allowed = |sender| {
        let event = event("m.room.message").sender(sender).build();
        let state = host.state("!room:example.com");
        block_on(module.third_party_rules().check_event_allowed(&event, &state)).unwrap()
    };
    assert_eq!(allowed("@eve:example.com"), EventDecision::Deny);
    assert_eq!(allowed("@alice:example.com"), EventDecision::Allow);
}

#[test]
fn continuations_can_be_run() {
    let module = busy(&FakeHost::new("example.com"));
    let login = |password| {
        let ask = module.password_auth_provider();
        let fields = json!({"password": password});
        block_on(ask.check_auth("alice", "m.login.password", Ser(&fields))).unwrap()
    };
    assert!(login("wrong").is_none());
    let accepted = login("secret").unwrap();
    assert_eq!(accepted.user_id(), "@alice:example.com");
    let told = block_on(log_in(accepted, &json!({"user_id": "@alice:example.com"})));
    assert_eq!(told.unwrap_err().to_string(), "@alice:example.com is in");
    let checkers = module.auth_checkers();
    assert_eq!(
        (&*checkers[0].login_type, &*checkers[0].fields[0]),
        ("m.login.password", "password")
    );

    let asked = module.background_update_controller().on_update("update", "database", false);
    let guard = block_on(asked).unwrap();
    assert_eq!(block_on(exit(guard)).unwrap_err().to_string(), "over");
}

#[test]
fn web_resources_are_found_by_their_path() {
    let module = busy(&FakeHost::new("example.com"));
    let paths = ["/_synapse/client/busy/*", "/_synapse/client/busy/exact"];
    assert_eq!(module.paths(), paths);
    let web = |request| block_on(module.web(&request));
    for (path, by) in [("busy", "below"), ("busy/child", "below"), ("busy/exact", "exact")] {
        let response = web(request("GET", &format!("/_synapse/client/{path}?name=bob")));
        assert_eq!(response, Ok(WebResponse::json(200, &json!({"name": "bob", "by": by}))));
    }
    let echo = request("POST", "/_synapse/client/busy").json(&json!({"x": 1}));
    assert_eq!(web(echo), Ok(WebResponse::json(200, &json!({"x": 1}))));
    let missing = web(request("GET", "/_synapse/client/busy")).unwrap_err();
    assert!(missing.to_string().starts_with("400 M_MISSING_PARAM"), "{missing}");
}

#[test]
fn asking_for_what_is_not_there_says_what_is() {
    let module = busy(&FakeHost::new("example.com"));
    let message = |ask: &dyn Fn()| {
        let panic = catch_unwind(AssertUnwindSafe(ask)).unwrap_err();
        panic.downcast_ref::<String>().unwrap().clone()
    };
    let callback = message(&|| {
        let ask = module.spam_checker().user_may_publish_room("@a:b", "!r:b");
        drop(block_on(ask));
    });
    assert_eq!(
        callback,
        "the module has not registered `spam_checker.user_may_publish_room`: it has \
         `spam_checker.check_event_for_spam`, `spam_checker.user_may_invite`, \
         `spam_checker.check_username_for_spam`, `third_party_rules.check_event_allowed`, \
         `password_auth_provider.check_auth`, `background_update_controller.on_update`"
    );
    let path = message(&|| drop(block_on(module.web(&request("GET", "/nope")))));
    assert_eq!(
        path,
        "the module does not serve `/nope`: it serves `/_synapse/client/busy/*`, \
         `/_synapse/client/busy/exact`"
    );
    let json = message(&|| {
        let ask = module.spam_checker().check_event_for_spam(Json("{}"));
        drop(block_on(ask));
    });
    assert!(json.starts_with("`check_event_for_spam` cannot be asked: an event cannot be read"));
}
