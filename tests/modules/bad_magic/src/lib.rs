//! Everything that is read of it without running it is in order; its root is garbage, so that the
//! check of the root itself has to find it.
#![deny(unsafe_code)]

use hsmod_plugin_api::manifest::{Parts, encode, length};

const PARTS: Parts<'static> = Parts {
    name: env!("CARGO_PKG_NAME"),
    version: env!("CARGO_PKG_VERSION"),
    authors: env!("CARGO_PKG_AUTHORS"),
    description: env!("CARGO_PKG_DESCRIPTION"),
    callbacks: &[("spam_checker", &["check_event_for_spam"])],
    panic: "unwind",
};

#[allow(unsafe_code, reason = "what `export_module!` would write")]
#[unsafe(export_name = "hsmod_manifest")]
#[cfg_attr(target_vendor = "apple", unsafe(link_section = "__DATA,__hsmod"))]
#[cfg_attr(not(target_vendor = "apple"), unsafe(link_section = ".hsmod"))]
static MANIFEST: [u8; length(&PARTS)] = encode(&PARTS);

#[allow(unsafe_code, reason = "what `export_module!` would write")]
#[unsafe(export_name = "hsmod_panic_strategy")]
static PANIC_STRATEGY: u8 = 0;

/// As large and as aligned as any root, so that reading it stays within it.
#[repr(C, align(64))]
struct Garbage([u8; 1024]);

#[allow(unsafe_code, reason = "what `export_module!` would write, but for its value")]
#[unsafe(export_name = "hsmod_root")]
static ROOT: Garbage = Garbage([0xA5; 1024]);
