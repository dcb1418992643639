//! Work that a module does in the background, without being asked.

use std::fmt;
use std::future::{Future, IntoFuture};
use std::pin::Pin;
use std::time::{Duration, SystemTime};

use hsmod_abi::{Flag, Str};

use super::api::{HostCalls, ModuleApi};
use super::promise::{Promised, promise};
use crate::boundary::{Continuation, Routine};
use crate::values::ModuleError;
use crate::values::lend::nanoseconds;

/// Background work. All of it belongs to the module that started it: it runs once the module's
/// [`start`](crate::Module::start) has begun, and is cancelled (its future dropped) before
/// [`shutdown`](crate::Module::shutdown) is called. Its errors and panics go to the homeserver's
/// log, with the name of the module and `desc`. In a trial it is not run. A module may have 1,024
/// pieces of background work at once; more are refused with an error in the log.
///
/// [`with`](ModuleApi::with) passes the module to the work; [`module`](ModuleApi::module) returns
/// the module where only `&self` is at hand.
impl ModuleApi {
    /// Whether this process does the work that is to be done once per homeserver.
    pub fn should_run_background_tasks(&self) -> bool {
        self.peer().should_run_background_tasks().is_none_or(Flag::get)
    }

    /// The homeserver's time: milliseconds since 1970.
    pub fn get_current_time_msec(&self) -> u64 {
        let own = || SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        let time = self.peer().get_current_time_msec();
        time.unwrap_or_else(|| u64::try_from(own().as_millis()).unwrap_or(u64::MAX))
    }

    /// Calls `f` every `period` (at least a millisecond), the first time after one `period`. Calls
    /// never overlap: if one takes longer than `period`, the ticks that it misses are skipped. It
    /// continues after an error or a panic.
    ///
    /// On a worker that does not run background tasks nothing is called, and a warning is logged;
    /// see [`Self::looping_background_call_on_all_instances`]. `desc` names the call in the log.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use hsmod_plugin_api::prelude::*;
    /// # struct Lists;
    /// # impl Lists { async fn fetch(&self) -> Result<(), ModuleError> { Ok(()) } }
    /// # fn example(api: &ModuleApi, module: &Arc<Lists>) {
    /// let hour = Duration::from_secs(3600);
    /// // With the module, or something else that is shared:
    /// api.with(module).looping_background_call("fetch lists", hour, |module| async move {
    ///     module.fetch().await
    /// });
    /// // Or with nothing:
    /// api.looping_background_call("strike", hour, || async {
    ///     tracing::info!("another hour");
    ///     Ok(())
    /// });
    /// # }
    /// ```
    ///
    /// Mirrors `looping_background_call` of `synapse.module_api.ModuleApi`.
    pub fn looping_background_call<C, F>(&self, desc: &str, period: Duration, f: C)
    where
        C: FnMut() -> F + Send + 'static,
        F: Future<Output = Result<(), ModuleError>> + Send + 'static,
    {
        self.call_again_and_again(desc, period, false, Routine::new(f));
    }

    /// [`Self::looping_background_call`] on every worker process.
    ///
    /// Mirrors its `run_on_all_instances`.
    pub fn looping_background_call_on_all_instances<C, F>(&self, desc: &str, period: Duration, f: C)
    where
        C: FnMut() -> F + Send + 'static,
        F: Future<Output = Result<(), ModuleError>> + Send + 'static,
    {
        self.call_again_and_again(desc, period, true, Routine::new(f));
    }

    fn call_again_and_again(&self, desc: &str, period: Duration, everywhere: bool, f: Routine) {
        let (period, everywhere) = (nanoseconds(period), Flag::new(everywhere));
        self.peer().looping_background_call(Str::new(desc), period, everywhere, f);
    }

