//! Tests of the `hsmod` command, as its users run it.
#![forbid(unsafe_code)]

mod command;
mod help;
mod inspect;
