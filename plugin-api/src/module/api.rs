//! The requests that a module may make to its homeserver.

use std::fmt;
use std::sync::Arc;

use hsmod_abi::{
    Context, Continuation, Errand, Flag, Guest, Has, Homeserver, Object, Peer, RawCache,
    RawOutcome, RawRegistration, Routine, Str, TableRef, counted_table,
};

use super::own::Own;
use super::web::{WebResource, WebTableRef};
use crate::manifest::AbiVersion;
use crate::requests::Groups;
use crate::values::UserId;

/// The homeserver, as seen by one module. Cheap to clone; a module keeps a clone for later.
///
/// Arguments of requests that are JSON take any value that implements `Serialize`: a
/// `serde_json::json!(..)`, a struct, a list of strings, `&()` for `null`. A
/// [`JsonStr`](crate::values::JsonStr) is JSON text already and is sent unchanged.
///
/// Mirrors `synapse.module_api.ModuleApi`.
#[doc = include_str!("api/members.md")]
#[derive(Clone)]
pub struct ModuleApi {
    connection: Arc<Connection>,
}

/// A reference to the homeserver's side, and what it offers.
struct Connection {
    homeserver: Homeserver<HostTableRef, Groups>,
    /// The number of the module.
    module: u32,
    own: Own,
}

/// A reference to the homeserver's side of a [`ModuleApi`].
pub type RawApi = hsmod_abi::RawApi<HostTableRef>;

