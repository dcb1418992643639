//! What a Matrix homeserver module depends on: the stable ABI, the callbacks and `ModuleApi`.
pub mod manifest;
