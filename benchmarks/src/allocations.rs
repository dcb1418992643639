//! How often a question allocates, in all images of the process: the host's and the plugins'. The
//! counter (`benchmarks/counter`) stands before the C library's allocator, so it must be there
//! before this program is: a process of its own is started with it.
#![allow(clippy::cast_precision_loss, reason = "counts become ratios")]

use std::path::Path;
use std::process::Command;

use crate::setting::{Setting, run};

/// How this program is told to count, and write what it counted.
pub(crate) const MODE: &str = "--allocations";

/// Allocations of one question.
///
/// # Panics
/// If the counter is not loaded.
pub fn of(counter: &Path, setting: &Setting) -> f64 {
    let mut program = Command::new(std::env::current_exe().expect("this program has a file"));
    run(setting.hand_to(program.env("LD_PRELOAD", counter), MODE))
}

/// Allocations of one question, in a process that the counter was loaded into.
pub(crate) fn here(setting: &Setting) -> f64 {
    let subject = setting.subject();
    counted(|times| subject.ask(setting.case, times))
}

/// Allocations of what `ask` does so many times, each time once, in a process that the counter was
/// loaded into.
///
/// # Panics
/// If the counter is not loaded.
pub fn counted(ask: impl Fn(usize)) -> f64 {
    let allocations = counter();
    ask(1);
    let count = |times| {
        let before = allocations();
        ask(times);
        allocations() - before
    };
    // What one denial allocates is in both. What other threads allocate meanwhile is little, beside
    // so many questions.
    let (few, many) = (count(100), count(10_100));
    (many - few) as f64 / 10_000.0
}

type Counter = extern "C" fn() -> u64;

#[cfg(unix)]
fn counter() -> Counter {
    use libloading::os::unix::{Library, Symbol};
    #[allow(unsafe_code, reason = "a symbol does not tell its type")]
    // SAFETY: `counter/src/lib.rs` defines it, with this type.
    let symbol: Result<Symbol<Counter>, _> = unsafe { Library::this().get(b"hsmod_allocations\0") };
    *symbol.expect("the counter is preloaded: LD_PRELOAD names it, and it fits this program")
}

#[cfg(not(unix))]
fn counter() -> Counter {
    panic!("nothing can be preloaded here: count on Linux")
}
