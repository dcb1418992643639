//! A module's life, from its config to its end, and how it is exported.

mod accounts;
mod api;
mod background;
mod cache;
mod config;
mod context;
mod handle;
#[cfg(feature = "host")]
mod host_side;
pub mod http_client;
pub mod http_response;
mod layouts;
mod log;
mod no_runtime;
mod own;
mod promise;
mod registration;
mod root;
mod storage;
mod templates;
mod thread_pool;
mod threads;
mod unread;
mod web;

use std::future::Future;
use std::sync::Arc;

use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::values::{ConfigError, ModuleError};

pub use api::{HostTable, HostTableRef, ModuleApi, RawApi};
pub use background::{BackgroundCall, BackgroundProcess};
pub use cache::Cached;
pub use config::config_from_value;
#[cfg(feature = "host")]
pub use context::CallContext;
pub use context::Trace;
#[cfg(feature = "host")]
pub use host_side::{
    ApiHandle, AuthChecker, CacheHandle, Lifecycle, Lists, LogHandle, LogParent, LogRecord,
    LogSink, LogValue, ModuleHost, ParsedConfig, Plugin, Registered, StageError, WebHandle,
    WebRequestParts,
};
#[cfg(feature = "host")]
pub use hsmod_abi::PluginRoot;
pub use hsmod_abi::{LogTable, RawField, RawRegistration};
#[cfg(feature = "layout")]
pub use layouts::Layouts;
#[cfg(all(feature = "host", feature = "layout"))]
pub use layouts::abi_layout;
#[cfg(feature = "testing")]
pub(crate) use no_runtime::explain;
pub use own::With;
pub use registration::Registration;
pub use root::{Construct, ParseConfig, Root, RootRef, Shutdown, Start, StaticModule, entry};
pub use storage::Transaction;
pub use templates::Templates;
pub use thread_pool::ThreadPool;
pub use unread::UnreadKey;
pub use web::{
    Answering, ErrorFormat, RawHeader, RawResponseHeader, RawWebResponse, WebRequest, WebResource,
    WebResponse, WebTable, WebTableRef,
};

/// A module: one configured instance of a plugin.
///
/// Implement `new`, which registers the callbacks; the other methods have defaults. The life of a
/// module: [`Self::parse_config`] of every module, then [`Self::new`] of every module, then
/// [`Self::start`] of every module, each in the order of the config; callbacks, several at once;
/// [`Self::shutdown`] in reverse order. If any step before the callbacks fails, no module starts.
///
/// ```
/// use hsmod_plugin_api::prelude::*;
///
/// #[derive(Deserialize)]
/// #[serde(deny_unknown_fields)]
/// pub struct Config {
///     quiet_rooms: Vec<String>,
/// }
///
/// pub struct QuietRooms {
///     config: Config,
/// }
///
/// impl Module for QuietRooms {
///     type Config = Config;
///
///     fn new(config: Config, api: &ModuleApi) -> Result<Arc<Self>, ModuleError> {
///         let module = Arc::new(Self { config });
///         api.register_spam_checker_callbacks(&module);
///         Ok(module)
///     }
/// }
///
/// #[callbacks]
/// impl SpamChecker for QuietRooms {
///     async fn check_event_for_spam(&self, event: &Event<'_>) -> Result<Verdict, ModuleError> {
///         let quiet = self.config.quiet_rooms.iter().any(|room| event.room_id() == room.as_str());
///         Ok(if quiet { Verdict::deny(ErrorCode::Forbidden) } else { Verdict::Allow })
///     }
/// }
///
/// export_module!(QuietRooms);
/// ```
///
/// Mirrors the module class of `synapse.module_api`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a module",
    label = "needs `impl Module for {Self}`"
)]
pub trait Module: Send + Sync + Sized + 'static {
    /// The type into which the module's `config` is deserialised. If it holds a secret, do not
    /// derive `Debug`: sooner or later a value that can be printed ends up in a log.
    type Config: DeserializeOwned + Send + 'static;

    /// Reads the module's `config` (an empty mapping if there is none). It may rewrite or refuse
    /// the config. An override that only adds checks begins with [`config_from_value`].
    ///
    /// # Errors
    /// What is wrong and where in the config; the default returns serde's message.
    fn parse_config(config: Value) -> Result<Self::Config, ConfigError> {
        config_from_value(config)
    }

    /// Creates the module and registers its callbacks and web resources with `api`. Not async:
    /// anything that has to wait belongs in [`Self::start`].
    ///
    /// # Errors
    /// No module of the homeserver starts.
    fn new(config: Self::Config, api: &ModuleApi) -> Result<Arc<Self>, ModuleError>;

    /// Prepares the module; awaited before the first callback.
    ///
    /// # Errors
    /// No module of the homeserver starts.
    ///
    /// # Example
    ///
    /// ```
    /// # use hsmod_plugin_api::prelude::*;
    /// # struct MyModule { api: ModuleApi }
    /// # impl Module for MyModule {
    /// #     type Config = JsonObject;
    /// #     fn new(_: JsonObject, api: &ModuleApi) -> Result<Arc<Self>, ModuleError> {
    /// #         Ok(Arc::new(Self { api: api.clone() }))
    /// #     }
    /// async fn start(&self) -> Result<(), ModuleError> {
    ///     let bot = UserId::new("@bot:example.com");
    ///     self.api.check_user_exists(bot).await?.ok_or("register @bot:example.com first")?;
    ///     Ok(())
    /// }
    /// # }
    /// ```
    // For authors who forget `async`: the compiler's error shows the line with the arrow.
    #[rustfmt::skip]
    fn start(&self)
        -> impl Future<Output = Result<(), ModuleError>> + Send // write `async fn start`
    {
        std::future::ready(Ok(()))
    }

    /// Cleans up; awaited after the last callback, for as long as the homeserver's deadline allows.
    /// Storage and the other services of the loader work until it returns. Other requests are
    /// refused ([`Unanswered::ShuttingDown`](crate::values::Unanswered::ShuttingDown)), unless the
    /// homeserver still answers them at that time.
    ///
    /// # Errors
    /// They are logged.
    ///
    /// # Example
    ///
    /// ```
    /// # use hsmod_plugin_api::prelude::*;
    /// # struct MyModule;
    /// # impl Module for MyModule {
    /// #     type Config = JsonObject;
    /// #     fn new(_: JsonObject, _: &ModuleApi) -> Result<Arc<Self>, ModuleError> {
    /// #         Ok(Arc::new(Self))
    /// #     }
    /// async fn shutdown(&self) -> Result<(), ModuleError> {
    ///     std::fs::remove_file("/run/my_module.sock")?;
    ///     Ok(())
    /// }
    /// # }
    /// ```
    #[rustfmt::skip]
    fn shutdown(&self)
        -> impl Future<Output = Result<(), ModuleError>> + Send // write `async fn shutdown`
    {
        std::future::ready(Ok(()))
    }
}

