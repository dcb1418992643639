//! Loads hsmod plugins into a Matrix homeserver and dispatches Synapse's module callbacks to them.
#![deny(unsafe_code)]

pub mod inspection;
pub mod problem;
mod sys;
pub mod verification;
