//! Tests the context of a module's call: the module's name in logs, the homeserver's spans around
//! the module's, and the time left.
//!
//! A separate program, because logs from threads of modules go to the subscriber of the whole
//! process.

mod lines;
mod names;
mod spans;
mod time;
