//! Shows that a callback sees its arguments as the homeserver lent them for as long as it needs
//! them, and that its module lives as long.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};

use hsmod_plugin_api::callbacks::third_party_rules::rows;
use hsmod_plugin_api::host::{
    Asked, Callback, CallbackCall, EditableText, Entered, Inputs, Json, Lists, Prepared, Reply,
    Row, StateHandle, StateSource,
};
use hsmod_plugin_api::module::StaticModule;
use hsmod_plugin_api::prelude::*;
use serde_json::json;

use crate::host::{Host, registrations};
use crate::support::Suspend;

/// Calls one module after the other.
type OneByOne<R, P> = CallbackCall<R, P, Callback<R>>;

/// Asks one module.
fn enter<R: Row, P: Prepared<R::Raws>>(
    call: Pin<&mut OneByOne<R, P>>,
    context: &mut Context<'_>,
    callback: &Callback<R>,
) -> Entered<R::Answer> {
    let (mut reply, callback) = (Reply::new(), Arc::new(callback.clone()));
    match call.ask(context, &callback, std::slice::from_ref, &mut (), &mut reply) {
        Asked::Neutral => Entered::Neutral,
        Asked::Suspended(at) => {
            assert_eq!(at, 0);
            Entered::Pending
        }
        Asked::Answered(_) => reply.take(),
    }
}

/// Polls the module that has not finished.
fn resume<R: Row, P: Prepared<R::Raws>>(
    call: Pin<&mut OneByOne<R, P>>,
    context: &mut Context<'_>,
) -> Entered<R::Answer> {
    let mut reply = Reply::new();
    match call.resume(context, &mut reply) {
        Asked::Neutral => Entered::Neutral,
        Asked::Suspended(()) => Entered::Pending,
        Asked::Answered(()) => reply.take(),
    }
}

/// A module whose callbacks do what the tests check.
struct Rules {
    suspensions: usize,
    dropped: Arc<Mutex<Vec<&'static str>>>,
}

thread_local! {
    /// What the module of this thread's test records when it is dropped.
    static DROPPED: Arc<Mutex<Vec<&'static str>>> = Arc::default();
}

impl Module for Rules {
    type Config = usize;

    fn new(suspensions: usize, api: &ModuleApi) -> Result<Arc<Self>, ModuleError> {
        let module = Arc::new(Self { suspensions, dropped: DROPPED.with(Arc::clone) });
        api.register_third_party_rules_callbacks(&module);
        Ok(module)
    }
}

impl Drop for Rules {
    fn drop(&mut self) {
        self.dropped.lock().unwrap().push("module");
    }
}

struct Note<'a>(&'a Rules);

impl Drop for Note<'_> {
    fn drop(&mut self) {
        self.0.dropped.lock().unwrap().push("future");
    }
}

#[callbacks]
impl ThirdPartyRules for Rules {
    /// Allows the event if the room's topic says so.
    async fn check_event_allowed(
        &self,
        event: &Event<'_>,
        state_events: &State<'_>,
    ) -> Result<EventDecision, ModuleError> {
        let _note = Note(self);
        Suspend(self.suspensions).await;
        let topic = state_events.get("m.room.topic", "").await?;
        let members = state_events.of_type("m.room.member").await?;
        Ok(EventDecision::Replace(json!({
            "sender": event.sender().as_str(),
            "topic": topic.map(|topic| topic.event_id_of()),
            "members": members.iter().map(EventId::event_id_of).collect::<Vec<_>>(),
        })))
    }

    /// Adds an invite, waits, adds another one, and fails.
    async fn on_create_room(
        &self,
        requester: &Requester<'_>,
        request_content: &mut EditableJson<'_>,
        _is_requester_admin: bool,
    ) -> Result<(), ModuleError> {
        for _ in 0..2 {
            let mut content: serde_json::Value = request_content.parse()?;
            if let Some(invite) = content["invite"].as_array_mut() {
                invite.push(requester.user().as_str().into());
            }
            request_content.set(&content)?;
            Suspend(self.suspensions).await;
        }
        Err(ModuleError::new("no rooms today"))
    }
}

trait EventId {
    fn event_id_of(&self) -> String;
}

impl EventId for OwnedEvent {
    fn event_id_of(&self) -> String {
        self.as_event().event_id().to_owned()
    }
}

static RULES: StaticModule = StaticModule::of::<Rules>(b"");

/// The callbacks of a module that suspends so many times; they alone keep the module alive.
fn registered(suspensions: usize) -> Lists {
    let mut lists = Lists::default();
    for registered in registrations(&RULES, &suspensions.to_string()) {
        let names = registered.append_to(&mut lists, |_| Some(0));
        assert_eq!(names, ["check_event_allowed", "on_create_room"]);
    }
    lists
}

fn check_event_allowed(lists: &Lists) -> &[Callback<rows::check_event_allowed>] {
    Row::list(lists.as_ref())
}

fn on_create_room(lists: &Lists) -> &[Callback<rows::on_create_room>] {
    Row::list(lists.as_ref())
}

/// A call with these arguments, already built.
fn call<R, I>(inputs: I) -> Pin<Box<OneByOne<R, I::Prepared>>>
where
    R: Row,
    I: Inputs<R::Raws>,
{
    let mut call = Box::pin(CallbackCall::new(inputs.prepare()));
    call.as_mut().build().unwrap();
    call
}

/// Asks one module after the other with the same arguments.
fn ask<R, I>(callbacks: &[Callback<R>], inputs: I) -> Vec<Entered<R::Answer>>
where
    R: Row,
    I: Inputs<R::Raws>,
{
    let mut call = call::<R, I>(inputs);
    let mut context = Context::from_waker(Waker::noop());
    let answers = callbacks.iter().map(|callback| {
        let mut entered = enter(call.as_mut(), &mut context, callback);
        while matches!(entered, Entered::Pending) {
            entered = resume(call.as_mut(), &mut context);
        }
        entered
    });
    answers.collect()
}

