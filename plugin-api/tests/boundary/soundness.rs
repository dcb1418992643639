//! Shows that a homeserver that uses a call in the wrong order, or whose own code panics in the
//! middle of one, gets a panic or an error: no module sees missing arguments, or loses those that
//! it uses.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Waker};

use hsmod_plugin_api::callbacks::add_extra_fields_to_unsigned_client_event::rows::add_field_to_unsigned_callback as AddFields;
use hsmod_plugin_api::host::{
    Asked, Asking, Callback, CallbackCall, Entered, Inputs, Json, Lists, Observer, Prepared, Reply,
    Row, SeveralInputs,
};
use hsmod_plugin_api::module::StaticModule;
use hsmod_plugin_api::prelude::*;

use crate::host::registrations;
use crate::support::Suspend;

/// Answers with the sender of an event, which it reads before and after it waits.
struct Senders(Arc<Mutex<Vec<&'static str>>>);

thread_local! {
    /// What the test of this thread has created, in the order in which it is dropped.
    static GONE: Arc<Mutex<Vec<&'static str>>> = Arc::default();
}

struct Note<'a>(&'a Senders);

impl Drop for Note<'_> {
    fn drop(&mut self) {
        self.0.0.lock().unwrap().push("future");
    }
}

impl Drop for Senders {
    fn drop(&mut self) {
        self.0.lock().unwrap().push("module");
    }
}

impl Module for Senders {
    type Config = ();

    fn new((): (), api: &ModuleApi) -> Result<Arc<Self>, ModuleError> {
        let module = Arc::new(Self(GONE.with(Arc::clone)));
        api.register_add_extra_fields_to_unsigned_client_event_callbacks(&module);
        Ok(module)
    }
}

#[callbacks]
impl AddExtraFieldsToUnsignedClientEvent for Senders {
    async fn add_field_to_unsigned_callback(
        &self,
        event: &Event<'_>,
    ) -> Result<JsonObject, ModuleError> {
        let _note = Note(self);
        let before = event.sender().as_str().to_owned();
        Suspend(1).await;
        assert_eq!(event.sender().as_str(), before);
        Ok([("sender".to_owned(), before.into())].into_iter().collect())
    }
}

static SENDERS: StaticModule = StaticModule::of::<Senders>(b"");

/// The callbacks of a module; they alone keep it alive.
fn registered() -> Arc<Lists> {
    let mut lists = Lists::default();
    for registered in registrations(&SENDERS, "null") {
        registered.append_to(&mut lists, |_| Some(0));
    }
    Arc::new(lists)
}

fn callbacks(lists: &Lists) -> &[Callback<AddFields>] {
    Row::list(lists.as_ref())
}

type Args = <AddFields as Asking>::Raws;

type Question<P> = Pin<Box<CallbackCall<AddFields, P, Lists>>>;

/// A call about this event, which has not been built yet.
fn about(event: &'static str) -> Question<impl Prepared<Args>> {
    Box::pin(CallbackCall::new(Inputs::<Args>::prepare((Json(event),))))
}

/// A call about a page of one event, which has not been built yet.
fn about_page(event: &'static str) -> Question<impl Prepared<Args>> {
    Box::pin(CallbackCall::new(SeveralInputs::<Args>::prepare((vec![Json(event)],))))
}

const EVENT: &str = r#"{"event_id":"$m","room_id":"!r:x","sender":"@a:x",
    "type":"m.room.message","content":{}}"#;

/// Asks the modules; `None` if that is refused by a panic.
fn ask<P: Prepared<Args>>(
    call: &mut Question<P>,
    lists: &Arc<Lists>,
    observer: &mut impl Observer<Lists>,
) -> Option<Asked<usize>> {
    let mut context = Context::from_waker(Waker::noop());
    let mut reply = Reply::new();
    let ask = || call.as_mut().ask(&mut context, lists, callbacks, observer, &mut reply);
    catch_unwind(AssertUnwindSafe(ask)).ok()
}

