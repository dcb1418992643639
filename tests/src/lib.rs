//! Shared by the tests: real plugins, built when a test first needs them, configs that list them,
//! and the conformance scenarios.
#![forbid(unsafe_code)]

pub mod build;
pub mod build_c;
pub mod callbacks_page;
pub mod conform;
pub mod requests_page;
pub mod scene;
