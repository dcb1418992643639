//! What a module may ask of its homeserver.

use std::fmt;
use std::sync::Arc;

use hsmod_abi::{
    Context, Continuation, Crossing, Errand, Flag, Guest, Object, RawCache, RawOutcome,
    RawRegistration, Routine, Str, table,
};

use super::web::{WebResource, WebTableRef};
use crate::manifest::AbiVersion;
use crate::requests::Groups;
use crate::values::UserId;

/// The homeserver, as one module sees it. Cheap to clone; a module keeps a clone for later.
///
/// Mirrors `synapse.module_api.ModuleApi`.
#[doc = include_str!("api/members.md")]
#[derive(Clone)]
pub struct ModuleApi {
    connection: Arc<Connection>,
}

/// A reference to the homeserver's side, and what it offers.
struct Connection {
    raw: RawApi,
    groups: Groups,
    /// The number of the module.
    module: u32,
}

hsmod_abi::structure! {
    /// A reference to the homeserver's side of a [`ModuleApi`].
    #[repr(C)]
    #[derive(Clone, Copy, Debug)]
    #[cfg_attr(feature = "layout", derive(abi_stable::StableAbi))]
    pub struct RawApi {
        pub(crate) host: *const (),
        pub(crate) table: HostTableRef,
    }
}

// SAFETY: each side uses it from any thread (`ModuleHost` demands it).
unsafe impl hsmod_abi::Field for RawApi {
    fn check(&self) -> Result<(), hsmod_abi::Flaw> {
        if self.host.is_null() { Err(hsmod_abi::Flaw::Null) } else { Ok(()) }
    }
}

