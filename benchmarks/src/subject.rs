//! The calls that are measured, by name.

use std::future::Future;
use std::hint::black_box;
use std::path::Path;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use hsmod_loader::requests::Users;
use hsmod_loader::{CallError, Config, Host, Modules, requests};
use hsmod_plugin_api::values::{Event, JsonStr, ModuleError, OwnedEvent, UserId, Verdict};
use serde_json::json;

use crate::baseline::{self, BoxedChecker, Checker};

/// The user who is denied everything.
const EVIL_USER: &str = "@evil:example.com";

/// The user whom the good user invites.
const GUEST: &str = "@guest:example.com";

/// Modules on both sides, and what they are asked about.
pub struct Subject {
    /// The loader's modules.
    pub modules: Modules,
    boxed: Vec<Box<dyn BoxedChecker>>,
    good: OwnedEvent,
    evil: OwnedEvent,
    /// Type, state key and content of the state event that both are asked about.
    state: [String; 3],
}

/// What is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Case {
    /// Nothing is asked: the cost of the loop itself.
    Nothing,
    /// The loader, with a callback that no module registered.
    LoaderNobody,
    /// The loader's check whether any module registered a callback; none did.
    LoaderListens,
    /// Boxed futures, ready at once.
    BoxedReady,
    /// The loader, ready at once.
    LoaderReady,
    /// Boxed futures that suspend once.
    BoxedSuspended,
    /// The loader, with futures that suspend once.
    LoaderSuspended,
    /// Boxed futures, ready at once, awaited as in a request handler: two functions down, the whole
    /// boxed.
    BoxedAwaited,
    /// The loader, ready at once, awaited as in a request handler.
    LoaderAwaited,
    /// Boxed futures with five strings as arguments, ready at once.
    BoxedTexts,
    /// The loader, with a callback that takes five strings, ready at once.
    LoaderTexts,
    /// The loader, with futures too large for a call's buffer, ready at once.
    LoaderLarge,
    /// The loader, with futures too large for a call's buffer, which suspend once.
    LoaderLargeSuspended,
    /// The loader, with a callback as short as in `LoaderAsking`.
    LoaderShort,
    /// The loader, with a callback that makes a request, which the homeserver answers at once.
    LoaderAsking,
}

impl Case {
    const ALL: [Self; 15] = [
        Self::Nothing,
        Self::LoaderNobody,
        Self::LoaderListens,
        Self::BoxedReady,
        Self::LoaderReady,
        Self::BoxedSuspended,
        Self::LoaderSuspended,
        Self::BoxedAwaited,
        Self::LoaderAwaited,
        Self::BoxedTexts,
        Self::LoaderTexts,
        Self::LoaderLarge,
        Self::LoaderLargeSuspended,
        Self::LoaderShort,
        Self::LoaderAsking,
    ];

    /// The case with this name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|case| case.name() == name)
    }

    /// The case's name, as a program argument.
    pub(crate) fn name(self) -> String {
        format!("{self:?}")
    }
}

/// Nobody is an admin.
struct Admins;

#[requests]
impl Users for Admins {
    async fn is_user_admin(&self, user_id: &UserId) -> Result<bool, ModuleError> {
        Ok(user_id.as_str().is_empty())
    }
}

