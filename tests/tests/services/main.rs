//! Shows what modules get of the loader when all goes well, and when a service is lacking, fails, is
//! slow, is wanted by too many, or by nobody any more: with the module `good_keeper` as a plugin,
//! and linked into this program.
#![forbid(unsafe_code)]

mod dropped;
mod failing;
mod lacking;
mod linked;
mod own;
mod rehearsed;
mod server;
mod storms;
mod support;
