//! The fake homeserver.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use super::canned::Canned;
use super::clock::Clock;
use super::data;
use super::gate::Gate;
use super::module::Seat;
use super::room::{FakeRoom, room};
use super::script::{Desk, Scripted, reply};
use super::user::FakeUser;
use super::world::World;
use crate::host::StateHandle;
use crate::module::{ApiHandle, ModuleApi};
use crate::requests::Services;
use crate::requests::logins::RegistrationToken;
use crate::values::{ModuleError, OwnedEvent};

/// The time at which a [`FakeHost`] begins: milliseconds since 1970.
pub const START: i64 = 1_600_000_000_000;

/// A homeserver that knows what a test defines. Cheap to clone: all clones share the same state.
///
/// It answers the requests of `hsmod_plugin_api::requests` as a homeserver would, in memory:
/// modules see the changes that they make. Users who are not in a room cannot send events there, or
/// invite and ban others; power levels are not checked. It does not ask callbacks about these
/// actions, and sends nothing to other servers. HTTP, storage and templates work only as far as the
/// test scripts them. [`answer`](Self::answer), [`fail`](Self::fail), [`hold`](Self::hold) and
/// [`lack`](Self::lack) replace its default answers; [`requests`](Self::requests) returns the
/// requests that it has received.
///
/// ```
/// use hsmod_plugin_api::testing::prelude::*;
///
/// let host = FakeHost::new("example.com")
///     .user(user("@alice:example.com").display_name("Alice"))
///     .room(room("!lobby:example.com").member("@alice:example.com", "join"));
/// assert!(host.find_room("!lobby:example.com").unwrap().sent().is_empty());
/// ```
#[derive(Clone, Debug)]
pub struct FakeHost {
    server_name: Arc<str>,
    process: Process,
    clock: Clock,
    world: World,
    desk: Arc<Desk>,
}

/// The properties of the process in which a [`FakeHost`] runs its modules.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Process {
    /// The URL at which clients reach the homeserver.
    pub public_baseurl: Option<String>,
    /// The name of this worker process.
    pub worker_name: Option<String>,
    /// The program that it runs.
    pub worker_app: Option<String>,
    /// The name that the homeserver uses in mails.
    pub email_app_name: Option<String>,
    /// Whether this process does the work that is to be done once per homeserver. True by default.
    pub run_background_tasks: bool,
    /// Whether modules are started as a trial, in which no requests are answered.
    pub trial: bool,
}

impl FakeHost {
    /// Creates a homeserver without users and rooms.
    pub fn new(server_name: &str) -> Self {
        let clock = Clock::new(START);
        let process = Process {
            public_baseurl: None,
            worker_name: None,
            worker_app: None,
            email_app_name: None,
            run_background_tasks: true,
            trial: false,
        };
        Self {
            server_name: server_name.into(),
            process,
            world: World::new(server_name.to_owned(), clock.clone()),
            clock,
            desk: Arc::default(),
        }
    }

    /// Changes the properties of the process. Clones that were made before are not affected.
    ///
    /// ```
    /// use hsmod_plugin_api::testing::prelude::*;
    ///
    /// let worker = FakeHost::new("example.com").in_process(|process| {
    ///     process.worker_name = Some("worker1".to_owned());
    ///     process.run_background_tasks = false;
    /// });
    /// assert!(!worker.api().should_run_background_tasks());
    /// ```
    #[must_use]
    pub fn in_process(mut self, change: impl FnOnce(&mut Process)) -> Self {
        change(&mut self.process);
        self
    }

    /// Adds a user, or replaces the one with the same ID. May be called at any time.
    pub fn user(&self, user: FakeUser) -> Self {
        self.world.known().users.insert(user.info.user_id.clone(), user);
        self.clone()
    }

    /// Adds a room, or replaces the one with the same ID. May be called at any time.
    pub fn room(&self, room: FakeRoom) -> Self {
        self.world.known().rooms.insert(room.room_id.clone(), room);
        self.clone()
    }

    /// Adds a registration token. May be called at any time.
    pub fn registration_token(&self, token: RegistrationToken) -> Self {
        self.world.known().registration_tokens.insert(token.token.clone(), token);
        self.clone()
    }

    /// The current state of a user.
    pub fn find_user(&self, user_id: &str) -> Option<FakeUser> {
        self.world.known().users.get(user_id).cloned()
    }

    /// The current state of a room.
    pub fn find_room(&self, room_id: &str) -> Option<FakeRoom> {
        self.world.known().rooms.get(room_id).cloned()
    }

