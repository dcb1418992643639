//! Makes any request to its homeserver, as tests instruct it.
//!
//! ```yaml
//! - module: good_asker
//!   config:
//!     name: first                      # default: asker
//!     during:                          # what is asked for, one after the other, and where:
//!       start: [{request: is_user_admin, args: {user_id: "@a:b"}}]    # also `times`, `expect`
//! ```
//!
//! `POST /_synapse/client/<name>/ask` of `{request, args}` makes a request and returns `{"answer":
//! ..}` or `{"error": ..}`; with `times`, it makes that many concurrently and returns a list. `PUT`
//! of `during` replaces the config's (`new`, `start`, `shutdown`, `user_may_invite`,
//! `check_event_allowed`, `on_new_event`). These fail with the first error, or if an answer is not
//! the one they `expect`. `GET` of `told` returns the outcomes and clears them; `GET` of
//! `supports?name=` returns whether that is supported.
#![forbid(unsafe_code)]

mod argument;
mod ask;
mod at_once;
mod every;
mod web;

use std::collections::BTreeMap;
use std::pin::pin;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use hsmod_plugin_api::prelude::*;
use serde_json::Value;

use ask::{Asked, ask, told};

/// The requests by stage or callback.
type During = BTreeMap<String, Vec<Asked>>;

/// The module's `config`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    #[serde(default = "asker")]
    name: String,
    #[serde(default)]
    during: During,
}

fn asker() -> String {
    "asker".to_owned()
}

/// The module.
pub struct Asker {
    api: ModuleApi,
    during: Mutex<During>,
    told: Mutex<Vec<Value>>,
}

impl Module for Asker {
    type Config = Config;

    fn new(config: Config, api: &ModuleApi) -> Result<Arc<Self>, ModuleError> {
        let during = Mutex::new(config.during);
        let module = Arc::new(Self { api: api.clone(), during, told: Mutex::default() });
        api.register_spam_checker_callbacks(&module);
        api.register_third_party_rules_callbacks(&module);
        web::register(&config.name, &module);
        // `new` is not async, so the answers must be ready at once.
        let mut asked = pin!(module.ask_during("new"));
        match asked.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(asked) => asked?,
            Poll::Pending => return Err(ModuleError::new("an answer is not ready")),
        }
        Ok(Arc::clone(&module))
    }

    async fn start(&self) -> Result<(), ModuleError> {
        self.ask_during("start").await
    }

    async fn shutdown(&self) -> Result<(), ModuleError> {
        self.ask_during("shutdown").await
    }
}

impl Asker {
    /// Makes the requests for this stage or callback.
    async fn ask_during(&self, place: &str) -> Result<(), ModuleError> {
        let all = locked(&self.during).get(place).cloned().unwrap_or_default();
        for asked in &all {
            let requests = (0..asked.times).map(|_| ask(&self.api, asked, None));
            let outcomes = at_once::all(requests).await.into_iter();
            let outcomes: Vec<_> = outcomes.map(|outcome| asked.expected(outcome)).collect();
            locked(&self.told).extend(outcomes.iter().cloned().map(told));
            outcomes.into_iter().collect::<Result<Vec<_>, _>>()?;
        }
        Ok(())
    }
}

#[callbacks]
impl SpamChecker for Asker {
    async fn user_may_invite(
        &self,
        _inviter: &UserId,
        _invitee: &UserId,
        _room_id: &RoomId,
    ) -> Result<Verdict, ModuleError> {
        self.ask_during("user_may_invite").await?;
        Ok(Verdict::Allow)
    }
}

#[callbacks]
impl ThirdPartyRules for Asker {
    async fn check_event_allowed(
        &self,
        _event: &Event<'_>,
        _state_events: &State<'_>,
    ) -> Result<EventDecision, ModuleError> {
        self.ask_during("check_event_allowed").await?;
        Ok(EventDecision::Allow)
    }

    async fn on_new_event(
        &self,
        _event: &Event<'_>,
        _state_events: &State<'_>,
    ) -> Result<(), ModuleError> {
        self.ask_during("on_new_event").await
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

export_module!(Asker);
