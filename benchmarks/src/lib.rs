//! The subject of the measurements: the same question to the same modules, through the loader and
//! through `Box<dyn>` futures. Instructions, allocations and time are measured.
#![deny(unsafe_code)]

pub mod setting;
pub mod subject;

pub mod allocations;
pub mod instructions;
pub mod locked;
pub mod time;

pub mod baseline;
