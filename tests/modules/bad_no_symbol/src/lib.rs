//! A shared library without `export_module!`, as when an operator names the wrong file or an author
//! forgets the macro.
#![deny(unsafe_code)]

/// Keeps the library from being empty.
#[allow(unsafe_code, reason = "exported under its own name, as libraries do")]
#[unsafe(no_mangle)]
pub extern "C" fn hsmod_test_no_plugin() -> u32 {
    42
}
