//! The start of modules in three stages, each of which takes the result of the previous one by
//! value.

mod made;
mod parallel;
mod parsed;
mod started;
mod step;
mod survey;
mod wait;

pub use self::made::Made;
pub(crate) use self::made::MadeModule;
pub use self::parsed::Parsed;
pub(crate) use self::started::run;
pub(crate) use self::step::{Thread, enter};
pub(crate) use self::survey::{Line, survey};
