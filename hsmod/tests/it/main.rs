//! Tests the `hsmod` command as its users run it.
#![forbid(unsafe_code)]

mod call;
mod call_forms;
mod call_refusals;
mod call_values;
mod check;
mod children;
mod command;
mod config_input;
mod config_schemas;
mod create_events;
mod endings;
mod folders;
mod guests;
mod help;
mod inspect;
mod live;
mod migrate;
mod migrate_configs;
mod new;
mod new_crates;
mod pages;
mod replay;
mod replay_derived;
mod replay_input;
mod services;
mod world;
