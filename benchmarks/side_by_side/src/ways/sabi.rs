//! A library loaded by abi_stable: trait objects with futures of async-ffi.

use std::path::Path;

use abi_stable::library::RootModule;
use abi_stable::std_types::{RResult, RStr};
use hsmod_plugin_api::values::Event;
use side_sabi_interface::{SabiEvent, SabiLibraryRef, SabiModule, SabiVerdict};

use super::Ask;
use crate::case::{Case, Question};
use crate::events::{Events, WORD, evil_users, run};

/// A denial, or a module's error.
struct Refused;

/// Asks one module after the other until one denies.
macro_rules! each {
    ($modules:expr, |$module:ident| $question:expr) => {{
        for $module in $modules {
            match $question.await {
                RResult::ROk(SabiVerdict::Allow) => {}
                RResult::ROk(SabiVerdict::Deny { .. }) | RResult::RErr(_) => return Err(Refused),
            }
        }
        Ok(())
    }};
}

/// The fields of an event, borrowed.
fn borrowed<'a>(event: &Event<'a>) -> SabiEvent<'a> {
    SabiEvent {
        event_id: event.event_id().into(),
        room_id: event.room_id().as_str().into(),
        sender: event.sender().as_str().into(),
        event_type: event.event_type().into(),
        origin_server_ts: event.origin_server_ts(),
        content: event.content_json().as_str().into(),
    }
}

async fn check_sender(modules: &[SabiModule], event: &Event<'_>) -> Result<(), Refused> {
    let event = borrowed(event);
    each!(modules, |module| module.check_sender(&event))
}

async fn check_body(modules: &[SabiModule], event: &Event<'_>) -> Result<(), Refused> {
    let event = borrowed(event);
    each!(modules, |module| module.check_body(&event))
}

async fn suspend(modules: &[SabiModule], user_id: &str) -> Result<(), Refused> {
    each!(modules, |module| module.suspend(RStr::from_str(user_id)))
}

async fn handle(modules: &[SabiModule], event: &Event<'_>) -> Result<(), Refused> {
    authorise(modules, event).await
}

async fn authorise(modules: &[SabiModule], event: &Event<'_>) -> Result<(), Refused> {
    check_sender(modules, event).await
}

pub(super) fn load(case: Case, library: &Path) -> Ask {
    let library = SabiLibraryRef::load_from_file(library);
    let library = library.unwrap_or_else(|error| panic!("{error}"));
    let module = || library.new()(evil_users().map(Into::into).collect(), WORD.into());
    let modules: Vec<SabiModule> = (0..case.modules).map(|_| module()).collect();
    let events = Events::of(case);
    match case.question {
        Question::Ready | Question::EventSize(_) => Box::new(move |about| {
            events.repeat(about, |event| run(check_sender(&modules, event)).is_ok());
        }),
        Question::Event => Box::new(move |about| {
            events.repeat(about, |event| run(check_body(&modules, event)).is_ok());
        }),
        Question::Suspended => Box::new(move |about| {
            events.repeat(about, |event| run(suspend(&modules, event.sender().as_str())).is_ok());
        }),
        Question::Awaited => Box::new(move |about| {
            events.repeat(about, |event| run(Box::pin(handle(&modules, event))).is_ok());
        }),
        _ => panic!("this way has no {case}"),
    }
}
