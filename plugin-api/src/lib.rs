//! The crate that modules of Matrix homeservers depend on: the callbacks that a module can
//! implement, the [`ModuleApi`] with which it makes requests, and the stable boundary between
//! module and homeserver.
//!
//! A module is a crate that depends on this crate and serde. In its `Cargo.toml`:
//!
//! ```toml
//! [lib]
//! crate-type = ["cdylib", "rlib"]
//!
//! # Without this, most of a plugin is debug information, which is read and hashed at each start.
//! [profile.release]
//! strip = "debuginfo"
//! ```
//!
//! The life of a module:
//!
//! 1. An operator lists the plugin in YAML. The loader reads the plugin's manifest without running
//!    any of its code and checks it, including whether the homeserver has what the plugin
//!    [requires](mod@callbacks#which-may-deny). Only then is the plugin mapped.
//! 2. [`Module::parse_config`] of every listed module, in order.
//! 3. [`Module::new`] of every module, in order: it registers callbacks and web resources.
//! 4. [`Module::start`] of every module, in order.
//! 5. The homeserver calls the callbacks, several at once, from any thread: plain `async fn`s of
//!    the traits in [`callbacks`](mod@callbacks), marked with [`#[callbacks]`](macro@callbacks).
//! 6. [`Module::shutdown`] of every module, in reverse order.
//!
//! See [`Module`] for a whole module in 30 lines.
//!
//! A panic inside a module is caught there and becomes a failure of that one call. A module must
//! be built with `panic = "unwind"`, the default. Nothing can catch a panic while panicking, a stack
//! overflow, an abort, or undefined behaviour.
//!
//! # A plugin has no tokio
//!
//! The homeserver polls a module's futures in its own runtime, which the plugin's copy of tokio does not
//! know: `tokio::spawn`, `tokio::time::sleep` and reqwest compile, but panic with "there is no reactor
//! running". Use these instead:
//!
//! | instead of | use |
//! | --- | --- |
//! | `tokio::time::sleep(..)`, `interval` | [`api.sleep`](ModuleApi::sleep), [`looping_background_call`](ModuleApi::looping_background_call) |
//! | `tokio::spawn(..)` | [`run_as_background_process`](ModuleApi::run_as_background_process) |
//! | `tokio::time::timeout(..)` | the operator's `timeout`; [`HttpRequest::timeout`](module::http_client::HttpRequest::timeout) for one request |
//! | `tokio::task::spawn_blocking(..)` | [`defer_to_thread`](ModuleApi::defer_to_thread) |
//! | reqwest, hyper | [`http_client`](ModuleApi::http_client) |
//! | sqlx, rusqlite | [`run_db_interaction`](ModuleApi::run_db_interaction) |
//!
//! Everything that needs no runtime works: `tokio::sync`, `futures`, channels. For a crate that needs a
//! runtime, start one on a thread of [`defer_to_thread`](ModuleApi::defer_to_thread).
//!
//! # The log
//!
//! Events and spans of `tracing` reach the homeserver's subscriber as if the homeserver had created
//! them, unless the module sets a subscriber itself. A module may rely on the following:
//!
//! - Each event and span has the field `module`, the name that the operator gave the module,
//!   wherever the homeserver runs the module: in callbacks and web resources, in each step of its
//!   life, in background work, in work deferred to a thread, and in futures that are dropped early.
//!   The homeserver does not know the threads that a module starts itself: there, events have the
//!   name and the current span only inside [`ModuleApi::within`].
//! - The parent of a module's span is the homeserver's current span at the time of the call, and
//!   whatever the homeserver does to answer a request lies in the module's span. Background work
//!   has no parent. As always with `tracing`, leave a span that was entered by hand before the next
//!   `await`, or use `Instrument`.
//! - An event that no subscriber is interested in costs one call into the homeserver; nothing is
//!   formatted.
//!
//! [`ModuleApi::time_left`] returns how long a call may still take, and [`ModuleApi::trace`] the
//! trace that it belongs to.
//!
//! # Features
//!
//! | feature | for whom | what it brings |
//! | --- | --- | --- |
//! | `tracing` (default) | modules | what a module logs with `tracing` reaches the homeserver's log; re-exports `tracing` |
//! | `testing` | tests of modules, below `[dev-dependencies]` | [`testing`](mod@testing): a fake homeserver |
//! | `host` | homeservers, by way of `hsmod-loader` | the homeserver's side of the boundary |
//! | `layout`, `describe` | the tests of this crate | what crosses, for comparison with other versions and with C |
#![cfg_attr(not(test), forbid(unsafe_code))]
// One test builds truncated tables by hand.
#![cfg_attr(test, deny(unsafe_code))]
#![allow(
    clippy::exhaustive_structs,
    reason = "tables and C forms: whether they may grow is the boundary's business, not the crate's"
)]
#![cfg_attr(
    not(all(feature = "host", feature = "tracing")),
    allow(dead_code, reason = "each side reads the slots of the other only; checked with both")
)]
#![cfg_attr(docsrs, feature(doc_cfg))]

