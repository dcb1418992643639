//! Real plugins in the real loader.
#![forbid(unsafe_code)]

mod axum_fallback;
mod callbacks_page;
mod cancellation;
mod conformance;
mod deadlines;
mod embed_example;
mod every_callback;
mod example_plugins;
mod instances;
mod lifecycle;
mod linked;
mod log;
mod logs;
mod notifications;
mod panics;
mod properties;
mod refusals;
mod requests;
mod requests_page;
mod rows;
mod support;
mod web_resources;
