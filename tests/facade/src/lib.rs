//! What somebody may offer to those who write modules: the plugin API, under another name and with
//! more to build on. No macro may need its usual name.
#![forbid(unsafe_code)]

pub use modules;

use modules::callbacks::SpamChecker;
use modules::values::{JsonStr, ModuleError, UserId, Verdict};

/// A part of a module that others may build on.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct Lenient<T>(std::marker::PhantomData<T>);

// As it is imported, not by its path.
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
