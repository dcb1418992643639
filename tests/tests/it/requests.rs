//! Tests the requests of modules to their homeserver.

mod asker;
mod cases;
mod endings;
mod every;
mod host;
mod inside;
mod lifetimes;
mod limits;
mod own_request;
mod shutdowns;
mod trials;
mod versions;
