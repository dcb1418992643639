//! A module that was made, for as long as somebody in the loader holds it.

use hsmod_plugin_api::module::Lifecycle;

use crate::record::{self, Place};

/// The hold that a part of the loader has on a module. Whatever the module does when the last one
/// goes, it does inside of itself, so that the log knows whose it is.
#[derive(Clone, Debug)]
pub(crate) struct Life(Option<Lifecycle>);

impl Life {
    pub(crate) const fn new(lifecycle: Lifecycle) -> Self {
        Self(Some(lifecycle))
    }

    /// The number of the module.
    pub(crate) fn module(&self) -> usize {
        self.0.as_ref().map_or(0, Lifecycle::module)
    }

    /// Its steps.
    ///
    /// # Panics
    /// Never: it is there until this is dropped.
    pub(crate) fn steps(&self) -> &Lifecycle {
        self.0.as_ref().expect("`drop` alone takes it")
    }
}

impl Drop for Life {
    fn drop(&mut self) {
        let _inside = record::enter(self.module(), Place::DROP);
        self.0 = None;
    }
}
