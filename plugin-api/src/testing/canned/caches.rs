//! Group `caches`.

use super::Canned;
use crate::requests::Caches;
use crate::values::{JsonStr, ModuleError};

impl Caches for Canned {
    /// Only recorded: see [`FakeHost::requests`](crate::testing::FakeHost::requests).
    async fn invalidate_cache(&self, _cache: &str, _key: &JsonStr) -> Result<(), ModuleError> {
        Ok(())
    }
}
