//! Real plugins in the real loader.
#![forbid(unsafe_code)]

mod conformance;
mod example_plugins;
mod support;
