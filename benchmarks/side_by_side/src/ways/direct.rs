//! `async fn`s of a type that the homeserver knows, compiled into it and inlined.

use hsmod_plugin_api::values::{ErrorCode, Event, ModuleError, Verdict};
use side_checks::{Checks, suspended_once};

use super::Ask;
use crate::case::{Case, Question};
use crate::events::{Events, checks, run};

type Answer = Result<Verdict, ModuleError>;

struct Checker(Checks);

pub(super) fn verdict(evil: bool) -> Verdict {
    if evil { Verdict::deny(ErrorCode::Forbidden) } else { Verdict::Allow }
}

impl Checker {
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
}

/// Asks one module after the other until one denies: what a homeserver would write.
macro_rules! each {
    ($checkers:expr, |$checker:ident| $question:expr) => {{
        for $checker in $checkers {
            match $question.await {
                Ok(Verdict::Allow) => {}
                Ok(denial) => return Err(Box::new(denial)),
                Err(_) => return Err(Box::new(Verdict::deny(ErrorCode::Unknown))),
            }
        }
        Ok(())
    }};
}
pub(super) use each;

async fn check_sender(checkers: &[Checker], event: &Event<'_>) -> Result<(), Box<Verdict>> {
    each!(checkers, |checker| checker.check_sender(event))
}

async fn check_body(checkers: &[Checker], event: &Event<'_>) -> Result<(), Box<Verdict>> {
    each!(checkers, |checker| checker.check_body(event))
}

async fn suspend(checkers: &[Checker], user_id: &str) -> Result<(), Box<Verdict>> {
    each!(checkers, |checker| checker.suspend(user_id))
}

async fn handle(checkers: &[Checker], event: &Event<'_>) -> Result<(), Box<Verdict>> {
    authorise(checkers, event).await
}

async fn authorise(checkers: &[Checker], event: &Event<'_>) -> Result<(), Box<Verdict>> {
    check_sender(checkers, event).await
}

pub(super) fn load(case: Case) -> Ask {
    let checkers: Vec<Checker> = (0..case.modules).map(|_| Checker(checks())).collect();
    let events = Events::of(case);
    match case.question {
        Question::Ready | Question::EventSize(_) => Box::new(move |about| {
            events.repeat(about, |event| run(check_sender(&checkers, event)).is_ok());
        }),
        Question::Event => Box::new(move |about| {
            events.repeat(about, |event| run(check_body(&checkers, event)).is_ok());
        }),
        Question::Suspended => Box::new(move |about| {
            events.repeat(about, |event| run(suspend(&checkers, event.sender().as_str())).is_ok());
        }),
        Question::Awaited => Box::new(move |about| {
            events.repeat(about, |event| run(Box::pin(handle(&checkers, event))).is_ok());
        }),
        _ => panic!("this way has no {case}"),
    }
}
