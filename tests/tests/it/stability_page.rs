//! Tests that `docs/stability.md` quotes the loader's messages correctly.

use std::path::Path;

use hsmod_tests::build;

/// All source text below a folder, with the continuation lines of string literals joined.
fn sources(folder: &Path) -> String {
    let mut text = String::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            text += &sources(&path);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let source = std::fs::read_to_string(&path).unwrap();
            let mut lines = source.split("\\\n");
            text.extend(lines.next().into_iter().chain(lines.map(str::trim_start)));
        }
    }
    text
}

/// The messages in the first column of the table, split at `..`, which stands for variable parts.
fn quoted(page: &str) -> Vec<Vec<&str>> {
    let table = page.split("| message | means | what to do |\n").nth(1).unwrap_or_default();
    let rows = table.lines().skip(1).map_while(|line| line.strip_prefix("| `"));
    let messages = rows.filter_map(|row| row.split('`').next());
    messages
        .map(|message| message.split("..").map(str::trim).filter(|part| !part.is_empty()).collect())
        .collect()
}

#[test]
fn the_messages_are_those_of_the_loader() {
    let page = std::fs::read_to_string(build::workspace().join("docs/stability.md")).unwrap();
    let sources = sources(&build::workspace().join("loader/src"));
    let messages = quoted(&page);
    assert_eq!(messages.len(), 8);
    for part in messages.into_iter().flatten() {
        assert!(
            sources.contains(part),
            "docs/stability.md quotes `{part}`, which the loader does not say: was a message changed?"
        );
    }
}