const MESSAGE: &str = r#"{"event_id":"$m","room_id":"!r:x","sender":"@a:x",
    "type":"m.room.message","content":{}}"#;

/// A state whose every answer takes a while, or fails.
struct Slow {
    suspensions: usize,
    fails: bool,
}

fn state_event(event_type: &str, state_key: &str) -> String {
    json!({
        "event_id": format!("${event_type}/{state_key}"), "room_id": "!r:x", "sender": "@a:x",
        "type": event_type, "state_key": state_key, "content": {},
    })
    .to_string()
}

impl StateSource for Slow {
    async fn get(&self, event_type: &str, state_key: &str) -> Result<Option<String>, ModuleError> {
        Suspend(self.suspensions).await;
        Ok(Some(state_event(event_type, state_key)))
    }

    async fn of_type(&self, event_type: &str) -> Result<Vec<String>, ModuleError> {
        Suspend(self.suspensions).await;
        if self.fails {
            return Err(ModuleError::new("the database is gone"));
        }
        Ok(["@a:x", "@b:x"].map(|user| state_event(event_type, user)).into())
    }
}

#[test]
fn state_is_read_from_a_source_that_suspends_or_not() {
    for (own, source) in [(0, 0), (0, 2), (2, 0), (1, 3)] {
        let lists = registered(own);
        let state = StateHandle::new(Arc::new(Slow { suspensions: source, fails: false }));
        let answers = ask(check_event_allowed(&lists), (Json(MESSAGE), &state));
        let [Entered::Ready(Ok(EventDecision::Replace(found)))] = &answers[..] else {
            panic!("{answers:?}");
        };
        let expected = json!({
            "sender": "@a:x",
            "topic": "$m.room.topic/",
            "members": ["$m.room.member/@a:x", "$m.room.member/@b:x"],
        });
        assert_eq!(found, &expected);
    }
}

#[test]
fn a_state_that_cannot_be_read_is_the_modules_error() {
    for suspensions in [0, 1] {
        let lists = registered(0);
        let state = StateHandle::new(Arc::new(Slow { suspensions, fails: true }));
        let answers = ask(check_event_allowed(&lists), (Json(MESSAGE), &state));
        let [Entered::Ready(Err(error))] = &answers[..] else { panic!("{answers:?}") };
        assert_eq!(error.to_string(), "the database is gone");
    }
    let answers =
        ask(check_event_allowed(&registered(0)), (Json(MESSAGE), &StateHandle::new(Arc::new(()))));
    let [Entered::Ready(Ok(EventDecision::Replace(found)))] = &answers[..] else {
        panic!("{answers:?}");
    };
    assert_eq!(found["topic"], json!(null));
}

#[test]
fn changes_survive_an_error_and_the_next_module_sees_them() {
    for suspensions in [0, 2] {
        let lists = registered(suspensions);
        let twice: Vec<_> =
            on_create_room(&lists).iter().chain(on_create_room(&lists)).cloned().collect();
        let mut content = EditableText::new(r#"{"invite":[]}"#.to_owned());
        let requester = Requester::new("@a:x");
        for answer in ask(&twice, (&requester, &mut content, false)) {
            assert!(matches!(answer, Entered::Ready(Err(_))), "{answer:?}");
        }
        assert!(content.changed());
        assert_eq!(content.as_str(), r#"{"invite":["@a:x","@a:x","@a:x","@a:x"]}"#);
    }
}

#[test]
fn a_suspended_callback_keeps_its_module_and_is_dropped_before_it() {
    let dropped = DROPPED.with(Arc::clone);
    let state = StateHandle::new(Arc::new(Slow { suspensions: 1, fails: false }));
    let lists = registered(1);
    let mut call = call::<rows::check_event_allowed, _>((Json(MESSAGE), &state));
    let mut context = Context::from_waker(Waker::noop());
    let entered = enter(call.as_mut(), &mut context, &check_event_allowed(&lists)[0]);
    assert!(matches!(entered, Entered::Pending));
    drop(lists);
    assert!(matches!(resume(call.as_mut(), &mut context), Entered::Pending));
    assert!(dropped.lock().unwrap().is_empty());
    drop(call);
    assert_eq!(*dropped.lock().unwrap(), ["future", "module"]);
}

#[test]
fn a_cancelled_callback_gives_its_arguments_back() {
    let lists = registered(1);
    let mut content = EditableText::new(r#"{"invite":[]}"#.to_owned());
    let requester = Requester::new("@a:x");
    {
        let mut call = call::<rows::on_create_room, _>((&requester, &mut content, false));
        let mut context = Context::from_waker(Waker::noop());
        let first = &on_create_room(&lists)[0];
        assert!(matches!(enter(call.as_mut(), &mut context, first), Entered::Pending));
        assert!(call.as_mut().cancel().is_none());
        // The next module continues from the state in which the cancelled one left the arguments.
        assert!(matches!(enter(call.as_mut(), &mut context, first), Entered::Pending));
    }
    assert_eq!(content.as_str(), r#"{"invite":["@a:x","@a:x"]}"#);
}

#[test]
fn a_life_cycle_call_outlives_what_made_it() {
    let host = Arc::new(Host::default());
    let module = host.make(&RULES, "0");
    let mut start = Box::pin(module.start());
    drop((module, host));
    let polled = start.as_mut().poll(&mut Context::from_waker(Waker::noop()));
    assert!(matches!(polled, Poll::Ready(Ok(()))));
}
