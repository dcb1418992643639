//! What is known of a module: for `hsmod check`, admin pages and logs.

use std::collections::BTreeMap;
use std::path::PathBuf;

use hsmod_plugin_api::AbiVersion;
use hsmod_plugin_api::module::StaticModule;
use serde::Serialize;

use crate::auth_checkers::LoginType;
use crate::config::Entry;
use crate::stages::Line;

/// A module: what the config calls it, where it comes from, what it registered.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct ModuleInfo {
    /// `module` of its entry.
    pub module: String,
    /// The name of this instance.
    pub name: String,
    /// The file of its plugin, if it was found.
    pub file: Option<PathBuf>,
    /// Digest of that file.
    pub sha256: Option<String>,
    /// Version of the plugin.
    pub version: Option<String>,
    /// Version of the boundary it was built for.
    #[serde(serialize_with = "shown")]
    pub abi: Option<AbiVersion>,
    /// By category, the callbacks it registered.
    pub callbacks: BTreeMap<String, Vec<String>>,
    /// The types of login that it knows.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub login_types: Vec<LoginType>,
    /// Paths of its web resources, `/*` behind those that include what is below them.
    pub web: Vec<String>,
}

impl ModuleInfo {
    pub(crate) fn of(line: &Line) -> Self {
        let inspection = line.inspection.as_ref();
        Self {
            file: line.file.clone(),
            sha256: inspection.map(|inspection| inspection.sha256.clone()),
            version: inspection.map(|inspection| inspection.manifest.version.clone()),
            abi: inspection.map(|inspection| inspection.manifest.abi),
            ..Self::entry(&line.entry)
        }
    }

    pub(crate) fn linked(entry: &Entry, modules: &[StaticModule]) -> Self {
        let mut manifests = modules.iter().map(StaticModule::manifest);
        let manifest = manifests.find(|manifest| manifest.name == entry.module());
        Self {
            version: manifest.as_ref().map(|manifest| manifest.version.clone()),
            abi: manifest.as_ref().map(|manifest| manifest.abi),
            ..Self::entry(entry)
        }
    }

    fn entry(entry: &Entry) -> Self {
        Self {
            module: entry.module().to_owned(),
            name: entry.name().to_owned(),
            file: None,
            sha256: None,
            version: None,
            abi: None,
            callbacks: BTreeMap::new(),
            login_types: Vec::new(),
            web: Vec::new(),
        }
    }
}

/// As text: `1.0`.
fn shown<S: serde::Serializer>(abi: &Option<AbiVersion>, serializer: S) -> Result<S::Ok, S::Error> {
    abi.map(|abi| abi.to_string()).serialize(serializer)
}
