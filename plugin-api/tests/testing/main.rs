//! Shows that modules can be tested in the fake homeserver, and find there what they would find in
//! a real one.
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