    /// Adds an event that no module sent, for example from a recorded history: a state event
    /// replaces the previous one. Creates the room if it is not known. May be called at any time.
    pub fn receive(&self, event: &OwnedEvent) {
        let room_id = event.as_event().room_id().as_str().to_owned();
        let mut known = self.world.known();
        let room = known.rooms.entry(room_id).or_insert_with_key(|room_id| room(room_id));
        room.receive(event);
    }

    /// Removes all state of this room, and the events sent there.
    pub fn forget_state(&self, room_id: &str) {
        if let Some(room) = self.world.known().rooms.get_mut(room_id) {
            room.forget_state();
        }
    }

    /// The current state of a room, for callbacks that take one.
    ///
    /// # Panics
    /// If there is no such room.
    pub fn state(&self, room_id: &str) -> StateHandle {
        let room = self.find_room(room_id);
        StateHandle::new(Arc::new(room.unwrap_or_else(|| panic!("there is no room {room_id}"))))
    }

    /// The current time: milliseconds since 1970, initially [`START`]. Events are sent with this
    /// time.
    pub fn now(&self) -> i64 {
        self.clock.now()
    }

    /// Lets time pass, which does not happen by itself, and wakes sleepers whose time has come. To
    /// continue the background work of modules, use
    /// [`TestModule::advance`](super::TestModule::advance).
    pub fn advance(&self, by: Duration) {
        self.clock.set(self.clock.after(by));
    }

    /// Turns it from a test double into a substitute for a homeserver in which a loader runs
    /// modules: its time is the system's, the loader itself lets modules sleep, and requests are
    /// not recorded, because the record would grow without limit.
    #[must_use]
    pub fn standing_in(self) -> Self {
        self.clock.follow_system();
        self.desk.note_nothing();
        self
    }

    /// Replaces what it knows by what another one knows now: users, rooms and registration tokens.
    /// Its scripts stay as they are.
    pub fn begin_as(&self, other: &Self) {
        self.world.begin_as(&other.world);
    }

    /// All requests so far, in order, each a list of its name and its arguments:
    /// `["is_user_admin", "@alice:example.com"]`.
    pub fn requests(&self) -> Vec<Value> {
        self.desk.requests()
    }

    /// The requests since this was last called.
    pub fn take_requests(&self) -> Vec<Value> {
        self.desk.take_requests()
    }

