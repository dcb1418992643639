//! Shows that the entry of a plugin is read from its file as it was written, and the messages about
//! entries that do not fit or are false.

use std::ptr::null;

use hsmod_abi::Entry;
use insta::assert_snapshot;
use serde_json::json;

use super::super::fixture::{Plugin, entry, entry_bytes, manifest};
use super::super::tests::{inspected, problems, with};
use super::*;

/// The problems with the default plugin if it has this entry. Current versions, which change, are
/// shown as `VERSION`, and this machine as `HERE` and `ARCH`.
fn said_of(entry: Entry) -> String {
    said(&Plugin { entry: Some(entry), ..Plugin::default() })
}

fn said(plugin: &Plugin) -> String {
    problems(&plugin.bytes())
        .replace(concat!("such as ", env!("CARGO_PKG_VERSION")), "such as VERSION")
        .replace(&Machine::here().to_string(), "HERE")
        .replace(std::env::consts::ARCH, "ARCH")
}

/// The default plugin, with these values in the symbol of its entry: `st_info`, `st_shndx`,
/// `st_value`.
fn lying(entry_symbol: (u8, u16, u64)) -> Plugin {
    Plugin { entry_symbol: Some(entry_symbol), ..Plugin::default() }
}

#[test]
fn an_entry_is_read_as_hsmod_abi_writes_it() {
    let written = Entry::rust(false, null(), null());
    let bytes = entry_bytes(&written);
    let head = EntryHead::of(bytes.first_chunk().unwrap()).unwrap();
    assert_eq!(head.size as usize, size_of::<Entry>());
    assert_eq!(head.version(), (hsmod_abi::MAJOR, hsmod_abi::MINOR));
    assert_eq!(head.machine(std::env::consts::ARCH).unwrap(), Machine::here());
    assert_eq!((head.unwind, head.language), (Entry::UNWINDS, Language::Rust));
}

#[test]
fn each_byte_order_is_read_by_its_own_rule() {
    let order = if cfg!(target_endian = "little") { Entry::BIG } else { Entry::LITTLE };
    let other = Entry {
        size: 40_u32.swap_bytes(),
        major: 2_u16.swap_bytes(),
        minor: 5_u16.swap_bytes(),
        endian: order,
        ..entry()
    };
    let head = EntryHead::of(entry_bytes(&other).first_chunk().unwrap()).unwrap();
    assert_eq!((head.size, head.version()), (40, (2, 5)));
}

#[test]
fn the_language_is_read() {
    for (number, language) in [(Entry::C, "C"), (Entry::RUST, "Rust"), (9, "number 9")] {
        let entry = Some(Entry { language: number, ..entry() });
        let (inspected, report) = inspected(&Plugin { entry, ..Plugin::default() }.bytes());
        assert_eq!(report.problems, []);
        let inspection = inspected.unwrap().inspection;
        assert_eq!(inspection.entry.language.to_string(), language);
        assert_eq!(serde_json::to_value(&*inspection).unwrap()["language"], language);
    }
}

#[test]
fn a_longer_entry_of_a_newer_minor_is_fine() {
    let entry = Some(Entry { minor: 9, size: 48, ..entry() });
    assert_eq!(
        problems(&Plugin { entry, ..with("abi", json!({"major": 2, "minor": 9})) }.bytes()),
        ""
    );
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
    error: inspection: `/plugins/libx.so` was built for plugin ABI 1.1 (hsmod-plugin-api 0.9.0), this homeserver speaks 2.3
      fix: rebuild the plugin with an hsmod-plugin-api that has ABI 2, such as VERSION
    ");
}

