//! Tests the loader's services when all goes well, and when a service is missing, fails, is slow,
//! gets too many requests, or a request is dropped, with the module `good_keeper` as a plugin and
//! linked into this program.
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
