//! Misuses memory as its config says, which only a sanitizer detects. `cargo xtask sanitize` first
//! runs this plugin.
#![deny(unsafe_code)]

use hsmod_plugin_api::prelude::*;

/// The module.
#[non_exhaustive]
pub struct BadMemory;

/// The module's `config`.
#[derive(Deserialize)]
#[non_exhaustive]
pub struct Config {
    misuse: Misuse,
}

/// How memory is misused.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Misuse {
    /// No misuse.
    Nothing,
    /// Reads past the end of its own memory.
    Own,
    /// Reads past the end of the homeserver's name, which the homeserver has lent.
    Lent,
    /// Leaks memory.
    Leak,
}

impl Module for BadMemory {
    type Config = Config;

    fn new(config: Config, api: &ModuleApi) -> Result<Arc<Self>, ModuleError> {
        match config.misuse {
            Misuse::Nothing => {}
            Misuse::Own => read_behind(&vec![1; api.server_name().len()]),
            Misuse::Lent => read_behind(api.server_name().as_bytes()),
            Misuse::Leak => std::mem::forget(std::hint::black_box(Box::new([1_u8; 100]))),
        }
        Ok(Arc::new(Self))
    }
}

/// Reads the byte that follows these.
#[allow(unsafe_code, reason = "what safe code cannot do is what is to be caught")]
fn read_behind(bytes: &[u8]) {
    let end = std::hint::black_box(bytes).as_ptr_range().end;
    // SAFETY: there is none. The byte is the allocator's, so that without a sanitizer it can be
    // read, and nothing comes of it.
    std::hint::black_box(unsafe { *end });
}

export_module!(BadMemory);
