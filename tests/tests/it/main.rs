//! Real plugins in the real loader.
#![forbid(unsafe_code)]

mod deadlines;
mod example_plugins;
mod instances;
mod log;
mod panics;
mod support;