    /// Answers a request with `answer` from now on. `answer` must have exactly the type of the
    /// request's answer in the trait of its group: `Some("#lobby:example.com".to_owned())` for
    /// `get_canonical_room_alias`.
    ///
    /// # Panics
    /// If no request has this name. An answer of the wrong type panics when the request is made,
    /// which the module sees as an error.
    #[track_caller]
    pub fn answer<A: Clone + Send + Sync + 'static>(&self, request: &str, answer: A) {
        self.desk.always(request, reply(move |_| Ok(answer.clone())));
    }

    /// [`answer`](Self::answer) for the next request only; several are used one after the other.
    ///
    /// # Panics
    /// Those of [`answer`](Self::answer).
    #[track_caller]
    pub fn answer_next<A: Clone + Send + Sync + 'static>(&self, request: &str, answer: A) {
        self.desk.next(request, reply(move |_| Ok(answer.clone())));
    }

    /// [`answer`](Self::answer) with a function of the arguments.
    ///
    /// # Panics
    /// Those of [`answer`](Self::answer).
    #[track_caller]
    pub fn answer_by<A: Send + 'static>(
        &self,
        request: &str,
        answer: impl Fn(&[Value]) -> Result<A, ModuleError> + Send + Sync + 'static,
    ) {
        self.desk.always(request, reply(answer));
    }

    /// [`answer`](Self::answer) with JSON, for answers that are data. `docs/requests.md` lists the
    /// fields of structs.
    ///
    /// ```
    /// use hsmod_plugin_api::testing::prelude::*;
    ///
    /// let host = FakeHost::new("example.com");
    /// host.answer_json("is_user_admin", &json!(true))?;
    /// assert_eq!(
    ///     host.answer_json("get_profile_for_user", &json!({"displayname": "Bob"})).unwrap_err(),
    ///     "it has no field `displayname`: its fields are `avatar_url`, `display_name`"
    /// );
    /// # Ok::<(), String>(())
    /// ```
    ///
    /// # Errors
    /// The JSON does not fit the answer of the request; the error says why.
    ///
    /// # Panics
    /// If no request has this name.
    #[track_caller]
    pub fn answer_json(&self, request: &str, answer: &Value) -> Result<(), String> {
        self.desk.always(request, data::reply(request, answer)?);
        Ok(())
    }

    /// [`answer_json`](Self::answer_json) for the next request only; several are used one after the
    /// other.
    ///
    /// # Errors
    /// Those of [`answer_json`](Self::answer_json).
    ///
    /// # Panics
    /// Those of [`answer_json`](Self::answer_json).
    #[track_caller]
    pub fn answer_json_next(&self, request: &str, answer: &Value) -> Result<(), String> {
        self.desk.next(request, data::reply(request, answer)?);
        Ok(())
    }

    /// Lets a request fail from now on.
    ///
    /// # Panics
    /// If no request has this name.
    #[track_caller]
    pub fn fail(&self, request: &str, error: ModuleError) {
        self.desk.always(request, Arc::new(move |_| Err(error.clone())));
    }

    /// [`fail`](Self::fail) for the next request only; several are used one after the other.
    ///
    /// # Panics
    /// Those of [`fail`](Self::fail).
    #[track_caller]
    pub fn fail_next(&self, request: &str, error: ModuleError) {
        self.desk.next(request, Arc::new(move |_| Err(error.clone())));
    }

    /// Holds a request back from now on, until the gate is opened.
    ///
    /// # Panics
    /// If no request has this name.
    #[track_caller]
    pub fn hold(&self, request: &str) -> Gate {
        let gate = Gate::default();
        self.desk.hold(request, gate.clone());
        gate
    }

    /// Removes support for a request, a callback (`spam_checker.user_may_invite`) or a category
    /// from now on.
    pub fn lack(&self, name: &str) {
        self.desk.lack(name);
    }

    /// The name of the homeserver.
    pub fn server_name(&self) -> &str {
        &self.server_name
    }

    /// The properties of the process.
    pub const fn process(&self) -> &Process {
        &self.process
    }

    pub(super) const fn clock(&self) -> &Clock {
        &self.clock
    }

    /// Whether it [lacks](Self::lack) this.
    pub fn lacks(&self, name: &str) -> bool {
        self.desk.lacks(name)
    }

    /// The API that a module gets, for tests of a part of a module. Registrations and background
    /// work have no effect.
    ///
    /// ```
    /// use hsmod_plugin_api::testing::prelude::*;
    /// # use hsmod_plugin_api::prelude::*;
    /// /// A part of a module.
    /// async fn greeting(api: &ModuleApi, user_id: &UserId) -> Result<String, ModuleError> {
    ///     let profile = api.get_profile_for_user(user_id.localpart()).await?;
    ///     Ok(format!("Hello {}", profile.display_name.as_deref().unwrap_or("stranger")))
    /// }
    ///
    /// let host = FakeHost::new("example.com").user(user("@bob:example.com").display_name("Bob"));
    /// let greeting = block_on(greeting(&host.api(), UserId::new("@bob:example.com")));
    /// assert_eq!(greeting.unwrap(), "Hello Bob");
    /// ```
    pub fn api(&self) -> ModuleApi {
        ApiHandle::new(Arc::new(Seat::of_no_module(self.clone()))).api()
    }

    /// Its answers, for a loader that runs modules. Excludes the requests that the loader itself
    /// answers in every homeserver, with two exceptions: HTTP requests once they are scripted, and
    /// `sleep` unless it is [standing in](Self::standing_in).
    pub fn services(&self) -> Services {
        let mut services = self.matrix_services();
        if !self.clock.is_real() {
            services = services.time(self.group());
        }
        if self.desk.supports("http_request") == Some(true) {
            services = services.http(self.group());
        }
        services
    }

    /// The requests that only homeservers answer.
    fn matrix_services(&self) -> Services {
        Services::default()
            .users(self.group())
            .logins(self.group())
            .rooms(self.group())
            .events(self.group())
            .membership(self.group())
            .account_data(self.group())
            .threepids(self.group())
            .presence(self.group())
            .push(self.group())
            .public_rooms(self.group())
            .caches(self.group())
    }

    /// Its answers where there is no loader.
    pub(super) fn all_services(&self) -> Services {
        self.matrix_services()
            .time(self.group())
            .mail(self.group())
            .http(self.group())
            .storage(self.group())
            .templates(self.group())
    }

    fn group(&self) -> Scripted<Canned> {
        Scripted { desk: Arc::clone(&self.desk), canned: Canned::new(self.world.clone()) }
    }
}
