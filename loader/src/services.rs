//! Services that the loader itself provides to modules in every host: an HTTP client, storage,
//! templates and mail. They are not specific to Matrix, and the homeserver does nothing for them.
//!
//! Each has a cargo feature of its own. Each module has its own instance with its own limits: a
//! module that asks for too much is refused, at no cost to the others.

#[cfg(any(feature = "http", feature = "mail", feature = "templates"))]
mod cause;
pub(crate) mod folders;
pub(crate) mod given;
#[cfg(feature = "http")]
pub mod http;
#[cfg_attr(
    not(all(feature = "http", feature = "mail", feature = "storage", feature = "templates")),
    allow(dead_code, reason = "each service uses a part of it")
)]
mod life;
#[cfg(any(feature = "http", feature = "mail", feature = "storage", feature = "templates"))]
mod limit;
#[cfg(feature = "mail")]
pub mod mail;
pub(crate) mod provision;
#[cfg(any(feature = "storage", feature = "templates"))]
mod shelf;
#[cfg(feature = "storage")]
pub mod storage;
#[cfg(feature = "templates")]
pub mod templates;
pub(crate) mod time;