/// Exports a module type from a crate of `crate-type = ["cdylib", "rlib"]`: the symbols a loader
/// looks for, and `pub static MODULE` for hosts that link it statically.
///
/// ```
/// # use hsmod_plugin_api::prelude::*;
/// # pub struct Nothing;
/// # impl Module for Nothing {
/// #     type Config = serde_json::Value;
/// #     fn new(_: Self::Config, _: &ModuleApi) -> Result<Arc<Self>, ModuleError> { Ok(Arc::new(Self)) }
/// # }
/// export_module!(Nothing);
/// assert_eq!(MODULE.manifest().panic, "unwind");
/// ```
///
/// A module that is useless without certain requests names them in `requires`. A homeserver that
/// does not answer one of them refuses the plugin before any of its code runs, as with [callbacks
/// that may deny](mod@crate::callbacks#which-may-deny):
///
/// ```
/// # use hsmod_plugin_api::prelude::*;
/// # pub struct Reminder;
/// # impl Module for Reminder {
/// #     type Config = serde_json::Value;
/// #     fn new(_: Self::Config, _: &ModuleApi) -> Result<Arc<Self>, ModuleError> { Ok(Arc::new(Self)) }
/// # }
/// export_module!(Reminder, requires = ["send_mail", "run_db_interaction"]);
/// assert_eq!(MODULE.manifest().requires, ["send_mail", "run_db_interaction"]);
/// ```
///
/// `config_schema` describes the module's config by a [JSON Schema](https://json-schema.org), which
/// is stored in the plugin's file. `hsmod check --no-load` validates configs against it without
/// running the plugin. A text that is not a JSON object does not compile. Write the schema by hand,
/// or generate it with `schemars` from the type of the config.
///
/// ```
/// # use hsmod_plugin_api::prelude::*;
/// # pub struct QuietRooms;
/// # impl Module for QuietRooms {
/// #     type Config = serde_json::Value;
/// #     fn new(_: Self::Config, _: &ModuleApi) -> Result<Arc<Self>, ModuleError> { Ok(Arc::new(Self)) }
/// # }
/// # macro_rules! include_str { ($path:literal) => { "{ \"type\": \"object\" }" } }
/// export_module!(QuietRooms, config_schema = include_str!("../config.schema.json"));
/// assert_eq!(MODULE.manifest().config_schema.unwrap().as_str(), r#"{"type":"object"}"#);
/// ```
#[macro_export]
macro_rules! export_module {
    (
        $module:ty
        $(, requires = [$($request:literal),* $(,)?])?
        $(, config_schema = $schema:expr)?
        $(,)?
    ) => {
        /// This module, for hosts that link it statically.
        pub static MODULE: $crate::StaticModule = {
            const PARTS: $crate::manifest::Parts<'static> =
                $crate::__manifest_parts!($module, [$($($request),*)?], [$($schema)?]);
            static BYTES: [u8; $crate::manifest::length(&PARTS)] = $crate::manifest::encode(&PARTS);
            $crate::StaticModule::of::<$module>(&BYTES)
        };

        $($( const _: () = ::core::assert!(
            $crate::requests::is_request($request),
            ::core::concat!(
                "`", $request, "` is not a request: `requires` names methods of `ModuleApi` that \
                                ask the homeserver, such as \"send_mail\"; docs/requests.md has \
                                all of them"
            )
        ); )*)?

        $( const _: () = {
            const FAULT: $crate::manifest::Fault = $crate::manifest::fault($schema);
            ::core::assert!(FAULT.is_none(), "{}", FAULT.as_str());
        }; )?

        $crate::__export_symbols!($module, [$($($request),*)?], [$($schema)?]);
    };
    ($module:ty, config_schema = $schema:expr, requires = $requests:tt $(,)?) => {
        $crate::export_module!($module, requires = $requests, config_schema = $schema);
    };
    ($($other:tt)*) => {
        ::core::compile_error!(
            "`export_module!` takes the type of the module: `export_module!(MyModule);`, and may \
             be told what it requires and what its config looks like: `export_module!(MyModule, \
             requires = [\"send_mail\"], config_schema = \
             include_str!(\"../config.schema.json\"));`. A plugin has one module: another one \
             needs a crate of its own"
        );
    };
}

