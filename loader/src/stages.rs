//! The start of modules, from the config to the moment they may be called, step by step.

mod made;
mod parsed;
mod started;
mod step;
mod survey;

pub(crate) use self::made::MadeModule;
pub(crate) use self::parsed::{parse_all, parse_static};
pub(crate) use self::started::Startup;
pub(crate) use self::step::enter;
pub(crate) use self::survey::{Line, survey};
