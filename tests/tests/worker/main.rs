//! Tests background work, threads and caches of modules, with the module `good_worker` as a plugin
//! and linked into this program.
#![forbid(unsafe_code)]

mod background;
mod caches;
mod endings;
#[path = "../it/log.rs"]
#[allow(dead_code, reason = "the tests of `it` need more of it")]
mod log;
mod support;
mod threads;
mod time;
