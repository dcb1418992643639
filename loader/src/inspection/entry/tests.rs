//! Shows that the entry of a plugin is read from its file as it was written, and what is said of
//! one that does not fit, or lies.

use std::ptr::null;

use hsmod_abi::Entry;
use insta::assert_snapshot;
use serde_json::json;

use super::super::fixture::{Plugin, entry, entry_bytes, manifest};
use super::super::tests::{problems, with};
use super::*;

/// What is said of the default plugin with this entry, in which our version, which changes, is
/// shown as `VERSION`.
fn said_of(entry: Entry) -> String {
    said(&Plugin { entry: Some(entry), ..Plugin::default() })
}

fn said(plugin: &Plugin) -> String {
    problems(&plugin.bytes())
        .replace(concat!("such as ", env!("CARGO_PKG_VERSION")), "such as VERSION")
}

#[test]
fn what_hsmod_abi_writes_is_what_is_read() {
    let written = Entry::rust(false, null(), null());
    let bytes = entry_bytes(&written);
    let head = EntryHead::of(bytes.first_chunk().unwrap()).unwrap();
    assert_eq!(head.size as usize, size_of::<Entry>());
    assert_eq!(head.version(), (hsmod_abi::MAJOR, hsmod_abi::MINOR));
    assert_eq!((head.unwind, head.language), (Entry::UNWINDS, Language::Rust));
}

#[test]
fn no_plugin() {
    assert_snapshot!(said(&Plugin { manifest: None, entry: None, ..Plugin::default() }), @"
    error: inspection: `/plugins/libx.so` is not an hsmod plugin: it exports no `hsmod_entry`
      fix: add `export_module!(YourModule);` to its crate and rebuild it; if it has that, keep `strip` and version scripts from removing exported symbols
    ");
}

#[test]
fn a_manifest_without_an_entry() {
    assert_snapshot!(said(&Plugin { entry: None, ..Plugin::default() }), @"
    error: inspection: `/plugins/libx.so` has a manifest but exports no entry `hsmod_entry`
      fix: rebuild it, and keep `strip` and version scripts from removing exported symbols
    ");
    let unreadable = Some("{".to_owned());
    let same = said(&Plugin { manifest: unreadable, entry: None, ..Plugin::default() });
    assert_eq!(same, said(&Plugin { entry: None, ..Plugin::default() }));
}

#[test]
fn a_plugin_of_the_boundary_that_had_no_entry() {
    let old = Plugin { entry: None, ..with("abi", json!({"major": 1, "minor": 1})) };
    assert_snapshot!(said(&old), @"
    error: inspection: `/plugins/libx.so` was built for plugin ABI 1.1 (hsmod-plugin-api 1.0.0), this homeserver speaks 2.3
      fix: rebuild the plugin with an hsmod-plugin-api that has ABI 2, such as VERSION
    ");
}

#[test]
fn an_older_abi_major() {
    assert_snapshot!(said_of(Entry { major: 1, minor: 7, ..entry() }), @"
    error: inspection: `/plugins/libx.so` was built for plugin ABI 1.7 (hsmod-plugin-api 1.0.0), this homeserver speaks 2.3
      fix: rebuild the plugin with an hsmod-plugin-api that has ABI 2, such as VERSION
    ");
}

#[test]
fn a_newer_abi_major_may_have_another_manifest_and_another_size() {
    let newer = Some(Entry { major: 3, minor: 1, size: 24, ..entry() });
    let manifest = Some("hsmod 3".to_owned());
    assert_snapshot!(said(&Plugin { manifest, entry: newer, ..Plugin::default() }), @"
    error: inspection: `/plugins/libx.so` was built for plugin ABI 3.1, this homeserver speaks 2.3
      fix: rebuild the plugin with an hsmod-plugin-api that has ABI 2, such as VERSION, or update the homeserver
    ");
    let mut manifest = manifest_of(3, 1);
    manifest["callbacks"] = json!("all");
    let plugin = Plugin { manifest: Some(manifest.to_string()), entry: newer, ..Plugin::default() };
    assert_snapshot!(said(&plugin), @"
    error: inspection: `/plugins/libx.so` was built for plugin ABI 3.1 (hsmod-plugin-api 1.0.0), this homeserver speaks 2.3
      fix: rebuild the plugin with an hsmod-plugin-api that has ABI 2, such as VERSION, or update the homeserver
    ");
}

/// The manifest of the default plugin, for another version.
fn manifest_of(major: u32, minor: u32) -> serde_json::Value {
    let mut manifest = manifest();
    manifest["abi"] = json!({"major": major, "minor": minor});
    manifest
}

#[test]
fn another_abi_minor_is_fine() {
    for minor in [0, 3, 9] {
        let entry = Some(Entry { minor, ..entry() });
        let plugin = Plugin { entry, ..with("abi", json!({"major": 2, "minor": minor})) };
        assert_eq!(said(&plugin), "");
    }
}

#[test]
fn panic_abort() {
    let aborts = Some(Entry { unwind: Entry::ABORTS, ..entry() });
    let abort = said(&Plugin { entry: aborts, ..with("panic", json!("abort")) });
    assert_snapshot!(abort, @r#"
    error: inspection: `/plugins/libx.so` was built with `panic = "abort"`: a panic in it would end the homeserver
      fix: remove `panic = "abort"` from the profile in its `Cargo.toml` and rebuild it
    "#);
    // Whichever of the two says so.
    assert_eq!(said(&Plugin { entry: aborts, ..Plugin::default() }), abort);
    assert_eq!(said(&with("panic", json!("abort"))), abort);
}

#[test]
fn an_unknown_panic_strategy() {
    assert_snapshot!(said_of(Entry { unwind: 7, ..entry() }), @"
    error: inspection: `/plugins/libx.so` does not tell its panic strategy: its manifest says `unwind`, its entry says `number 7`
      fix: copy the plugin again, or rebuild it: the file is damaged or was changed
    ");
    assert_snapshot!(said(&with("panic", json!("later"))), @"
    error: inspection: `/plugins/libx.so` does not tell its panic strategy: its manifest says `later`, its entry says `unwind`
      fix: copy the plugin again, or rebuild it: the file is damaged or was changed
    ");
}

#[test]
fn another_beginning() {
    assert_snapshot!(said_of(Entry { magic: *b"HSMODabi", ..entry() }), @"
    error: inspection: `/plugins/libx.so` has a damaged entry: its symbol `hsmod_entry` does not begin as one does
      fix: build it again with `export_module!` of hsmod-plugin-api; in another language, let it begin with `hsmodABI`
    ");
}
