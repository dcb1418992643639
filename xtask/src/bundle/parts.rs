//! The text files of a bundle: a README, an example config and the licences.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde::Deserialize;

use crate::command::{Result, output};

/// The example config.
pub(super) const EXAMPLE: &str = "modules.yaml";

/// Writes the text files into a bundle that already contains its binaries.
///
/// # Errors
/// The bundle's command does not run, or cannot read one of the plugins.
pub(super) fn write(bundle: &Path) -> Result<()> {
    fs::write(bundle.join("README.md"), readme(&plugins(bundle)?))?;
    fs::write(bundle.join(EXAMPLE), include_str!("modules.yaml"))?;
    for licence in ["LICENSE-APACHE", "LICENSE-MIT"] {
        fs::copy(licence, bundle.join(licence))?;
    }
    Ok(())
}

/// The part of the output of `hsmod inspect --json` that is used here.
#[derive(Deserialize)]
struct Plugin {
    name: String,
    description: String,
    abi: Abi,
    glibc: Option<String>,
}

#[derive(Deserialize)]
struct Abi {
    major: u32,
    minor: u32,
}

/// The plugins of the bundle, sorted by name.
fn plugins(bundle: &Path) -> Result<Vec<Plugin>> {
    let mut hsmod = Command::new(bundle.join("bin/hsmod"));
    let inspected = output(hsmod.current_dir(bundle).args(["inspect", "--json", "plugins"]))?;
    let plugins = inspected.lines().map(serde_json::from_str);
    let mut plugins = plugins.collect::<serde_json::Result<Vec<Plugin>>>()?;
    plugins.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(plugins)
}

fn readme(plugins: &[Plugin]) -> String {
    let row = |plugin: &Plugin| format!("| `{}` | {} |\n", plugin.name, plugin.description);
    let abi = plugins.iter().map(|plugin| (plugin.abi.major, plugin.abi.minor)).max();
    let (major, minor) = abi.unwrap_or_default();
    let glibc = plugins.iter().filter_map(|plugin| plugin.glibc.as_deref()).max_by_key(|version| {
        version.split('.').map(|part| part.parse().unwrap_or(0)).collect::<Vec<u32>>()
    });
    include_str!("README.md")
        .replace("{{version}}", env!("CARGO_PKG_VERSION"))
        .replace("{{abi}}", &format!("{major}.{minor}"))
        .replace("{{glibc}}", glibc.unwrap_or("any"))
        .replace("{{plugins}}\n", &plugins.iter().map(row).collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_has_every_plugin() {
        let listed: Vec<&str> = include_str!("modules.yaml")
            .lines()
            .filter_map(|line| line.strip_prefix("  - module: "))
            .collect();
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../plugins");
        let plugins = crate::wheel::packages(&folder.to_string_lossy()).unwrap();
        let mut sorted = listed.clone();
        sorted.sort_unstable();
        assert_eq!(sorted, plugins, "list every plugin once in src/bundle/modules.yaml");
    }

    #[test]
    fn nothing_is_left_of_the_template() {
        let plugin = |name: &str, glibc: &str| Plugin {
            name: name.to_owned(),
            description: "Says hello".to_owned(),
            abi: Abi { major: 2, minor: 0 },
            glibc: Some(glibc.to_owned()),
        };
        let readme = readme(&[plugin("demo", "2.9"), plugin("other", "2.34")]);
        assert!(!readme.contains("{{"), "{readme}");
        assert!(
            readme.contains("\n| `demo` | Says hello |\n| `other` | Says hello |\n"),
            "{readme}"
        );
        assert!(readme.contains("(ABI 2.0, glibc 2.34 or newer)"), "{readme}");
    }
}
