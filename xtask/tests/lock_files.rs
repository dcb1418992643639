//! Tests that all workspaces use the same versions of shared dependencies, so that what is tested
//! is also what operators install and what is measured.

use std::collections::BTreeMap;
use std::path::Path;

/// The locked versions, by package name and compatible range.
type Locked = BTreeMap<(String, String), String>;

#[test]
fn the_lock_files_agree_in_what_they_share() {
    let ours = locked("Cargo.lock");
    let different: Vec<String> = ["synapse", "benchmarks/side_by_side"]
        .iter()
        .flat_map(|workspace| different(&ours, workspace))
        .collect();
    assert!(
        different.is_empty(),
        "an update of Cargo.lock was probably not repeated:\n{}",
        different.join("\n")
    );
}

/// The packages that another workspace locks at another version, and the remedy.
fn different(ours: &Locked, workspace: &str) -> Vec<String> {
    let theirs = locked(&format!("{workspace}/Cargo.lock"));
    let shared = theirs.iter().filter_map(|(key, version)| Some((key, version, ours.get(key)?)));
    let shared: Vec<_> = shared.collect();
    assert!(
        shared.len() > 100,
        "{workspace} shares next to nothing: the lock files were not read well"
    );
    let different = shared.into_iter().filter(|(_, version, wanted)| version != wanted);
    different
        .map(|((name, _), version, wanted)| {
            format!(
                "{name}: {wanted} in Cargo.lock, {version} in {workspace}/Cargo.lock\n  cargo update \
                 --manifest-path {workspace}/Cargo.toml {name}@{version} --precise {wanted}"
            )
        })
        .collect()
}

fn locked(file: &str) -> Locked {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(file);
    let text = std::fs::read_to_string(path).expect("a lock file");
    read(&text)
}

fn read(text: &str) -> Locked {
    let field = |package: &str, name: &str| {
        let prefix = format!("{name} = \"");
        let value = package.lines().find_map(|line| line.strip_prefix(&prefix));
        value.and_then(|value| value.strip_suffix('"')).expect("a field of a package").to_owned()
    };
    let packages = text.split("[[package]]").skip(1);
    packages
        .map(|package| {
            let version = field(package, "version");
            ((field(package, "name"), compatible(&version)), version)
        })
        .collect()
}

/// The compatible range of a version: `1` for 1.4.2, `0.4` for 0.4.2, `0.0.2` for 0.0.2.
fn compatible(version: &str) -> String {
    let numbers: Vec<&str> = version.split('.').collect();
    let end = numbers.iter().position(|number| *number != "0").map_or(numbers.len(), |at| at + 1);
    numbers[..end].join(".")
}

#[test]
fn versions_are_compared_where_one_could_take_the_other_s_place() {
    let text = "version = 4\n\n[[package]]\nname = \"a\"\nversion = \"1.4.2\"\n\n[[package]]\nname = \
                \"b\"\nversion = \"0.4.2\"\ndependencies = [\n \"a\",\n]\n";
    let key = |name: &str, compatible: &str| (name.to_owned(), compatible.to_owned());
    let versions = [(key("a", "1"), "1.4.2".to_owned()), (key("b", "0.4"), "0.4.2".to_owned())];
    assert_eq!(read(text), BTreeMap::from(versions));
    assert_eq!(compatible("0.0.2"), "0.0.2");
}