/// What the compiler knows of the plugin's crate and of its module.
#[doc(hidden)]
#[macro_export]
macro_rules! __manifest_parts {
    ($module:ty, [$($request:literal),*], [$($schema:expr)?]) => {{
        #[allow(unused_imports, reason = "used where a category is not implemented")]
        use $crate::__private::Fallback as _;
        $crate::manifest::Parts {
            name: ::core::env!("CARGO_PKG_NAME"),
            version: ::core::env!("CARGO_PKG_VERSION"),
            authors: ::core::env!("CARGO_PKG_AUTHORS"),
            description: ::core::env!("CARGO_PKG_DESCRIPTION"),
            callbacks: $crate::__categories!($crate::__written[[$module]]),
            requests: &[$($request),*],
            panic: if ::core::cfg!(panic = "abort") { "abort" } else { "unwind" },
            config_schema: &[$($schema)?],
        }
    }};
}

/// The callbacks that a module implements, per category, and which of them are optional.
#[doc(hidden)]
#[macro_export]
macro_rules! __written {
    ([$module:ty] $( $category:ident: $trait:ident $written:ident $table:ident $lists:ident $register:ident; )*) => {
        &[$( $crate::__private::Probe::<$module>::$category, )*]
    };
}

/// The exported symbols of a shared library. A build that links modules statically exports none,
/// because the symbols of two modules would clash.
#[cfg(not(hsmod_static))]
#[doc(hidden)]
#[macro_export]
macro_rules! __export_symbols {
    ($module:ty, $requests:tt, $schema:tt) => {
        const _: () = {
            const PARTS: $crate::manifest::Parts<'static> =
                $crate::__manifest_parts!($module, $requests, $schema);

            #[unsafe(export_name = "hsmod_manifest")]
            #[cfg_attr(target_vendor = "apple", unsafe(link_section = "__DATA,__hsmod"))]
            #[cfg_attr(not(target_vendor = "apple"), unsafe(link_section = ".hsmod"))]
            static MANIFEST: [u8; $crate::manifest::length(&PARTS)] =
                $crate::manifest::encode(&PARTS);

            #[unsafe(export_name = "hsmod_entry")]
            static ENTRY: $crate::__private::Entry = $crate::__private::entry::<$module>();
        };
    };
}

/// A static build exports no symbols.
#[cfg(hsmod_static)]
#[doc(hidden)]
#[macro_export]
macro_rules! __export_symbols {
    ($module:ty, $requests:tt, $schema:tt) => {};
}
