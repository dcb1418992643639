//! Shows that the boundary is what `abi.snap` describes: every type that crosses it, with its size
//! and the offset of each field; every slot of every table; every callback and request; every
//! number on the wire; every name that a plugin exports.
//!
//! Sizes and offsets follow the rules of C, on 64 bit and on 32; those of 64 bit are compared with
//! those of the compiler. Nothing in the text depends on the compiler.
#![cfg(target_pointer_width = "64")]
#![cfg(not(any(
    hsmod_abi_test = "older_minor",
    hsmod_abi_test = "newer_minor",
    hsmod_abi_test = "other_major",
    hsmod_abi_test = "changed_struct"
)))]

mod names;
mod numbers;
mod rows;
mod rules;
mod types;

use std::collections::HashSet;
use std::fmt::Write as _;
use std::path::Path;

use hsmod_plugin_api::ABI;

#[test]
fn the_boundary_is_what_the_snapshot_says() {
    let found = boundary();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("abi.snap");
    if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
        std::fs::write(&path, found).unwrap();
        return;
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default().replace("\r\n", "\n");
    assert!(
        found == expected,
        "the boundary is not what plugin-api/abi.snap says:\n{}\n\
         If that was not meant, a plugin built before would break: undo it. If it was, these go \
         into the same commit:\n\
         - a new row stands at the end of its table, with `since` the new minor version\n\
         - `hsmod_abi::MINOR` is raised once per release (`MAJOR` if anything but the end of a table \
         changed), also for the `hsmod_abi_test` variants\n\
         - a line in CHANGELOG.md\n\
         - the snapshot: UPDATE_SNAPSHOTS=1 cargo test -p hsmod-plugin-api --features host,layout --test abi",
        difference(&expected, &found)
    );
}

/// The lines that only one of the two texts has, each with its heading.
fn difference(expected: &str, found: &str) -> String {
    fn lines(text: &str) -> Vec<(&str, &str)> {
        let mut heading = "";
        let mut lines = Vec::new();
        for line in text.lines().filter(|line| !line.is_empty()) {
            if !line.starts_with(' ') {
                heading = line.split(" size ").next().unwrap_or(line);
            }
            lines.push((heading, line));
        }
        lines
    }
    let (before, after) = (lines(expected), lines(found));
    let (in_before, in_after): (HashSet<_>, HashSet<_>) =
        (before.iter().collect(), after.iter().collect());
    let mut text = String::new();
    let gone = before.iter().filter(|line| !in_after.contains(line)).map(|line| ('-', line));
    let new = after.iter().filter(|line| !in_before.contains(line)).map(|line| ('+', line));
    for (sign, (heading, line)) in gone.chain(new) {
        let _ = writeln!(text, "{sign} [{heading}] {}", line.trim_start());
    }
    if text.is_empty() { "(the order of lines)".to_owned() } else { text }
}

/// The whole text of the snapshot.
fn boundary() -> String {
    format!(
        "# The boundary between homeserver and plugin. Written by tests/abi.\n\
         #\n\
         # Sizes, alignments and offsets stand in three columns: on 64 bit; on 32 bit, where numbers of\n\
         # eight bytes are aligned to 8 (ARM); on 32 bit, where they are aligned to 4 (x86).\n\
         \nversion {}.{}\n\n{}\n{}{}{}{}",
        ABI.major,
        ABI.minor,
        rows::exports(),
        numbers::numbers(),
        rows::callbacks(),
        rows::requests(),
        types::types(),
    )
}
