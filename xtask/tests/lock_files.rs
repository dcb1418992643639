//! Shows that both workspaces build with the same dependencies: what the tests here try is what
//! operators install.

use std::collections::BTreeMap;
use std::path::Path;

/// The versions of each package, by name and by what cargo takes for compatible.
type Locked = BTreeMap<(String, String), String>;

#[test]
fn the_lock_files_agree_in_what_they_share() {
    let (ours, theirs) = (locked("Cargo.lock"), locked("synapse/Cargo.lock"));
    let shared = theirs.iter().filter_map(|(key, version)| Some((key, version, ours.get(key)?)));
    let different: Vec<String> = shared
        .clone()
        .filter(|(_, version, our_version)| version != our_version)
        .map(|((name, _), version, wanted)| {
            format!(
                "{name}: {wanted} in Cargo.lock, {version} in synapse/Cargo.lock\n  \
                 cargo update --manifest-path synapse/Cargo.toml {name}@{version} --precise {wanted}"
            )
        })
        .collect();
    assert!(shared.count() > 100, "the lock files share next to nothing: they were not read well");
    assert!(
        different.is_empty(),
        "an update of Cargo.lock was probably not repeated for synapse/:\n{}",
        different.join("\n")
    );
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

/// `1` of 1.4.2, `0.4` of 0.4.2, `0.0.2` of 0.0.2.
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
