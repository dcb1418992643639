//! What a module may ask of its homeserver.

use std::fmt;
use std::sync::Arc;

use abi_stable::StableAbi;
use abi_stable::std_types::RResult;

use super::cache::RawCache;
use super::registration::RegistrarTableRef;
use super::web::{WebResource, WebTableRef};
use crate::boundary::{Continuation, Errand, RawObject, Routine};
use crate::requests::RequestTableRef;
use crate::values::UserId;
use crate::values::error::RawModuleError;
use crate::values::text::RawStr;

/// The homeserver, as one module sees it. Cheap to clone; a module keeps a clone for later.
///
/// Mirrors `synapse.module_api.ModuleApi`.
#[doc = include_str!("api/members.md")]
pub struct ModuleApi {
    pub(crate) raw: RawApi,
}

/// A reference to the homeserver's side of a [`ModuleApi`].
#[repr(C)]
#[derive(Clone, Copy, StableAbi)]
pub struct RawApi {
    pub(crate) host: *const (),
    pub(crate) table: HostTableRef,
}

/// What a homeserver answers. Append-only; none of these functions unwinds.
#[repr(C)]
#[derive(StableAbi)]
#[sabi(kind(Prefix(prefix_ref = HostTableRef)))]
#[sabi(missing_field(option))]
pub struct HostTable {
    /// Version of the boundary of the homeserver.
    #[sabi(last_prefix_field)]
    pub abi_minor: u32,
    pub(crate) retain: unsafe extern "C" fn(*const ()),
    pub(crate) release: unsafe extern "C" fn(*const ()),
    pub(crate) server_name: unsafe extern "C" fn(*const ()) -> RawStr,
    pub(crate) public_baseurl: unsafe extern "C" fn(*const ()) -> RawStr,
    pub(crate) worker_name: unsafe extern "C" fn(*const ()) -> RawStr,
    pub(crate) is_trial: unsafe extern "C" fn(*const ()) -> bool,
    pub(crate) supports: unsafe extern "C" fn(*const (), RawStr) -> bool,
    pub(crate) register_web_resource:
        unsafe extern "C" fn(*const (), RawStr, bool, RawObject, WebTableRef),
    /// Registration of callbacks, by category.
    pub(crate) registrars: RegistrarTableRef,
    /// What may be asked for, by group.
    pub(crate) requests: RequestTableRef,
    /// `None` for the main process.
    pub(crate) worker_app: unsafe extern "C" fn(*const ()) -> RawStr,
    pub(crate) email_app_name: unsafe extern "C" fn(*const ()) -> RawStr,
    pub(crate) should_run_background_tasks: unsafe extern "C" fn(*const ()) -> bool,
    pub(crate) get_current_time_msec: unsafe extern "C" fn(*const ()) -> u64,
    /// Period in nanoseconds, whether on every worker.
    pub(crate) looping_background_call: unsafe extern "C" fn(*const (), RawStr, u64, bool, Routine),
    /// Delay in nanoseconds; the number of the call, 0 if it will not be made.
    pub(crate) background_call: unsafe extern "C" fn(*const (), RawStr, u64, Continuation) -> u64,
    pub(crate) cancel_background_call: unsafe extern "C" fn(*const (), u64),
    pub(crate) defer_to_thread:
        unsafe extern "C" fn(*const (), Errand) -> RResult<(), RawModuleError>,
    pub(crate) register_cached_function: unsafe extern "C" fn(*const (), RawStr, RawCache),
    /// Its name, and the key as JSON: in this process.
    pub(crate) invalidate_cache: unsafe extern "C" fn(*const (), RawStr, RawStr),
    /// A group of requests, and a number that it gave out.
    pub(crate) give_up: unsafe extern "C" fn(*const (), RawStr, i64),
}

// SAFETY: the homeserver's side is `Send + Sync` (`ModuleHost` demands it).
unsafe impl Send for ModuleApi {}
// SAFETY: as above.
unsafe impl Sync for ModuleApi {}

/// Calls a function of the homeserver's table; what stands behind `else` if it has none.
macro_rules! ask {
    ($api:expr, $function:ident($($arg:expr),*) else $none:expr) => {
        match $api.raw.table.$function() {
            // SAFETY: `host` is the host of this table, and `self` holds a reference to it.
            Some(function) => unsafe { function($api.raw.host $(, $arg)*) },
            None => $none,
        }
    };
}

pub(super) use ask;

impl ModuleApi {
    /// Takes over a reference that the homeserver counted for this module.
    ///
    /// # Safety
    /// `raw.host` is a live host of `raw.table`, with one reference for the caller.
    pub(crate) const unsafe fn import(raw: RawApi) -> Self {
        Self { raw }
    }

    /// For the requests, which may be asked of parts of the api too.
    pub(crate) const fn api(&self) -> &Self {
        self
    }

    /// The name of the homeserver, the part of a user ID behind the first `:`.
    pub fn server_name(&self) -> &str {
        let name = ask!(self, server_name() else RawStr::NONE);
        // SAFETY: it lives as long as the host, to which `self` holds a reference.
        unsafe { name.text() }
    }

    /// Where clients reach the homeserver, with a `/` at the end; `None` if the operator did not
    /// say.
    pub fn public_baseurl(&self) -> Option<&str> {
        let url = ask!(self, public_baseurl() else RawStr::NONE);
        // SAFETY: as above.
        unsafe { url.get() }
    }

    /// The name of this worker process; `None` in the main process.
    pub fn worker_name(&self) -> Option<&str> {
        let name = ask!(self, worker_name() else RawStr::NONE);
        // SAFETY: as above.
        unsafe { name.get() }
    }

    /// The program that this worker process runs, as the operator's config calls it; `None` in the
    /// main process.
    pub fn worker_app(&self) -> Option<&str> {
        let app = ask!(self, worker_app() else RawStr::NONE);
        // SAFETY: as above.
        unsafe { app.get() }
    }

    /// What the homeserver calls itself in mails; `Matrix` if the operator did not say.
    pub fn email_app_name(&self) -> &str {
        let name = ask!(self, email_app_name() else RawStr::NONE);
        // SAFETY: as above.
        unsafe { name.get() }.unwrap_or("Matrix")
    }

    /// Whether this start is a trial (`hsmod check`, or `call` and `replay` without `--live`):
    /// requests are not answered, nothing lasts.
    pub fn is_trial(&self) -> bool {
        ask!(self, is_trial() else false)
    }

    /// Whether this homeserver really calls a callback (`spam_checker.user_may_invite`, or the
    /// whole category `spam_checker`) or answers a request (`get_room_state`).
    pub fn supports(&self, name: &str) -> bool {
        ask!(self, supports(RawStr::new(name)) else false)
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
        let (object, table) = (RawObject::shared(Arc::new(resource)), WebTableRef::of::<W>());
        ask!(self, register_web_resource(RawStr::new(exact), subtree, object, table) else ());
    }

    /// What a request of a group has begun under this number is of no use any more.
    pub(super) fn give_up(&self, group: &str, number: i64) {
        ask!(self, give_up(RawStr::new(group), number) else ());
    }
}

impl Clone for ModuleApi {
    fn clone(&self) -> Self {
        ask!(self, retain() else ());
        Self { raw: self.raw }
    }
}

impl Drop for ModuleApi {
    fn drop(&mut self) {
        ask!(self, release() else ());
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
