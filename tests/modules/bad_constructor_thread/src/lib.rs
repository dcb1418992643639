//! Starts a thread in an ELF constructor that runs forever. The plugin's entry has no root table,
//! so it is refused when the thread is already running.
#![deny(unsafe_code)]

use std::ffi::c_void;
use std::ptr::{null, null_mut};
use std::time::Duration;

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
#[cfg_attr(
    any(target_os = "linux", target_os = "android", target_os = "freebsd"),
    unsafe(link_section = ".hsmod")
)]
static MANIFEST: [u8; length(&PARTS)] = encode(&PARTS);

#[allow(unsafe_code, reason = "what `export_module!` would write, but for its pointers")]
#[unsafe(export_name = "hsmod_entry")]
static ENTRY: Entry = Entry::NOTHING;

#[allow(unsafe_code, reason = "the section is what makes it a constructor")]
#[used]
#[cfg_attr(not(target_vendor = "apple"), unsafe(link_section = ".init_array"))]
#[cfg_attr(target_vendor = "apple", unsafe(link_section = "__DATA,__mod_init_func"))]
static CONSTRUCTOR: extern "C" fn() = start;

/// Starts the thread as C libraries do. A Rust thread would itself keep this library mapped.
#[allow(unsafe_code, reason = "threads of C are started by a C function")]
extern "C" fn start() {
    unsafe extern "C" {
        fn pthread_create(
            thread: *mut usize,
            attributes: *const c_void,
            start: extern "C" fn(*mut c_void) -> *mut c_void,
            argument: *mut c_void,
        ) -> i32;
    }
    eprintln!("bad_constructor_thread: mapped");
    let mut thread = 0;
    // SAFETY: as POSIX declares it, with the attributes of any thread; a `pthread_t` is as large
    // as a pointer on the systems that tests run on.
    let failed = unsafe { pthread_create(&raw mut thread, null(), go_on, null_mut()) };
    if failed != 0 {
        std::process::abort();
    }
}

extern "C" fn go_on(_: *mut c_void) -> *mut c_void {
    loop {
        std::thread::sleep(Duration::from_millis(1));
    }
}
