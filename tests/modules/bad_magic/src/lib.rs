//! Has an entry with a wrong magic number. Everything else about the plugin is valid.
#![deny(unsafe_code)]

use hsmod_abi::Entry;
use hsmod_plugin_api::callbacks::{Optional, Own};
use hsmod_plugin_api::manifest::{Parts, encode, length};

const PARTS: Parts<'static> = Parts {
    name: env!("CARGO_PKG_NAME"),
    version: env!("CARGO_PKG_VERSION"),
    authors: env!("CARGO_PKG_AUTHORS"),
    description: env!("CARGO_PKG_DESCRIPTION"),
    callbacks: &[Own {
        category: "spam_checker",
        written: &["check_event_for_spam"],
        optional: Optional::NONE,
    }],
    requests: &[],
    panic: "unwind",
    config_schema: &[],
};

#[allow(unsafe_code, reason = "what `export_module!` would write")]
#[unsafe(export_name = "hsmod_manifest")]
#[cfg_attr(target_vendor = "apple", unsafe(link_section = "__DATA,__hsmod"))]
#[cfg_attr(not(target_vendor = "apple"), unsafe(link_section = ".hsmod"))]
static MANIFEST: [u8; length(&PARTS)] = encode(&PARTS);

#[allow(unsafe_code, reason = "what `export_module!` would write, but for its value")]
#[unsafe(export_name = "hsmod_entry")]
static ENTRY: Entry = Entry { magic: [0xA5; 8], ..Entry::NOTHING };
