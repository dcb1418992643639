//! The homeserver's side of a module's life, its `ModuleApi`, its log and its web resources.

mod api;
mod cache;
mod life;
mod log;
mod registration;
pub(super) mod unread;
mod web;

pub use api::{ApiHandle, ModuleHost};
pub use cache::CacheHandle;
pub use life::{Lifecycle, ParsedConfig, Plugin, StageError};
pub use log::{LogHandle, LogParent, LogRecord, LogSink, LogValue};
pub use registration::{AuthChecker, Lists, Registered};
pub use web::{WebHandle, WebRequestParts};
