//! Real plugins in the real loader.
#![forbid(unsafe_code)]

mod deadlines;
mod every_callback;
mod example_plugins;
mod instances;
mod log;
mod notifications;
mod panics;
mod rows;
mod support;
