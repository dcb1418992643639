//! What a homeserver answers to a module, and what the module registers.

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use abi_stable::prefix_type::WithMetadata;
use abi_stable::staticref;
use abi_stable::std_types::{RSlice, RStr};

use super::guarded;
use super::web::WebHandle;
use crate::boundary::Instance;
use crate::callbacks::account_validity::{AccountValidityLists, AccountValidityTableRef};
use crate::callbacks::spam_checker::{SpamCheckerLists, SpamCheckerTableRef};
use crate::callbacks::third_party_rules::{ThirdPartyRulesLists, ThirdPartyRulesTableRef};
use crate::module::api::{HostTable, HostTableRef, RawApi, RawSelection};
use crate::module::root::RawObject;
use crate::module::web::WebTableRef;
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
    /// Callbacks were registered.
    fn register_callbacks(&self, registered: Registered);
    /// A web resource was registered, for `path` alone or for the subtree below it too.
    fn register_web_resource(&self, path: &str, subtree: bool, resource: WebHandle);
}

/// A registration of callbacks: an object and its table.
#[derive(Debug)]
pub struct Registered {
    instance: Arc<Instance>,
    table: Table,
    only: Option<Vec<String>>,
    optional: Vec<String>,
}

impl Registered {
    /// Which of the callbacks, if not all that were written.
    pub fn only(&self) -> Option<&[String]> {
        self.only.as_deref()
    }

    /// Which of them the module can do without.
    pub fn optional(&self) -> &[String] {
        &self.optional
    }
}

/// Categories: their method of `ModuleApi`, their table, their lists.
macro_rules! categories {
    ($( $field:ident: $register:ident, $variant:ident($table:ident), $lists:ident; )*) => {
        #[derive(Clone, Copy)]
        enum Table {
            $( $variant($table), )*
        }

        impl fmt::Debug for Table {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(match self { $( Self::$variant(_) => stringify!($field), )* })
            }
        }

        impl Registered {
            /// The category.
            pub const fn category(&self) -> &'static str {
                match self.table { $( Table::$variant(_) => stringify!($field), )* }
            }

            /// Appends the callbacks for which `wanted` gives a tag; returns their names. The tag
            /// is the loader's own: observers get it with each call.
            pub fn append_to(
                &self,
                lists: &mut Lists,
                wanted: impl FnMut(&str) -> Option<usize>,
            ) -> Vec<&'static str> {
                match self.table {
                    $( Table::$variant(table) => {
                        // SAFETY: they came together, from the module that owns both.
                        unsafe { lists.$field.register(table, &self.instance, wanted) }
                    } )*
                }
            }
        }

        /// Per category and callback, who registered it.
        #[derive(Debug, Default)]
        pub struct Lists {
            $( $field: $lists, )*
        }

        $( impl AsRef<$lists> for Lists {
            #[inline]
            fn as_ref(&self) -> &$lists {
                &self.$field
            }
        } )*

        $(
            /// # Safety
            /// `host` is an `Arc<H>` to which the caller holds a reference; the object is handed
            /// over; the names live for the time of the call.
            unsafe extern "C" fn $register<H: ModuleHost>(
                host: *const (),
                object: RawObject,
                table: $table,
                selection: RawSelection<'_>,
            ) {
                // SAFETY: the caller's promise.
                let host = unsafe { &*host.cast::<H>() };
                guarded((), || {
                    let table = Table::$variant(table);
                    host.register_callbacks(registered(host, object, table, selection));
                });
            }
        )*
    };
}

categories! {
    spam_checker: register_spam_checker_callbacks,
        SpamChecker(SpamCheckerTableRef), SpamCheckerLists;
    third_party_rules: register_third_party_rules_callbacks,
        ThirdPartyRules(ThirdPartyRulesTableRef), ThirdPartyRulesLists;
    account_validity: register_account_validity_callbacks,
        AccountValidity(AccountValidityTableRef), AccountValidityLists;
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
        register_spam_checker_callbacks: register_spam_checker_callbacks::<H>,
        register_third_party_rules_callbacks: register_third_party_rules_callbacks::<H>,
        register_account_validity_callbacks: register_account_validity_callbacks::<H>,
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

fn registered<H: ModuleHost>(
    host: &H,
    object: RawObject,
    table: Table,
    selection: RawSelection<'_>,
) -> Registered {
    let names = |names: RSlice<'_, RStr<'_>>| names.iter().map(|name| name.to_string()).collect();
    // SAFETY: an `Arc` of a module, which is `Send + Sync`; images stay mapped.
    let instance = unsafe { Instance::new(object.object, object.release, host.module()) };
    Registered {
        instance: Arc::new(instance),
        table,
        only: selection.selective.then(|| names(selection.only)),
        optional: names(selection.optional),
    }
}
