//! The pace of a background update.

use std::future::Future;
use std::time::Duration;

use super::answer::{Answer, Unreadable};
use super::error::ModuleError;
use crate::boundary::Continuation;

/// One batch of a background update, from the moment the controller lets it run.
///
/// ```
/// # use std::time::Duration;
/// # use hsmod_plugin_api::prelude::*;
/// # fn example(held: std::sync::mpsc::Receiver<()>) -> UpdateGuard {
/// UpdateGuard::new(Duration::from_millis(100)).on_exit(async move || {
///     drop(held);
///     Ok(())
/// })
/// # }
/// ```
///
/// Mirrors the context manager that `on_update` returns in Synapse: the work before the callback's
/// answer is its entry, `on_exit` its exit.
#[derive(Debug, Default)]
pub struct UpdateGuard {
    desired_duration_ms: i64,
    on_exit: Option<Continuation>,
}

impl UpdateGuard {
    /// Lets the batch run now; it should take `desired_duration`, rounded down to milliseconds.
    pub fn new(desired_duration: Duration) -> Self {
        Self::from_millis(i64::try_from(desired_duration.as_millis()).unwrap_or(i64::MAX))
    }

    /// [`Self::new`] with a duration in milliseconds. Zero or less requests the smallest possible
    /// batch.
    pub const fn from_millis(desired_duration_ms: i64) -> Self {
        Self { desired_duration_ms, on_exit: None }
    }

    /// Sets a function to be called when the batch has run or failed. An error of it counts as a
    /// failure of the update.
    #[must_use]
    pub fn on_exit<C, F>(mut self, callback: C) -> Self
    where
        C: FnOnce() -> F + Send + 'static,
        F: Future<Output = Result<(), ModuleError>> + Send + 'static,
    {
        self.on_exit = Some(Continuation::new(|_: &str| callback()));
        self
    }

    /// How long the batch should take, in milliseconds.
    pub const fn desired_duration_ms(&self) -> i64 {
        self.desired_duration_ms
    }

    /// Splits it into its parts.
    #[cfg(feature = "host")]
    pub fn into_parts(self) -> (i64, Option<Continuation>) {
        (self.desired_duration_ms, self.on_exit)
    }
}

hsmod_abi::structure! {
    /// C form of [`UpdateGuard`].
    #[repr(C)]
    #[cfg_attr(feature = "layout", derive(abi_stable::StableAbi))]
    pub struct RawUpdateGuard {
        desired_duration_ms: i64,
        /// Null: there is nothing to call.
        on_exit: Continuation,
    }
}

impl Answer for UpdateGuard {
    type Raw = RawUpdateGuard;

    #[inline]
    fn is_neutral(&self) -> bool {
        self.desired_duration_ms == 0 && self.on_exit.is_none()
    }

    fn into_raw(self) -> Option<RawUpdateGuard> {
        (!self.is_neutral()).then(|| RawUpdateGuard {
            desired_duration_ms: self.desired_duration_ms,
            on_exit: Continuation::optional(self.on_exit),
        })
    }

    fn from_raw(raw: RawUpdateGuard) -> Result<Self, Unreadable> {
        let RawUpdateGuard { desired_duration_ms, on_exit } = raw;
        Ok(Self { desired_duration_ms, on_exit: on_exit.into_option() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_a_guard_are_dropped_once_at_every_stage() {
        let held = std::sync::Arc::new(());
        let guard = |held: &std::sync::Arc<()>| {
            let held = std::sync::Arc::clone(held);
            UpdateGuard::new(Duration::from_millis(5)).on_exit(async move || {
                drop(held);
                Ok(())
            })
        };
        drop(guard(&held));
        drop(guard(&held).into_raw());
        let there = UpdateGuard::from_raw(guard(&held).into_raw().unwrap()).unwrap();
        assert_eq!(there.desired_duration_ms(), 5);
        assert_eq!(std::sync::Arc::strong_count(&held), 2);
        drop(there);
        assert_eq!(std::sync::Arc::strong_count(&held), 1);
    }

    #[test]
    fn durations_survive_the_boundary_also_those_below_zero() {
        let through = |guard: UpdateGuard| {
            let there = guard.into_raw().map(|raw| UpdateGuard::from_raw(raw).unwrap());
            there.unwrap_or_default().desired_duration_ms()
        };
        assert_eq!(through(UpdateGuard::from_millis(-1)), -1);
        assert_eq!(through(UpdateGuard::new(Duration::from_secs(1))), 1000);
        assert_eq!(through(UpdateGuard::new(Duration::ZERO)), 0);
        assert_eq!(through(UpdateGuard::new(Duration::MAX)), i64::MAX);
    }
}
