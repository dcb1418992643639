//! A hold on a module that was made.

use hsmod_plugin_api::module::Lifecycle;

use crate::record::{self, Place};

/// Keeps a module alive for a part of the loader. When the last hold is dropped, the module's
/// destructor runs inside the module, so that what it logs is attributed to it.
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

    /// The module's lifecycle functions.
    ///
    /// # Panics
    /// Never: the value is there until this is dropped.
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