table! {
    /// What a homeserver answers, whoever asks. Append-only; none of these functions unwinds.
    pub struct HostTable as HostTableRef {
        /// Counts one more reference.
        retain: fn(*const ()),
        /// Gives one back.
        release: fn(*const ()),
        /// The table with this name: `users/1`. Null if there is none.
        extension: fn(*const (), Str<'static>) -> *const (),
        /// What it calls itself: `synapse`.
        homeserver_name: fn(*const ()) -> Str<'static>,
        /// Its version.
        homeserver_version: fn(*const ()) -> Str<'static>,
        server_name: fn(*const ()) -> Str<'static>,
        /// None if the operator did not say.
        public_baseurl: fn(*const ()) -> Str<'static>,
        /// None in the main process.
        worker_name: fn(*const ()) -> Str<'static>,
        /// None in the main process.
        worker_app: fn(*const ()) -> Str<'static>,
        /// None if the operator did not say.
        email_app_name: fn(*const ()) -> Str<'static>,
        is_trial: fn(*const ()) -> Flag,
        should_run_background_tasks: fn(*const ()) -> Flag,
        /// Milliseconds since 1970.
        get_current_time_msec: fn(*const ()) -> u64,
        /// A callback, a category, a request or a feature.
        supports: fn(*const (), Str<'static>) -> Flag,
        /// The object is taken.
        register_callbacks: fn(*const (), Object, *const RawRegistration<'static>),
        /// A path, whether all below it too, whether errors are pages; the object is taken.
        register_web_resource: fn(*const (), Str<'static>, Flag, Flag, Object, WebTableRef),
        /// What it is for, period in nanoseconds, whether on every worker.
        looping_background_call: fn(*const (), Str<'static>, u64, Flag, Routine),
        /// What it is for, delay in nanoseconds; the number of the call, 0 if it will not be made.
        background_call: fn(*const (), Str<'static>, u64, Continuation) -> u64,
        cancel_background_call: fn(*const (), u64),
        /// Whether it is accepted is written to where the pointer leads.
        defer_to_thread: fn(*const (), Errand, *mut RawOutcome),
        register_cached_function: fn(*const (), Str<'static>, RawCache),
        /// Its name, and the key as JSON: in this process.
        invalidate_cache: fn(*const (), Str<'static>, Str<'static>),
        /// A group of requests, by the name of its table, and a number that it gave out.
        give_up: fn(*const (), Str<'static>, i64),
        /// Fills in what the call is part of that this thread is in.
        context: fn(*const (), *mut Context),
    }
}

// SAFETY: the homeserver's side is `Send + Sync` (`ModuleHost` demands it).
unsafe impl Send for Connection {}
// SAFETY: as above.
unsafe impl Sync for Connection {}

/// Calls a function of the homeserver's table; what stands behind `else` if it has none.
macro_rules! ask {
    ($api:expr, $function:ident($($arg:expr),*) else $none:expr) => {
        match $api.table().$function() {
            // SAFETY: `host` is the host of this table, and `self` holds a reference to it; what
            // the arguments borrow lives for the time of the call.
            Some(function) => unsafe { function($api.host() $(, $arg)*) },
            None => $none,
        }
    };
}

pub(super) use ask;

/// Lends `text` for the time of a call of the homeserver's table.
pub(super) fn lent(text: &str) -> Str<'static> {
    // SAFETY: those functions do not keep it (`ask`).
    unsafe { Str::new(text).kept() }
}

impl ModuleApi {
    /// Takes over a reference that the homeserver counted for the module of this number.
    ///
    /// # Safety
    /// `raw.host` is a live host of `raw.table`, with one reference for the caller.
    pub(crate) unsafe fn import(raw: RawApi, module: u32) -> Self {
        let extension = |name: &str| match raw.table.extension() {
            // SAFETY: the host is that of the table (the caller's promise).
            Some(extension) => unsafe { extension(raw.host, lent(name)) },
            None => std::ptr::null(),
        };
        // SAFETY: what a host answers by a name is the table of that name.
        let groups = unsafe { Groups::of(extension) };
        Self { connection: Arc::new(Connection { raw, groups, module }) }
    }

    pub(super) fn table(&self) -> HostTableRef {
        self.connection.raw.table
    }

    pub(crate) fn host(&self) -> *const () {
        self.connection.raw.host
    }

    /// The number of the module.
    pub(super) fn number(&self) -> u32 {
        self.connection.module
    }

    pub(crate) fn groups(&self) -> &Groups {
        &self.connection.groups
    }

    /// For the requests, which may be asked of parts of the api too.
    pub(crate) const fn api(&self) -> &Self {
        self
    }

    /// The name of the homeserver, the part of a user ID behind the first `:`.
    pub fn server_name(&self) -> &str {
        // It lives as long as the host, to which `self` holds a reference.
        ask!(self, server_name() else Str::NONE).checked().unwrap_or_default()
    }

    /// Where clients reach the homeserver, with a `/` at the end; `None` if the operator did not
    /// say.
    pub fn public_baseurl(&self) -> Option<&str> {
        ask!(self, public_baseurl() else Str::NONE).checked()
    }

    /// The name of this worker process; `None` in the main process.
    pub fn worker_name(&self) -> Option<&str> {
        ask!(self, worker_name() else Str::NONE).checked()
    }

    /// The program that this worker process runs, as the operator's config calls it; `None` in the
    /// main process.
    pub fn worker_app(&self) -> Option<&str> {
        ask!(self, worker_app() else Str::NONE).checked()
    }

    /// What the homeserver calls itself in mails; `Matrix` if the operator did not say.
    pub fn email_app_name(&self) -> &str {
        ask!(self, email_app_name() else Str::NONE).checked().unwrap_or("Matrix")
    }

    /// Which version of the boundary the homeserver speaks: the smaller minor of its and
    /// [ours](crate::ABI) is what both know.
    pub fn abi(&self) -> AbiVersion {
        AbiVersion { major: hsmod_abi::MAJOR, minor: self.table().minor().unwrap_or_default() }
    }

    /// What the homeserver calls itself (`synapse`), and its version; empty if it does not say.
    ///
    /// For the log: whether something is served is asked with [`Self::supports`].
    pub fn homeserver(&self) -> (&str, &str) {
        let name = ask!(self, homeserver_name() else Str::NONE);
        let version = ask!(self, homeserver_version() else Str::NONE);
        (name.checked().unwrap_or_default(), version.checked().unwrap_or_default())
    }

    /// Whether this start is a trial (`hsmod check`, or `call` and `replay` without `--live`):
    /// requests are not answered, nothing lasts.
    pub fn is_trial(&self) -> bool {
        ask!(self, is_trial() else Flag::new(false)).get()
    }

    /// Whether this homeserver really calls a callback (`spam_checker.user_may_invite`, or the
    /// whole category `spam_checker`) or answers a request (`get_room_state`).
    pub fn supports(&self, name: &str) -> bool {
        ask!(self, supports(lent(name)) else Flag::new(false)).get()
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

    /// The full user ID for a local part; a text that begins with `@` is returned as it is.
    pub fn get_qualified_user_id(&self, username: &str) -> String {
        if username.starts_with('@') {
            username.to_owned()
        } else {
            format!("@{username}:{}", self.server_name())
        }
    }

    /// Answers HTTP requests for `path`: just that path, or with a `*` behind its last `/` also
    /// everything below it. The safe place is `/_synapse/client/<name of the module>/`; what the
    /// homeserver itself serves is refused. Of two modules that want the same path the first one
    /// gets it, with a warning.
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
        // SAFETY: nothing is lent.
        let (object, table): (Object, WebTableRef) =
            unsafe { Crossing::give(Guest::new(Arc::new(resource))) };
        let (subtree, html) = (Flag::new(subtree), W::ERRORS.html());
        ask!(self, register_web_resource(lent(exact), subtree, html, object, table) else ());
    }

    /// What a request of a group has begun under this number is of no use any more.
    pub(super) fn give_up(&self, group: &str, number: i64) {
        ask!(self, give_up(lent(&format!("{group}/1")), number) else ());
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        if let Some(release) = self.raw.table.release() {
            // SAFETY: the host is that of the table, and the reference is given back once.
            unsafe { release(self.raw.host) };
        }
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
mod tests;
