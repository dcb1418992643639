//! The ways in which modules are called. Each is loaded for one case, and asks when called.

pub(crate) mod boxed;
pub(crate) mod direct;
pub(crate) mod hsmod;
pub(crate) mod sabi;
pub(crate) mod service;
pub(crate) mod unix_socket;
pub(crate) mod wasm;
pub(crate) mod webhook;

use std::path::PathBuf;
use std::sync::Barrier;
use std::thread;

use crate::case::{Case, Way};
use crate::events::About;

/// Asks, and panics if an answer is wrong.
pub(crate) type Ask = Box<dyn Fn(About)>;

/// The libraries to load.
#[derive(Clone, Debug)]
pub(crate) struct Files {
    /// The plugin for hsmod.
    pub(crate) plugin: PathBuf,
    /// The library for abi_stable.
    pub(crate) sabi: PathBuf,
}

/// Modules, ready to be asked.
///
/// # Panics
/// They do not load, or this way does not support the case.
pub(crate) fn load(way: Way, case: Case, files: &Files) -> Ask {
    match way {
        Way::Direct => direct::load(case),
        Way::Boxed => boxed::load(case),
        Way::Hsmod => hsmod::load(case, &files.plugin),
        Way::Sabi => sabi::load(case, &files.sabi),
        Way::WasmCore => wasm::load(case),
        Way::Webhook => webhook::load(case),
        Way::UnixSocket => unix_socket::load(case),
    }
}

/// Asks on this many threads at once, which share the questions.
fn by_threads(threads: usize, about: About, ask: impl Fn(About) + Sync) {
    let share = match about {
        About::Good(times) => About::Good(times / threads),
        About::Evil => About::Evil,
    };
    let together = Barrier::new(threads);
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                together.wait();
                ask(share);
            });
        }
    });
}
