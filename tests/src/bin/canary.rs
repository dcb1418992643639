//! Run first by `cargo xtask sanitize`: a program that misuses memory, or loads a plugin that does,
//! and must be stopped by the sanitizer.
#![deny(unsafe_code)]

use std::error::Error;
use std::path::{Path, PathBuf};
use std::time::Duration;

use hsmod_loader::{Config, Host, Modules};
use hsmod_tests::build_c;
use serde_json::json;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["program"] => read_behind(&vec![1; arguments[0].len()]),
        ["plugin", plugin, misuse] => load(Path::new(plugin), misuse).await?,
        ["c_plugin", misuse] => load(&c_plugin(), misuse).await?,
        _ => {
            let usage = "usage: canary program, canary plugin FILE MISUSE, canary c_plugin MISUSE";
            return Err(usage.into());
        }
    }
    println!("nobody has noticed");
    Ok(())
}

/// The C version of the plugin `bad_memory`.
fn c_plugin() -> PathBuf {
    let compiler = build_c::compilers().first().copied().expect("a compiler of C");
    build_c::plugin("tests/c/bad_memory.c", compiler)
}

/// Starts and ends the plugin `bad_memory`.
async fn load(plugin: &Path, misuse: &str) -> Result<(), Box<dyn Error>> {
    let config = json!({
        "verify": {"permissions": "warn"},
        "modules": [{"module": plugin, "config": {"misuse": misuse}}],
    });
    let folder = plugin.parent().unwrap_or(Path::new("."));
    let config = Config::from_value(config, &[], folder)?;
    let modules = Modules::load(config, Host::new("canary.example.com")).await?;
    modules.shutdown(Duration::from_secs(10)).await;
    Ok(())
}

/// Reads the byte that follows these.
#[allow(unsafe_code, reason = "what safe code cannot do is what is to be caught")]
fn read_behind(bytes: &[u8]) {
    let end = std::hint::black_box(bytes).as_ptr_range().end;
    // SAFETY: there is none. The byte is the allocator's, so that without a sanitizer it can be
    // read, and nothing comes of it.
    std::hint::black_box(unsafe { *end });
}
