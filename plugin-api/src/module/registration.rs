//! How a module registers its callbacks.

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use hsmod_abi::{Guest, Offer, RawRegistration};

use super::api::{HostCalls, ModuleApi};
use crate::callbacks::Optional;
use crate::callbacks::password_auth_provider::PasswordAuthProviderTableRef;

macro_rules! registrars {
    ($( $category:ident: $trait:ident $written:ident $table:ident $lists:ident $register:ident; )*) => {
        impl ModuleApi {
            $(
                #[doc = concat!("Registers what `#[callbacks]` saw of [`", stringify!($trait), "`](crate::callbacks::", stringify!($trait), ") on `M`. May be called several times; every call appends.")]
                pub fn $register<M: crate::callbacks::$trait>(
                    &self,
                    module: &Arc<M>,
                ) -> Registration<'_, crate::callbacks::$category::$table> {
                    let guest = Guest::new(Arc::clone(module));
                    Registration::new(self, M::WRITTEN, M::OPTIONAL, move |api, registration| {
                        api.peer().register_callbacks(Offer::new::<
                            crate::callbacks::$category::$table,
                        >(guest, registration));
                    })
                }
            )*
        }
    };
}

crate::__categories!(registrars []);

type Register<'a> = Box<dyn FnOnce(&ModuleApi, &mut RawRegistration<'_>) + 'a>;

/// A registration of callbacks of one category. It takes effect when this is dropped, at the end of
/// the statement.
///
/// ```
/// # use hsmod_plugin_api::prelude::*;
/// # fn example<M: SpamChecker>(api: &ModuleApi, module: &std::sync::Arc<M>) {
/// // All callbacks that the module wrote:
/// api.register_spam_checker_callbacks(module);
/// // Those that the config chose; this homeserver may lack one of the two, and those that the
/// // attribute declares optional:
/// api.register_spam_checker_callbacks(module)
///     .only(&["user_may_invite", "accept_make_join"])
///     .optional(&["accept_make_join"]);
/// # }
/// ```
pub struct Registration<'a, C> {
    api: &'a ModuleApi,
    register: Option<Register<'a>>,
    only: Option<Vec<String>>,
    written: &'static [&'static str],
    /// As declared by the attribute.
    optional: Optional,
    /// Declared optional here.
    also_optional: Vec<String>,
    auth_checkers: Vec<(String, Vec<String>)>,
    category: PhantomData<fn() -> C>,
}

impl<'a, C> Registration<'a, C> {
    fn new(
        api: &'a ModuleApi,
        written: &'static [&'static str],
        optional: Optional,
        register: impl FnOnce(&ModuleApi, &mut RawRegistration<'_>) + 'a,
    ) -> Self {
        Self {
            api,
            register: Some(Box::new(register)),
            only: None,
            written,
            optional,
            also_optional: Vec::new(),
            auth_checkers: Vec::new(),
            category: PhantomData,
        }
    }

    /// Registers only these callbacks; none if the list is empty. A name that `#[callbacks]` did
    /// not see refuses the start.
    ///
    /// ```
    /// # use hsmod_plugin_api::prelude::*;
    /// # fn example<M: SpamChecker>(api: &ModuleApi, module: &Arc<M>, from_config: &[String]) {
    /// // The config may also name callbacks of other categories; these are the ones of this category.
    /// let written = M::WRITTEN.iter();
    /// let wanted: Vec<_> = written.filter(|name| from_config.iter().any(|n| n == *name)).collect();
    /// api.register_spam_checker_callbacks(module).only(&wanted);
    /// # }
    /// ```
    pub fn only(mut self, names: &[impl AsRef<str>]) -> Self {
        self.only = Some(names.iter().map(|name| name.as_ref().to_owned()).collect());
        self
    }

    /// Declares that the module can do without these callbacks where the homeserver never calls
    /// them; by default that refuses the start. For callbacks that [may
    /// deny](mod@crate::callbacks#which-may-deny) the plugin is refused before this code runs,
    /// unless the attribute declares them optional (`#[callbacks(optional(..))]`), which need not
    /// be repeated here.
    pub fn optional(mut self, names: &[impl AsRef<str>]) -> Self {
        self.also_optional = names.iter().map(|name| name.as_ref().to_owned()).collect();
        self
    }

    /// All optional callbacks. A module that registers callbacks by name needs all that it names.
    fn all_optional(&self) -> Vec<&str> {
        let by_attribute = match self.optional {
            Optional::These(names) => names,
            Optional::All if self.only.is_none() => self.written,
            Optional::All => &[],
        };
        let here = self.also_optional.iter().map(String::as_str);
        by_attribute.iter().copied().chain(here).collect()
    }
}

impl Registration<'_, PasswordAuthProviderTableRef> {
    /// Adds a type of login that `check_auth` supports, and the fields of the client's request that
    /// it needs. Several modules may support the same type with the same fields; different fields
    /// refuse the start.
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
        let only = self.only.as_deref().map(|names| names.join(" "));
        let optional = self.all_optional().join(" ");
        let auth_checkers = serde_json::to_string(&self.auth_checkers).unwrap_or_default();
        if let Some(register) = self.register.take() {
            let mut registration = RawRegistration::new(only.as_deref(), &optional, &auth_checkers);
            register(self.api, &mut registration);
        }
    }
}

impl<C> fmt::Debug for Registration<'_, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Registration")
            .field("only", &self.only)
            .field("optional", &self.all_optional())
            .field("auth_checkers", &self.auth_checkers)
            .finish_non_exhaustive()
    }
}
