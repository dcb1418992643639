//! For testing modules: their compiled libraries, and fake homeservers.
//!
//! [`plugin`] loads a library as a homeserver does;
//! [`TestModule`](hsmod_plugin_api::testing::TestModule) can then call it just like a module that
//! is linked in. A [`FakeHost`] converts into a [`Host`]: [`Modules`](crate::Modules) loaded with
//! it are called as in a homeserver, with all its rules.
//!
//! ```no_run
//! use hsmod_loader::{Config, Host, Json, Modules};
//! use hsmod_plugin_api::testing::{FakeHost, user};
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let fake = FakeHost::new("example.com").user(user("@admin:example.com").admin());
//! let modules = Modules::load(Config::from_file("modules.yaml")?, Host::from(&fake)).await?;
//! modules.spam_checker().user_may_create_room("@admin:example.com", Json("{}")).await?;
//! assert_eq!(fake.requests()[0][0], "is_user_admin");
//! # Ok(())
//! # }
//! ```
//!
//! Such tests belong in a crate of their own, or need the loader in `[dev-dependencies]`: a plugin
//! itself never depends on the loader.

use std::path::Path;

use hsmod_plugin_api::ABI;
use hsmod_plugin_api::module::Plugin;
use hsmod_plugin_api::testing::block_on;
pub use hsmod_plugin_api::testing::{
    EventBuilder, FakeHost, FakeRoom, FakeUser, event, room, user,
};

use crate::config::{Permissions, Verify};
use crate::host::Host;
use crate::inspection::{Platform, inspect_file};
use crate::loading::opener::{self, Unloaded};
use crate::problem::{LoadError, Report};
use crate::verification::verify;

/// Loads the library of a plugin: inspects it, maps it and checks its boundary. Users other than
/// its owner may be able to write the file, which is common in build folders.
///
/// ```no_run
/// use hsmod_plugin_api::testing::{FakeHost, TestModule};
///
/// let plugin = hsmod_loader::testing::plugin("target/debug/libdemo.so")?;
/// let host = FakeHost::new("example.com");
/// let module = TestModule::new(plugin, serde_json::json!({}), &host)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// Everything that is wrong with the file.
pub fn plugin(file: impl AsRef<Path>) -> Result<Plugin, LoadError> {
    let mut report = Report::default();
    let rules = Verify { permissions: Permissions::Warn, ..Verify::default() };
    let verified = inspect_file(file.as_ref(), &Platform::here(ABI), &mut report)
        .and_then(|inspected| verify(inspected, rules, None, &mut report));
    let Some(verified) = verified else { return Err(LoadError { problems: report.problems }) };
    let name = file.as_ref().file_stem().unwrap_or_default().to_string_lossy();
    match block_on(opener::load(verified, &name, None)) {
        Ok(loaded) => Ok(loaded.plugin),
        Err(Unloaded::Refused(problem) | Unloaded::Stuck(problem, _)) => {
            Err(LoadError { problems: vec![problem] })
        }
    }
}

/// A homeserver that answers requests as the fake does. It calls every callback, whatever the fake
/// lacks. `sleep` uses the fake's clock, background work that of tokio.
impl From<&FakeHost> for Host {
    fn from(fake: &FakeHost) -> Self {
        let process = fake.process();
        let mut host = Self::new(fake.server_name());
        host.services = fake.services();
        host.public_baseurl = process.public_baseurl.clone();
        host.worker_name = process.worker_name.clone();
        host.worker_app = process.worker_app.clone();
        host.email_app_name = process.email_app_name.clone();
        host.run_background_tasks = process.run_background_tasks;
        host.trial = process.trial;
        host
    }
}
