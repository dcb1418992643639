//! What is known of each module, for `hsmod check`, admin pages and logs.

use std::collections::BTreeMap;
use std::path::PathBuf;

use hsmod_plugin_api::AbiVersion;
use hsmod_plugin_api::manifest::{ConfigSchema, Manifest};
use hsmod_plugin_api::module::StaticModule;
use serde::Serialize;

use crate::auth_checkers::LoginType;
use crate::config::Entry;
use crate::stages::Line;

/// A module: its name in the config, its plugin, and what it registered.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct ModuleInfo {
    /// The `module` key of its entry.
    pub module: String,
    /// The name of this instance.
    pub name: String,
    /// The file of its plugin, if it was found.
    pub file: Option<PathBuf>,
    /// Digest of that file.
    pub sha256: Option<String>,
    /// Version of the plugin.
    pub version: Option<String>,
    /// The version of the boundary that the plugin was built for.
    #[serde(serialize_with = "shown")]
    pub abi: Option<AbiVersion>,
    /// The callbacks and requests that its plugin requires of the homeserver.
    pub requires: Vec<String>,
    /// The callbacks that its plugin declares optional.
    pub optional: Vec<String>,
    /// The callbacks that it registered, by category.
    pub callbacks: BTreeMap<String, Vec<String>>,
    /// The login types that it checks.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub login_types: Vec<LoginType>,
    /// The paths of its web resources; `/*` follows those that include everything below them.
    pub web: Vec<String>,
    /// The schema of its config, if the plugin has one.
    #[serde(skip)]
    pub config_schema: Option<ConfigSchema>,
}

/// What several modules registered, without duplicates.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Registered {
    /// The callbacks, by category, in the order of registration.
    pub callbacks: BTreeMap<String, Vec<String>>,
    /// The login types, in the order of registration.
    pub login_types: Vec<LoginType>,
    /// The paths of web resources; `/*` follows those that include everything below them.
    pub web: Vec<String>,
}

impl Registered {
    /// What `modules` registered.
    pub fn of(modules: &[ModuleInfo]) -> Self {
        let mut all = Self::default();
        for info in modules {
            for (category, names) in &info.callbacks {
                add(all.callbacks.entry(category.clone()).or_default(), names);
            }
            add(&mut all.login_types, &info.login_types);
            add(&mut all.web, &info.web);
        }
        all
    }
}

/// Adds the elements of `own` that `all` does not have yet.
fn add<T: Clone + PartialEq>(all: &mut Vec<T>, own: &[T]) {
    for one in own {
        if !all.contains(one) {
            all.push(one.clone());
        }
    }
}

impl ModuleInfo {
    pub(crate) fn of(line: &Line) -> Self {
        let inspection = line.inspection.as_ref();
        Self {
            file: line.file.clone(),
            sha256: inspection.map(|inspection| inspection.sha256.clone()),
            ..Self::built(&line.entry, inspection.map(|inspection| &inspection.manifest))
        }
    }

    pub(crate) fn linked(entry: &Entry, modules: &[StaticModule]) -> Self {
        let mut manifests = modules.iter().map(StaticModule::manifest);
        let manifest = manifests.find(|manifest| manifest.name == entry.module());
        Self::built(entry, manifest.as_ref())
    }

    /// A module, with what its plugin's manifest says.
    fn built(entry: &Entry, manifest: Option<&Manifest>) -> Self {
        let names = |names: fn(&Manifest) -> &Vec<String>| manifest.map(names).cloned();
        Self {
            version: manifest.map(|manifest| manifest.version.clone()),
            abi: manifest.map(|manifest| manifest.abi),
            requires: names(|manifest| &manifest.requires).unwrap_or_default(),
            optional: names(|manifest| &manifest.optional).unwrap_or_default(),
            config_schema: manifest.and_then(|manifest| manifest.config_schema.clone()),
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
            requires: Vec::new(),
            optional: Vec::new(),
            callbacks: BTreeMap::new(),
            login_types: Vec::new(),
            web: Vec::new(),
            config_schema: None,
        }
    }
}

/// Serializes the version as a string: `1.0`.
fn shown<S: serde::Serializer>(abi: &Option<AbiVersion>, serializer: S) -> Result<S::Ok, S::Error> {
    abi.map(|abi| abi.to_string()).serialize(serializer)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn info(callbacks: &[&str], web: &[&str]) -> ModuleInfo {
        let config = serde_json::json!({"modules": [{"module": "a"}]});
        let config = crate::Config::from_value(config, &[], std::path::Path::new("/"));
        let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
        let login_type =
            LoginType { name: "m.login.password".to_owned(), fields: vec!["password".to_owned()] };
        ModuleInfo {
            callbacks: [("spam_checker".to_owned(), texts(callbacks))].into(),
            login_types: vec![login_type],
            web: texts(web),
            ..ModuleInfo::entry(&config.unwrap().entries()[0])
        }
    }

    #[test]
    fn registrations_of_several_modules_are_listed_once_and_in_order() {
        let both = [
            info(&["user_may_invite", "check_event_for_spam"], &["/b/*"]),
            info(&["user_may_create_room", "user_may_invite"], &["/a"]),
        ];
        let Registered { callbacks, login_types, web } = Registered::of(&both);
        assert_eq!(
            callbacks["spam_checker"],
            ["user_may_invite", "check_event_for_spam", "user_may_create_room"]
        );
        assert_eq!((callbacks.len(), login_types.len()), (1, 1));
        assert_eq!(web, ["/b/*", "/a"]);
        assert_eq!(Registered::of(&both[1..]).web, ["/a"]);
        assert_eq!(Registered::of(&[]), Registered::default());
    }
}
