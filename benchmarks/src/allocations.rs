//! How often a question allocates, in all images of the process: the host's and the plugins'. The
//! counter (`benchmarks/counter`) comes before the C library's allocator, so it must be preloaded:
//! a new process is started with it.
#![allow(clippy::cast_precision_loss, reason = "counts become ratios")]

use std::path::Path;
use std::process::Command;

use crate::setting::{Setting, run};

/// The argument that makes this program count allocations and print the result.
pub(crate) const MODE: &str = "--allocations";

/// The allocations of one question.
///
/// # Panics
/// The counter is not loaded.
pub fn of(counter: &Path, setting: &Setting) -> f64 {
    let mut program = Command::new(std::env::current_exe().expect("this program has a file"));
    run(setting.hand_to(program.env("LD_PRELOAD", counter), MODE))
}

/// The allocations of one question, in a process with the counter preloaded.
pub(crate) fn here(setting: &Setting) -> f64 {
    let subject = setting.subject();
    counted(|times| subject.ask(setting.case, times))
}

/// The allocations of `ask` per repetition, in a process with the counter preloaded.
///
/// # Panics
/// The counter is not loaded.
pub fn counted(ask: impl Fn(usize)) -> f64 {
    let allocations = counter();
    ask(1);
    let count = |times| {
        let before = allocations();
        ask(times);
        allocations() - before
    };
    // The allocations of the one denial are in both counts. Those of other threads hardly matter
    // among so many questions.
    let (few, many) = (count(100), count(10_100));
    (many - few) as f64 / 10_000.0
}

type Counter = extern "C" fn() -> u64;

#[cfg(unix)]
fn counter() -> Counter {
    use libloading::os::unix::{Library, Symbol};
    #[allow(unsafe_code, reason = "a symbol has no type")]
    // SAFETY: `counter/src/lib.rs` defines it, with this type.
    let symbol: Result<Symbol<Counter>, _> = unsafe { Library::this().get(b"hsmod_allocations\0") };
    *symbol.expect("the counter is preloaded: LD_PRELOAD names it, and it fits this program")
}

#[cfg(not(unix))]
fn counter() -> Counter {
    panic!("nothing can be preloaded here: count on Linux")
}
