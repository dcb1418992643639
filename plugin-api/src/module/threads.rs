//! Blocking work on threads of the homeserver.

use hsmod_abi::RawOutcome;

use super::api::{HostCalls, ModuleApi};
use super::promise::promise;
use crate::boundary::{Errand, attempted};
use crate::values::{ModuleError, Unanswered};

impl ModuleApi {
    /// Runs `work`, which may block or compute for a long time, on a separate thread, and waits for
    /// its result. If the future is dropped before that, `work` continues and its result is
    /// dropped.
    ///
    /// 16 pieces of work of a module run at once; 1,024 more may wait. A shutdown waits for work
    /// that is running, and drops work that is waiting.
    ///
    /// ```
    /// # use hsmod_plugin_api::prelude::*;
    /// # fn slow_digest(_: &[u8]) -> u64 { 0 }
    /// # async fn example(api: &ModuleApi, file: Vec<u8>) -> Result<(), ModuleError> {
    /// let digest = api.defer_to_thread(move || slow_digest(&file)).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// Mirrors `defer_to_thread` of `synapse.module_api.ModuleApi`.
    ///
    /// # Errors
    /// `work` panics; [`ModuleError::unanswered`] if too much work is waiting already or the module
    /// is being shut down.
    pub async fn defer_to_thread<T, W>(&self, work: W) -> Result<T, ModuleError>
    where
        W: FnOnce() -> T + Send + 'static,
        T: Send + 'static,
    {
        let (promise, promised) = promise();
        let errand = Errand::new(move || {
            promise.keep(attempted(work).map_err(|panic| {
                ModuleError::new(format_args!("what was deferred to a thread panicked: {panic}"))
            }));
        });
        let mut outcome = RawOutcome::unwritten();
        if self.peer().defer_to_thread(errand, &mut outcome).is_none() {
            return Err(ModuleError::unsupported("defer_to_thread"));
        }
        outcome.into_result::<ModuleError>()?;
        promised.await.unwrap_or_else(|| Err(not_run()))
    }
}

pub(super) fn not_run() -> ModuleError {
    let message = "what was deferred to a thread is not run: the module is being shut down";
    ModuleError::not_answered(Unanswered::ShuttingDown, message)
}
