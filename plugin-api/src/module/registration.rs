//! How a module registers its callbacks.

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use abi_stable::StableAbi;
use abi_stable::std_types::{RSlice, RStr};

use super::api::ModuleApi;
use crate::boundary::RawObject;
use crate::callbacks::password_auth_provider::PasswordAuthProviderTableRef;

/// Which callbacks of a table are registered.
#[repr(C)]
#[derive(Clone, Copy, StableAbi)]
pub struct RawSelection<'a> {
    /// Whether `only` counts.
    pub(crate) selective: bool,
    pub(crate) only: RSlice<'a, RStr<'a>>,
    pub(crate) optional: RSlice<'a, RStr<'a>>,
    /// Of password providers alone.
    pub(crate) auth_checkers: RSlice<'a, RawAuthChecker<'a>>,
}

/// A type of login that `check_auth` knows.
#[repr(C)]
#[derive(Clone, Copy, StableAbi)]
pub struct RawAuthChecker<'a> {
    pub(crate) login_type: RStr<'a>,
    pub(crate) fields: RSlice<'a, RStr<'a>>,
}

macro_rules! registrars {
    ($( $category:ident: $trait:ident $written:ident $table:ident $lists:ident $register:ident; )*) => {
        /// Registers callbacks, one function a category. Append-only.
        #[repr(C)]
        #[derive(StableAbi)]
        #[sabi(kind(Prefix(prefix_ref = RegistrarTableRef)))]
        #[sabi(missing_field(option))]
        pub struct RegistrarTable {
            /// Version of the boundary of the homeserver.
            #[sabi(last_prefix_field)]
            pub abi_minor: u32,
            $( pub(crate) $category: unsafe extern "C" fn(
                *const (),
                RawObject,
                crate::callbacks::$category::$table,
                RawSelection<'_>,
            ), )*
        }

        impl ModuleApi {
            $(
                #[doc = concat!("Registers what `#[callbacks]` saw of [`", stringify!($trait), "`](crate::callbacks::", stringify!($trait), ") on `M`. May be called several times; every call appends.")]
                pub fn $register<M: crate::callbacks::$trait>(
                    &self,
                    module: &Arc<M>,
                ) -> Registration<'_, crate::callbacks::$category::$table> {
                    let object = Arc::clone(module);
                    Registration::new(self, move |api, selection| {
                        let object = RawObject::shared(object);
                        let table = crate::callbacks::$category::$table::of::<M>();
                        let all = api.raw.table.registrars();
                        // A homeserver older than this plugin has no such function. The loader
                        // has refused the plugin by then if it needs it.
                        if let Some(register) = all.and_then(|all| all.$category()) {
                            // SAFETY: the host is the host of this table, and the object that of
                            // the table of callbacks.
                            unsafe { register(api.raw.host, object, table, selection) };
                        }
                    })
                }
            )*
        }
    };
}

crate::__categories!(registrars []);

type Register<'a> = Box<dyn FnOnce(&ModuleApi, RawSelection<'_>) + 'a>;

/// A registration of callbacks of one category, made when this is dropped (at the end of the
/// statement).
///
/// ```
/// # use hsmod_plugin_api::prelude::*;
/// # fn example<M: SpamChecker>(api: &ModuleApi, module: &std::sync::Arc<M>) {
/// // Everything that was written, where the config chooses nothing:
/// api.register_spam_checker_callbacks(module);
/// // What the config chose; one of the two this homeserver may lack:
/// api.register_spam_checker_callbacks(module)
///     .only(&["user_may_invite", "accept_make_join"])
///     .optional(&["accept_make_join"]);
/// # }
/// ```
pub struct Registration<'a, C> {
    api: &'a ModuleApi,
    register: Option<Register<'a>>,
    only: Option<Vec<String>>,
    optional: Vec<String>,
    auth_checkers: Vec<(String, Vec<String>)>,
    category: PhantomData<fn() -> C>,
}

impl<'a, C> Registration<'a, C> {
    fn new(api: &'a ModuleApi, register: impl FnOnce(&ModuleApi, RawSelection<'_>) + 'a) -> Self {
        Self {
            api,
            register: Some(Box::new(register)),
            only: None,
            optional: Vec::new(),
            auth_checkers: Vec::new(),
            category: PhantomData,
        }
    }

    /// Registers these callbacks only, none if there are none. A name that `#[callbacks]` did not
    /// see refuses the start.
    ///
    /// ```
    /// # use hsmod_plugin_api::prelude::*;
    /// # fn example<M: SpamChecker>(api: &ModuleApi, module: &Arc<M>, from_config: &[String]) {
    /// // The config may name callbacks of other categories, too: of this one it wants these.
    /// let written = M::WRITTEN.iter();
    /// let wanted: Vec<_> = written.filter(|name| from_config.iter().any(|n| n == *name)).collect();
    /// api.register_spam_checker_callbacks(module).only(&wanted);
    /// # }
    /// ```
    pub fn only(mut self, names: &[impl AsRef<str>]) -> Self {
        self.only = Some(names.iter().map(|name| name.as_ref().to_owned()).collect());
        self
    }

    /// Does without these callbacks where the homeserver never calls them; by default that
    /// refuses the start.
    pub fn optional(mut self, names: &[impl AsRef<str>]) -> Self {
        self.optional = names.iter().map(|name| name.as_ref().to_owned()).collect();
        self
    }
}

impl Registration<'_, PasswordAuthProviderTableRef> {
    /// A type of login that `check_auth` knows, and the fields that it needs of what the client
    /// sends. Several modules may know the same type, with the same fields; other fields refuse
    /// the start.
    ///
    /// ```
    /// # use hsmod_plugin_api::prelude::*;
    /// # fn example<M: PasswordAuthProvider>(api: &ModuleApi, module: &Arc<M>) {
    /// api.register_password_auth_provider_callbacks(module)
    ///     .auth_checker("m.login.password", &["password"])
    ///     .auth_checker("org.example.card", &["card_number", "pin"]);
    /// # }
    /// ```
    ///
    /// Mirrors the keys of `auth_checkers` in Synapse.
    pub fn auth_checker(mut self, login_type: &str, fields: &[impl AsRef<str>]) -> Self {
        let fields = fields.iter().map(|field| field.as_ref().to_owned()).collect();
        self.auth_checkers.push((login_type.to_owned(), fields));
        self
    }
}

impl<C> Drop for Registration<'_, C> {
    fn drop(&mut self) {
        fn lent(names: &[String]) -> Vec<RStr<'_>> {
            names.iter().map(|name| RStr::from(name.as_str())).collect()
        }
        let only = lent(self.only.as_deref().unwrap_or_default());
        let optional = lent(&self.optional);
        let fields: Vec<_> = self.auth_checkers.iter().map(|(_, fields)| lent(fields)).collect();
        let auth_checkers = self.auth_checkers.iter().zip(&fields);
        let auth_checkers: Vec<_> = auth_checkers
            .map(|((login_type, _), fields)| RawAuthChecker {
                login_type: login_type.as_str().into(),
                fields: RSlice::from_slice(fields),
            })
            .collect();
        if let Some(register) = self.register.take() {
            let selection = RawSelection {
                selective: self.only.is_some(),
                only: RSlice::from_slice(&only),
                optional: RSlice::from_slice(&optional),
                auth_checkers: RSlice::from_slice(&auth_checkers),
            };
            register(self.api, selection);
        }
    }
}

impl<C> fmt::Debug for Registration<'_, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Registration")
            .field("only", &self.only)
            .field("optional", &self.optional)
            .field("auth_checkers", &self.auth_checkers)
            .finish_non_exhaustive()
    }
}
