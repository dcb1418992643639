//! What the module leaves to be done after its answer.

use hsmod_plugin_api::prelude::*;
use serde_json::Value;

use crate::Recorder;

/// A call that is made later, once or not at all.
pub(crate) struct Later {
    module: Arc<Recorder>,
    name: &'static str,
    made: bool,
}

impl Later {
    /// Notes and answers it as a callback of this name.
    pub(crate) async fn call(mut self, arguments: Value) -> Result<(), ModuleError> {
        self.made = true;
        self.module.call(self.name, arguments).await
    }
}

impl Drop for Later {
    fn drop(&mut self) {
        if !self.made {
            self.module.note(vec!["released".into(), self.name.into()]);
        }
    }
}

impl Recorder {
    /// What is to be done later, if the config wants it.
    pub(crate) fn later(&self, name: &'static str) -> Option<Later> {
        let wanted = self.config.later.iter().any(|later| later == name);
        let module = self.this.upgrade().filter(|_| wanted)?;
        Some(Later { module, name, made: false })
    }
}
