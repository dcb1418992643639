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

/// A homeserver that knows what a test tells it. Cheap to clone: all clones are the same one.
///
/// It answers the requests of `hsmod_plugin_api::requests` as a homeserver would, in memory: what a
/// module changes, it sees changed. Who is not in a room sends nothing there, and invites and bans
/// nobody; power levels are not checked. It asks no callbacks of that, and sends nothing anywhere. Other servers, storage and templates are supported as far as the test
/// scripts them. [`answer`](Self::answer), [`fail`](Self::fail), [`hold`](Self::hold)
/// and [`lack`](Self::lack) replace what it would do; [`requests`](Self::requests) tells what it
/// was asked for.
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

/// What a [`FakeHost`] tells its modules of the process they run in.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Process {
    /// Where clients reach the homeserver.
    pub public_baseurl: Option<String>,
    /// The name of this worker process.
    pub worker_name: Option<String>,
    /// The program that it runs.
    pub worker_app: Option<String>,
    /// What the homeserver calls itself in mails.
    pub email_app_name: Option<String>,
    /// Whether this process does what is to be done once per homeserver. By default yes.
    pub run_background_tasks: bool,
    /// Whether modules are started as a trial: then no requests are answered.
    pub trial: bool,
}

impl FakeHost {
    /// A homeserver without users and rooms.
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

    /// In another process than usual, as the test changes it. Clones made before know nothing of
    /// it.
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

    /// Has this user, in place of one of the same ID. May be called at any time.
    pub fn user(&self, user: FakeUser) -> Self {
        self.world.known().users.insert(user.info.user_id.clone(), user);
        self.clone()
    }

    /// Has this room, in place of one of the same ID. May be called at any time.
    pub fn room(&self, room: FakeRoom) -> Self {
        self.world.known().rooms.insert(room.room_id.clone(), room);
        self.clone()
    }

    /// Has this token, with which somebody may register. May be called at any time.
    pub fn registration_token(&self, token: RegistrationToken) -> Self {
        self.world.known().registration_tokens.insert(token.token.clone(), token);
        self.clone()
    }

    /// A user as they are now.
    pub fn find_user(&self, user_id: &str) -> Option<FakeUser> {
        self.world.known().users.get(user_id).cloned()
    }

    /// A room as it is now.
    pub fn find_room(&self, room_id: &str) -> Option<FakeRoom> {
        self.world.known().rooms.get(room_id).cloned()
    }

    /// Takes in an event that nobody here sent, as from a history: a state event replaces the one
    /// before it. A room that is not known is there from then on. May be called at any time.
    pub fn receive(&self, event: &OwnedEvent) {
        let room_id = event.as_event().room_id().as_str().to_owned();
        let mut known = self.world.known();
        let room = known.rooms.entry(room_id).or_insert_with_key(|room_id| room(room_id));
        room.receive(event);
    }

    /// Knows no state of this room any more, nor what was sent there.
    pub fn forget_state(&self, room_id: &str) {
        if let Some(room) = self.world.known().rooms.get_mut(room_id) {
            room.forget_state();
        }
    }

    /// The state of a room as it is now, for callbacks that take one.
    ///
    /// # Panics
    /// If there is no such room.
    pub fn state(&self, room_id: &str) -> StateHandle {
        let room = self.find_room(room_id);
        StateHandle::new(Arc::new(room.unwrap_or_else(|| panic!("there is no room {room_id}"))))
    }

    /// The time: milliseconds since 1970, [`START`] at first. What is sent is of this time.
    pub fn now(&self) -> i64 {
        self.clock.now()
    }

    /// Lets time pass; it does not by itself. Who sleeps until then is woken; what modules do in the
    /// background goes on with [`TestModule::advance`](super::TestModule::advance).
    pub fn advance(&self, by: Duration) {
        self.clock.set(self.clock.after(by));
    }

    /// From now on it stands in for a homeserver, with a loader that runs modules in it, and is no
    /// longer a test's: its time is the system's, by which the loader lets modules sleep, and it does
    /// not note what it is asked for, which would have no end.
    #[must_use]
    pub fn standing_in(self) -> Self {
        self.clock.follow_system();
        self.desk.note_nothing();
        self
    }