/// The number of events that the waiting module has answered.
fn answered<P: Prepared<Args>>(call: &mut Question<P>) -> usize {
    let mut reply = Reply::new();
    let resumed = call.as_mut().resume(&mut Context::from_waker(Waker::noop()), &mut reply);
    match (resumed, reply.take()) {
        (Asked::Answered(()), Entered::Ready(Ok(fields))) => fields.into_answers().len(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn arguments_that_were_not_built_reach_no_module() {
    assert_eq!(ask(&mut about(EVENT), &registered(), &mut ()), None);
    assert_eq!(ask(&mut about_page(EVENT), &registered(), &mut ()), None);
}

#[test]
fn arguments_that_could_not_be_built_reach_no_module_at_the_second_try() {
    let mut call = about("no event");
    assert!(call.as_mut().build().is_err());
    // Whether or not this is refused, there are no arguments.
    let _ = catch_unwind(AssertUnwindSafe(|| call.as_mut().build()));
    assert_eq!(ask(&mut call, &registered(), &mut ()), None);
}

#[test]
fn arguments_stay_where_they_are_while_a_module_waits() {
    let lists = registered();
    let mut call = about_page(EVENT);
    call.as_mut().build().unwrap();
    assert_eq!(ask(&mut call, &lists, &mut ()), Some(Asked::Suspended(0)));
    // Whether or not this is refused, the module reads its event again.
    let _ = catch_unwind(AssertUnwindSafe(|| call.as_mut().build()));
    assert_eq!(answered(&mut call), 1);
}

/// Panics once a module has been asked.
struct Startled;

impl<K> Observer<K> for Startled {
    type View<'k>
        = ()
    where
        K: 'k;

    fn view(&self, _: &K) {}

    fn before(&mut self, (): &(), _: usize, _: usize) -> bool {
        true
    }

    fn after(&mut self, _: &K, _: usize, _: bool) {
        panic!("the observer is startled");
    }
}

#[test]
fn a_module_that_waits_is_ended_though_the_observer_panicked() {
    let gone = GONE.with(Arc::clone);
    let lists = registered();
    let mut call = about(EVENT);
    call.as_mut().build().unwrap();
    assert_eq!(ask(&mut call, &lists, &mut Startled), None);
    drop(lists);
    assert_eq!(*gone.lock().unwrap(), [""; 0]);
    drop(call);
    assert_eq!(*gone.lock().unwrap(), ["future", "module"]);
}

/// Several calls may have the C form of shared arguments at the same time: so arguments that a
/// module may change, or that a call builds in place, must not be shared.
mod shared {
    use hsmod_plugin_api::callbacks::third_party_rules::rows::{on_create_room, on_new_event};
    use hsmod_plugin_api::host::{EditableText, Form, OwnedInputs, StateHandle};

    use super::*;

    type Created = <on_create_room as Asking>::Raws;
    type New = <on_new_event as Asking>::Raws;
    type Editable = <(&'static Requester<'static>, &'static mut EditableText, bool) as Inputs<
        Created,
    >>::Prepared;
    type Lazy = <(Json<'static>, &'static StateHandle) as Inputs<New>>::Prepared;
    type Owned = <(Json<'static>, &'static StateHandle) as OwnedInputs<New>>::Owned;

    /// Implemented for every type, and a second time for the types that a call takes: where both
    /// impls apply, the compiler cannot infer `_`, and reports an error.
    trait Holds<Raws, Which> {
        const ONCE: () = ();
    }
    struct Taken;
    impl<T, Raws> Holds<Raws, ()> for T {}
    impl<T: Prepared<Raws>, Raws: Form> Holds<Raws, Taken> for T {}

    const _: () = <Arc<Editable> as Holds<Created, _>>::ONCE;
    const _: () = <Arc<Lazy> as Holds<New, _>>::ONCE;
    const _: () = <Editable as Holds<Created, Taken>>::ONCE;
    const _: () = <Arc<Owned> as Holds<New, Taken>>::ONCE;
}
