//! Shows what a module's call is part of: whose its log is, in which span of the homeserver's its
//! spans are, how long it may take.
//!
//! A program of its own: what threads of modules log comes to the subscriber of the whole process.

mod lines;
mod names;
mod spans;
mod time;
