//! Loads hsmod plugins into a Matrix homeserver and dispatches Synapse's module callbacks to them.
#![deny(unsafe_code)]

pub mod config;
pub mod discovery;
pub mod inspection;
pub mod problem;
mod suggestion;
mod sys;
pub mod verification;