pub mod boundary;
pub mod manifest;
pub mod table;
pub mod values;

pub mod callbacks;
#[cfg(feature = "describe")]
pub mod described;
#[cfg(feature = "host")]
pub mod host;
pub mod module;
#[allow(
    unnameable_types,
    clippy::cast_possible_wrap,
    reason = "expansions of table/requests.rs, and what a derive makes of a table"
)]
pub mod requests;
#[cfg(feature = "testing")]
pub mod testing;
/// A homeserver for the tests of modules, with the rooms and users that the test defines and the
/// answers that it scripts.
///
/// This page is empty because the feature `testing` is off. The tests of a module turn it on with
///
/// ```toml
/// [dev-dependencies]
#[doc = concat!("hsmod-plugin-api = { version = \"", env!("CARGO_PKG_VERSION"), "\", features = [\"testing\"] }")]
/// ```
///
/// and `cargo doc --features hsmod-plugin-api/testing` shows all of it.
#[cfg(all(doc, not(feature = "testing")))]
pub mod testing {}

pub use hsmod_plugin_api_macros::callbacks;
#[cfg(feature = "host")]
pub use hsmod_plugin_api_macros::requests;
pub use manifest::AbiVersion;
pub use module::{Module, ModuleApi, StaticModule};
#[cfg(feature = "tracing")]
pub use tracing;

/// The version of the boundary that this crate speaks. It is independent of the crate's version.
pub const ABI: AbiVersion = AbiVersion { major: hsmod_abi::MAJOR, minor: hsmod_abi::MINOR };

/// Everything a module needs, in one `use`.
pub mod prelude {
    pub use std::sync::Arc;

    pub use serde::Deserialize;
    pub use serde_json;

    pub use crate::callbacks::traits::*;
    pub use crate::module::http_client::HttpRequest;
    pub use crate::module::http_response::{HttpError, HttpResponse};
    pub use crate::module::{
        BackgroundCall, BackgroundProcess, Cached, ErrorFormat, Module, ModuleApi, Registration,
        Templates, ThreadPool, Transaction, WebRequest, WebResource, WebResponse,
        config_from_value,
    };
    pub use crate::values::{
        AcceptedLogin, ConfigError, Denial, DirectoryVisibility, EditableJson, ErrorCode, Event,
        EventDecision, EventDelivery, FederatedEventAction, FileInfo, InterestedUsers, JsonObject,
        JsonStr, LegacyRenewal, LoginResponse, MediaUploadLimit, ModuleError, OwnedEvent,
        OwnedPresenceState, OwnedRoomAlias, OwnedRoomId, OwnedUserId, Permission, ProfileInfo,
        RatelimitOverride, ReadableFile, RegistrationBehaviour, RequestInfo, Requester, RoomAlias,
        RoomId, Row, SqlValue, State, Threepid, Unanswered, UpdateGuard, UserId, UserPresenceState,
        UserProfile, UsersForStates, Verdict,
    };
    pub use crate::{callbacks, export_module, params};
    #[cfg(feature = "tracing")]
    pub use tracing;
}

#[doc(hidden)]
pub mod __private {
    pub use hsmod_abi::Entry;

    pub use crate::callbacks::{Fallback, Probe};
    pub use crate::module::entry;
}

/// Compiles the examples in the book's pages for authors.
#[cfg(doctest)]
mod book {
    #[doc = include_str!("../../docs/authors/how-do-i.md")]
    struct HowDoI;

    #[doc = include_str!("../../docs/porting/module-api.md")]
    struct ModuleApi;

    #[doc = include_str!("../../docs/porting/auto-accept-invites.md")]
    struct AutoAcceptInvites;

    #[doc = include_str!("../../docs/porting/account-validity.md")]
    struct AccountValidity;

    #[doc = include_str!("../../docs/porting/last-admin.md")]
    struct LastAdmin;

    #[doc = include_str!("../../docs/porting/restricted-guests.md")]
    struct RestrictedGuests;

    #[doc = include_str!("../../docs/porting/policy-list-antispam.md")]
    struct PolicyListAntispam;
}
