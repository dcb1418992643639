//! What is measured: the same question to the same modules, through the loader and through
//! `Box<dyn>` futures. How often, and with what: instructions, allocations, time.
#![deny(unsafe_code)]

pub mod setting;
pub mod subject;

pub mod allocations;
pub mod instructions;
pub mod locked;
pub mod time;

pub mod baseline;
