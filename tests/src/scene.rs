//! A folder with a config and plugins, as an operator would have it, removed on drop.

use std::path::{Path, PathBuf};

use hsmod_loader::{Config, Host, LoadError, Modules, StaticModule};
use serde_json::{Map, Value, json};
use tempfile::TempDir;

use crate::build;

/// How modules get into a homeserver.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(clippy::exhaustive_enums, reason = "there is no other way")]
pub enum As {
    /// As shared libraries, each with its own copy of everything.
    Plugin,
    /// Linked in.
    Linked,
}

/// Either way.
pub const BOTH: [As; 2] = [As::Plugin, As::Linked];

/// A folder of plugins, and a list of modules.
pub struct Scene {
    folder: TempDir,
    modules: Vec<Value>,
    keys: Map<String, Value>,
    host: Host,
}

impl Default for Scene {
    fn default() -> Self {
        let folder = private_folder();
        let plugins = folder.path().join("plugins");
        std::fs::create_dir(&plugins).expect("a folder for plugins");
        only_its_owner_may_write(&plugins);
        Self { folder, modules: Vec::new(), keys: Map::new(), host: Host::new("example.com") }
    }
}

impl Scene {
    /// A scene without modules; the host is `example.com`.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the host.
    #[must_use]
    pub fn host(mut self, host: Host) -> Self {
        self.host = host;
        self
    }

    /// Sets another key of the config, besides `modules`.
    #[must_use]
    pub fn key(mut self, name: &str, value: Value) -> Self {
        self.keys.insert(name.to_owned(), value);
        self
    }

    /// Lists a plugin of this workspace, with its config.
    #[must_use]
    pub fn module(self, package: &str, config: Value) -> Self {
        self.entry(package, json!({"module": package, "config": config}))
    }

    /// Lists a plugin of this workspace with a complete entry.
    #[must_use]
    pub fn entry(self, package: &str, entry: Value) -> Self {
        let file = build::plugin(package);
        self.file(&file, package, entry)
    }

    /// Lists a plugin by its file, which is copied to the folder under the name of `package`.
    #[must_use]
    pub fn file(mut self, file: &Path, package: &str, entry: Value) -> Self {
        let name =
            format!("{}{package}{}", std::env::consts::DLL_PREFIX, std::env::consts::DLL_SUFFIX);
        let copy = self.plugins().join(name);
        std::fs::copy(file, &copy).expect("a plugin can be copied");
        only_its_owner_may_write(&copy);
        self.modules.push(entry);
        self
    }

    /// The folder that the config lies in.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The folder of the plugins.
    pub fn plugins(&self) -> PathBuf {
        self.folder.path().join("plugins")
    }

    /// Writes the config and returns its path.
    pub fn write(&self) -> PathBuf {
        let path = self.folder.path().join("modules.yaml");
        let mut config = self.keys.clone();
        config.insert("modules".to_owned(), self.modules.clone().into());
        let config = Value::Object(config);
        // JSON is YAML too.
        std::fs::write(&path, format!("{config:#}")).expect("a config can be written");
        path
    }

    /// The config, as it is read.
    pub fn config(&self) -> Config {
        Config::from_file(self.write()).expect("the config can be read")
    }

    /// Loads the modules.
    ///
    /// # Errors
    /// Everything that is wrong with the modules.
    pub async fn try_load(&self) -> Result<Modules, LoadError> {
        Modules::load(self.config(), self.host.clone()).await
    }

    /// Loads the modules.
    pub async fn load(&self) -> Modules {
        self.try_load().await.unwrap_or_else(|error| panic!("the modules do not load:\n{error}"))
    }

    /// Loads the modules in this way. `linked` are the modules linked into this program.
    pub async fn try_load_as(
        &self,
        way: As,
        linked: &[StaticModule],
    ) -> Result<Modules, LoadError> {
        match way {
            As::Plugin => self.try_load().await,
            As::Linked => Modules::from_static(linked, self.config(), self.host.clone()).await,
        }
    }

    /// The error of loading the modules, without the path of this folder.
    pub async fn refusal(&self) -> String {
        let error = self.try_load().await.map(|_| ()).expect_err("the modules load");
        let folder = self.folder.path().to_string_lossy().into_owned();
        error.to_string().replace(&folder, "<folder>")
    }
}

/// A folder for a test, removed on drop. Whatever the umask, only its owner may write to it, since
/// the loader refuses plugins from other folders.
pub fn private_folder() -> TempDir {
    let folder = tempfile::tempdir().expect("a folder for the test");
    only_its_owner_may_write(folder.path());
    folder
}

/// Removes write permission for all others, whatever the umask.
#[cfg(unix)]
pub fn only_its_owner_may_write(file: &Path) {
    use std::os::unix::fs::PermissionsExt;
    let mode = std::fs::Permissions::from_mode(0o755);
    std::fs::set_permissions(file, mode).expect("the mode of a copy can be set");
}

/// There are no such permissions on this system.
#[cfg(not(unix))]
pub fn only_its_owner_may_write(_: &Path) {}
