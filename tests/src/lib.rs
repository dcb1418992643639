//! What the tests share: real plugins, built when a test first needs them, and configs that list
//! them.
#![forbid(unsafe_code)]

pub mod build;
pub mod scene;
