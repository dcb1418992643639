//! Shows that modules can be tested in the fake homeserver, and see there what they would see in a
//! real one.
#![forbid(unsafe_code)]

mod canned;
mod config;
mod http;
mod module;
mod own;
mod scripts;
mod seat;
mod state;
mod time;