impl Subject {
    /// Loads `count` modules on either side; the loader's come from `plugin` and have no deadline.
    ///
    /// # Panics
    /// The modules do not load.
    pub fn load(plugin: &Path, count: usize) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
        let runtime = runtime.expect("a runtime");
        let subject = runtime.block_on(Self::new(plugin, count));
        // Keep the runtime: the modules' queues run in it, although they get no notifications.
        std::mem::forget(runtime);
        subject
    }

    async fn new(plugin: &Path, count: usize) -> Self {
        let entry = json!({"module": plugin, "config": {"evil_user": EVIL_USER}, "timeout": 0});
        let config = json!({"modules": vec![entry; count], "verify": {"permissions": "warn"}});
        let folder = plugin.parent().expect("a plugin lies in a folder");
        let config = Config::from_value(config, &[], folder).expect("a config");
        let modules = Modules::load(config, Host::new("example.com").users(Admins)).await;
        let checker = || Box::new(Checker::new(EVIL_USER)) as _;
        Self {
            modules: modules.unwrap_or_else(|error| panic!("{error}")),
            boxed: (0..count).map(|_| checker()).collect(),
            good: event("@good:example.com"),
            evil: event(EVIL_USER),
            state: ["m.room.topic", "", r#"{"topic":"hi"}"#].map(str::to_owned),
        }
    }

    /// Asks `times` times.
    ///
    /// # Panics
    /// An answer is wrong.
    pub fn ask(&self, case: Case, times: usize) {
        let (boxed, modules) = (&*self.boxed, &self.modules);
        match case {
            Case::Nothing => self.repeat_allowed(times, |_| Ok::<_, ()>(())),
            Case::LoaderNobody => self.repeat_allowed(times, |event| {
                run(modules.spam_checker().should_drop_federated_event(event)).map(|_| ())
            }),
            Case::LoaderListens => self.repeat_allowed(times, |_| {
                let listens = modules.spam_checker().should_drop_federated_event_listens();
                if listens { Err(()) } else { Ok(()) }
            }),
            Case::BoxedReady => self.repeat(times, |event| run(baseline::check(boxed, event))),
            Case::LoaderReady => {
                self.repeat(times, |event| run(modules.spam_checker().check_event_for_spam(event)));
            }
            Case::BoxedSuspended => {
                self.repeat(times, |event| run(baseline::suspend(boxed, event.sender().as_str())));
            }
            Case::LoaderSuspended => self.repeat(times, |event| {
                run(modules.spam_checker().user_may_publish_room(event.sender(), event.room_id()))
            }),
            Case::BoxedAwaited => {
                self.repeat(times, |event| run(Box::pin(self.handle_boxed(event))))
            }
            Case::LoaderAwaited => self.repeat(times, |event| run(Box::pin(self.handle(event)))),
            Case::BoxedTexts => self.repeat(times, |event| {
                let (user_id, room_id) = (event.sender().as_str(), event.room_id().as_str());
                let [event_type, state_key, content] = &self.state;
                run(baseline::set_state(boxed, user_id, room_id, event_type, state_key, content))
            }),
            Case::LoaderTexts => self.repeat(times, |event| {
                let (user_id, room_id) = (event.sender(), event.room_id());
                let [event_type, state_key, content] = &self.state;
                let content = JsonStr::new(content);
                run(modules
                    .spam_checker()
                    .user_may_send_state_event(user_id, room_id, event_type, state_key, content))
            }),
            Case::LoaderLarge => self.repeat(times, |event| {
                run(modules.spam_checker().user_may_invite(event.sender(), GUEST, event.room_id()))
            }),
            Case::LoaderLargeSuspended => self.repeat(times, |event| {
                run(modules.spam_checker().user_may_join_room(
                    event.sender(),
                    event.room_id(),
                    true,
                ))
            }),
            Case::LoaderShort => self.repeat(times, |event| {
                run(modules.spam_checker().accept_make_join(event.sender(), event.room_id()))
            }),
            Case::LoaderAsking => self.repeat(times, |event| {
                run(modules
                    .spam_checker()
                    .user_may_create_room_alias(event.sender(), event.room_id()))
            }),
        }
    }

    /// Asks about the good event many times, and once about the evil one; checks all answers.
    fn repeat<E>(&self, times: usize, ask: impl Fn(&Event<'_>) -> Result<(), E>) {
        assert!(ask(&self.evil.as_event()).is_err(), "the evil user is let in");
        self.repeat_allowed(times, ask);
    }

    /// Asks about the good event many times.
    #[inline(never)]
    fn repeat_allowed<E>(&self, times: usize, ask: impl Fn(&Event<'_>) -> Result<(), E>) {
        let good = self.good.as_event();
        for _ in 0..times {
            assert!(ask(black_box(&good)).is_ok(), "a good user is denied");
        }
    }

    async fn handle(&self, event: &Event<'_>) -> Result<(), CallError> {
        self.authorise(event).await
    }

    async fn authorise(&self, event: &Event<'_>) -> Result<(), CallError> {
        let [.., content] = &self.state;
        let spam_checker = self.modules.spam_checker();
        spam_checker.user_may_create_room(event.sender(), JsonStr::new(content)).await
    }

    async fn handle_boxed(&self, event: &Event<'_>) -> Result<(), Box<Verdict>> {
        self.authorise_boxed(event).await
    }

    async fn authorise_boxed(&self, event: &Event<'_>) -> Result<(), Box<Verdict>> {
        baseline::check(&self.boxed, event).await
    }
}

fn event(sender: &str) -> OwnedEvent {
    let event = json!({
        "event_id": "$1", "room_id": "!r:example.com", "sender": sender, "type": "m.room.message",
        "origin_server_ts": 1, "content": {"body": "hi"},
    });
    OwnedEvent::from_json(event.to_string()).expect("an event")
}

/// Polls until the future is ready.
#[inline]
fn run<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return output;
        }
    }
}