counted_table! {
    /// The functions of a homeserver that all modules may call. Append-only; none of them unwinds.
    pub struct HostTable as HostTableRef, side HostSide, calls HostCalls {
        /// The name of the homeserver software: `synapse`.
        homeserver_name: fn() -> Str<'static>, else Str::NONE;
        /// Its version.
        homeserver_version: fn() -> Str<'static>, else Str::NONE;
        server_name: fn() -> Str<'static>, else Str::NONE;
        /// None if the operator did not configure it.
        public_baseurl: fn() -> Str<'static>, else Str::NONE;
        /// None in the main process.
        worker_name: fn() -> Str<'static>, else Str::NONE;
        /// None in the main process.
        worker_app: fn() -> Str<'static>, else Str::NONE;
        /// None if the operator did not configure it.
        email_app_name: fn() -> Str<'static>, else Str::NONE;
        is_trial: fn() -> Flag, else Flag::new(false);
        should_run_background_tasks: fn() -> Flag, else Flag::new(false);
        /// Milliseconds since 1970.
        get_current_time_msec: fn() -> u64, else 0;
        /// Takes the name of a callback, a category, a request or a feature.
        supports: fn(name: Str<'static>) -> Flag, else Flag::new(false);
        /// Takes the object.
        register_callbacks: fn(object: Object | registration: *const RawRegistration<'static>);
        /// Takes a path, whether it includes everything below, whether errors are pages; takes the
        /// object.
        register_web_resource: fn(
            path: Str<'static>, subtree: Flag, html: Flag, object: Object | table: WebTableRef
        );
        /// Takes a description, the period in nanoseconds, and whether to run on every worker.
        looping_background_call: fn(desc: Str<'static>, period: u64, everywhere: Flag, f: Routine);
        /// Takes a description and the delay in nanoseconds; returns the number of the call, 0 if
        /// it will not be made.
        background_call: fn(desc: Str<'static>, delay: u64, f: Continuation) -> u64, else 0;
        cancel_background_call: fn(number: u64);
        /// Writes to `outcome` whether the work is accepted.
        defer_to_thread: fn(errand: Errand, outcome: *mut RawOutcome);
        register_cached_function: fn(name: Str<'static>, cache: RawCache);
        /// Takes the name and the key as JSON; invalidates in this process only.
        invalidate_cache: fn(name: Str<'static>, key: Str<'static>);
        /// Takes the name of the table of a group of requests, and a number that the group has
        /// assigned.
        give_up: fn(group: Str<'static>, number: i64);
        /// Fills in the context of the call that this thread is running.
        context: fn(context: *mut Context);
    }
}

impl ModuleApi {
    /// Takes over a reference that the homeserver counted for the module with the number `module`.
    pub(crate) fn import(raw: RawApi, module: u32) -> Self {
        let homeserver = Homeserver::take(raw);
        Self { connection: Arc::new(Connection { homeserver, module, own: Own::default() }) }
    }

    /// The module that this API belongs to.
    pub(super) fn own(&self) -> &Own {
        &self.connection.own
    }

    /// Returns the homeserver, to be called through its own table.
    pub(super) fn peer(&self) -> Peer<'_, HostTableRef> {
        self.connection.homeserver.peer()
    }

    /// The homeserver's table for a group of requests.
    #[inline]
    pub(crate) fn group<R: TableRef>(&self) -> Peer<'_, R>
    where
        Groups: Has<R>,
    {
        self.connection.homeserver.group()
    }

    /// The number of the module.
    pub(super) fn number(&self) -> u32 {
        self.connection.module
    }

    /// For the generated requests, which also run on parts of the API.
    pub(crate) const fn api(&self) -> &Self {
        self
    }

    /// The homeserver's name: the part of a user ID after the first `:`.
    pub fn server_name(&self) -> &str {
        self.peer().server_name().and_then(Str::checked).unwrap_or_default()
    }

    /// The URL at which clients reach the homeserver, with a `/` at the end; `None` if the operator
    /// did not configure it.
    pub fn public_baseurl(&self) -> Option<&str> {
        self.peer().public_baseurl()?.checked()
    }

    /// The name of this worker process; `None` in the main process.
    pub fn worker_name(&self) -> Option<&str> {
        self.peer().worker_name()?.checked()
    }

    /// The program that this worker process runs, as the operator's config calls it; `None` in the
    /// main process.
    pub fn worker_app(&self) -> Option<&str> {
        self.peer().worker_app()?.checked()
    }

    /// The name that the homeserver uses in mails; `Matrix` if the operator did not configure one.
    pub fn email_app_name(&self) -> &str {
        self.peer().email_app_name().and_then(Str::checked).unwrap_or("Matrix")
    }

    /// The version of the boundary that the homeserver speaks. Both sides know the features of the
    /// smaller minor of this version and [ours](crate::ABI).
    pub fn abi(&self) -> AbiVersion {
        AbiVersion {
            major: hsmod_abi::MAJOR,
            minor: self.peer().table().minor().unwrap_or_default(),
        }
    }

    /// The name of the homeserver software (`synapse`) and its version; empty if it does not report
    /// them.
    ///
    /// For logging only: use [`Self::supports`] to find out whether something is supported.
    pub fn homeserver(&self) -> (&str, &str) {
        let (name, version) = (self.peer().homeserver_name(), self.peer().homeserver_version());
        let [name, version] = [name, version].map(|text| text.and_then(Str::checked));
        (name.unwrap_or_default(), version.unwrap_or_default())
    }

    /// Whether this is a trial (`hsmod check`, or `call` and `replay` without `--live`): requests
    /// are not answered and nothing is kept. With `--world` it is not a trial: a simulated
    /// homeserver answers, and the module behaves as in a real one.
    pub fn is_trial(&self) -> bool {
        self.peer().is_trial().is_some_and(Flag::get)
    }

    /// Whether this homeserver really calls a callback (`spam_checker.user_may_invite`, or the
    /// whole category `spam_checker`) or answers a request (`get_room_state`).
    pub fn supports(&self, name: &str) -> bool {
        self.peer().supports(Str::new(name)).is_some_and(Flag::get)
    }

    /// Whether a user, room or alias belongs to this homeserver. A full identifier is compared by
    /// its server name.
    ///
    /// ```
    /// # use hsmod_plugin_api::prelude::*;
    /// # fn example(api: &ModuleApi, event: &Event<'_>) -> bool {
    /// api.is_mine(event.sender())
    /// # }
    /// ```
    pub fn is_mine(&self, id: &(impl AsRef<str> + ?Sized)) -> bool {
        UserId::new(id.as_ref()).server_name() == Some(self.server_name())
    }

    /// The full user ID for a local part; a string that begins with `@` is returned unchanged.
    pub fn get_qualified_user_id(&self, username: &str) -> String {
        if username.starts_with('@') {
            username.to_owned()
        } else {
            format!("@{username}:{}", self.server_name())
        }
    }

    /// Answers HTTP requests for `path`: exactly that path or, if it ends with `/*`, also
    /// everything below it. `/_synapse/client/<name of the module>/` is always safe; paths that the
    /// homeserver itself serves are refused. If two modules register the same path, the first one
    /// gets it and a warning is logged.
    ///
    /// ```
    /// # use hsmod_plugin_api::prelude::*;
    /// struct Hello;
    /// impl WebResource for Hello {
    ///     async fn get(&self, request: &WebRequest<'_>) -> Result<WebResponse, ModuleError> {
    ///         let name = request.require_query("name")?;
    ///         Ok(WebResponse::json(200, &serde_json::json!({"hello": name})))
    ///     }
    /// }
    /// # fn example(api: &ModuleApi) {
    /// api.register_web_resource("/_synapse/client/demo/hello/*", Hello);
    /// # }
    /// ```
    pub fn register_web_resource<W: WebResource>(&self, path: &str, resource: W) {
        let (exact, subtree) = match path.strip_suffix("/*") {
            Some(parent) => (parent, true),
            None => (path, false),
        };
        let (subtree, html) = (Flag::new(subtree), W::ERRORS.html());
        let resource = Guest::new(Arc::new(resource));
        self.peer().register_web_resource(Str::new(exact), subtree, html, resource);
    }

    /// Tells the homeserver that the module no longer needs what a request of a group has begun
    /// under this number.
    pub(super) fn give_up(&self, group: &str, number: i64) {
        self.peer().give_up(Str::new(&format!("{group}/1")), number);
    }
}

impl fmt::Debug for ModuleApi {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ModuleApi")
            .field("server_name", &self.server_name())
            .finish_non_exhaustive()
    }
}

#[cfg(all(test, feature = "testing", target_pointer_width = "64"))]
#[allow(unsafe_code, reason = "tables that end early are made by hand")]
mod tests;
