//! What is measured: the same question to the same modules, through the loader and through
//! `Box<dyn>` futures.
#![forbid(unsafe_code)]

pub mod baseline;
pub mod subject;
