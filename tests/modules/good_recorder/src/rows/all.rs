//! Every callback, implemented by a method `call` of the crate's `Player`, which gets the
//! callback's name and its arguments as JSON.

mod account_data;
mod account_validity;
mod add_extra_fields_to_unsigned_client_event;
mod background_update_controller;
mod federation;
mod media_repository;
mod password_auth_provider;
mod presence_router;
mod ratelimit;
mod spam_checker;
mod third_party_rules;
