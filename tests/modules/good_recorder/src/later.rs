//! Work that the module leaves for after its answer.

use hsmod_plugin_api::prelude::*;
use serde_json::{Value, json};

use crate::Recorder;

/// A call that is made later, at most once.
struct Later {
    module: Arc<Recorder>,
    name: &'static str,
    made: bool,
}

impl Later {
    /// Records and answers the call like a callback of this name.
    async fn call(mut self, arguments: Value) -> Result<(), ModuleError> {
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
    /// The call to make later, if the config says so.
    fn later(&self, name: &'static str) -> Option<Later> {
        let wanted = self.config.later.iter().any(|later| later == name);
        let module = self.this.upgrade().filter(|_| wanted)?;
        Some(Later { module, name, made: false })
    }

    pub(crate) fn on_login(&self, login: Option<AcceptedLogin>) -> Option<AcceptedLogin> {
        let login = login?;
        Some(match self.later("on_login") {
            Some(later) => login.on_login(|response| async move {
                later.call(json!([login_response(&response)])).await
            }),
            None => login,
        })
    }

    pub(crate) fn on_exit(&self, guard: UpdateGuard) -> UpdateGuard {
        match self.later("on_exit") {
            Some(later) => guard.on_exit(move || later.call(json!([]))),
            None => guard,
        }
    }
}

fn login_response(response: &LoginResponse) -> Value {
    json!({
        "user_id": response.user_id,
        "access_token": response.access_token,
        "home_server": response.home_server,
        "expires_in_ms": response.expires_in_ms,
        "refresh_token": response.refresh_token,
        "device_id": response.device_id,
        "well_known": response.well_known,
    })
}
