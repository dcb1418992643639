//! The traced process: prints the addresses of its allocator, then asks as often as it is told, and
//! stops itself before and after that.

use std::error::Error;

use nix::sys::ptrace;
use nix::sys::signal::{Signal, raise};

use crate::events::About;
use crate::ways::Ask;

/// Questions before the first one that is counted, so that everything created only once exists.
const WARM: usize = 130;

/// Asks as often as each line of standard input says.
///
/// # Errors
/// No process traces this one.
pub(super) fn ask(ask: &Ask) -> Result<(), Box<dyn Error>> {
    ask(About::Evil);
    ask(About::Good(WARM));
    let addresses = allocator().map(|address| address.to_string());
    println!("{}", addresses.join(" "));
    ptrace::traceme()?;
    for line in std::io::stdin().lines() {
        let times = line?.parse()?;
        raise(Signal::SIGSTOP)?;
        ask(About::Good(times));
        raise(Signal::SIGSTOP)?;
    }
    Ok(())
}

/// The addresses of the functions through which all allocations of the process go.
fn allocator() -> [usize; 6] {
    [
        libc::malloc as *const () as usize,
        libc::calloc as *const () as usize,
        libc::realloc as *const () as usize,
        libc::memalign as *const () as usize,
        libc::aligned_alloc as *const () as usize,
        libc::posix_memalign as *const () as usize,
    ]
}