    /// Knows from now on what another one knows at the moment: its users, rooms and registration
    /// tokens. What was scripted stays as it is.
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

    /// From now on, answers a request so. `answer` is just of the type that the request has in its
    /// group's trait: `Some("#lobby:example.com".to_owned())` of `get_canonical_room_alias`.
    ///
    /// # Panics
    /// If no request has this name. An answer of another type panics when it is asked for, which
    /// the module sees as an error.
    #[track_caller]
    pub fn answer<A: Clone + Send + Sync + 'static>(&self, request: &str, answer: A) {
        self.desk.always(request, reply(move |_| Ok(answer.clone())));
    }

    /// As [`answer`](Self::answer), the next time only; of several, one after the other.
    ///
    /// # Panics
    /// As [`answer`](Self::answer).
    #[track_caller]
    pub fn answer_next<A: Clone + Send + Sync + 'static>(&self, request: &str, answer: A) {
        self.desk.next(request, reply(move |_| Ok(answer.clone())));
    }

    /// As [`answer`](Self::answer), by the arguments.
    ///
    /// # Panics
    /// As [`answer`](Self::answer).
    #[track_caller]
    pub fn answer_by<A: Send + 'static>(
        &self,
        request: &str,
        answer: impl Fn(&[Value]) -> Result<A, ModuleError> + Send + Sync + 'static,
    ) {
        self.desk.always(request, reply(answer));
    }

    /// As [`answer`](Self::answer), from JSON: for answers that are data. Structs are written by the
    /// names of their fields, which `docs/requests.md` has.
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
    /// The request answers nothing like this; the text says why.
    ///
    /// # Panics
    /// If no request has this name.
    #[track_caller]
    pub fn answer_json(&self, request: &str, answer: &Value) -> Result<(), String> {
        self.desk.always(request, data::reply(request, answer)?);
        Ok(())
    }

    /// As [`answer_json`](Self::answer_json), the next time only; of several, one after the other.
    ///
    /// # Errors
    /// As [`answer_json`](Self::answer_json).
    ///
    /// # Panics
    /// As [`answer_json`](Self::answer_json).
    #[track_caller]
    pub fn answer_json_next(&self, request: &str, answer: &Value) -> Result<(), String> {
        self.desk.next(request, data::reply(request, answer)?);
        Ok(())
    }

    /// From now on, a request fails.
    ///
    /// # Panics
    /// If no request has this name.
    #[track_caller]
    pub fn fail(&self, request: &str, error: ModuleError) {
        self.desk.always(request, Arc::new(move |_| Err(error.clone())));
    }

    /// As [`fail`](Self::fail), the next time only; of several, one after the other.
    ///
    /// # Panics
    /// As [`fail`](Self::fail).
    #[track_caller]
    pub fn fail_next(&self, request: &str, error: ModuleError) {
        self.desk.next(request, Arc::new(move |_| Err(error.clone())));
    }

    /// From now on, a request waits until the gate is opened; for ever, if nobody does.
    ///
    /// # Panics
    /// If no request has this name.
    #[track_caller]
    pub fn hold(&self, request: &str) -> Gate {
        let gate = Gate::default();
        self.desk.hold(request, gate.clone());
        gate
    }

    /// From now on, does not support this: a request, a callback
    /// (`spam_checker.user_may_invite`), or a category.
    pub fn lack(&self, name: &str) {
        self.desk.lack(name);
    }

    /// Its name.
    pub fn server_name(&self) -> &str {
        &self.server_name
    }

    /// What it tells modules of the process they run in.
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

    /// What a module gets of it, for tests of a part of a module. What is registered with it, or left
    /// to be done in the background, comes to nothing.
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

    /// What it answers, for whoever runs modules: without that which the loader itself answers in
    /// every homeserver, but for HTTP requests once they are scripted, and `sleep` unless it is
    /// [standing in](Self::standing_in).
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

    /// What only homeservers answer.
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

    /// What it answers where there is no loader.
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