    /// Calls `f` once, after `delay`, unless it is cancelled before. The call is lost if the
    /// homeserver ends before. `desc` names it in the log.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use hsmod_plugin_api::prelude::*;
    /// # async fn remind(_: &ModuleApi) -> Result<(), ModuleError> { Ok(()) }
    /// # fn example(api: &ModuleApi) {
    /// let later = api.clone();
    /// let reminder = api.delayed_background_call("remind", Duration::from_secs(60), || async move {
    ///     remind(&later).await
    /// });
    /// // Nobody needs to be reminded any more:
    /// reminder.cancel();
    /// # }
    /// ```
    ///
    /// Mirrors `delayed_background_call` of `synapse.module_api.ModuleApi`.
    pub fn delayed_background_call<C, F>(&self, desc: &str, delay: Duration, f: C) -> BackgroundCall
    where
        C: FnOnce() -> F + Send + 'static,
        F: Future<Output = Result<(), ModuleError>> + Send + 'static,
    {
        let call = Continuation::new(move |_: &str| f());
        let number = self.peer().background_call(Str::new(desc), nanoseconds(delay), call);
        BackgroundCall { api: self.clone(), number: number.unwrap_or(BackgroundCall::NONE) }
    }

    /// Runs `f` in the background, whether or not its result is awaited. `desc` names it in the
    /// log.
    ///
    /// ```
    /// # use hsmod_plugin_api::prelude::*;
    /// # async fn example(api: &ModuleApi, user_id: &UserId) {
    /// let (later, user_id) = (api.clone(), user_id.to_owned());
    /// let process = api.run_as_background_process("greet", || async move {
    ///     let admin = later.is_user_admin(&user_id).await?;
    ///     tracing::info!(admin, "hello");
    ///     Ok(admin)
    /// });
    /// // Who wants to know waits for it:
    /// let admin: Option<bool> = process.await;
    /// # }
    /// ```
    ///
    /// Mirrors `run_as_background_process` of `synapse.module_api.ModuleApi`.
    pub fn run_as_background_process<T, C, F>(&self, desc: &str, f: C) -> BackgroundProcess<T>
    where
        C: FnOnce() -> F + Send + 'static,
        F: Future<Output = Result<T, ModuleError>> + Send + 'static,
        T: Send + 'static,
    {
        let (promise, result) = promise();
        let process = || async move {
            promise.keep(f().await?);
            Ok(())
        };
        BackgroundProcess {
            call: self.delayed_background_call(desc, Duration::ZERO, process),
            result,
        }
    }
}

/// A call that will be made in the background. Dropping this does not cancel it.
pub struct BackgroundCall {
    api: ModuleApi,
    number: u64,
}

impl BackgroundCall {
    /// The number of a call that will not be made.
    const NONE: u64 = 0;

    /// Cancels the call: it is not begun, or stops where it next waits. Has no effect on a call
    /// that has ended or will never be made.
    pub fn cancel(&self) {
        self.api.peer().cancel_background_call(self.number);
    }
}

impl fmt::Debug for BackgroundCall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BackgroundCall").field("number", &self.number).finish_non_exhaustive()
    }
}

/// A process begun with [`ModuleApi::run_as_background_process`]. Dropping this does not cancel it.
/// Awaiting it returns the result, or `None` if there is none: the process failed (the log says
/// how), was cancelled, or was never begun, as in a trial.
pub struct BackgroundProcess<T> {
    call: BackgroundCall,
    result: Promised<T>,
}

impl<T> BackgroundProcess<T> {
    /// Cancels the process, as [`BackgroundCall::cancel`] does.
    pub fn cancel(&self) {
        self.call.cancel();
    }
}

/// Discards the result, so that it can be kept together with other calls.
impl<T> From<BackgroundProcess<T>> for BackgroundCall {
    fn from(process: BackgroundProcess<T>) -> Self {
        process.call
    }
}

impl<T: Send + 'static> IntoFuture for BackgroundProcess<T> {
    type Output = Option<T>;
    type IntoFuture = Pin<Box<dyn Future<Output = Option<T>> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.result)
    }
}

impl<T> fmt::Debug for BackgroundProcess<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("BackgroundProcess").field(&self.call).finish()
    }
}
