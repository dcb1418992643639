//! A facade that re-exports the plugin API under another name, with additions. It tests that no
//! macro depends on the API's usual name.
#![forbid(unsafe_code)]

pub use modules;

use modules::callbacks::SpamChecker;
use modules::values::{JsonStr, ModuleError, UserId, Verdict};

/// A reusable part of a module.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct Lenient<T>(std::marker::PhantomData<T>);

// Used through an import, not by its full path.
#[modules::callbacks]
impl<T> SpamChecker for Lenient<T>
where
    T: Send + Sync + 'static,
{
    async fn user_may_create_room(
        &self,
        _user_id: &UserId,
        _room_config: &JsonStr,
    ) -> Result<Verdict, ModuleError> {
        Ok(Verdict::Allow)
    }
}