#[test]
fn an_older_abi_major() {
    assert_snapshot!(said_of(Entry { major: 1, minor: 7, ..entry() }), @"
    error: inspection: `/plugins/libx.so` was built for plugin ABI 1.7 (hsmod-plugin-api 0.9.0), this homeserver speaks 2.3
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
    error: inspection: `/plugins/libx.so` was built for plugin ABI 3.1 (hsmod-plugin-api 0.9.0), this homeserver speaks 2.3
      fix: rebuild the plugin with an hsmod-plugin-api that has ABI 2, such as VERSION, or update the homeserver
    ");
}

/// The manifest of the default plugin, for another ABI version.
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
fn an_entry_and_a_manifest_of_two_versions() {
    assert_snapshot!(said(&with("abi", json!({"major": 2, "minor": 1}))), @"
    error: inspection: `/plugins/libx.so` contradicts itself: its entry says ABI 2.0, its manifest says ABI 2.1
      fix: rebuild all of it with one version of hsmod-plugin-api; if `hsmod_manifest` is written by hand, give it the version of `hsmod_entry`
    ");
    let other_major = said(&with("abi", json!({"major": 1, "minor": 0})));
    assert!(
        other_major.contains("its entry says ABI 2.0, its manifest says ABI 1.0"),
        "{other_major}"
    );
}

#[test]
fn panic_abort() {
    let aborts = Some(Entry { unwind: Entry::ABORTS, ..entry() });
    let abort = said(&Plugin { entry: aborts, ..with("panic", json!("abort")) });
    assert_snapshot!(abort, @r#"
    error: inspection: `/plugins/libx.so` was built with `panic = "abort"`: a panic in it would end the homeserver
      fix: remove `panic = "abort"` from the profile in its `Cargo.toml` and rebuild it
    "#);
    // It does not matter which of the two says so.
    assert_eq!(said(&Plugin { entry: aborts, ..Plugin::default() }), abort);
    assert_eq!(said(&with("panic", json!("abort"))), abort);
}

#[test]
fn a_plugin_that_cannot_panic_needs_no_strategy() {
    let entry = Some(Entry { unwind: Entry::HAS_NO_PANICS, ..entry() });
    assert_eq!(said(&Plugin { entry, ..with("panic", json!("none")) }), "");
}

#[test]
fn an_unknown_panic_strategy() {
    assert_snapshot!(said_of(Entry { unwind: 7, ..entry() }), @"
    error: inspection: `/plugins/libx.so` contradicts itself about its panic strategy: its manifest says `unwind`, its entry says `number 7`
      fix: copy the plugin again, or rebuild it: the file is damaged or was changed
    ");
    assert_snapshot!(said(&with("panic", json!("later"))), @"
    error: inspection: `/plugins/libx.so` contradicts itself about its panic strategy: its manifest says `later`, its entry says `unwind`
      fix: copy the plugin again, or rebuild it: the file is damaged or was changed
    ");
}

#[test]
fn an_entry_that_begins_differently() {
    assert_snapshot!(said_of(Entry { magic: *b"HSMODabi", ..entry() }), @"
    error: inspection: `/plugins/libx.so` has a damaged entry: its symbol `hsmod_entry` does not begin like an entry
      fix: rebuild the plugin with `export_module!` of hsmod-plugin-api; in another language, make the symbol begin with `hsmodABI`
    ");
}

#[test]
fn an_entry_for_another_machine_than_its_file() {
    let bits = if usize::BITS == 64 { 32 } else { 64 };
    let narrow = said_of(Entry { pointer_bits: bits, ..entry() });
    assert_snapshot!(narrow, @"
    error: inspection: `/plugins/libx.so` was built for ARCH (32-bit, little-endian), this homeserver runs on HERE
      fix: build the plugin for ARCH: `cargo build --target ARCH-unknown-linux-gnu`
    ");
    let order = if cfg!(target_endian = "little") { Entry::BIG } else { Entry::LITTLE };
    assert_snapshot!(said_of(Entry { endian: order, ..entry() }), @"
    error: inspection: `/plugins/libx.so` was built for ARCH (64-bit, big-endian), this homeserver runs on HERE
      fix: build the plugin for ARCH: `cargo build --target ARCH-unknown-linux-gnu`
    ");
    assert_snapshot!(said_of(Entry { endian: 0, ..entry() }), @"
    error: inspection: `/plugins/libx.so` is damaged: its entry has an unknown byte order, number 0
      fix: copy the plugin again, or rebuild it: the file is damaged or was changed
    ");
}

#[test]
fn a_size_that_lies() {
    assert_snapshot!(said_of(Entry { size: 24, ..entry() }), @"
    error: inspection: `/plugins/libx.so` is damaged: its entry gives its size as 24 bytes; an entry has at least 40
      fix: copy the plugin again, or rebuild it: the file is damaged or was changed
    ");
    assert_snapshot!(said_of(Entry { size: u32::MAX, ..entry() }), @"
    error: inspection: `/plugins/libx.so` is damaged: its entry gives its size as 4294967295 bytes, of which the file has 507
      fix: copy the plugin again, or rebuild it: the file is damaged or was changed
    ");
}

#[test]
fn a_symbol_that_lies() {
    const OBJECT: u8 = 0x11;
    let outside = said(&lying((OBJECT, 1, u64::MAX)));
    assert_snapshot!(outside, @"
    error: inspection: `/plugins/libx.so` is damaged: its symbol `hsmod_entry` lies outside its segments
      fix: copy the plugin again, or rebuild it: the file is damaged or was changed
    ");
    let length = Plugin::default().bytes().len() as u64;
    // An address at which zeros are mapped that are not in the file.
    assert_eq!(said(&lying((OBJECT, 1, length + 8))), outside);
    assert_snapshot!(said(&lying((OBJECT, 1, length - 10))), @"
    error: inspection: `/plugins/libx.so` is damaged: its entry is cut off: the file has 10 bytes of it
      fix: copy the plugin again, or rebuild it: the file is damaged or was changed
    ");
    // An address in the headers.
    assert!(said(&lying((OBJECT, 1, 0))).contains("does not begin like an entry"));
}

#[test]
fn a_symbol_that_is_no_constant() {
    let at = 200;
    let function_of_the_linker = said(&lying((0x1a, 1, at)));
    assert_snapshot!(function_of_the_linker, @"
    error: inspection: `/plugins/libx.so` is damaged: its symbol `hsmod_entry` is not a constant
      fix: copy the plugin again, or rebuild it: the file is damaged or was changed
    ");
    let thread_local = lying((0x16, 1, at));
    let number = lying((0x11, 0xfff1, at));
    for plugin in [thread_local, number] {
        assert_eq!(said(&plugin), function_of_the_linker);
    }
}
