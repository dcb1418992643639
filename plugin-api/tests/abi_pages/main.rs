//! Shows that `docs/abi/` agrees with the code about the boundary: the fields of every structure
//! with their offsets, every slot, the keys of every JSON object.
//!
//! Offsets are those of 64-bit targets.
#![cfg(target_pointer_width = "64")]
#![cfg(not(any(
    hsmod_abi_test = "older_minor",
    hsmod_abi_test = "newer_minor",
    hsmod_abi_test = "other_major",
    hsmod_abi_test = "changed_struct"
)))]

mod answers;
mod json;
mod slots;
mod structures;

use std::path::{Path, PathBuf};

const PAGES: &[&str] = &["file", "life", "calls", "values", "views", "answers"];

fn page(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../docs/abi/{name}.md"))
}

fn text(name: &str) -> String {
    let page = page(name);
    std::fs::read_to_string(&page).unwrap_or_else(|error| panic!("{}: {error}", page.display()))
}

#[test]
fn structures_have_the_fields_that_the_pages_say() {
    let found = structures::found();
    let mut written = structures::Structures::new();
    for page in PAGES {
        written.extend(structures::written(&text(page)));
    }
    // The only structure that is not reachable from a table or view; its offsets are checked in its
    // own file.
    let entry = written.remove("hsmod_plugin_entry").expect("docs/abi/file.md has the entry");
    assert_eq!(entry.lines().last(), Some("32 layouts"));
    for (name, fields) in &found {
        let said = written.get(name).map_or("nothing", String::as_str);
        assert!(
            said == fields,
            "docs/abi/ has of `{name}`:\n{said}\nand the code:\n{fields}\n\
             Was a field added? Then its row is missing there."
        );
    }
    let gone: Vec<&String> = written.keys().filter(|name| !found.contains_key(*name)).collect();
    assert!(gone.is_empty(), "docs/abi/ describes what does not cross: {gone:?}");
}

#[test]
fn tables_have_the_functions_that_the_pages_say() {
    let pages = [text("life"), text("views")].concat();
    for (table, functions) in structures::tables() {
        for (slot, function) in functions.iter().enumerate() {
            let row = format!("| {slot} | `{function}` |");
            assert!(
                pages.contains(&row),
                "docs/abi/ does not say of {table} that slot {slot} is `{function}`: a function is \
                 added at the end of its table, and has a row `{row} ..`"
            );
        }
    }
}

#[test]
fn slots_are_those_that_the_page_says() {
    let page = slots::page();
    if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
        std::fs::write(self::page("slots"), &page).unwrap();
    }
    let written = std::fs::read_to_string(self::page("slots")).unwrap_or_default();
    assert!(
        written == page,
        "docs/abi/slots.md is not what the code says; a callback or a request was changed: run\n  \
         UPDATE_SNAPSHOTS=1 cargo test -p hsmod-plugin-api --features host,layout --test abi_pages\n\
         and look at the difference: a slot may only be added at the end of its table"
    );
}

#[test]
fn answers_mean_what_the_page_says_where_they_cannot_be_read() {
    let page = text("answers");
    for answer in answers::KNOWN {
        let row = answer.row();
        assert!(page.contains(&row), "docs/abi/answers.md lacks a row that begins `{row}`");
        let of_this = page.lines().find(|line| line.starts_with(&row)).unwrap_or_default();
        assert!(
            of_this.ends_with("a failure |") != (answer.denies)(),
            "docs/abi/answers.md says the contrary of what the code does: {of_this}"
        );
    }
}

#[test]
fn json_objects_have_the_keys_that_the_page_says() {
    let page = text("json");
    for (name, keys) in json::found() {
        assert_eq!(
            json::written(&page, name),
            keys,
            "docs/abi/json.md has other keys of `{name}` than the code"
        );
    }
}
