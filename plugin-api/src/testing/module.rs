//! One module in a fake homeserver.

mod ask;
mod background;
mod continued;
mod seat;
mod web;

use std::fmt;
use std::sync::Arc;

use serde_json::Value;

use super::host::FakeHost;
use crate::boundary::install_panic_hook;
use crate::callbacks;
use crate::host::{Lists, Panic};
use crate::module::{ApiHandle, AuthChecker, Lifecycle, Plugin, StageError, UnreadKey};
use crate::values::{JsonStr, ModuleError};
use seat::Registrations;

pub(super) use seat::Seat;

pub use ask::{Asking, AskingSeveral};
pub use continued::{exit, log_in};
pub use web::{FakeRequest, request};

/// A module in a [`FakeHost`]. The callbacks return the answers of this module alone; how a
/// homeserver combines the answers of several modules, and handles failures, is not simulated.
///
/// ```
/// use hsmod_plugin_api::prelude::*;
/// use hsmod_plugin_api::testing::prelude::*;
/// # pub struct Quiet;
/// # impl Module for Quiet {
/// #     type Config = serde_json::Value;
/// #     fn new(_: Self::Config, api: &ModuleApi) -> Result<Arc<Self>, ModuleError> {
/// #         let module = Arc::new(Self);
/// #         api.register_spam_checker_callbacks(&module);
/// #         Ok(module)
/// #     }
/// # }
/// # #[callbacks]
/// # impl SpamChecker for Quiet {
/// #     async fn check_event_for_spam(&self, event: &Event<'_>) -> Result<Verdict, ModuleError> {
/// #         Ok(Verdict::deny(ErrorCode::Forbidden))
/// #     }
/// # }
/// # export_module!(Quiet);
/// # fn example() -> Result<(), StageError> {
/// let host = FakeHost::new("example.com");
/// let module = TestModule::new(&MODULE, json!({}), &host)?;
/// assert_eq!(module.callbacks(), ["spam_checker.check_event_for_spam"]);
/// let message = event("m.room.message").sender("@eve:example.org").build();
/// let verdict = block_on(module.spam_checker().check_event_for_spam(&message));
/// assert_eq!(verdict, Ok(Verdict::deny(ErrorCode::Forbidden)));
/// # Ok(())
/// # }
/// # example().unwrap();
/// ```
#[derive(Debug)]
pub struct TestModule {
    lifecycle: Lifecycle,
    seat: Arc<Seat>,
    registered: Registered,
    unread_keys: Vec<UnreadKey>,
}

/// The registrations of the module.
#[derive(Debug, Default)]
struct Registered {
    lists: Arc<Lists>,
    names: Vec<String>,
    auth_checkers: Vec<AuthChecker>,
}

impl TestModule {
    /// Parses the config and creates the module: `parse_config` and `new`. The plugin is linked in
    /// (`&MODULE`), or loaded by the loader.
    ///
    /// # Errors
    /// `parse_config` or `new` fails.
    pub fn new(
        plugin: impl Into<Plugin>,
        config: Value,
        host: &FakeHost,
    ) -> Result<Self, StageError> {
        // Tests keep the standard panic messages.
        install_panic_hook(None);
        hsmod_abi::explain_panics(crate::module::explain);
        let plugin = plugin.into();
        let config = plugin.parse_config(&config.to_string())?;
        let unread_keys = config.unread_keys().to_vec();
        let seat = Arc::new(Seat::new(host.clone()));
        let lifecycle =
            config.new_module(&ApiHandle::new(Arc::clone(&seat)), 0).inspect_err(|_| seat.end())?;
        let registered = seat.registrations(Registrations::registered);
        Ok(Self { lifecycle, seat, registered, unread_keys })
    }

    /// Starts the module: `start`. Nothing can be registered afterwards.
    ///
    /// # Errors
    /// `start` fails.
    pub async fn start(mut self) -> Result<Self, StageError> {
        self.seat.background.start();
        self.lifecycle.start().await?;
        self.registered = self.seat.registrations(Registrations::registered);
        self.seat.close();
        Ok(self)
    }

    /// Shuts the module down: cancels its background work, refuses its further requests, then calls
    /// `shutdown`.
    ///
    /// # Errors
    /// `shutdown` fails.
    pub async fn shutdown(&self) -> Result<(), StageError> {
        self.seat.shut();
        self.lifecycle.shutdown().await
    }

    /// The keys of the config that the module did not read; a homeserver warns about them.
    ///
    /// ```
    /// # use hsmod_plugin_api::prelude::*;
    /// # use hsmod_plugin_api::testing::prelude::*;
    /// #[derive(Deserialize)]
    /// pub struct Config {
    ///     #[serde(default)]
    ///     evil_users: Vec<OwnedUserId>,
    /// }
    /// # pub struct Tolerant;
    /// # impl Module for Tolerant {
    /// #     type Config = Config;
    /// #     fn new(_: Config, _: &ModuleApi) -> Result<Arc<Self>, ModuleError> { Ok(Arc::new(Self)) }
    /// # }
    /// # export_module!(Tolerant);
    /// # fn main() -> Result<(), hsmod_plugin_api::module::StageError> {
    /// let host = FakeHost::new("example.com");
    /// let module = TestModule::new(&MODULE, json!({"evil_user": ["@eve:example.org"]}), &host)?;
    /// let unread = module.unread_keys()[0].to_string();
    /// assert_eq!(unread, "`evil_user` in the config has no effect: the module does not read it");
    /// # Ok(())
    /// # }
    /// ```
    pub fn unread_keys(&self) -> &[UnreadKey] {
        &self.unread_keys
    }

    /// The callbacks that it registered, in order: `spam_checker.user_may_invite`.
    pub fn callbacks(&self) -> &[String] {
        &self.registered.names
    }

    /// The types of login that its `check_auth` is registered for. A homeserver asks it only about
    /// these types; the test module is asked about any type.
    pub fn auth_checkers(&self) -> &[AuthChecker] {
        &self.registered.auth_checkers
    }

    /// Acts as if another module, or another process of the homeserver, had invalidated an entry of
    /// the caches with this name.
    pub fn invalidate_cache(&self, cache: &str, key: &Value) {
        self.seat.invalidate_caches(cache, JsonStr::new(&key.to_string()));
    }

    const fn lists(&self) -> &Arc<Lists> {
        &self.registered.lists
    }
}

/// Drops the module, unless it is held elsewhere.
impl Drop for TestModule {
    fn drop(&mut self) {
        self.seat.end();
    }
}

macro_rules! faces {
    ($( $category:ident: $trait:ident $written:ident $table:ident $lists:ident $register:ident; )*) => {
        impl TestModule {
            $(
                #[doc = concat!("Asks its callbacks of `", stringify!($category), "`: each answers what the module's method does, or how it [`Failed`].")]
                ///
                /// # Panics
                /// When polled: if the module has not registered the callback, or an argument is
                /// not what it should be.
                pub const fn $category(&self) -> callbacks::$category::All<&Self> {
                    callbacks::$category::All::new(self)
                }
            )*
        }
    };
}

crate::__categories!(faces []);

/// A failure of a module.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Failed {
    /// It answered an error.
    Error(ModuleError),
    /// It panicked.
    Panicked(Panic),
}

impl Failed {
    /// The error that it answered.
    pub const fn error(&self) -> Option<&ModuleError> {
        match self {
            Self::Error(error) => Some(error),
            Self::Panicked(_) => None,
        }
    }
}

impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Error(error) => write!(f, "{error}"),
            Self::Panicked(panic) => write!(f, "panicked: {panic}"),
        }
    }
}

impl std::error::Error for Failed {}
