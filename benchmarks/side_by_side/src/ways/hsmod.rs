//! A plugin, loaded by hsmod's loader.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use hsmod_loader::values::{Event, ModuleError, OwnedEvent};
use hsmod_loader::{CallError, Config, Host, Modules, State, StateSource};
use serde_json::{Value, json};

use super::{Ask, by_threads};
use crate::case::{Case, Question};
use crate::events::{Events, WORD, evil_users, run};
use crate::state;

/// The memberships of a room.
struct Members(HashMap<String, Arc<str>>);

impl StateSource for Members {
    async fn get(&self, event_type: &str, state_key: &str) -> Result<Option<String>, ModuleError> {
        let found = self.0.get(state_key).filter(|_| event_type == "m.room.member");
        Ok(found.map(|event| event.to_string()))
    }

    async fn of_type(&self, event_type: &str) -> Result<Vec<String>, ModuleError> {
        let is_wanted = event_type == "m.room.member";
        Ok(if is_wanted { self.0.values().map(ToString::to_string).collect() } else { Vec::new() })
    }
}

async fn handle(modules: &Modules, event: &Event<'_>) -> Result<(), CallError> {
    authorise(modules, event).await
}

async fn authorise(modules: &Modules, event: &Event<'_>) -> Result<(), CallError> {
    modules.spam_checker().check_event_for_spam(event).await
}

pub(super) fn load(case: Case, plugin: &Path) -> Ask {
    let modules = modules(case, plugin);
    let events = Events::of(case);
    match case.question {
        Question::Ready | Question::Event | Question::EventSize(_) | Question::NotRegistered(_) => {
            Box::new(move |about| {
                let spam_checker = || modules.spam_checker();
                events
                    .repeat(about, |event| run(spam_checker().check_event_for_spam(event)).is_ok());
            })
        }
        Question::Suspended => Box::new(move |about| {
            events.repeat(about, |event| {
                let spam_checker = modules.spam_checker();
                run(spam_checker.user_may_publish_room(event.sender(), event.room_id())).is_ok()
            });
        }),
        Question::Awaited => Box::new(move |about| {
            events.repeat(about, |event| run(Box::pin(handle(&modules, event))).is_ok());
        }),
        Question::StateEntries(entries) => {
            let json = |event: OwnedEvent| event.as_event().json().as_str().into();
            let state = State::new(Arc::new(Members(state::members(entries, json))));
            Box::new(move |about| {
                events.repeat(about, |event| {
                    run(modules.third_party_rules().check_event_allowed(event, &state)).is_ok()
                });
            })
        }
        Question::Threads(threads) => Box::new(move |about| {
            by_threads(threads, about, |about| {
                events.repeat(about, |event| {
                    run(modules.spam_checker().check_event_for_spam(event)).is_ok()
                });
            });
        }),
    }
}

/// The modules of a case. They have no deadlines, because the other ways have none.
fn modules(case: Case, plugin: &Path) -> Modules {
    let callback = match case.question {
        Question::Suspended => "user_may_publish_room",
        Question::StateEntries(_) => "check_event_allowed",
        _ => "check_event_for_spam",
    };
    let looks_at = if case.question == Question::Event { "body" } else { "sender" };
    let entry = |evil_users: Vec<String>, callback: &str| {
        json!({
            "module": plugin,
            "timeout": 0,
            "config": {
                "evil_users": evil_users, "word": WORD, "callback": callback, "looks_at": looks_at,
            },
        })
    };
    let mut entries = Vec::new();
    if let Question::NotRegistered(others) = case.question {
        entries.resize(others, entry(Vec::new(), "user_may_publish_room"));
    }
    entries.extend((0..case.modules).map(|_| entry(evil_users().collect(), callback)));
    loaded(&entries, plugin)
}

fn loaded(entries: &[Value], plugin: &Path) -> Modules {
    let config = json!({"modules": entries, "verify": {"permissions": "warn"}});
    let folder = plugin.parent().expect("a plugin lies in a folder");
    let config = Config::from_value(config, &[], folder).expect("a config");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
    let runtime = runtime.expect("a runtime");
    let modules = runtime.block_on(Modules::load(config, Host::new("example.com")));
    // Keep the runtime: the modules' queues run in it, although they get no notifications.
    std::mem::forget(runtime);
    modules.unwrap_or_else(|error| panic!("{error}"))
}
