//! Conversions between Python's values and the loader's, one file per kind of value.

pub(crate) mod answers;
pub(crate) mod arguments;
pub(crate) mod delivery;
pub(crate) mod error;
pub(crate) mod event;
pub(crate) mod json;
pub(crate) mod limits;
pub(crate) mod login;
pub(crate) mod media;
pub(crate) mod people;
pub(crate) mod presence;
pub(crate) mod request;
pub(crate) mod state;
pub(crate) mod update;
pub(crate) mod verdict;
