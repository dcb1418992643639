//! Gives background work access to the module itself.

use std::any::{Any, type_name};
use std::fmt;
use std::future::Future;
use std::sync::{Arc, OnceLock, Weak};
use std::time::Duration;

use super::api::ModuleApi;
use super::background::{BackgroundCall, BackgroundProcess};
use crate::values::ModuleError;

/// The module that a [`ModuleApi`] belongs to, once it has been created.
///
/// Rationale: the reference is weak because the module holds its API; two strong references would
/// keep each other alive for ever.
#[derive(Default)]
pub(super) struct Own(OnceLock<Weak<dyn Any + Send + Sync>>);

impl Own {
    /// The homeserver creates one module per API, so only the first call has an effect.
    pub(super) fn is(&self, module: Weak<dyn Any + Send + Sync>) {
        let _ = self.0.set(module);
    }
}

impl ModuleApi {
    /// Returns the module itself, as `new` created it: for `start`, callbacks and web resources,
    /// which have only `&self` but start work that outlives the call.
    ///
    /// ```
    /// # use hsmod_plugin_api::prelude::*;
    /// # struct Greeter { api: ModuleApi }
    /// # impl Greeter { async fn greet(&self, _: &UserId) -> Result<(), ModuleError> { Ok(()) } }
    /// # impl Module for Greeter {
    /// #     type Config = serde_json::Value;
    /// #     fn new(_: Self::Config, api: &ModuleApi) -> Result<Arc<Self>, ModuleError> {
    /// #         Ok(Arc::new(Self { api: api.clone() }))
    /// #     }
    /// # }
    /// #[callbacks]
    /// impl AccountValidity for Greeter {
    ///     async fn on_user_registration(&self, user_id: &UserId) -> Result<(), ModuleError> {
    ///         let (module, user_id) = (self.api.module::<Self>()?, user_id.to_owned());
    ///         self.api.run_as_background_process("greet", || async move {
    ///             module.greet(&user_id).await
    ///         });
    ///         Ok(())
    ///     }
    /// }
    /// ```
    ///
    /// # Errors
    /// `new` has not returned yet (it holds the module itself); `M` is not the type of the module;
    /// or the module has ended.
    pub fn module<M: Send + Sync + 'static>(&self) -> Result<Arc<M>, ModuleError> {
        let Some(module) = self.own().0.get() else {
            return Err(ModuleError::new(
                "`ModuleApi::module`: there is no module before its `new` has returned it: give \
                 what `new` starts a clone of the `Arc` that `new` is about to return",
            ));
        };
        let module = module.upgrade().ok_or_else(ended)?;
        module.downcast().map_err(|_| {
            let asked = type_name::<M>();
            ModuleError::new(format_args!(
                "`ModuleApi::module::<{asked}>`: the module has another type: the one in `impl \
                 Module for ..`"
            ))
        })
    }

    /// Starts background work to which the module, or any other shared value, is passed: one
    /// closure, no clones. Waiting work does not keep the value alive; if `module` is gone when the
    /// time comes, the work is skipped.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use hsmod_plugin_api::prelude::*;
    /// # struct Lists { api: ModuleApi }
    /// # impl Lists { async fn fetch(&self) -> Result<(), ModuleError> { Ok(()) } }
    /// impl Module for Lists {
    /// #   type Config = serde_json::Value;
    ///     fn new(_: Self::Config, api: &ModuleApi) -> Result<Arc<Self>, ModuleError> {
    ///         let module = Arc::new(Self { api: api.clone() });
    ///         let hour = Duration::from_secs(3600);
    ///         api.with(&module).looping_background_call("fetch lists", hour, |module| async move {
    ///             module.fetch().await
    ///         });
    ///         Ok(module)
    ///     }
    /// }
    /// ```
    ///
    /// Outside of `new`, [`Self::module`] returns the `Arc`: `api.with(&api.module::<Self>()?)`.
    pub const fn with<'a, M: Send + Sync + 'static>(&'a self, module: &'a Arc<M>) -> With<'a, M> {
        With { api: self, module }
    }
}

/// Starts background work to which a shared value is passed, see [`ModuleApi::with`]. Each method
/// behaves as the method of [`ModuleApi`] with the same name.
pub struct With<'a, M> {
    api: &'a ModuleApi,
    module: &'a Arc<M>,
}

impl<M: Send + Sync + 'static> With<'_, M> {
    /// As [`ModuleApi::looping_background_call`].
    pub fn looping_background_call<C, F>(&self, desc: &str, period: Duration, f: C)
    where
        C: FnMut(Arc<M>) -> F + Send + 'static,
        F: Future<Output = Result<(), ModuleError>> + Send + 'static,
    {
        let (module, mut f) = (Arc::downgrade(self.module), f);
        self.api.looping_background_call(desc, period, move || {
            unless_gone(module.upgrade().map(&mut f))
        });
    }

    /// As [`ModuleApi::looping_background_call_on_all_instances`].
    pub fn looping_background_call_on_all_instances<C, F>(&self, desc: &str, period: Duration, f: C)
    where
        C: FnMut(Arc<M>) -> F + Send + 'static,
        F: Future<Output = Result<(), ModuleError>> + Send + 'static,
    {
        let (module, mut f) = (Arc::downgrade(self.module), f);
        self.api.looping_background_call_on_all_instances(desc, period, move || {
            unless_gone(module.upgrade().map(&mut f))
        });
    }

    /// As [`ModuleApi::delayed_background_call`].
    pub fn delayed_background_call<C, F>(&self, desc: &str, delay: Duration, f: C) -> BackgroundCall
    where
        C: FnOnce(Arc<M>) -> F + Send + 'static,
        F: Future<Output = Result<(), ModuleError>> + Send + 'static,
    {
        let module = Arc::downgrade(self.module);
        self.api.delayed_background_call(desc, delay, move || unless_gone(module.upgrade().map(f)))
    }

    /// As [`ModuleApi::run_as_background_process`].
    pub fn run_as_background_process<T, C, F>(&self, desc: &str, f: C) -> BackgroundProcess<T>
    where
        C: FnOnce(Arc<M>) -> F + Send + 'static,
        F: Future<Output = Result<T, ModuleError>> + Send + 'static,
        T: Send + 'static,
    {
        let module = Arc::clone(self.module);
        self.api.run_as_background_process(desc, move || f(module))
    }
}

/// There is nothing to do for a module that is gone.
async fn unless_gone(
    call: Option<impl Future<Output = Result<(), ModuleError>>>,
) -> Result<(), ModuleError> {
    match call {
        Some(call) => call.await,
        None => Ok(()),
    }
}

fn ended() -> ModuleError {
    ModuleError::new("`ModuleApi::module`: the module has ended")
}

impl<M> fmt::Debug for With<'_, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("With").field("api", self.api).finish_non_exhaustive()
    }
}
