//! What a homeserver answers to a module.

use std::marker::PhantomData;
use std::sync::Arc;

use abi_stable::prefix_type::WithMetadata;
use abi_stable::staticref;

use super::guarded;
use super::registration::{Registered, RegistrarTableOf};
use super::web::WebHandle;
use crate::boundary::Instance;
use crate::module::api::{HostTable, HostTableRef, RawApi};
use crate::module::root::RawObject;
use crate::module::web::WebTableRef;
use crate::requests::{Permit, RequestInfo, RequestTableRef, Services};
use crate::values::ModuleError;
use crate::values::text::RawStr;

/// What the homeserver answers to a module's `ModuleApi`. One value per module.
pub trait ModuleHost: Send + Sync + 'static {
    /// The number of the module.
    fn module(&self) -> usize;
    /// The name of the homeserver.
    fn server_name(&self) -> &str;
    /// Where clients reach it.
    fn public_baseurl(&self) -> Option<&str>;
    /// The name of this worker.
    fn worker_name(&self) -> Option<&str>;
    /// Whether this start is a trial.
    fn is_trial(&self) -> bool;
    /// Whether a callback or request of this name is served.
    fn supports(&self, name: &str) -> bool;
    /// What the homeserver answers; nothing by default.
    fn services(&self) -> &Services {
        static NOTHING: Services = Services::NOTHING;
        &NOTHING
    }
    /// Whether the module may ask for this now; `room` is the one whose lock the answer needs.
    ///
    /// # Errors
    /// Why not.
    fn admit(
        &self,
        request: &'static RequestInfo,
        room: Option<&str>,
    ) -> Result<Permit<'_>, ModuleError>;
    /// Callbacks were registered.
    fn register_callbacks(&self, registered: Registered);
    /// A web resource was registered, for `path` alone or for the subtree below it too.
    fn register_web_resource(&self, path: &str, subtree: bool, resource: WebHandle);
}

/// A [`ModuleHost`], as modules get it.
#[derive(Debug)]
pub struct ApiHandle<H>(Arc<H>);

impl<H: ModuleHost> ApiHandle<H> {
    /// Shares `host` with its module.
    pub const fn new(host: Arc<H>) -> Self {
        Self(host)
    }

    /// A reference for a module.
    pub(super) fn export(&self) -> RawApi {
        RawApi { host: Arc::into_raw(Arc::clone(&self.0)).cast(), table: HostTableOf::<H>::TABLE }
    }
}

struct HostTableOf<H>(PhantomData<H>);

impl<H: ModuleHost> HostTableOf<H> {
    staticref!(const WITH_METADATA: WithMetadata<HostTable> = WithMetadata::new(HostTable {
        abi_minor: crate::ABI.minor,
        retain: retain::<H>,
        release: release::<H>,
        server_name: server_name::<H>,
        public_baseurl: public_baseurl::<H>,
        worker_name: worker_name::<H>,
        is_trial: is_trial::<H>,
        supports: supports::<H>,
        register_web_resource: register_web_resource::<H>,
        registrars: RegistrarTableOf::<H>::TABLE,
        requests: RequestTableRef::of::<H>(),
    }));
    const TABLE: HostTableRef = HostTableRef(Self::WITH_METADATA.as_prefix());
}

unsafe extern "C" fn retain<H>(host: *const ()) {
    // SAFETY: an `Arc<H>` to which the caller holds a reference.
    unsafe { Arc::increment_strong_count(host.cast::<H>()) };
}

unsafe extern "C" fn release<H>(host: *const ()) {
    // SAFETY: as above; the reference is given back.
    let host = unsafe { Arc::from_raw(host.cast::<H>()) };
    guarded((), || drop(host));
}

/// Functions of the host table that read something of the host.
macro_rules! readers {
    ($( $name:ident($($arg:ident: $type:ty),*) -> $result:ty, $otherwise:expr, |$host:ident| $body:expr; )*) => { $(
        /// # Safety
        /// `host` is an `Arc<H>` to which the caller holds a reference; the arguments live for the
        /// time of the call.
        unsafe extern "C" fn $name<H: ModuleHost>(host: *const () $(, $arg: $type)*) -> $result {
            // SAFETY: the caller's promise.
            let $host = unsafe { &*host.cast::<H>() };
            guarded($otherwise, || $body)
        }
    )* };
}

readers! {
    server_name() -> RawStr, RawStr::NONE, |host| RawStr::new(host.server_name());
    public_baseurl() -> RawStr, RawStr::NONE, |host| RawStr::optional(host.public_baseurl());
    worker_name() -> RawStr, RawStr::NONE, |host| RawStr::optional(host.worker_name());
    is_trial() -> bool, false, |host| host.is_trial();
    // SAFETY: the text lives for the time of the call.
    supports(name: RawStr) -> bool, false, |host| host.supports(unsafe { name.text() });
    register_web_resource(path: RawStr, subtree: bool, object: RawObject, table: WebTableRef) -> (), (), |host| {
        // SAFETY: an `Arc` of a resource, which is `Send + Sync`; images stay mapped.
        let instance = unsafe { Instance::new(object.object, object.release, host.module()) };
        // SAFETY: the text lives for the time of the call.
        let path = unsafe { path.text() };
        host.register_web_resource(path, subtree, WebHandle { instance: Arc::new(instance), table });
    };
}
