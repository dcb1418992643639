//! What the loader itself provides to modules, in every host: an HTTP client, storage, templates
//! and mail. None of it is Matrix's; the homeserver need not do anything for it.
//!
//! Each is behind a cargo feature of its own, and each is one value per module, so that its limits
//! are that module's: a module that asks too much is refused, and takes nothing from the others.

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
