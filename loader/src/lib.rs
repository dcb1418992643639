//! Loads hsmod plugins into a Matrix homeserver and dispatches Synapse's module callbacks to them.
//!
//! Data flows one way: each stage takes the result of the stage before, so that none can be skipped.
//!
//! ```text
//! config -> discovery -> inspection -> verification -> loading -> registration -> dispatch
//! ```
//!
//! A homeserver loads its modules once ([`Modules::load`]), keeps the handle, and asks at each
//! call site: `modules.spam_checker().user_may_invite(..).await?`. If no module registered the
//! callback, this only reads the length of a list.
//!
//! # Stage by stage
//!
//! [`Modules::load`] does everything at once. A homeserver that has something to do in between goes
//! through three types, each of which is made of the one before:
//!
//! | | what has happened | needs |
//! | --- | --- | --- |
//! | [`Parsed`] | plugins are mapped, and each module has read its config; no module is made | nothing: no runtime and no thread; it survives a fork |
//! | [`Made`] | modules are made, and it is known what they registered | a [`Host`], a tokio runtime |
//! | [`Modules`] | they are started, and calls reach them | the same |
//!
//! Each stage reports the problems of all modules at once. If a stage is refused or dropped, nothing is
//! left of the start but the plugins, which stay mapped.
//!
//! A daemon reports what is wrong with the configs while the operator still looks at its terminal, and
//! makes its modules after the [fork](Parsed#forking):
//!
//! ```no_run
//! use hsmod_loader::{Config, Host, LoadError, Modules, Parsed};
//!
//! fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     let parsed = Parsed::new(Config::from_file("modules.yaml")?)?;
//!     // .. fork here
//!     let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
//!     runtime.block_on(serve(parsed))?;
//!     Ok(())
//! }
//!
//! async fn serve(parsed: Parsed) -> Result<(), LoadError> {
//!     let made = parsed.make(Host::new("example.org")).await?;
//!     for (category, callbacks) in &made.registered().callbacks {
//!         println!("modules want to be asked {category}: {}", callbacks.join(", "));
//!     }
//!     // .. once this process can answer what modules ask while they start
//!     let modules: Modules = made.start().await?;
//!     // .. serve, and shut the modules down
//!     # drop(modules);
//!     Ok(())
//! }
//! ```
//!
//! # What plugins require
//!
//! A plugin says which callbacks and requests it requires: callbacks that [may
//! deny](mod@hsmod_plugin_api::callbacks#which-may-deny), unless its author says otherwise, and requests
//! that its author names. If this loader does not know one of them, or the homeserver does not
//! [call](Host::calls) or answer it, the start is refused, and no code of the plugin runs.
//!
//! [`Modules::load`] knows the [`Host`] and checks all of this before it maps a plugin. Stage by stage,
//! [`Parsed::of_calls`] checks the callbacks before plugins are mapped, and [`Parsed::make`] everything
//! else before modules are made.
//!
//! # What is logged
//!
//! The loader logs by `tracing`, with the target `hsmod_loader` and the fields `module`, `callback` (or
//! `path`, for a web resource), `kind`, and `event_id`, `room_id` and `user_id` if the call is about one:
//!
//! | level | what |
//! | --- | --- |
//! | ERROR | a module failed, and an operation with it: a client gets a 500 or is refused, background work is lost, a notification does not reach a module; or the homeserver could not write an event as JSON when a module asked for it (`kind` is `input`) |
//! | WARN | a module failed, and the homeserver goes on as if nothing had happened; many notifications wait for a module; each of [`Modules::warnings`] (`hsmod_loader::warnings`) |
//! | INFO | a module runs, with its plugin and what it registered (`hsmod_loader::start`) |
//! | DEBUG | a module refused, by its verdict or by an error with a status below 500 (`errcode`); a request of a module was cancelled, most often because its client has gone away |
//!
//! The first five failures of a module in one callback are logged at once, then one per minute; the
//! field `left_out` counts those in between. [`Host::on_failure`] gets all of them. An argument
//! that cannot be read is the homeserver's own fault; it is returned ([`CallErrorKind::Input`]) and
//! not logged. What modules log themselves has its own targets, and the field `module`. The parent
//! of their spans is the span that the homeserver is in when it calls them. For modules that are
//! linked in, a subscriber gets the name from [`record::current`].
#![deny(unsafe_code)]

mod admission;
mod announce;
mod atomic;
mod auth_checkers;
mod background;
mod caches;
mod call_error;
pub mod check;
pub mod config;
pub mod discovery;
pub mod dispatch;
pub mod failures;
mod generation;
mod host;
mod info;
pub mod inspection;
mod life;
mod limits;
#[allow(unsafe_code, reason = "maps plugins and takes over their entry")]
pub mod loading;
mod log;
mod modules;
pub mod names;
pub mod policy;
pub mod prelude;
pub mod problem;
#[allow(unsafe_code, reason = "lends a value kept by a reference in an atomic pointer")]
mod published;
pub mod record;
mod registration;
pub mod rehearsal;
mod replacement;
mod requirements;
mod room_scope;
pub mod scarcity;
pub mod services;
mod stages;
pub mod stats;
pub mod suggestion;
mod sys;
#[cfg(feature = "testing")]
pub mod testing;
mod threads;
pub mod verification;
mod watchdog;
pub mod web;

pub use auth_checkers::LoginType;
pub use bytes;
pub use call_error::{CallError, CallErrorKind, Cause, FailureKind};
pub use config::Config;
pub use failures::Failure;
pub use host::Host;
pub use hsmod_plugin_api::ABI;
pub use hsmod_plugin_api::StaticModule;
pub use hsmod_plugin_api::callbacks as rows;
pub use hsmod_plugin_api::host::{
    BuiltEvent, Delivered, EditableText, EventError, EventParts, FileSource, GivenText, InputError,
    Json, Parts, Pdu, Ser, StateHandle as State, StateSource,
};
pub use hsmod_plugin_api::manifest::ConfigSchema;
pub use hsmod_plugin_api::module::http_response::HttpResponse;
pub use hsmod_plugin_api::module::{Trace, WebRequest, WebResponse};
pub use hsmod_plugin_api::requests;
pub use hsmod_plugin_api::table::CallbackInfo;
pub use hsmod_plugin_api::values;
pub use http;
pub use info::{ModuleInfo, Registered};
pub use modules::{ModuleCounts, Modules, Shutdown};
pub use problem::LoadError;
pub use replacement::{Replaced, Replacement};
pub use room_scope::holds_room;
pub use stages::{Made, Parsed};

/// The examples for authors and homeservers, compiled.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;

#[cfg(doctest)]
#[doc = include_str!("../../docs/embedding.md")]
struct Embedding;
