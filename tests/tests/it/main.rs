//! Real plugins in the real loader.
#![forbid(unsafe_code)]

mod axum_fallback;
mod background_updates;
mod callbacks_page;
mod cancellation;
mod combining;
mod conformance;
mod deadlines;
mod dropped_calls;
mod embed_example;
mod every_callback;
mod example_plugins;
mod failures;
mod instances;
mod lifecycle;
mod linked;
mod log;
mod logins;
mod logs;
mod nested;
mod notifications;
mod panics;
mod properties;
mod refusals;
mod refused_registrations;
mod requests;
mod requests_page;
mod rows;
mod several_at_once;
mod support;
mod web_resources;
