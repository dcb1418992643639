//! Trait objects of async-trait, linked into the homeserver: what one would write without hsmod,
//! and what all other ways are compared with.

use std::collections::HashMap;
use std::sync::Arc;

use async_trait::async_trait;
use hsmod_plugin_api::values::{ErrorCode, Event, ModuleError, OwnedEvent, Verdict};
use side_checks::{Checks, suspended_once};

use super::direct::{each, verdict};
use super::{Ask, by_threads};
use crate::case::{Case, Question};
use crate::events::{Events, checks, run};
use crate::state;

type Answer = Result<Verdict, ModuleError>;

/// Modules that do not override a method have no objection, but are called all the same.
#[async_trait]
trait BoxedChecker: Send + Sync {
    async fn check_sender(&self, _event: &Event<'_>) -> Answer {
        Ok(Verdict::Allow)
    }

    async fn check_body(&self, _event: &Event<'_>) -> Answer {
        Ok(Verdict::Allow)
    }

    async fn suspend(&self, _user_id: &str) -> Answer {
        Ok(Verdict::Allow)
    }

    async fn check_state(&self, _event: &Event<'_>, _state: &dyn BoxedState) -> Answer {
        Ok(Verdict::Allow)
    }
}

/// The state of a room, wherever the homeserver keeps it.
#[async_trait]
trait BoxedState: Send + Sync {
    async fn member(&self, user_id: &str) -> Result<Option<Arc<OwnedEvent>>, ModuleError>;
}

struct Checker(Checks);

#[async_trait]
impl BoxedChecker for Checker {
    async fn check_sender(&self, event: &Event<'_>) -> Answer {
        Ok(verdict(self.0.lists(event.sender().as_str())))
    }

    async fn check_body(&self, event: &Event<'_>) -> Answer {
        Ok(verdict(self.0.finds_word(event.content_json().as_str())))
    }

    async fn suspend(&self, user_id: &str) -> Answer {
        suspended_once().await;
        Ok(verdict(self.0.lists(user_id)))
    }

    async fn check_state(&self, event: &Event<'_>, state: &dyn BoxedState) -> Answer {
        let member = state.member(event.sender().as_str()).await?;
        Ok(verdict(member.is_none()))
    }
}

/// A module that overrides none of the methods asked here.
struct Other;

impl BoxedChecker for Other {}

/// The memberships of a room.
struct Members(HashMap<String, Arc<OwnedEvent>>);

#[async_trait]
impl BoxedState for Members {
    async fn member(&self, user_id: &str) -> Result<Option<Arc<OwnedEvent>>, ModuleError> {
        Ok(self.0.get(user_id).cloned())
    }
}

type Checkers = [Box<dyn BoxedChecker>];

async fn check_sender(checkers: &Checkers, event: &Event<'_>) -> Result<(), Box<Verdict>> {
    each!(checkers, |checker| checker.check_sender(event))
}

async fn check_body(checkers: &Checkers, event: &Event<'_>) -> Result<(), Box<Verdict>> {
    each!(checkers, |checker| checker.check_body(event))
}

async fn suspend(checkers: &Checkers, user_id: &str) -> Result<(), Box<Verdict>> {
    each!(checkers, |checker| checker.suspend(user_id))
}

async fn check_state(
    checkers: &Checkers,
    event: &Event<'_>,
    state: &dyn BoxedState,
) -> Result<(), Box<Verdict>> {
    each!(checkers, |checker| checker.check_state(event, state))
}

async fn handle(checkers: &Checkers, event: &Event<'_>) -> Result<(), Box<Verdict>> {
    authorise(checkers, event).await
}

async fn authorise(checkers: &Checkers, event: &Event<'_>) -> Result<(), Box<Verdict>> {
    check_sender(checkers, event).await
}

pub(super) fn load(case: Case) -> Ask {
    let mut checkers: Vec<Box<dyn BoxedChecker>> = Vec::new();
    if let Question::NotRegistered(modules) = case.question {
        checkers.extend((0..modules).map(|_| Box::new(Other) as _));
    }
    checkers.extend((0..case.modules).map(|_| Box::new(Checker(checks())) as _));
    let events = Events::of(case);
    match case.question {
        Question::Ready | Question::EventSize(_) | Question::NotRegistered(_) => {
            Box::new(move |about| {
                events.repeat(about, |event| run(check_sender(&checkers, event)).is_ok());
            })
        }
        Question::Event => Box::new(move |about| {
            events.repeat(about, |event| run(check_body(&checkers, event)).is_ok());
        }),
        Question::Suspended => Box::new(move |about| {
            events.repeat(about, |event| run(suspend(&checkers, event.sender().as_str())).is_ok());
        }),
        Question::Awaited => Box::new(move |about| {
            events.repeat(about, |event| run(Box::pin(handle(&checkers, event))).is_ok());
        }),
        Question::StateEntries(entries) => {
            let members = Members(state::members(entries, Arc::new));
            Box::new(move |about| {
                events.repeat(about, |event| run(check_state(&checkers, event, &members)).is_ok());
            })
        }
        Question::Threads(threads) => Box::new(move |about| {
            by_threads(threads, about, |about| {
                events.repeat(about, |event| run(check_sender(&checkers, event)).is_ok());
            });
        }),
    }
}
