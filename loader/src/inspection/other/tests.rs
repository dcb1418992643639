//! Shows that plugins for macOS and Windows are read as a homeserver there would read them, and
//! that `export_module!` writes what is read here.

use std::path::Path;

use hsmod_abi::Entry;
use insta::assert_snapshot;

use super::fixture::{Exports, dll, dylib};
use super::*;
use crate::inspection::fixture::{entry, entry_bytes};
use crate::inspection::platform::Platform;
use crate::inspection::{EntryHead, Language};

fn here() -> Machine {
    Machine { arch: "x86_64".to_owned(), bits: 64, little_endian: true }
}

fn manifest() -> Vec<u8> {
    crate::inspection::fixture::manifest().to_string().into_bytes()
}

/// An entry for this machine.
fn written() -> Entry {
    Entry { pointer_bits: 64, endian: Entry::LITTLE, language: Entry::C, ..entry() }
}

/// A plugin whose manifest is in this section.
fn plugin(section: &str) -> Exports<'_> {
    Exports {
        sections: vec![
            (section, vec![(MANIFEST_SYMBOL, manifest())]),
            ("rest", vec![("other", vec![1, 9, 9]), (ENTRY_SYMBOL, entry_bytes(&written()))]),
        ],
    }
}

/// The entry of the plugin in `bytes`.
fn head(bytes: &[u8]) -> Result<EntryHead, Fault> {
    let abi = serde_json::from_str(r#"{"major": 2, "minor": 0}"#).unwrap();
    let platform = Platform { machine: here(), ..Platform::here(abi) };
    crate::inspection::entry::read(&read(bytes, &here())?, &platform)
}

/// A plugin as it is on each of the two systems.
fn both_kinds() -> [Vec<u8>; 2] {
    let [mach_o, pe] = MANIFEST_SECTIONS;
    [dylib(&plugin(mach_o)), dll(&plugin(pe))]
}

#[test]
fn a_plugin_is_read_to_the_last_byte() {
    for bytes in both_kinds() {
        let library = read(&bytes, &here()).unwrap();
        assert_eq!(library.manifest.unwrap(), manifest());
        let head = head(&bytes).unwrap();
        assert_eq!((head.major, head.language), (2, Language::C));
    }
}

#[test]
fn a_library_that_is_no_plugin_has_nothing() {
    let nothing = || Exports { sections: vec![("rest", vec![("other", vec![1])])] };
    for bytes in [dylib(&nothing()), dll(&nothing())] {
        let library = read(&bytes, &here()).unwrap();
        assert_eq!((library.manifest, library.entry), (None, None));
    }
}

#[test]
fn a_manifest_among_other_data() {
    for bytes in [dylib(&plugin("__const")), dll(&plugin("__const"))] {
        let fault = read(&bytes, &here()).unwrap_err();
        insta::allow_duplicates!(assert_snapshot!(fault.error(Path::new("libx")).to_string(), @r"
        error: inspection: `libx` has its manifest among other data (section `__const`)
          fix: rebuild it with `export_module!` of this homeserver's version of hsmod-plugin-api, and keep the linker from merging the plugin's sections
        "));
    }
}

#[test]
fn an_entry_that_says_it_goes_on_behind_its_section() {
    let [mach_o, pe] = MANIFEST_SECTIONS.map(|section| {
        let mut plugin = plugin(section);
        let long = Entry { size: 1000, ..written() };
        plugin.sections[1].1 = vec![(ENTRY_SYMBOL, entry_bytes(&long))];
        plugin
    });
    let fault = |bytes: &[u8]| head(bytes).unwrap_err().error(Path::new("libx")).to_string();
    assert_snapshot!(fault(&dylib(&mach_o)), @"
    error: inspection: `libx` is damaged: its entry gives its size as 1000 bytes, of which the file has 40
      fix: copy the plugin again, or rebuild it: the file is damaged or was changed
    ");
    assert_snapshot!(fault(&dll(&pe)), @"
    error: inspection: `libx` is damaged: its entry gives its size as 1000 bytes, of which the file has 512
      fix: copy the plugin again, or rebuild it: the file is damaged or was changed
    ");
}

#[test]
fn a_library_for_another_processor() {
    let other = Machine { arch: "aarch64".to_owned(), ..here() };
    for bytes in both_kinds() {
        let fault = read(&bytes, &other).unwrap_err().error(Path::new("libx"));
        assert!(fault.message.contains("x86_64") && fault.message.contains("aarch64"), "{fault}");
    }
}

#[test]
fn damaged_libraries_are_faults_and_never_panic() {
    for bytes in both_kinds() {
        for end in 0..bytes.len() {
            let _ = head(&bytes[..end]);
        }
        for at in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[at] = !changed[at];
            let _ = head(&changed);
        }
    }
}

/// The macro's attributes are literals in its source, so only the source can be compared.
#[test]
fn export_module_writes_the_sections_that_are_read_here() {
    let source = include_str!("../../../../plugin-api/src/module.rs");
    let [mach_o, pe] = MANIFEST_SECTIONS;
    for attribute in [
        format!(
            r#"#[cfg_attr(target_vendor = "apple", unsafe(link_section = "__DATA,{mach_o}"))]"#
        ),
        format!(r#"#[cfg_attr(not(target_vendor = "apple"), unsafe(link_section = "{pe}"))]"#),
    ] {
        assert!(
            source.contains(&attribute),
            "`export_module!` has no `{attribute}`: was a section renamed in one place only?"
        );
    }
    // Neither format allows longer names of sections.
    assert!(mach_o.len() <= 16 && pe.len() <= 8);
}
